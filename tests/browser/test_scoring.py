"""Scoring as an assessor does it: by keys alone, on a phone, without scripts, in two tabs at once; and how it looks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.preferences import turn_single_keys
from portal.domain.shortlisting.models import Assignment
from portal.domain.shortlisting.reporting import report_piece
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.support.browser import DESKTOP, PHONE, PLAIN, Device, Portal, Visitor
from tests.support.live import cookies_of
from tests.support.make_sifts import one_reading, score_all
from tests.support.people import a_staff_member

pytestmark = pytest.mark.browser
Read = Callable[..., tuple[Visitor, str]]


@pytest.fixture
def read(visit: Visit, portal: Portal) -> Read:
    """A browser signed in as somebody with one application to read, and its address."""

    def begin(device: Device = DESKTOP, *, keys: bool = True, fine: set[int] | None = None) -> tuple[Visitor, str]:
        with portal.inside() as session:
            reader = a_staff_member(session, Role.ASSESSOR)
            turn_single_keys(session, reader, on=keys)
            _campaign, reading = one_reading(session, portal.app, reader.id)
            cookies, address = cookies_of(portal.app, reader), f"/staff/shortlisting/read/{reading.public_id}"
        visitor = visit(device, fine=fine)
        for name, value in cookies.items():
            visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/staff"}])
        return visitor, address

    return begin


def test_by_keys_alone_from_the_list_to_the_end(read: Read) -> None:
    visitor, address = read()
    page = visitor.go("/staff/shortlisting")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(re.escape(address) + "/1$"))
    for position in range(1, 6):
        expect(page.locator("[aria-current=step]")).to_contain_text("Now")
        page.wait_for_load_state("networkidle")
        page.keyboard.press(str(position))
        expect(page.locator("#saved")).to_contain_text("Saved")
        assert page.locator("input[name=points]:checked").get_attribute("value") == str(position)
        page.keyboard.press("Control+Enter")
        expect(page).to_have_url(re.compile(re.escape(address) + (f"/{position + 1}$" if position < 5 else "$")))
    expect(page.get_by_text("25 of 45")).to_be_visible()
    page.wait_for_load_state()  # from here on its keys work
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You have nothing more to read")).to_be_visible()


def test_a_key_typed_into_words_is_a_letter(read: Read) -> None:
    visitor, address = read()
    page = visitor.go(address + "/1")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("4")
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.locator("#words").press_sequentially("31 doors")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("[name=asks]").focus()
    assert page.locator("input[name=points]:checked").get_attribute("value") == "4"
    page.reload()
    expect(page.locator("#words")).to_have_value("31 doors")


def test_keys_can_be_turned_off(read: Read) -> None:
    visitor, address = read(keys=False)
    page = visitor.go(address + "/1")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("4")
    expect(page.locator("input[name=points]:checked")).to_have_count(0)
    expect(page.locator(".v-keyed")).to_be_hidden()


def test_two_tabs(read: Read) -> None:
    visitor, address = read(fine={409, 422})
    first = visitor.go(address + "/1")
    first.wait_for_load_state("networkidle")
    second = visitor.context.new_page()
    second.goto(first.url)
    second.wait_for_load_state("networkidle")
    first.keyboard.press("4")
    expect(first.locator("#saved")).to_contain_text("Saved")
    second.locator("#words").fill("the second tab")
    second.keyboard.press("Tab")
    second.locator("input[value='2']").check()
    expect(second.locator("#saved")).to_contain_text("Changed in another tab")
    second.locator("[data-go]").click()
    expect(second.get_by_role("alert").first).to_contain_text("while you had it open")
    expect(second.locator("#words")).to_have_value("the second tab")
    second.locator("[data-go]").click()
    expect(second).to_have_url(re.compile(re.escape(address) + "/2$"))


def test_without_scripts(read: Read) -> None:
    visitor, address = read(PLAIN)
    page = visitor.go(address + "/1")
    page.locator("input[value='3']").check()
    page.locator("#words").fill("31 doors")
    page.get_by_role("button", name="Save and go to criterion 2").click()
    expect(page).to_have_url(re.compile(re.escape(address) + "/2$"))
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#words")).to_have_value("31 doors")


def test_on_a_phone_the_button_is_under_the_thumb(read: Read) -> None:
    visitor, address = read(PHONE)
    page = visitor.go(address + "/1")
    button = page.locator("[data-go]").bounding_box()
    size = page.viewport_size
    assert button is not None and size is not None and button["height"] >= 44
    assert button["y"] + button["height"] <= size["height"], "it stays in view"
    assert judged(visitor) == []


def test_how_the_end_and_a_report_look(read: Read, portal: Portal) -> None:
    """Pages that only come after something has been done."""
    visitor, address = read()
    public_id = address.rsplit("/", 1)[-1]
    with portal.inside() as session:
        reading = session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
        score_all(session, reading, finish=False)
        report_piece(session, session.get_one(StaffMember, reading.staff_id), public_id, "three break-ins")
    visitor.go(address)
    wrong = judged(visitor)
    visitor.go("/staff/shortlisting")
    wrong += judged(visitor)
    assert "\n".join(wrong) == ""
