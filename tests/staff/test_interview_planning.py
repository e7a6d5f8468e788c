"""The planner and the places: days chosen, looked at, made; what is in the way said first and nothing typed lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.campaigns.models import Campaign, District
from portal.domain.interviews.models import InterviewSession, SessionKind, Venue
from tests.support.applying import set_clock
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.filled import filled
from tests.support.interviews import PLANNED_AT, a_day, a_venue
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, browser_of

LIST, PLACES = "/staff/interviews", "/staff/interviews/venues"


@pytest.fixture
def pilot(app: Flask, session: Session) -> Iterator[Campaign]:
    set_clock(app, PLANNED_AT)
    yield the_pilot(session)
    clock.use_offset(timedelta())


@pytest.fixture
def browser(app: Flask, session: Session, pilot: Campaign) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def planner(campaign: Campaign, **more: Any) -> str:
    return f"{LIST}/plan?campaign={campaign.slug}" + "".join(f"&{name}={value}" for name, value in more.items())


def sent(browser: JudgingClient, page: str, act: str = "look", /, **fields: Any) -> Any:
    given = filled(browser.get(page).text)
    return browser.post(page, data={**given, "act": act, **fields})


def made(session: Session) -> list[InterviewSession]:
    session.rollback()
    return list(session.scalars(select(InterviewSession).order_by(InterviewSession.starts_at)))


def test_days_are_looked_at_then_made_and_published(browser: JudgingClient, session: Session, pilot: Campaign) -> None:
    venue, staff = a_venue(session), a_staff_member(session, Role.ASSESSOR)
    fields = {"days": ["2018-02-10", "2018-02-11"], "venue_id": str(venue.id), "panels-0-first_member": str(staff.id)}
    looked = sent(browser, planner(pilot), **fields)
    assert looked.status_code == 200
    assert "Saturday 10 February 2018" in looked.text
    assert "Nothing in the way" in looked.text
    assert made(session) == []
    given = filled(looked.text)
    answer = browser.post(planner(pilot), data={**given, "days": fields["days"], "act": "publish"})
    assert answer.status_code == 303
    days = made(session)
    assert [clock.london(day.starts_at).date() for day in days] == [date(2018, 2, 10), date(2018, 2, 11)]
    assert all(day.published_at is not None for day in days)
    assert [member.staff_id for member in days[0].panels[0].members] == [staff.id]
    listed = browser.get(LIST).text
    assert "Sat 10 Feb" in listed
    assert venue.name in listed


def test_warnings_are_read_before_a_day_is_made(browser: JudgingClient, session: Session, pilot: Campaign) -> None:
    fields = {"another": "30 March 2018", "venue_id": str(a_venue(session).id)}
    looked = sent(browser, planner(pilot), **fields)
    for words in ("Good Friday", "Outside the interviews", "Nobody sits on Panel A"):
        assert words in looked.text
    refused = sent(browser, planner(pilot), "create", **fields)
    assert refused.status_code == 422
    assert 'value="Fri 30 March 2018"' in refused.text or 'value="30 March 2018"' in refused.text
    assert made(session) == []
    read = [line.split('"')[0] for line in looked.text.split('name="read" value="')[1:]]
    accepted = sent(browser, planner(pilot), "create", accepted="y", read=read, **fields)
    assert accepted.status_code == 303
    assert made(session)[0].published_at is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": []}, "Choose at least one day"),
        ({"venue_id": ""}, "Choose a place"),
        ({"first": "later"}, "Enter a time"),
        ({"slot_minutes": "0"}, "Enter minutes from 5 to 480"),
        ({"slot_minutes": "many"}, "Enter a whole number"),
        ({"first": "4pm", "last": "9am"}, "No slot fits"),
        ({"panels-0-name": ""}, "Give the panel a name"),
        ({"panels-0-online_url": "javascript:alert(1)"}, "begins with https://"),
        ({"panels-0-first_member": "999999"}, "Not a valid choice"),
        ({"another": "31 February 2018"}, "Enter a real date"),
        ({"breaks-0-at": "noonish"}, "Enter a time"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: JudgingClient, session: Session, pilot: Campaign, fields: dict[str, Any], words: str
) -> None:
    good = {"days": ["2018-02-10"], "venue_id": str(a_venue(session).id), "what_to_bring": "A photograph of a friend"}
    answer = sent(browser, planner(pilot), **(good | fields))
    assert answer.status_code == (200 if words == "No slot fits" else 422)
    assert words in answer.text
    assert "A photograph of a friend" in answer.text


def test_panels_are_added_and_taken_away_before_anything_is_sent(browser: JudgingClient, pilot: Campaign) -> None:
    more = sent(browser, planner(pilot), "add", **{"panels-0-room": "1.04", "first": "when"})
    assert 'value="Panel B"' in more.text
    assert 'value="1.04"' in more.text
    assert "There is a problem" not in more.text
    fewer = browser.post(planner(pilot), data={**filled(more.text), "act": "drop-0"})
    assert 'value="Panel B"' in fewer.text
    assert 'value="1.04"' not in fewer.text


def test_a_day_is_planned_like_another(browser: JudgingClient, session: Session, pilot: Campaign) -> None:
    staff = a_staff_member(session, Role.ASSESSOR)
    day = a_day(session, pilot, panels=2, staff=[staff], what_to_bring="Photo identity")
    page = browser.get(planner(pilot, like=day.id)).text
    for words in ('value="Panel B"', "Photo identity", 'value="Room 2"'):
        assert words in page
    other = a_day(session, a_campaign(session))
    assert browser.get(planner(pilot, like=other.id)).status_code == 404
    assert browser.get(planner(pilot, like=999999)).status_code == 404


def test_a_fitness_session_has_several_places_at_a_time(
    browser: JudgingClient, session: Session, pilot: Campaign
) -> None:
    fields = {"days": ["2018-03-03"], "venue_id": str(a_venue(session).id), "accepted": "y"}
    words = "2018-03-03 Nobody sits on Group A"
    answer = sent(browser, planner(pilot, kind="fitness"), "publish", read=[words], **fields)
    assert answer.status_code == 303
    (day,) = made(session)
    assert day.kind is SessionKind.FITNESS
    assert len(day.panels[0].slots[0].seats) == 12
    assert browser.get(planner(pilot, kind="feast")).status_code == 404


def test_only_campaigns_in_reach_can_be_planned_for(app: Flask, session: Session, pilot: Campaign) -> None:
    west = west_division(session)
    own = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west))
    other = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west + 1))
    assert own.get(planner(pilot)).status_code == 200
    assert pilot.name in own.get(f"{LIST}/plan").text
    assert other.get(planner(pilot)).status_code == 404
    assert "No campaign to plan for" in other.get(f"{LIST}/plan").text
    assert browser_of(app, a_staff_member(session, Role.ASSESSOR)).get(f"{LIST}/plan").status_code == 403


def test_the_planner_takes_as_many_statements_for_ten_days_as_for_one(
    browser: JudgingClient, session: Session, pilot: Campaign
) -> None:
    venue = str(a_venue(session).id)
    given = filled(browser.get(planner(pilot)).text)
    counts = []
    for days in (["2018-02-03"], [f"2018-02-{number:02}" for number in range(3, 13)]):
        with statements() as found:
            browser.post(planner(pilot), data={**given, "days": days, "venue_id": venue, "act": "look"})
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_a_place_is_added_changed_and_put_away(browser: JudgingClient, session: Session, pilot: Campaign) -> None:
    fields = {"name": "Tonbridge  station", "address": "1 Pembury Road", "step_free": "y", "access_notes": "Ring twice"}
    assert sent(browser, f"{PLACES}/new", **fields).status_code == 303
    venue = session.scalars(select(Venue)).one()
    assert (venue.name, venue.step_free, venue.online, venue.district_id) == ("Tonbridge station", True, False, None)
    again = sent(browser, f"{PLACES}/new", **{**fields, "name": "tonbridge Station"})
    assert (again.status_code, "There is a place of that name" in again.text) == (422, True)
    assert "Ring twice" in again.text
    assert sent(browser, f"{PLACES}/{venue.id}", map_url="http://example.org").status_code == 422
    assert sent(browser, f"{PLACES}/{venue.id}", map_url="https://example.org/map").status_code == 303
    token = browser.tokens(browser.get(PLACES).text)
    assert browser.post(f"{PLACES}/{venue.id}/archive", data=token).status_code == 303
    assert "put away" in browser.get(PLACES).text
    assert venue.name not in browser.get(planner(pilot)).text
    assert browser.post(f"{PLACES}/{venue.id}/archive", data={**token, "back": "yes"}).status_code == 303
    assert venue.name in browser.get(planner(pilot)).text


def test_a_place_somebody_changed_meanwhile_is_shown_with_both(browser: JudgingClient, session: Session) -> None:
    venue = a_venue(session, address="1 Old Road")
    old = filled(browser.get(f"{PLACES}/{venue.id}").text)
    sent(browser, f"{PLACES}/{venue.id}", address="2 New Road")
    answer = browser.post(f"{PLACES}/{venue.id}", data={**old, "address": "3 My Road"})
    assert answer.status_code == 409
    assert "2 New Road" in answer.text
    assert "3 My Road" in answer.text
    assert browser.post(f"{PLACES}/{venue.id}", data=filled(answer.text)).status_code == 303
    session.rollback()
    assert session.get_one(Venue, venue.id, populate_existing=True).address == "3 My Road"


def test_a_place_that_is_in_use_is_not_put_away(browser: JudgingClient, session: Session, pilot: Campaign) -> None:
    day = a_day(session, pilot)
    token = browser.tokens(browser.get(PLACES).text)
    assert browser.post(f"{PLACES}/{day.venue_id}/archive", data=token).status_code == 409


def test_a_division_changes_its_own_places_alone(app: Flask, session: Session, pilot: Campaign) -> None:
    west = west_division(session)
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west))
    here = session.scalars(select(District.id).where(District.division_id == west)).first()
    there = session.scalars(select(District.id).where(District.division_id != west)).first()
    own = a_venue(session, district_id=here)
    for closed in (a_venue(session), a_venue(session, district_id=there)):
        assert browser.get(f"{PLACES}/{closed.id}").status_code == 403
        token = browser.tokens(browser.get(PLACES).text)
        assert browser.post(f"{PLACES}/{closed.id}/archive", data=token).status_code == 403
    assert sent(browser, f"{PLACES}/{own.id}", address="New").status_code == 303
    assert sent(browser, f"{PLACES}/new", name="Ours", district_id="").status_code == 422
    assert sent(browser, f"{PLACES}/new", name="Ours", district_id=str(here)).status_code == 303
    assert browser.get(f"{PLACES}/999999").status_code == 404
