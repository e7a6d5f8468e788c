"""Strangers' pages are kept, forgotten when they change or a date on them passes, and never mixed up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from time import sleep

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.actions import DatesOutOfOrder, extend_campaign
from portal.domain.campaigns.publishing import publish
from tests.support.client import JudgingClient
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.people import an_applicant, browser_of
from tests.support.stage import put_clock, statements

PILOT = "/campaigns/cpv-west-2018"
PAGES = (
    "/",
    "/roles",
    "/roles/community-policing-volunteer",
    "/campaigns",
    PILOT,
    f"{PILOT}/check",
    f"{PILOT}/dates.ics",
)


A_WHILE = timedelta(seconds=10)  # longer than a few requests take on a busy machine


@pytest.fixture(autouse=True)
def january(app: Flask, session: Session) -> None:
    the_pilot(session)
    put_clock(app, datetime(2018, 1, 15, 10))


@pytest.mark.parametrize("address", PAGES)
def test_the_second_stranger_costs_the_database_nothing(client: JudgingClient, address: str) -> None:
    first = client.get(address)
    with statements() as sent:
        second = client.get(address)
    assert sent == [] and second.data == first.data
    assert "X-Portal-Keep-Seconds" not in second.headers


def test_a_change_to_the_campaign_is_seen_at_once(session: Session, client: JudgingClient) -> None:
    pilot = the_pilot(session)
    assert "11 days left" in client.get(PILOT).text and "11 days left" in client.get("/").text
    extend_campaign(session, SYSTEM, pilot.id, clock.end_of(date(2018, 1, 30)), "Snow")
    assert "15 days left" in client.get(PILOT).text and "15 days left" in client.get("/").text


def test_a_change_that_is_refused_forgets_nothing(app: Flask, session: Session, client: JudgingClient) -> None:
    pilot = the_pilot(session)
    before = app.extensions["generation"].current()
    with pytest.raises(DatesOutOfOrder):
        extend_campaign(session, SYSTEM, pilot.id, clock.end_of(date(2018, 1, 20)), "A slip")
    assert app.extensions["generation"].current() == before


def test_publishing_brings_a_campaign_to_the_lists_at_once(session: Session, client: JudgingClient) -> None:
    hidden = a_campaign(session, slug="unseen", published_at=None, announced_on=date(2018, 1, 1))
    assert client.get("/campaigns/unseen").status_code == 404 and "unseen" not in client.get("/campaigns").text
    publish(session, SYSTEM, hidden.id)
    assert client.get("/campaigns/unseen").status_code == 200 and "/campaigns/unseen" in client.get("/campaigns").text


def _wait_until(instant: datetime) -> None:
    """Waits, really: what is kept is kept by a clock nobody can move."""
    sleep(max(0.0, (instant - clock.now()).total_seconds()) + 0.05)


def test_the_clock_passing_the_closing_instant_is_enough(app: Flask, client: JudgingClient) -> None:
    closing = clock.end_of(date(2018, 1, 26))
    put_clock(app, closing - A_WHILE)
    assert all("Last day" in client.get(address).text for address in ("/", PILOT))
    with statements() as sent:
        assert all("Last day" in client.get(address).text for address in ("/", PILOT))
    assert sent == [], "kept up to the instant"
    _wait_until(closing)
    assert not any("Last day" in client.get(address).text for address in ("/", PILOT))


def test_days_left_change_at_londons_midnight_in_summer(app: Flask, session: Session, client: JudgingClient) -> None:
    july, midnight = a_july_campaign(session), clock.start_of(date(2018, 7, 20))
    put_clock(app, midnight - A_WHILE)
    assert "12 days left" in client.get(f"/campaigns/{july.slug}").text
    _wait_until(midnight)
    assert "11 days left" in client.get(f"/campaigns/{july.slug}").text


def test_a_planned_publication_needs_nobody(app: Flask, session: Session, client: JudgingClient) -> None:
    put_clock(app, datetime(2018, 1, 15, 11))
    planned = clock.now() + A_WHILE
    a_campaign(session, slug="planned", published_at=planned)
    assert "planned" not in client.get("/campaigns").text
    _wait_until(planned)
    assert "planned" in client.get("/campaigns").text


def test_somebody_signed_in_neither_reads_nor_fills_it(app: Flask, session: Session, client: JudgingClient) -> None:
    person = browser_of(app, an_applicant(session))
    theirs = person.get(PILOT)
    with statements() as sent:
        strangers = client.get(PILOT)
    assert sent, "nothing of theirs was kept"
    assert "Sign in" in strangers.text and "Sign in</a>" not in theirs.text
    assert theirs.headers["Cache-Control"] == "no-store"
    with statements() as sent:
        person.get(PILOT)
    assert sent


def test_an_address_with_a_query_is_made_anew(client: JudgingClient) -> None:
    client.get(PILOT)
    with statements() as sent:
        assert client.get(f"{PILOT}?from=poster").status_code == 200
    assert sent


def test_what_is_not_there_is_not_kept(session: Session, client: JudgingClient) -> None:
    assert client.get("/campaigns/soon").status_code == 404
    a_campaign(session, slug="soon")
    assert client.get("/campaigns/soon").status_code == 200
