"""A class in a room without a signal: opened again cold, marked to the end, all there once when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.domain.attendance.models import MarkStep
from tests.browser.conftest import Visit
from tests.browser.looking import page_judged
from tests.browser.registering import THUMB, Classroom, OwnBrowser, Phone, a_class, about, opened, port_of, sign_in
from tests.support.browser import Portal
from tests.support.line import Line, line_to

pytestmark = pytest.mark.browser


@pytest.fixture
def line(portal: Portal) -> Iterator[Line]:
    with line_to(port_of(portal)) as made:
        yield made


@pytest.fixture
def own(chromium: Browser, tmp_path: Path, line: Line) -> Iterator[OwnBrowser]:
    """A browser of its own, which may be closed and opened again. It complains of nothing."""
    browser = OwnBrowser(chromium, tmp_path / "phone", line.url)
    browser.watch.offline = True
    browser.watch.fine |= {401}
    yield browser
    browser.close()
    assert browser.watch.problems == []


def phone_on(own: OwnBrowser, line: Line, room: Classroom, *, signed_in: bool) -> Phone:
    page = own.open()
    if signed_in:
        sign_in(page.context, room)
        room.at(4)
    page.goto(line.url + room.page)
    return Phone(page, room)


def looked_at(page: Page, where: str) -> None:
    assert page_judged(page, where) == []
    page.set_viewport_size({"width": THUMB.width, "height": THUMB.height})


def test_a_whole_class_without_a_signal_arrives_once(own: OwnBrowser, line: Line, portal: Portal) -> None:
    room = a_class(portal)
    phone = phone_on(own, line, room, signed_in=True)
    phone.ready()
    line.cut = True
    phone.mark(5, "absent")
    expect(phone.banner).to_contain_text("Offline: 1 mark kept on this phone. It goes by itself when there is signal.")
    own.close()

    phone = phone_on(own, line, room, signed_in=False)  # cold: another process, no signal, no sign-in
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Day 1 · Sat 28 Apr")
    expect(phone.dev.locator(".v-dev-row")).to_have_count(24)
    phone.is_pressed(5, "absent")
    phone.mark(0, "late")
    phone.tap(phone.more(9).get_by_role("button", name="Could not get here"))
    phone.everyone_else()
    phone.mark(5, "here")  # came after all
    expect(phone.banner).to_contain_text("25 marks kept on this phone")
    looked_at(phone.page, "a register without a signal")
    nothing_is_readable(phone)
    own.close()

    phone = phone_on(own, line, room, signed_in=False)
    expect(phone.dev.locator("[data-count=todo]")).to_have_text("0")
    assert room.said() == {}
    line.cut = False
    phone.signal_is_back()
    expect(phone.banner).to_contain_text("You have been signed out. 25 marks kept on this phone.")
    sign_in(phone.page.context, room)
    phone.page.reload()
    expect(phone.foot).to_contain_text("All saved")
    odd = {room.name(0): "present+4-0", room.name(9): "excused travel"}
    assert about(room.said()) == dict.fromkeys(room.names.values(), "present") | odd
    assert room.steps() == ["kept"] * 25
    in_order(room)


def in_order(room: Classroom) -> None:
    """They were sent as they were made."""
    with room.portal.inside() as session:
        query = select(MarkStep.made_at).filter_by(session_id=room.session_id).order_by(MarkStep.id)
        made = list(session.scalars(query))
    assert made == sorted(made)


def nothing_is_readable(phone: Phone) -> None:
    """Neither in what is sealed nor beside it, nor in what the service worker keeps: no name, no mark."""
    kept, cached = phone.kept(), phone.cached()
    assert len(kept["registers"]) == 1 and len(kept["waiting"]) == 25
    [key] = kept["keys"]
    assert key["extractable"] is False and set(key["usages"]) == {"encrypt", "decrypt"}
    assert {name for row in kept["waiting"] for name in row} - {"extractable", "usages", "text"} == {
        "n", "session", "cohort", "who", "until", "sealed",
    }  # fmt: skip
    everything = repr(kept["registers"]) + repr(kept["waiting"])
    assert all(each["text"] for each in kept["waiting"])
    for words in {part for name in phone.room.names.values() for part in name.split()} | {"absent", "excused"}:
        assert words not in everything, words
    for name in phone.room.names.values():
        assert name not in cached, name
    assert "Sam Carter" not in cached and 'name="csrf_token"' not in cached


def test_answers_that_never_come_are_asked_for_again(visit: Visit, line: Line, portal: Portal) -> None:
    """Half of everything is lost on the way, and each mark is there once."""
    room = a_class(portal, 8)
    phone = opened(visit, room, url=line.url)
    phone.ready()
    line.loses, line.chance = 0.5, Random(8)  # the first answer is lost, then two requests
    for place in range(8):
        phone.mark(place, "absent" if place % 3 == 0 else "here")
    for _ in range(60):
        phone.signal_is_back()
        if "All saved" in phone.foot.inner_text():
            break
        phone.page.wait_for_timeout(250)
    expect(phone.foot).to_contain_text("All saved")
    assert room.said() == {room.name(place): "absent" if place % 3 == 0 else "present" for place in range(8)}
    assert room.steps() == ["kept"] * 8
    assert line.lost["answers"] > 0


def test_a_conflict_made_without_a_signal_is_shown_when_it_is_back(visit: Visit, line: Line, portal: Portal) -> None:
    room = a_class(portal, 5)
    away, there = opened(visit, room, url=line.url), opened(visit, room, trainer=1)
    away.ready()
    there.ready()
    line.cut = True
    away.mark(1, "absent")
    away.mark(2, "here")
    there.mark(1, "here")
    there.is_pressed(1, "here")
    expect(there.foot).to_contain_text("All saved")
    line.cut = False
    away.signal_is_back()
    card = away.dev.locator(".v-dev-card")
    expect(card).to_contain_text("Here, Noor Aziz")
    expect(card).to_contain_text("Absent, Sam Carter")
    card.get_by_role("button", name="Keep here").tap()
    expect(card).to_have_count(0)
    assert room.said() == {room.name(1): "present", room.name(2): "present"}
    assert sorted(room.steps()) == ["kept", "kept", "set_aside"]


def test_a_slow_server_does_not_keep_a_class_waiting(visit: Visit, line: Line, portal: Portal) -> None:
    """A register that is kept here opens from here when the server takes too long."""
    room = a_class(portal, 3)
    phone = opened(visit, room, url=line.url)
    phone.ready()
    line.slow = 8.0
    phone.page.goto(line.url + room.page)
    expect(phone.dev.locator(".v-dev-row")).to_have_count(3)
    line.slow = 0.0
    phone.mark(0, "here")
    expect(phone.foot).to_contain_text("All saved")


def test_other_pages_without_a_signal_name_the_registers_kept_here(visit: Visit, line: Line, portal: Portal) -> None:
    room = a_class(portal, 3)
    phone = opened(visit, room, url=line.url)
    phone.ready()
    line.cut = True
    phone.page.goto(f"{line.url}/staff/cohorts/today")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("No signal")
    looked_at(phone.page, "no signal")
    phone.page.get_by_role("link", name="Day 1").tap()
    expect(phone.dev.locator(".v-dev-row")).to_have_count(3)
