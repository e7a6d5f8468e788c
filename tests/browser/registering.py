"""A class and its trainers' phones: taps that are counted, a line that can be cut, a look into what a phone keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.queries import staff_by_email
from portal.domain.applications.models import Application
from portal.domain.attendance.models import Mark, MarkStep, RegisterNote
from portal.domain.training.models import Trainee, TrainingSession
from tests.browser.conftest import Visit
from tests.support.browser import FLAGS, PATIENCE, Device, Officer, Portal, Watch
from tests.support.live import cookies_of
from tests.support.make_documents import set_clock
from tests.support.services import require_service
from tests.support.trainees import trainees
from tests.support.training import a_cohort, a_trainer, sessions_of

TRAINERS = ("Sam Carter", "Noor Aziz")
THUMB = Device("360 px phone", 360, 640, touch=True)
KEPT = """async () => {
  const all = {};
  const done = (asked) => new Promise((say) => { asked.onsuccess = () => say(asked.result); });
  const db = await done(indexedDB.open('register'));
  for (const name of db.objectStoreNames) {
    const rows = await done(db.transaction(name).objectStore(name).getAll());
    all[name] = rows.map((row) => ({ ...row, extractable: row.extractable, usages: row.usages,
      text: row.sealed && new TextDecoder('latin1').decode(row.sealed.data) }));
  }
  db.close();
  return all;
}"""
CACHED = """async () => {
  const texts = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) texts.push(request.url, await (await cache.match(request)).text());
  }
  return texts;
}"""  # fmt: skip


@dataclass(frozen=True)
class Classroom:
    """One day of a cohort, with who is on its register and who teaches. Names by trainee, in the register's order."""

    portal: Portal
    cohort_id: int
    session_id: int
    names: dict[int, str]
    teaching: tuple[int, ...]

    @property
    def page(self) -> str:
        return f"/staff/cohorts/{self.cohort_id}/register?session={self.session_id}"

    def name(self, place: int) -> str:
        return list(self.names.values())[place]

    def said(self) -> dict[str, str]:
        """What the server's register says, by name: `present+12-0`, `excused work`."""
        with self.portal.inside() as session:
            marks = session.scalars(select(Mark).filter_by(session_id=self.session_id)).all()
            return {self.names[mark.trainee_id]: words_of(mark) for mark in marks}

    def markers(self) -> dict[str, str]:
        """Who made each mark that stands."""
        with self.portal.inside() as session:
            query = select(Mark.trainee_id, StaffMember.name).join(StaffMember, StaffMember.id == Mark.marked_by)
            rows = session.execute(query.where(Mark.session_id == self.session_id))
            return {self.names[number]: name for number, name in rows}

    def steps(self) -> list[str]:
        """The outcome of every mark that arrived."""
        with self.portal.inside() as session:
            query = select(MarkStep.outcome).filter_by(session_id=self.session_id).order_by(MarkStep.id)
            return [outcome.value for outcome in session.scalars(query)]

    def notes(self) -> list[tuple[int | None, bool]]:
        """Whom each note that arrived is of, and whether it is a walk-in; the words are sealed."""
        with self.portal.inside() as session:
            query = select(RegisterNote).filter_by(session_id=self.session_id).order_by(RegisterNote.id)
            return [(note.trainee_id, note.walk_in) for note in session.scalars(query)]

    def at(self, minutes: int) -> None:
        """Moves the service's clock to so many minutes after the class began."""
        with self.portal.inside() as session:
            starts = session.get_one(TrainingSession, self.session_id).starts_at
        moment = clock.london(starts + timedelta(minutes=minutes)).replace(tzinfo=None)
        set_clock(self.portal.settings, moment)


def about(said: dict[str, str]) -> dict[str, str]:
    """The minutes of a clock that runs: what a slow machine makes of 4, of 24 and of 476 is the same."""
    for pattern, minutes in ((r"\+[4-7]-0$", "+4-0"), (r"\+2[4-7]-0$", "+24-0"), (r"-47[3-6]$", "-476")):
        said = {name: re.sub(pattern, minutes, words) for name, words in said.items()}
    return said


def words_of(mark: Mark) -> str:
    minutes = f"+{mark.late_minutes}-{mark.left_minutes}" if mark.late_minutes or mark.left_minutes else ""
    return f"{mark.presence.value}{minutes}" + (f" {mark.reason}" if mark.reason else "")


def a_class(portal: Portal, people: int = 24, *, officer: Officer | None = None) -> Classroom:
    """A class of two days whose first has just begun: the service's clock stands at 09:04. Two teach it, and
    `officer`, who can sign in by themselves."""
    with portal.inside() as session:
        teaching = [a_trainer(session) for _ in TRAINERS]
        for person, name in zip(teaching, TRAINERS, strict=True):
            person.name = name
        session.commit()
        if officer is not None and (member := staff_by_email(session, officer.email)):
            teaching.insert(0, member)
        cohort = a_cohort(session, trainers=teaching, days=2, first=date(2018, 4, 28))
        made = [each.id for each in trainees(session, cohort, people)]
        query = (
            select(Trainee.id, Application.given_name, Application.family_name)
            .join(Application, Application.id == Trainee.application_id)
            .where(Trainee.id.in_(made))
            .order_by(Application.family_name, Application.given_name, Trainee.id)
        )
        names = {number: f"{given} {family}" for number, given, family in session.execute(query)}
        day = sessions_of(session, cohort)[0]
        room = Classroom(portal, cohort.id, day.id, names, tuple(each.id for each in teaching))
    room.at(4)
    return room


def sign_in(context: BrowserContext, room: Classroom, trainer: int = 0) -> None:
    """As the real sign-in leaves the browser."""
    with room.portal.inside() as session:
        cookies = cookies_of(room.portal.app, session.get_one(StaffMember, room.teaching[trainer]))
    for name, value in cookies.items():
        context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/staff"}])


@dataclass
class Phone:
    """A trainer's hand on a register page; every tap is counted."""

    page: Page
    room: Classroom
    taps: int = 0

    @property
    def dev(self) -> Locator:
        return self.page.locator("[data-register]")

    def row(self, place: int) -> Locator:
        return self.dev.locator(".v-dev-row").filter(has=self.page.get_by_text(self.room.name(place), exact=True))

    def tap(self, target: Locator) -> None:
        target.tap()
        self.taps += 1

    def mark(self, place: int, choice: str) -> None:
        self.tap(self.row(place).locator(f"[data-choice={choice}]"))

    def more(self, place: int) -> Locator:
        """Opens what else can be said of somebody."""
        self.tap(self.row(place).locator("[data-part=more]"))
        return self.page.locator('dialog[data-dialog="trainee"]')

    def everyone_else(self) -> None:
        self.tap(self.dev.locator("[data-part=everyone]"))

    @property
    def foot(self) -> Locator:
        return self.dev.locator("[data-part=foot]")

    @property
    def banner(self) -> Locator:
        return self.dev.locator("[data-part=banner]")

    def is_pressed(self, place: int, choice: str) -> None:
        expect(self.row(place).locator(f"[data-choice={choice}]")).to_have_attribute("aria-pressed", "true")

    def ready(self) -> None:
        """The page is the phone's own, and it would open again without a signal."""
        expect(self.dev.locator(".v-dev-row")).to_have_count(len(self.room.names))
        expect(self.dev.locator("[data-part=ready]")).to_be_visible()

    def signal_is_back(self) -> None:
        """What a browser says when its network changes; it would try by itself, only later."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def kept(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that the phone keeps of registers, as whoever has the phone finds it."""
        found: dict[str, list[dict[str, Any]]] = self.page.evaluate(KEPT)
        return found

    def cached(self) -> str:
        return "\n".join(self.page.evaluate(CACHED))


def opened(visit: Visit, room: Classroom, *, url: str = "", trainer: int = 0, fine: set[int] | None = None) -> Phone:
    """A trainer's phone with the register open. `url`: over a line of its own, which the test may cut."""
    visitor = visit(THUMB, fine=fine)
    if url:
        visitor.watch.home, visitor.watch.offline = url, True
    sign_in(visitor.context, room, trainer)
    room.at(4)
    visitor.page.goto((url or room.portal.url) + room.page)
    return Phone(visitor.page, room)


class OwnBrowser:
    """A browser that is closed and opened again with what it kept, as a phone that ran out of battery."""

    def __init__(self, chromium: Browser, folder: Path, home: str, *flags: str) -> None:
        self.kind, self.folder, self.flags = chromium.browser_type, folder, flags
        self.watch = Watch(home)
        self.context: BrowserContext | None = None

    def open(self) -> Page:
        self.context = self.kind.launch_persistent_context(
            str(self.folder), executable_path=require_service("browser"), args=[*FLAGS, *self.flags],
            viewport={"width": THUMB.width, "height": THUMB.height}, has_touch=True, is_mobile=True,
            locale="en-GB", timezone_id="Europe/London", reduced_motion="reduce",
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.on("page", self.watch.follow)
        return self.context.new_page()

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


def port_of(portal: Portal) -> int:
    """The live server's."""
    return urlsplit(portal.url).port or 0
