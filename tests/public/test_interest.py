"""Strangers ask to be told: the same answer for everybody, no cookie; and one click that stops a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.campaigns.models import Campaign
from portal.domain.interest.models import Interest
from portal.domain.messages.models import MailStop, OutboxMail
from portal.domain.messages.stops import Kind, stop_token
from portal.extensions import db
from tests.support.client import JudgingClient
from tests.support.make_campaigns import the_pilot
from tests.support.people import an_applicant, browser_of
from tests.support.stage import put_clock

PAGE = "/campaigns/cpv-west-2018/interest"
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def after_closing(app: Flask, session: Session) -> Campaign:
    put_clock(app, datetime(2018, 3, 1, 12))
    return the_pilot(session)


def token_for(session: Session, email: str = ADA) -> str:
    query = select(OutboxMail).filter_by(name="interest_confirm", recipient=email).order_by(OutboxMail.id.desc())
    found = session.scalars(query.limit(1)).one()
    token = str(found.context["token"])
    session.rollback()
    return token


def test_the_page_is_a_strangers(client: JudgingClient) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert "Be told about the next one" in answer.text and "has closed" in answer.text
    assert "csrf_token" not in answer.text
    assert (
        PAGE in client.get("/campaigns/cpv-west-2018").text
        and PAGE in client.get("/campaigns/cpv-west-2018/check").text
    )


def test_a_coming_campaign_links_to_it(app: Flask, client: JudgingClient) -> None:
    put_clock(app, datetime(2018, 1, 9, 0, 0, 1))
    assert PAGE not in client.get("/campaigns/cpv-west-2018").text, "one that is open says apply"
    assert "apply now" in client.get(PAGE).text


def test_asking_and_confirming(client: JudgingClient, session: Session) -> None:
    answer = client.post(PAGE, data={"email": " Ada@Example.org ", "district": ""})
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?sent=yes")
    assert "Set-Cookie" not in answer.headers and "Check your mail" in client.get(answer.location).text
    token = token_for(session)
    for _ in range(2):
        page = client.get(f"/interest/{token}")
        assert "Shall we tell you?" in page.text and page.headers["Cache-Control"] == "no-store"
    assert session.scalars(select(Interest)).one().confirmed_at is None, "a mail scanner opened it"
    session.rollback()
    assert "We will tell you" in client.post(f"/interest/{token}").text
    assert session.scalars(select(Interest)).one().confirmed_at is not None


def test_known_and_unknown_get_the_same_answer(client: JudgingClient, session: Session) -> None:
    client.post(PAGE, data={"email": ADA, "district": ""})
    client.post(f"/interest/{token_for(session)}")
    an_applicant(session, "known@example.org")
    answers = [
        client.post(PAGE, data={"email": email, "district": ""})
        for email in (ADA, "new@example.org", "known@example.org")
    ]
    assert len({(answer.status_code, answer.location, answer.data) for answer in answers}) == 1
    assert session.scalar(select(func.count()).select_from(Applicant)) == 1


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "x" * 300 + "@example.org", "a@example.org\nbcc: b@example.org"]
)
def test_what_is_no_address_comes_back(client: JudgingClient, session: Session, email: str) -> None:
    answer = client.post(PAGE, data={"email": email, "district": ""})
    assert answer.status_code == 422 and "govuk-error-message" in answer.text
    assert session.scalar(select(func.count()).select_from(Interest)) == 0


def test_a_district_that_is_none_of_ours(client: JudgingClient) -> None:
    assert client.post(PAGE, data={"email": ADA, "district": "99999"}).status_code == 422


def test_one_address_asks_so_often_an_hour(settings: Settings) -> None:
    limited = create_app(replace(settings, rate_limits=True))
    stranger = limited.test_client()
    try:
        asked: dict[str, Any] = {"data": {"email": ""}, "headers": {"Sec-Fetch-Site": "same-origin"}}
        codes = [stranger.post(PAGE, **asked).status_code for _ in range(21)]
    finally:
        with limited.app_context():
            db.engine.dispose()
    assert codes == [422] * 20 + [429]


def test_links_that_are_none(client: JudgingClient) -> None:
    assert client.get("/campaigns/no-such/interest").status_code == 404
    assert client.get("/interest/made-up").status_code == client.post("/interest/made-up").status_code == 410
    assert client.get("/unsubscribe/made-up").status_code == client.post("/unsubscribe/made-up").status_code == 404
    for path in (PAGE, "/interest/made-up", "/unsubscribe/made-up"):
        assert client.delete(path).status_code == 405


def test_somebody_signed_in_may_ask_as_well(app: Flask, session: Session) -> None:
    browser = browser_of(app, an_applicant(session))
    assert browser.post(PAGE, data={"email": ADA, "district": ""}).status_code == 303


@pytest.mark.parametrize("kind", list(Kind))
def test_a_mail_programs_one_click_stops(app: Flask, session: Session, kind: Kind) -> None:
    """It comes from another site's server, with no cookie and nothing that says where from (RFC 8058)."""
    with unit_of_work(session):
        token = stop_token(session, ADA, kind)
    plain = app.test_client().__class__.__mro__[1](app, app.response_class)  # what adds no browser's headers
    with app.app_context():
        page = plain.get(f"/unsubscribe/{token}")
        assert "a•••@e•••.org" in page.text and ADA not in page.text
        assert session.scalar(select(func.count()).select_from(MailStop)) == 0, "opening it stops nothing"
        session.rollback()
        for headers in ({}, {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}):
            answer = plain.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}, headers=headers)
            assert answer.status_code == 200 and "Stopped" in answer.text
    assert [(row.email, row.kind) for row in session.scalars(select(MailStop))] == [(ADA, kind.value)]


def test_no_other_form_may_come_from_elsewhere(client: JudgingClient) -> None:
    answer = client.post(PAGE, data={"email": ADA}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
