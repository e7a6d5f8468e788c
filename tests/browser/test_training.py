"""From an accepted offer to the first day: days that suit, the suggestion, a place passed on, a day away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import RequirementKind
from tests.browser import meeting
from tests.browser.conftest import Visit
from tests.browser.meeting import Someone, enter, looked_at, tap_button, tap_link
from tests.browser.steps import heading
from tests.support.browser import DESKTOP, Device, Portal, Visitor
from tests.support.make_documents import set_clock
from tests.support.trainees import somebody_accepted, still_asked
from tests.support.training import COHORT_AT, a_cohort, a_course

pytestmark = pytest.mark.browser
SMALL = Device("360 px", 360, 780, touch=True)
SCHEME = "community-policing-volunteer"


@pytest.fixture(scope="module", autouse=True)
def in_march(portal: Portal) -> None:
    set_clock(portal.settings, clock.london(COHORT_AT + timedelta(hours=2)).replace(tzinfo=None))


def _person(portal: Portal, session: Session) -> Someone:
    key = somebody_accepted(session)
    still_asked(session, key, RequirementKind.REFERENCES)
    return meeting.who(portal, session, session.get_one(Application, key))


def test_a_place_is_suggested_taken_and_its_days_are_kept(visit: Visit, portal: Portal) -> None:
    with portal.inside() as session:
        cohort = a_cohort(session, course=a_course(session, 4, scheme=SCHEME), capacity=1)
        name, places = cohort.name, f"/staff/cohorts/{cohort.id}/places"
        first, second = _person(portal, session), _person(portal, session)
        planner = meeting.a_recruiter(portal, session)
    one, two = enter(visit, SMALL, first), enter(visit, SMALL, second)
    for person, whose in ((one, first), (two, second)):
        _says_which_days(person, whose)
    desk = enter(visit, DESKTOP, planner).go(places)
    desk.get_by_role("link", name="Enrol the 1 suggested").click()
    expect(desk.locator("main")).to_contain_text("Two references")
    desk.get_by_role("button", name="Enrol this person").click()
    expect(desk.locator("main")).to_contain_text("1 person has a place")
    two.page.reload()
    tap_button(two, f"Wait for a place in {name}")
    expect(two.page.locator("main")).to_contain_text("You wait for a place")
    portal.letter(first.email, "Your training begins")
    one.page.reload()
    tap_link(one, "These days no longer suit me")
    tap_button(one, "Give it up")
    expect(one.page.locator("main")).to_contain_text("You do not have a place")
    portal.letter(second.email, "A training place has come free")
    two.page.reload()
    expect(heading(two.page)).to_have_text("A training place has come free for you")
    tap_button(two, "Take the place")
    expect(two.page.locator("main")).to_contain_text("Your first day")
    _is_away_and_is_not(two)
    _says_whom_to_ring(two)
    desk.goto(portal.url + places)
    expect(desk.locator("main")).to_contain_text("has a place")


def _says_which_days(person: Visitor, whose: Someone) -> None:
    person.go(whose.page)
    tap_link(person, "Say which training days you can come to")
    tap_link(person, "Say which days you can come to")
    looked_at(person)
    person.page.get_by_label("To all but some").check()
    person.page.get_by_label("Sunday 13 May").check()
    tap_button(person, "Save")
    expect(person.page.locator("main")).to_contain_text("You can come to all but 1")


def _is_away_and_is_not(person: Visitor) -> None:
    tap_link(person, "I can't make it on Sunday 29 April")
    person.page.get_by_label("My job").check()
    tap_button(person, "Tell my trainer")
    expect(person.page.locator("main")).to_contain_text("You cannot come")
    looked_at(person)
    tap_button(person, "I can come after all on Sunday 29 April")
    expect(person.page.locator("main")).not_to_contain_text("You cannot come")


def _says_whom_to_ring(person: Visitor) -> None:
    tap_link(person, "Tell us whom")
    person.page.get_by_label("Their name").fill("Pat Adeyemi")
    person.page.get_by_label("Their telephone number").fill("07700 900123")
    person.page.get_by_label("Who are they to you?").fill("Partner")
    tap_button(person, "Save")
    expect(person.page.locator("main")).not_to_contain_text("Whom may we ring")
