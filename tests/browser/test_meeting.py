"""Three days planned in two minutes; times booked, moved, given up on a phone; the freed one goes to who waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from portal.domain.accounts.models import Role
from tests.browser import meeting
from tests.browser.conftest import Visit
from tests.browser.meeting import Hand, Someone, enter, has_time, looked_at, tap, tap_button, tap_link
from tests.support.browser import DESKTOP, PHONE, Device, Portal, Visitor
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
SATURDAY = "Saturday 10 February"
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
    stage = a_saturday(portal)
    recruiter = enter(visit, replace(DESKTOP, javascript=device.javascript), stage.recruiter)
    meeting.invite_all(recruiter, stage.slug, len(stage.people))
    ann, bert, cleo = (enter(visit, device, each) for each in stage.people)
    who_ann, who_bert, who_cleo = stage.people
    portal.letter(who_ann.email, "Choose a time for your interview")
    book(ann, who_ann, "9:30am")
    book(bert, who_bert, "10am")
    move(ann, who_ann, "9:30am", "10:30am")
    wait_for(cleo, who_cleo, "10am")
    ten = give_up(bert, who_bert)

    freed = meeting.entry_of(portal, who_cleo.email, "A time you waited for is yours")
    assert (freed.method, freed.starts) == ("REQUEST", ten.starts) and freed.uid != ten.uid
    cleo.go(f"{who_cleo.page}/interview")
    has_time(cleo, f"{SATURDAY}, 10am")
    page = recruiter.go(stage.day)
    seats = page.locator(".v-board tbody tr")
    for place, words in enumerate(("Offer this time", "Cleo", "Ann")):
        expect(seats.nth(place)).to_contain_text(words)
    expect(page.locator("[aria-labelledby=silent]")).to_contain_text("Bert")


def book(visitor: Visitor, someone: Someone, time: str) -> None:
    meeting.open_times(visitor, someone)
    if time == "9:30am":
        seen(visitor)
    else:
        expect(visitor.page.locator(".slot--gone")).to_contain_text("9:30am")
    meeting.choose(visitor, time, "Book this time")
    has_time(visitor, f"{SATURDAY}, {time}")


def move(visitor: Visitor, someone: Someone, before: str, after: str) -> None:
    """The calendar's entry moves with the time."""
    first = meeting.entry_of(visitor.portal, someone.email, f"Your interview is on {SATURDAY} at {before}")
    assert first.method == "REQUEST" and f"{first.starts:%d %H:%M} {first.starts.tzname()}" == "10 09:30 GMT"
    tap_link(visitor, "Move it")
    seen(visitor)
    meeting.choose(visitor, after, "Move to this time")
    has_time(visitor, f"{SATURDAY}, {after}")
    seen(visitor, "a time that was moved")
    moved = meeting.entry_of(visitor.portal, someone.email, f"Your interview is now on {SATURDAY} at {after}")
    assert (moved.method, moved.uid) == ("REQUEST", first.uid) and moved.sequence > first.sequence


def wait_for(visitor: Visitor, someone: Someone, time: str) -> None:
    meeting.open_times(visitor, someone)
    tap_link(visitor, "Wait for a time that is taken")
    seen(visitor)
    meeting.choose(visitor, time, "Save what I wait for")
    expect(visitor.page.get_by_role("main")).to_contain_text("We have noted that.")


def give_up(visitor: Visitor, someone: Someone) -> meeting.Entry:
    """To choose another later; returns the entry of the time that was given up."""
    booked = meeting.entry_of(visitor.portal, someone.email, "Your interview is on")
    tap_link(visitor, "Give it up")
    seen(visitor)
    tap(visitor, visitor.page.get_by_label("I want to choose another time"))
    tap_button(visitor, "Give it up")
    expect(visitor.page.get_by_role("main")).to_contain_text("Your time is given up.")
    gone = meeting.entry_of(visitor.portal, someone.email, "is cancelled")
    assert (gone.method, gone.uid) == ("CANCEL", booked.uid) and gone.sequence > booked.sequence
    return booked


def seen(visitor: Visitor, where: str = "") -> None:
    """Each page is judged once, by a browser that can run the judge."""
    if visitor.device.javascript:
        looked_at(visitor, where)
