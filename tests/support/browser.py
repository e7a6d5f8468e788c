"""A real browser against the real service: web processes, worker, mail server, and eyes on everything it says."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyotp
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.config import Settings
from portal.domain.accounts import setting_up, staff_sign_in
from portal.domain.accounts.models import Role
from portal.domain.accounts.staff_accounts import NewRole, create_staff
from portal.domain.accounts.staff_sign_in import STEP_SECONDS, Door
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.questions import seed_questions
from portal.domain.correspondence.shipped import seed_templates
from portal.extensions import db
from portal.web.keys import pepper
from portal.web.setup import outside_of
from tests.support import databases
from tests.support.live import LiveServer, LiveWorker
from tests.support.make_campaigns import the_pilot
from tests.support.settings import testing_settings
from tests.support.smtp import SmtpSink, Taken

OPEN_DAY = datetime(2018, 1, 15, 10)  # London; the pilot takes applications
PATIENCE = 20.0  # seconds that mail and background checks may take on a busy machine
PASSWORD = "seven lanterns by the weir"
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_numbers = count(1)


@dataclass(frozen=True)
class Device:
    """A browser as somebody holds it."""

    name: str
    width: int
    height: int = 900
    touch: bool = False
    javascript: bool = True

    def __str__(self) -> str:
        return self.name


DESKTOP = Device("desktop", 1280)
PHONE = Device("phone", 375, 812, touch=True)
PLAIN = Device("without JavaScript", 1280, javascript=False)
NARROW = Device("320 px", 320, 640)


QUIET = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")


@dataclass
class Watch:
    """Everything wrong that a page says, asks for or gets. `fine` holds the statuses a test brings about."""

    home: str
    fine: set[int] = field(default_factory=set)
    offline: bool = False  # the test has cut the line: failed requests are meant
    problems: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"script failed: {error}"))
        page.on("request", self._asked)
        page.on("response", self._got)
        page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        # What "Failed to load" tells is judged by its status, below; htmx says the others of whoever leaves a page
        # that is still asking for its numbers.
        if message.type == "error" and not message.text.startswith(QUIET):
            self.problems.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home + "/", "data:", "blob:")):
            self.problems.append(f"asked elsewhere: {request.url}")

    def _got(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.fine:
            self.problems.append(f"{response.status} for {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # A browser gives up its own requests when it goes to another page or saves a file.
        if request.failure != "net::ERR_ABORTED" and not self.offline:
            self.problems.append(f"failed: {request.method} {request.url} {request.failure}")


@dataclass
class Visitor:
    """One person's browser, and what is wrong with what it met."""

    portal: Portal
    device: Device
    context: BrowserContext
    page: Page
    watch: Watch

    def go(self, path: str) -> Page:
        self.page.goto(self.portal.url + path)
        return self.page

    def path(self) -> str:
        return self.page.url.removeprefix(self.portal.url)


@dataclass(frozen=True)
class Officer:
    """A member of staff as they know themselves."""

    email: str
    password: str
    totp: pyotp.TOTP


@dataclass
class Portal:
    """The live service on a January morning in 2018."""

    settings: Settings
    app: Flask
    sink: SmtpSink
    campaign: str = ""  # the pilot's slug

    @property
    def url(self) -> str:
        return self.settings.base_url

    @contextmanager
    def inside(self) -> Iterator[Session]:
        """A session in this test's own application, by the service's clock."""
        with self.app.app_context(), clock.at(clock.wall() + clock.read_offset(self.settings.clock_file)):
            try:
                yield db.session()
            finally:
                db.session.remove()

    def officer(self, *roles: Role) -> Officer:
        """Somebody new on the staff, whose app is set up and not yet used to sign in."""
        email = f"{roles[0].value}{next(_numbers)}@force.example"
        with self.inside() as session:
            given = [NewRole(role, starts_on=OPEN_DAY.date()) for role in roles]
            member, token = create_staff(session, SYSTEM, email=email, name="Alex Officer", roles=given, mailed=False)
            setting_up.choose_by_link(session, token, PASSWORD)
            keys, door = outside_of(self.app).keys, Door(pepper(), "127.0.0.1")
            staff_sign_in.begin_totp(session, keys, member)
            totp = pyotp.TOTP(staff_sign_in.totp_secret(keys, member))
            earlier = int(clock.wall().timestamp()) - STEP_SECONDS  # leaves the code of this half minute unused
            staff_sign_in.confirm_totp(session, member, totp.at(earlier), keys, door)
        return Officer(email, PASSWORD, totp)

    def letters(self, recipient: str) -> list[Taken]:
        return [letter for letter in self.sink.taken if letter.recipient == recipient]

    def letter(self, recipient: str, subject: str, *, after: int = 0) -> str:
        """The text of the newest letter to somebody about something, once it came. `after` letters before it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [one for one in self.letters(recipient)[after:] if subject in str(one.message["Subject"])]
            if found:
                return text_of(found[-1])
            time.sleep(0.05)
        came = [str(one.message["Subject"]) for one in self.letters(recipient)]
        raise AssertionError(f"no letter to {recipient} about {subject!r} within {PATIENCE} s; came: {came}")


def text_of(letter: Taken) -> str:
    """What a person without pictures reads."""
    parts = [part for part in letter.message.walk() if part.get_content_type() == "text/plain"]
    body = parts[0].get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode().replace("\r\n", "\n")


def code_in(text: str) -> str:
    """The six figures of a sign-in mail."""
    found = re.search(r"^(\d{3}) (\d{3})$", text, re.MULTILINE)
    assert found, text
    return found[1] + found[2]


@contextmanager
def live_portal(folder: Path) -> Iterator[Portal]:
    """A migrated database with the pilot in it, served, with its worker and a mail server."""
    with databases.fresh("sqlite", folder) as database_url, SmtpSink() as sink, ExitStack() as stack:
        mail: dict[str, Any] = {"mail_host": "127.0.0.1", "mail_port": sink.port, "mail_tls": False}
        settings = testing_settings(folder, database_url, **mail)
        server = LiveServer(settings)
        settings = server.settings = replace(settings, base_url=server.url)
        clock.store_offset(settings.clock_file, clock.from_london(OPEN_DAY) - clock.wall())
        app = create_app(settings)
        portal = Portal(settings, app, sink)
        with portal.inside() as session:
            portal.campaign = the_pilot(session).slug
            seed_questions(session)
            seed_templates(session)
        stack.callback(_close, app)
        stack.callback(server.kill)  # asked politely it waits for the browser's idle connections
        server.start()
        stack.enter_context(LiveWorker(settings))
        yield portal


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def open_browser(chromium: Browser, portal: Portal, device: Device, fetched: Path | None = None) -> Visitor:
    """A fresh browser: no cookie, nothing remembered, downloads allowed. Everything it fetches is kept in `fetched`
    (HAR, whole bodies) once it is closed."""
    context = chromium.new_context(
        record_har_path=fetched,
        record_har_content="embed" if fetched else None,
        viewport={"width": device.width, "height": device.height},
        has_touch=device.touch,
        is_mobile=device.touch,
        java_script_enabled=device.javascript,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE * 1000)
    watch = Watch(portal.url)
    context.on("page", watch.follow)
    return Visitor(portal, device, context, context.new_page(), watch)
