"""The front page: who is needed now, what comes next, and nothing that is not so."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from tests.support.client import JudgingClient
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.stage import put_clock, statements

JANUARY = datetime(2018, 1, 15, 10)  # London's


def test_it_shows_the_open_campaign_with_its_days_road_and_dates(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    the_pilot(session)
    put_clock(app, JANUARY)
    page = client.get("/").text
    for words in (
        "11 days left", "0 of the 80 applications", "Ten training days", "By 26 January", "By 2 February",
        "28 April to 24 June", "Last day to apply", "/campaigns/cpv-west-2018/check",
    ):  # fmt: skip
        assert words in page, words


def test_without_an_open_campaign_it_says_so_and_points_on(app: Flask, session: Session, client: JudgingClient) -> None:
    the_pilot(session)
    put_clock(app, datetime(2018, 3, 1, 10))
    page = client.get("/").text
    assert "No campaign is open today" in page and "/roles" in page
    assert "days left" not in page and "cpv-west-2018" not in page


def test_what_opens_later_is_coming_and_not_open(app: Flask, session: Session, client: JudgingClient) -> None:
    a_july_campaign(session, name="Summer intake", published_at=clock.start_of(date(2018, 6, 1)))
    put_clock(app, datetime(2018, 7, 1, 10))
    page = client.get("/").text
    assert "Coming next" in page and "Opens in 2 days" in page and "No campaign is open today" in page
    put_clock(app, datetime(2018, 7, 3, 0, 0, 1))
    app.extensions["generation"].raise_it()
    assert "28 days left" in client.get("/").text


def test_the_last_day_says_so_until_the_last_second(app: Flask, session: Session, client: JudgingClient) -> None:
    a_july_campaign(session)
    put_clock(app, datetime(2018, 7, 31, 22, 59, 50, tzinfo=UTC))
    assert "Last day" in client.get("/").text
    put_clock(app, datetime(2018, 7, 31, 23, 0, 0, tzinfo=UTC))
    app.extensions["generation"].raise_it()
    assert "No campaign is open today" in client.get("/").text


def test_the_page_costs_the_same_with_one_campaign_and_with_twelve(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    put_clock(app, JANUARY)
    a_campaign(session)
    with statements() as one:
        client.get("/")
    for _ in range(11):
        a_campaign(session)
    session.rollback()
    session.expunge_all()
    with statements() as twelve:
        page = client.get("/").text
    assert page.count("camp__need") >= 5
    assert len(one) == len(twelve) <= 10
