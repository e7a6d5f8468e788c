"""People arrive, are met and scored; a place is offered, taken, put off, and goes to the reserve list."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from portal.domain.interviews.standard import STANDARD
from portal.domain.offers.making import offer
from tests.browser import meeting, sifting
from tests.browser.conftest import Visit
from tests.browser.meeting import Someone, enter, looked_at, tap, tap_button, tap_link
from tests.browser.steps import heading, press
from tests.support.browser import DESKTOP, PHONE, Portal, Visitor
from tests.support.make_documents import set_clock
from tests.support.offers import a_course, reserves, someone_in, the_next_course
from tests.support.people import a_staff_member
from tests.support.sheets import a_panel

pytestmark = pytest.mark.browser
ON_THE_DAY = datetime(2018, 2, 10, 10, 5)  # London, a Saturday; the second person's time has begun
NAMES = ("Ann Mouse", "Bert Keys")
NAME = "Sam Okafor"  # of everybody who applies in a test
QUESTIONS = len(STANDARD)


@pytest.fixture(scope="module", autouse=True)
def saturday(portal: Portal) -> None:
    set_clock(portal.settings, ON_THE_DAY)


def test_met_scored_and_offered_a_place(visit: Visit, portal: Portal) -> None:
    with portal.inside() as session:
        panel = a_panel(session, portal.app, applicants=2)
        slug, day = panel.campaign.slug, f"/staff/interviews/sessions/{panel.stage.day.id}"
        came = meeting.who(portal, session, panel.application)
        members = [
            meeting.colleague(portal, session, member, name) for member, name in zip(panel.members, NAMES, strict=True)
        ]
        me = meeting.a_recruiter(portal, session)
    recruiter = enter(visit, DESKTOP, me, fine={422})
    run_the_day(recruiter, day)
    ann, bert = enter(visit, DESKTOP, members[0]), enter(visit, PHONE, members[1])
    agree_on_one(ann, bert)
    release(recruiter, slug)
    applicant = enter(visit, PHONE, came)
    portal.letter(came.email, "We would like to offer you a place")
    applicant.go(came.page)
    tap_link(applicant, "Answer our offer of a place")
    expect(heading(applicant.page)).to_have_text("We would like to offer you a place")
    looked_at(applicant)


def run_the_day(recruiter: Visitor, day: str) -> None:
    """The first is there, goes in and leaves; the second does not come."""
    page = recruiter.go("/staff/interviews")
    page.locator(f"a[href='{day}']").click()
    first, second = (page.locator("tr").filter(has_text=f"{NAME}, {hour}") for hour in ("09:30", "10:00"))
    mark(page, "Arrived", "09:30")
    expect(first).to_contain_text("Arrived 10:")
    mark(page, "Goes in", "09:30")
    expect(first).to_contain_text("in the room")
    looked_at(recruiter, "the board of the day")
    mark(page, "Has left", "09:30")
    expect(first).to_contain_text("2 sheets missing")
    mark(page, "No-show", "10:00")
    expect(second).to_contain_text("Did not come")
    expect(page.locator("main .v-q").first).to_contain_text("1 no-show")


def mark(page: Page, act: str, hour: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{act}.+{NAME}, {hour}")).click()


def agree_on_one(ann: Visitor, bert: Visitor) -> None:
    """Each writes alone; neither sees the other's before both are in; then one sheet is agreed."""
    meeting.open_sheet(ann, NAME)
    assert meeting.fill_sheet(ann, 4, "Rang every door in the street", "Offer a place") == QUESTIONS
    looked_at(ann, "a sheet")
    tap_button(ann, "Complete my sheet")
    expect(ann.page.get_by_role("main")).to_contain_text(f"Still to come: {NAMES[1]}")
    meeting.open_sheet(bert, NAME)
    expect(bert.page.get_by_role("main")).not_to_contain_text("Rang every door")
    meeting.fill_sheet(bert, 4, "Stayed until it was solved", "Offer a place")
    tap_button(bert, "Complete my sheet")
    expect(bert.page.get_by_role("main")).to_contain_text("Rang every door in the street")
    looked_at(bert, "the sheets side by side")
    bert.page.get_by_label("in the panel").last.fill("Calm, practical and kind")
    tap_button(bert, "This is agreed")
    expect(bert.page.locator(".v-said")).to_have_text(f"{NAME}: agreed.")
    looked_at(bert)


def release(recruiter: Visitor, slug: str) -> None:
    page = recruiter.go(f"/staff/interviews/outcomes/{slug}")
    expect(page.locator("[aria-labelledby=agreed]")).to_contain_text(f"{4 * QUESTIONS} of {5 * QUESTIONS}")
    press(page, "Decide 1 as the panels recommend")
    expect(page.locator(".v-said")).to_contain_text("Nobody has been told.")
    looked_at(recruiter)
    page.get_by_role("link", name="Release 1 decision").click()
    expect(heading(page)).to_have_text("Tell 1 person")
    looked_at(recruiter)
    page.get_by_label("Type 1 to tell").fill("1")
    press(page, "Release to 1 person")
    sifting.watch_until_done(recruiter, 1)


def test_a_place_is_taken_put_off_and_goes_to_the_reserve_list(visit: Visit, portal: Portal) -> None:
    with portal.inside() as session:
        course = a_course(session)
        the_next_course(session)
        recruiter = a_staff_member(session)
        met = [someone_in(session, portal.app, course) for _ in range(2)]
        sent = [*met, *reserves(session, portal.app, course, 1)]
        for each in met:
            offer(session, recruiter, each.id)
        taker, later, waiting = [meeting.who(portal, session, each) for each in sent]
        slug, me = course.slug, meeting.a_recruiter(portal, session)
    phone = enter(visit, PHONE, taker)
    answer(phone, taker)
    tap_button(phone, "Accept the place")
    expect(heading(phone.page)).to_have_text("Your place is kept for you")
    looked_at(phone, "a place that is kept")
    portal.letter(taker.email, "You have accepted a place")
    portal.letter(taker.email, "What we need from you next")
    phone.go(taker.page)
    expect(phone.page.locator(".promise__lead")).to_contain_text("things for you to do")

    phone = enter(visit, PHONE, later)
    answer(phone, later)
    tap_link(phone, "Ask for a later course")
    looked_at(phone)
    tap(phone, phone.page.get_by_label("Autumn course"))
    tap_button(phone, "Ask for a later course")
    portal.letter(later.email, "You are waiting for a later course")
    expect(phone.page.locator(".promise__lead")).to_contain_text("You have nothing to do today.")
    expect(phone.page.get_by_role("heading", name="For you to do")).to_have_count(0)
    looked_at(phone)

    portal.letter(waiting.email, "A place has come free for you")
    phone = enter(visit, PHONE, waiting)
    answer(phone, waiting)
    expect(phone.page.get_by_role("main")).to_contain_text("After that day it goes to the next person")
    staff_see_it(enter(visit, DESKTOP, me), slug, taker)


def answer(visitor: Visitor, someone: Someone) -> None:
    visitor.go(someone.page)
    tap_link(visitor, "Answer our offer of a place")
    expect(heading(visitor.page)).to_have_text("We would like to offer you a place")


def staff_see_it(recruiter: Visitor, slug: str, taker: Someone) -> None:
    """Who has which place on the board; and what sets the start of whoever took one, on their page."""
    page = recruiter.go(f"/staff/offers/{slug}")
    expect(page.locator("[aria-labelledby=part-waiting] tbody tr")).to_have_count(1)
    expect(page.locator("[aria-labelledby=part-waiting]")).to_contain_text("the reserve list")
    looked_at(recruiter)
    page.locator("[aria-labelledby=part-accepted]").get_by_role("link", name=NAME, exact=True).click()
    expect(page).to_have_url(re.compile(f"{taker.reference}$"))
    said = page.locator("#critical header span")
    expect(said).to_have_text(re.compile(r"^[A-Z].+ (is|on|after) .+ (January|February|March|April|May|June|July)\.$"))
    looked_at(recruiter)
