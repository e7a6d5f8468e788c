"""Codes at the door: a trainee reads the trainer's, or the trainer's phone reads theirs, by camera or typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application
from portal.domain.attendance.codes import short_code
from portal.domain.attendance.models import MarkSource, MarkStep
from portal.domain.training.models import Trainee
from tests.browser.conftest import Visit
from tests.browser.looking import page_judged
from tests.browser.registering import THUMB, Classroom, OwnBrowser, Phone, a_class, about, opened, port_of, sign_in
from tests.support.browser import PHONE, Portal
from tests.support.camera import FLAGS, film_of
from tests.support.line import line_to
from tests.support.live import cookies_of

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Learner:
    """One trainee: their cookies, the reference they applied under, and what their own code says."""

    cookies: dict[str, str]
    reference: str
    check_in: str


def learner(room: Classroom, place: int) -> Learner:
    with room.portal.inside() as session:
        trainee = session.get_one(Trainee, list(room.names)[place])
        application = session.get_one(Application, trainee.application_id)
        person = session.get_one(Applicant, application.applicant_id)
        return Learner(cookies_of(room.portal.app, person), application.reference, trainee.check_in)


def sources(room: Classroom) -> dict[str, str]:
    """How each mark came, by name."""
    with room.portal.inside() as session:
        steps = session.scalars(select(MarkStep).filter_by(session_id=room.session_id))
        return {room.names[step.trainee_id]: step.source.value for step in steps}


def looked_at(page: Page, where: str) -> None:
    assert page_judged(page, where) == []
    page.set_viewport_size({"width": THUMB.width, "height": THUMB.height})


def test_a_trainee_checks_in_with_the_code_on_the_wall(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    trainer = opened(visit, room)
    trainer.ready()
    wall = trainer.page.context.new_page()
    wall.goto(f"{portal.url}/staff/cohorts/{room.cohort_id}/register/{room.session_id}/code")
    code = wall.locator(".v-reg-code__words").inner_text()
    expect(wall.locator(".v-reg-code__picture svg")).to_be_visible()

    theirs = visit(PHONE)
    for name, value in learner(room, 2).cookies.items():
        theirs.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    theirs.go(f"/check-in/{code}")
    theirs.page.get_by_role("main").get_by_role("button").tap()
    expect(theirs.page.get_by_role("heading", level=1)).to_have_text("You are checked in")
    trainer.signal_is_back()
    trainer.is_pressed(2, "late")
    assert about(room.said()) == {room.name(2): "present+4-0"}
    assert sources(room) == {room.name(2): MarkSource.SELF}


def test_the_trainers_phone_reads_a_code_with_its_camera_without_a_signal(
    chromium: Browser, portal: Portal, tmp_path: Path
) -> None:
    room = a_class(portal, 5)
    shown = learner(room, 3)
    film = film_of(tmp_path / "code.y4m", shown.check_in)
    with line_to(port_of(portal)) as line:
        own = OwnBrowser(chromium, tmp_path / "phone", line.url, *FLAGS, film)
        own.watch.offline = True
        try:
            phone = Phone(own.open(), room)
            sign_in(phone.page.context, room)
            phone.page.goto(line.url + room.page)
            phone.ready()
            line.cut = True
            phone.page.reload()
            phone.tap(phone.dev.get_by_role("button", name="Scan"))
            said = phone.page.locator("[data-part=scanned]")
            expect(said).to_have_text(re.compile(f"^{re.escape(room.name(3))}: here, late [4-7] min$"))
            looked_at(phone.page, "a code before the camera")
            phone.tap(phone.page.get_by_role("button", name="Close"))
            phone.is_pressed(3, "late")
            expect(phone.banner).to_contain_text("1 mark kept on this phone")
            assert room.said() == {}
            line.cut = False
            phone.signal_is_back()
            expect(phone.foot).to_contain_text("All saved")
        finally:
            own.close()
        assert own.watch.problems == []
    assert about(room.said()) == {room.name(3): "present+4-0"}
    assert sources(room) == {room.name(3): MarkSource.SCAN}


def test_a_typed_code_does_where_there_is_no_camera(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 5)
    shown = learner(room, 1)
    theirs = visit(PHONE)
    for name, value in shown.cookies.items():
        theirs.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    page = theirs.go(f"/applications/{shown.reference}/training/code")
    expect(page.get_by_role("main")).to_contain_text(short_code(shown.check_in))

    phone = opened(visit, room)
    phone.ready()
    phone.tap(phone.dev.get_by_role("button", name="Scan"))
    said, typed = phone.page.locator("[data-part=scanned]"), phone.page.get_by_label("Or type the code")
    expect(said).to_contain_text("The camera cannot be used here.")
    looked_at(phone.page, "no camera")
    typed.fill("ZZZ-ZZZ")
    typed.press("Enter")
    expect(said).to_have_text("This code is not of anybody on this register.")
    typed.fill(short_code(shown.check_in).lower())
    typed.press("Enter")
    expect(said).to_have_text(re.compile(f"^{re.escape(room.name(1))}: here, late [4-7] min$"))
    typed.fill(shown.check_in)
    typed.press("Enter")
    expect(said).to_have_text(f"{room.name(1)} is marked already.")
    phone.tap(phone.page.get_by_role("button", name="Close"))
    expect(phone.foot).to_contain_text("All saved")
    assert about(room.said()) == {room.name(1): "present+4-0"}
    assert room.steps() == ["kept"]
