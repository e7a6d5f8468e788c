"""The list, the campaign page with its whole road, and the calendar file."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns import plans
from portal.domain.campaigns.actions import extend_campaign
from portal.domain.campaigns.models import Campaign
from portal.domain.settings.catalogue import SHIPPED
from portal.public import road
from tests.support.client import JudgingClient
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.stage import put_clock, statements

JANUARY = datetime(2018, 1, 15, 10)
PILOT = "/campaigns/cpv-west-2018"
NUMBERS = {key: row.value for key, row in SHIPPED.items()}


def test_the_whole_road_is_on_the_page(app: Flask, session: Session, client: JudgingClient) -> None:
    the_pilot(session)
    put_clock(app, JANUARY)
    page = client.get(PILOT).text
    for words in (
        "11 days left", "Closes at midnight at the end of Friday 26 January 2018", "9 to 26 January",
        "We answer by 2 February", "1 to 28 February", "45 minutes", "March and April", "at least 28 days",
        "28 April to 24 June", "Ten days over five weekends, 9am to 5pm", "From July", "First patrol",
        "80 hours in all", "Maidstone, Sevenoaks, Tonbridge, Tunbridge Wells", "16 hours a month", "18 or over",
        "Before training starts. You may send it with your application", "Before you are appointed",
        "Put out traffic signs", "Restorative justice", "of 80 applications</b> for 40 places",
    ):  # fmt: skip
        assert words in page, words
    assert page.count("Weekend ") == 5 and page.count("Free") == 4


@pytest.mark.parametrize("steps", [-1, 0, 1])
@pytest.mark.parametrize("make", [the_pilot, a_july_campaign])
def test_around_the_closing_instant(
    app: Flask, session: Session, client: JudgingClient, make: object, steps: int
) -> None:
    campaign: Campaign = make(session)  # type: ignore[operator]
    put_clock(app, datetime.fromtimestamp(campaign.closes_at.timestamp() + steps, UTC))
    page = client.get(f"/campaigns/{campaign.slug}").text
    assert ("Last day" in page) is (steps < 0)
    assert ("We take no more applications here" in page) is (steps >= 0)
    assert (f"{campaign.slug}/check" in page) is (steps < 0)


def test_before_it_opens_it_says_when(app: Flask, session: Session, client: JudgingClient) -> None:
    july = a_july_campaign(session, published_at=clock.start_of(date(2018, 6, 1)))
    put_clock(app, datetime(2018, 7, 2, 23, 59, 50))
    page = client.get(f"/campaigns/{july.slug}").text
    assert "Opens tomorrow" in page and "Opens on Tuesday 3 July 2018" in page and "You cannot apply yet" in page


def test_a_time_of_day_is_said_when_it_is_not_midnight(app: Flask, session: Session, client: JudgingClient) -> None:
    campaign = a_july_campaign(session, name="Noon")
    early = a_campaign(
        session, closes_at=datetime(2018, 7, 31, 16, tzinfo=UTC), opens_at=campaign.opens_at, training=()
    )
    put_clock(app, datetime(2018, 7, 31, 12))
    assert "Closes at 5pm on Tuesday 31 July 2018" in client.get(f"/campaigns/{early.slug}").text


@pytest.mark.parametrize("address", ["", "/check", "/dates.ics"])
def test_unknown_and_hidden_campaigns_are_not_found(
    app: Flask, session: Session, client: JudgingClient, address: str
) -> None:
    put_clock(app, JANUARY)
    a_campaign(session, slug="hidden", published_at=None)
    a_campaign(session, slug="later", published_at=clock.start_of(date(2018, 1, 16)))
    for slug in ("none", "hidden", "later", "..%2fetc", "'%3b--"):
        assert client.get(f"/campaigns/{slug}{address}").status_code == 404


def test_the_list_tells_open_coming_and_closed_apart(app: Flask, session: Session, client: JudgingClient) -> None:
    the_pilot(session)
    a_july_campaign(session, slug="summer", published_at=clock.start_of(date(2018, 1, 2)))
    put_clock(app, JANUARY)
    page = client.get("/campaigns").text
    order = [page.index(mark) for mark in ('id="open"', "cpv-west-2018", 'id="coming"', "summer")]
    assert order == sorted(order) and 'id="closed"' not in page
    put_clock(app, datetime(2018, 7, 15, 10))
    app.extensions["generation"].raise_it()
    page = client.get("/campaigns").text
    order = [page.index(mark) for mark in ('id="open"', "summer", 'id="closed"', "cpv-west-2018")]
    assert order == sorted(order) and "Closed on Friday 26 January 2018" in page


def test_the_calendar_holds_every_date_and_keeps_its_names(app: Flask, session: Session, client: JudgingClient) -> None:
    pilot = the_pilot(session)
    put_clock(app, JANUARY)
    answer = client.get(f"{PILOT}/dates.ics")
    assert answer.mimetype == "text/calendar" and "cpv-west-2018.ics" in answer.headers["Content-Disposition"]
    events = list(Calendar.from_ical(answer.data).walk("VEVENT"))
    assert len(events) == 12
    training = [event for event in events if "Training" in event["SUMMARY"]]
    assert {event["DTSTART"].dt.hour for event in training} == {9}, "9am in London, in summer time"
    assert [event["DTSTART"].dt for event in events if "Last day" in event["SUMMARY"]] == [date(2018, 1, 26)]
    extend_campaign(session, SYSTEM, pilot.id, clock.end_of(date(2018, 1, 30)), "Snow")
    later = list(Calendar.from_ical(client.get(f"{PILOT}/dates.ics").data).walk("VEVENT"))
    assert {event["UID"] for event in later} == {event["UID"] for event in events}
    assert {int(event["SEQUENCE"]) for event in later} == {int(events[0]["SEQUENCE"]) + 1}


def test_the_pages_cost_the_same_with_one_campaign_and_with_twelve(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    put_clock(app, JANUARY)
    first = a_campaign(session)
    costs = []
    for more in (0, 11):
        for _ in range(more):
            a_campaign(session)
        session.rollback()
        session.expunge_all()
        with statements() as sent:
            client.get("/campaigns")
            client.get(f"/campaigns/{first.slug}")
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 20


def test_the_pilots_road_is_to_scale(session: Session) -> None:
    pilot = the_pilot(session)
    stops = road.whole_road(pilot, NUMBERS, datetime(2018, 5, 1, 9, tzinfo=UTC))
    assert [stop.state for stop in stops] == ["done", "done", "done", "now", "next"]
    assert [stop.span for stop in stops] == [12, 14, 30, 32, 12]
    months = road.months_of(stops)
    assert [month.label for month in months] == ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul"]
    assert sum(month.span for month in months) == road.COLUMNS
    assert months[0].span == stops[0].span, "February begins where the interviews do"


@pytest.mark.parametrize("days", [[1, 1, 1, 1, 400], [5, 300], [30], [10, 10, 10, 10, 10], [0, 0, 7]])
def test_every_stop_has_room_and_the_road_its_whole_width(days: list[int]) -> None:
    widths = road.columns(days)
    assert sum(widths) == road.COLUMNS and min(widths) >= road.LEAST - 1


def test_a_road_without_training_or_checks(app: Flask, session: Session, client: JudgingClient) -> None:
    plain = a_campaign(session, scheme="volunteer-police-cadet", training=(), requirements=plans.YOUNG)
    put_clock(app, JANUARY)
    page = client.get(f"/campaigns/{plain.slug}").text
    assert "Training weekends" not in page and "Offer and checks" not in page
    assert "13 to 17" in page and "Have a yes from a parent or guardian" in page
