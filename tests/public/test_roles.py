"""The roles and each of them."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from portal.domain.campaigns.actions import seed_catalogue
from portal.domain.campaigns.catalogue_schemes import SCHEMES
from tests.support.client import JudgingClient
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.stage import put_clock, statements

CPV = "/roles/community-policing-volunteer"


def test_every_role_has_its_page(app: Flask, session: Session, client: JudgingClient) -> None:
    seed_catalogue(session)
    listing = client.get("/roles").text
    for scheme in SCHEMES:
        assert f'href="/roles/{scheme.slug}"' in listing
        page = client.get(f"/roles/{scheme.slug}")
        assert page.status_code == 200 and scheme.commitment in page.text
        assert ("How to join" in page.text) is not scheme.applies_here


def test_an_unknown_role_is_not_found(session: Session, client: JudgingClient) -> None:
    assert client.get("/roles/dog-catcher").status_code == 404


def test_a_role_shows_its_strands_powers_and_open_campaigns(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    the_pilot(session)
    put_clock(app, datetime(2018, 1, 15, 10))
    page = client.get(CPV).text
    for words in ("On horseback", "Cybercrime", "Put out traffic signs", "11 days left", "16 hours a month"):
        assert words in page, words
    assert "Open now" in client.get("/roles").text
    put_clock(app, datetime(2018, 2, 15, 10))
    app.extensions["generation"].raise_it()
    assert "None is open or announced today" in client.get(CPV).text
    assert "Open now" not in client.get("/roles").text


def test_no_page_knows_the_future(app: Flask, session: Session, client: JudgingClient) -> None:
    seed_catalogue(session)
    put_clock(app, datetime(2018, 1, 15, 10))
    assert "2020" not in client.get(CPV).text
    put_clock(app, datetime(2020, 2, 1, 10))
    app.extensions["generation"].raise_it()
    assert "There were 86 by January 2020" in client.get(CPV).text


def test_the_pages_cost_the_same_with_one_campaign_and_with_twelve(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    put_clock(app, datetime(2018, 1, 15, 10))
    a_campaign(session)
    costs = []
    for more in (0, 11):
        for _ in range(more):
            a_campaign(session)
        session.rollback()
        session.expunge_all()
        with statements() as sent:
            client.get(CPV)
            client.get("/roles")
        costs.append(len(sent))
    assert costs[0] == costs[1]
