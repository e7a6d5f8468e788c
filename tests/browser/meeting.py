"""The road from the shortlist to a place, as people walk it: days planned, times chosen, sheets written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.browser.steps import heading
from tests.support.browser import Device, Portal, Visitor
from tests.support.live import cookies_of
from tests.support.people import a_staff_member

# The keystroke-level model of Card, Moran and Newell (1980), in seconds: think 1.35, point 1.1, reach 0.4, click 0.2;
# a key of somebody who types now and then.
ACT, KEY = 1.35 + 1.1 + 0.4 + 0.2, 0.28


@dataclass
class Hand:
    """Somebody at work, with everything they do counted. Choosing from a list is two acts."""

    page: Page
    acts: int = 0
    keys: int = 0

    @property
    def seconds(self) -> float:
        """How long a person takes for it, by the model, besides waiting."""
        return self.acts * ACT + self.keys * KEY

    def click(self, target: Locator) -> None:
        target.click()
        self.acts += 1

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def choose(self, name: str, label: str) -> None:
        self.page.locator(f"select[name={name}]").select_option(label=label)
        self.acts += 2

    def write(self, name: str, text: str) -> None:
        self.page.locator(f"input[name={name}]").fill(text)
        self.acts += 1
        self.keys += len(text)


@dataclass(frozen=True)
class Someone:
    """Somebody who applied, or works here: their address, cookies, and the reference they applied under."""

    email: str
    cookies: dict[str, str]
    reference: str = ""

    @property
    def page(self) -> str:
        return f"/applications/{self.reference}"


class HasPage(Protocol):
    """Somebody with an application: its page."""

    @property
    def page(self) -> str: ...


def who(portal: Portal, session: Session, sent: Application) -> Someone:
    person = session.get_one(Applicant, sent.applicant_id)
    return Someone(person.email, cookies_of(portal.app, person), sent.reference)


def colleague(portal: Portal, session: Session, member: StaffMember, name: str) -> Someone:
    """A member of staff, under a name of their own."""
    with unit_of_work(session):
        session.get_one(StaffMember, member.id).name = name
    return Someone(member.email, cookies_of(portal.app, member))


def a_recruiter(portal: Portal, session: Session) -> Someone:
    return colleague(portal, session, a_staff_member(session, Role.RECRUITER), "Priya Nandakumar")


def enter(visit: Visit, device: Device, someone: Someone, *, fine: set[int] | None = None) -> Visitor:
    """Their browser, signed in."""
    visitor = visit(device, fine=fine)
    for name, value in someone.cookies.items():
        path = "/staff" if name == "staff_session" else "/"
        visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": path}])
    return visitor


def looked_at(visitor: Visitor, where: str = "") -> None:
    """Judges the page wide and narrow, then gives the visitor their own size back."""
    wrong = judged(visitor, where)
    assert not wrong, "\n".join(wrong)
    visitor.page.set_viewport_size({"width": visitor.device.width, "height": visitor.device.height})


def tap(visitor: Visitor, target: Locator) -> None:
    """By finger where there is a touch screen."""
    target.tap() if visitor.device.touch else target.click()


def tap_button(visitor: Visitor, name: str) -> None:
    """Sends the page."""
    with visitor.page.expect_navigation():
        tap(visitor, visitor.page.get_by_role("button", name=name, exact=True))


def tap_link(visitor: Visitor, name: str) -> None:
    """A link of the page's own, those that look like a button too."""
    with visitor.page.expect_navigation():
        tap(visitor, visitor.page.locator("main a").filter(has_text=name).first)


# The recruiter


def plan_days(
    hand: Hand, campaign: str, days: Sequence[date], venue: str, panels: Sequence[tuple[str, str, str]]
) -> None:
    """From the page of days to a filled plan: the days, the place, and each panel's room and two people."""
    hand.click(hand.page.get_by_role("link", name="Plan days"))
    hand.click(hand.page.get_by_role("link", name=f"Interviews of {campaign}"))
    for day in days:
        hand.click(hand.page.locator("label", has=hand.page.locator(f"input[name=days][value='{day}']")))
    hand.choose("venue_id", venue)
    for place, (room, first, second) in enumerate(panels):
        if place:
            hand.press("Add a panel")
        hand.write(f"panels-{place}-room", room)
        hand.choose(f"panels-{place}-first_member", first)
        hand.choose(f"panels-{place}-second_member", second)


def invite_all(visitor: Visitor, slug: str, people: int) -> None:
    """Everybody who fits is ticked already; the preview says how many, and the run comes to its end."""
    page = visitor.go(f"/staff/interviews/invite/{slug}")
    expect(page.locator("input[name=chosen]:checked")).to_have_count(people)
    page.get_by_role("button", name="Invite the chosen…").click()
    page.get_by_role("button", name=re.compile(f"^Invite {people} (person|people)")).click()
    for _ in range(0 if visitor.device.javascript else 40):
        page.wait_for_load_state()
        if page.get_by_role("link", name="Look again").count() == 0:
            break
        page.get_by_role("link", name="Look again").click()
        page.wait_for_timeout(500)
    expect(page.locator("#progress")).to_contain_text(f"{people} of {people}")


# The applicant


def open_times(visitor: Visitor, someone: HasPage) -> None:
    visitor.go(someone.page)
    tap_link(visitor, "Choose a time for your interview")
    expect(heading(visitor.page)).to_have_text("Choose your interview")


def choose(visitor: Visitor, time: str, button: str) -> None:
    tap(visitor, visitor.page.locator(".slot").filter(has_text=re.compile(rf"^\s*{time}\b")))
    tap_button(visitor, button)


def has_time(visitor: Visitor, words: str) -> None:
    expect(heading(visitor.page)).to_have_text(words)


@dataclass(frozen=True)
class Entry:
    """The calendar part of a letter, read back."""

    method: str
    uid: str
    sequence: int
    starts: datetime


def entry_of(portal: Portal, email: str, subject: str) -> Entry:
    """Of the letter about something that came, once it has."""
    portal.letter(email, subject)
    found = next(each for each in reversed(portal.letters(email)) if subject in str(each.message["Subject"]))
    part = next(part for part in found.message.walk() if part.get_content_type() == "text/calendar")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    made = Calendar.from_ical(body)
    event: Any = made.walk("VEVENT")[0]
    assert part.get_param("method") == made["METHOD"]
    return Entry(str(made["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt)


# The interviewer


def open_sheet(visitor: Visitor, name: str) -> None:
    """From one's own list, past the question whether one knows them."""
    visitor.go("/staff/interviews/sheets")
    tap(visitor, visitor.page.get_by_role("link", name=f"Start with {name}"))
    expect(heading(visitor.page)).to_have_text(f"Do you know {name}?")
    tap_button(visitor, "I do not know them")
    expect(heading(visitor.page)).to_have_text(name)


def fill_sheet(visitor: Visitor, points: int, words: str, recommendation: str) -> int:
    """Points and words for each question, then the whole; returns how many questions there were."""
    asked = visitor.page.locator(".v-ask:not(.v-ask--end)")
    expect(asked.first).to_be_visible()
    for each in asked.all():
        each.get_by_label("What they said").fill(words)
        tap(visitor, each.locator(".v-five label").nth(points - 1))
    end = visitor.page.locator(".v-ask--end")
    tap(visitor, end.get_by_text(recommendation, exact=True))
    end.get_by_label("Why").fill(words)
    return asked.count()
