"""Three days planned in two minutes; times booked, moved, given up on a phone; the freed one goes to who waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.domain.accounts.models import Role
from tests.browser import meeting
from tests.browser.conftest import Visit
from tests.browser.meeting import Hand, Someone, enter, has_time, looked_at, tap, tap_button, tap_link
from tests.support.browser import DESKTOP, PHONE, Device, Portal
from tests.support.interviews import a_day, a_shortlisted, a_venue
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member

pytestmark = pytest.mark.browser
TUESDAY = datetime(2018, 1, 30, 11)  # London; the shortlist was told yesterday
THREE_DAYS = [date(2018, 2, 10), date(2018, 2, 11), date(2018, 2, 17)]  # two Saturdays and a Sunday
TWO_MINUTES = 120
MOST_ACTS = int(TWO_MINUTES / meeting.ACT)  # 39: what fits two minutes if nothing is typed
WITHOUT = replace(PHONE, name="phone without JavaScript", javascript=False)
NAMES = ("Ann Mouse", "Bert Keys", "Cleo Marsh", "Dan Reed")
CAMPAIGN = "Three days"


@pytest.fixture(scope="module", autouse=True)
def tuesday(portal: Portal) -> None:
    set_clock(portal.settings, TUESDAY)


def test_three_days_are_planned_in_two_minutes(visit: Visit, portal: Portal) -> None:
    with portal.inside() as session:
        a_campaign(session, name=CAMPAIGN)
        venue = a_venue(session).name
        for name in NAMES:
            meeting.colleague(portal, session, a_staff_member(session, Role.ASSESSOR), name)
        me = meeting.a_recruiter(portal, session)
    recruiter = enter(visit, DESKTOP, me)
    page = recruiter.go("/staff/interviews")
    hand, (ann, bert, cleo, dan) = Hand(page), NAMES
    meeting.plan_days(hand, CAMPAIGN, THREE_DAYS, venue, [("Room 1", ann, bert), ("Room 2", bert, cleo)])
    hand.press("Look at these days")
    clash = f"{bert} sits on Panel A and Panel B"
    days = page.locator(".v-plan__days > li")
    expect(days.filter(has_text=clash)).to_have_count(len(THREE_DAYS))
    looked_at(recruiter, "a plan with a clash")
    hand.choose("panels-1-first_member", dan)
    hand.press("Look again")
    expect(days.filter(has_text="Nothing in the way")).to_have_count(len(THREE_DAYS))
    hand.press("Make and publish")
    expect(page.locator(".v-said")).to_have_text("3 days made. Those who are invited see them now.")
    assert hand.acts <= MOST_ACTS and hand.seconds <= TWO_MINUTES, (hand.acts, hand.seconds)

    rows = page.locator(".v-daylist tbody tr").filter(has_text=CAMPAIGN)
    expect(rows).to_have_count(len(THREE_DAYS))
    expect(rows.first).to_contain_text("0 of 16")
    looked_at(recruiter)
    rows.first.get_by_role("link").first.click()
    expect(page.locator("thead")).to_contain_text("Reed")
    looked_at(recruiter, "the board of a day to come")


@dataclass(frozen=True)
class Saturday:
    """A day with three times, and three people on the shortlist who are to choose among them."""

    slug: str
    day: str
    recruiter: Someone
    people: list[Someone]


def a_saturday(portal: Portal) -> Saturday:
    with portal.inside() as session:
        campaign = a_campaign(session)
        panel = [a_staff_member(session, Role.ASSESSOR) for _ in range(2)]
        sent = [a_shortlisted(session, portal.app, campaign, given_name=name.split()[0]) for name in NAMES[:3]]
        people = [meeting.who(portal, session, each) for each in sent]
        day = a_day(session, campaign, slots=3, staff=panel)
        made = f"/staff/interviews/sessions/{day.id}"
        return Saturday(campaign.slug, made, meeting.a_recruiter(portal, session), people)


@pytest.mark.parametrize("device", [PHONE, WITHOUT], ids=str)
def test_times_are_booked_moved_given_up_and_handed_on(visit: Visit, portal: Portal, device: Device) -> None:
    stage, judging = a_saturday(portal), device.javascript
    recruiter = enter(visit, replace(DESKTOP, javascript=device.javascript), stage.recruiter)
    meeting.invite_all(recruiter, stage.slug, 3)
    ann, bert, cleo = (enter(visit, device, each) for each in stage.people)
    who_ann, who_bert, who_cleo = stage.people
    portal.letter(who_ann.email, "Choose a time for your interview")

    meeting.open_times(ann, who_ann)
    if judging:
        looked_at(ann)
    meeting.choose(ann, "9:30am", "Book this time")
    has_time(ann, "Saturday 10 February, 9:30am")
    meeting.open_times(bert, who_bert)
    expect(bert.page.locator(".slot--gone")).to_contain_text("9:30am")
    meeting.choose(bert, "10am", "Book this time")
    has_time(bert, "Saturday 10 February, 10am")
    first = meeting.entry_of(portal, who_ann.email, "Your interview is on")
    assert (first.method, clock.london(first.starts)) == (
        "REQUEST",
        clock.london(clock.from_london(datetime(2018, 2, 10, 9, 30))),
    )

    tap_link(ann, "Move it")
    if judging:
        looked_at(ann)
    meeting.choose(ann, "10:30am", "Move to this time")
    has_time(ann, "Saturday 10 February, 10:30am")
    if judging:
        looked_at(ann, "a time that was moved")
    moved = meeting.entry_of(portal, who_ann.email, "Your interview is now on")
    assert (moved.method, moved.uid) == ("REQUEST", first.uid) and moved.sequence > first.sequence

    meeting.open_times(cleo, who_cleo)
    tap_link(cleo, "Wait for a time that is taken")
    if judging:
        looked_at(cleo)
    meeting.choose(cleo, "10am", "Save what I wait for")
    expect(cleo.page.get_by_role("main")).to_contain_text("We have noted that.")

    tap_link(bert, "Give it up")
    if judging:
        looked_at(bert)
    tap(bert, bert.page.get_by_label("I want to choose another time"))
    booked = meeting.entry_of(portal, who_bert.email, "Your interview is on")
    tap_button(bert, "Give it up")
    expect(bert.page.get_by_role("main")).to_contain_text("Your time is given up.")
    gone = meeting.entry_of(portal, who_bert.email, "is cancelled")
    assert (gone.method, gone.uid) == ("CANCEL", booked.uid) and gone.sequence > booked.sequence

    freed = meeting.entry_of(portal, who_cleo.email, "A time you waited for is yours")
    assert (freed.method, freed.starts) == ("REQUEST", booked.starts) and freed.uid != booked.uid
    cleo.go(f"{who_cleo.page}/interview")
    has_time(cleo, "Saturday 10 February, 10am")
    page = recruiter.go(stage.day)
    seats = page.locator(".v-board tbody tr")
    for place, words in enumerate(("Offer this time", "Cleo", "Ann")):
        expect(seats.nth(place)).to_contain_text(words)
    expect(page.locator("[aria-labelledby=silent]")).to_contain_text("Bert")
