"""The applications list where there are many: the page stands first, and its tabs' numbers come to it quietly."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from portal.domain.accounts.models import Role
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.support.browser import PHONE, PLAIN, Device, Portal, Visitor
from tests.support.bulk import load_applications
from tests.support.live import cookies_of
from tests.support.people import a_staff_member

pytestmark = pytest.mark.browser
LIST = "/staff/applications"
WIDE = Device("wide desktop", 1440)
NUMBER = re.compile(r"^[\d,]+\+?$")
STRIP = """() => [document.activeElement.href, document.querySelector('#stages').scrollLeft, history.length,
  ...[...document.querySelectorAll('#stages a')].map((tab) => JSON.stringify(tab.getBoundingClientRect()))]"""
Enter = Callable[[Device], Visitor]


@pytest.fixture(scope="module")
def cookies(portal: Portal) -> dict[str, str]:
    """A recruiter's, of a force with more applications than are counted at once."""
    with portal.inside() as session:
        officer = a_staff_member(session, Role.RECRUITER)
        load_applications(session, 1_200, decider=officer.id)
        return cookies_of(portal.app, officer)


@pytest.fixture
def enter(visit: Visit, cookies: dict[str, str]) -> Enter:
    def signed_in(device: Device) -> Visitor:
        visitor = visit(device)
        for name, value in cookies.items():
            visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/staff"}])
        return visitor

    return signed_in


def hold_counts(visitor: Visitor) -> list[Route]:
    """Requests for the numbers wait here until they are let go."""
    held: list[Route] = []
    visitor.page.route("**/applications/counts?*", lambda route: held.append(route))
    return held


def let_go(visitor: Visitor, held: list[Route]) -> None:
    while not held:
        visitor.page.wait_for_timeout(20)
    held.pop().continue_()


@pytest.mark.parametrize("device", [WIDE, PHONE], ids=str)
def test_numbers_come_and_nothing_else_moves(enter: Enter, device: Device) -> None:
    visitor = enter(device)
    held, page = hold_counts(visitor), visitor.page
    visitor.go(LIST)
    expect(page.locator("#count-all")).to_have_text("1,000+")
    expect(page.locator("#count-sift")).to_have_text("·")
    page.locator("#stages a", has_text="Ended").focus()
    before = page.evaluate(STRIP)
    let_go(visitor, held)
    for number in page.locator("#stages b").all():
        expect(number).to_have_text(NUMBER)
    assert page.evaluate(STRIP) == before
    assert visitor.path() == LIST
    expect(page.locator("#announcements")).to_have_text("")
    assert not judged(visitor)


def test_numbers_of_an_older_choice_never_come_late(enter: Enter) -> None:
    visitor = enter(WIDE)
    held, page = hold_counts(visitor), visitor.page
    visitor.go(LIST)
    district = page.get_by_label("Maidstone", exact=True)
    with page.expect_event("requestfailed", lambda request: "/counts?" in request.url):
        district.check()
    told = ("htmx:sendAbort", "htmx:afterRequest")  # what htmx tells the console of a request it gave up
    visitor.watch.problems = [one for one in visitor.watch.problems if not one.startswith(told, len("console: "))]
    expect(page.locator("#count-sift")).to_have_text(NUMBER)
    few = page.locator("#stages").inner_text()
    let_go(visitor, held)
    page.wait_for_timeout(300)
    assert page.locator("#stages").inner_text() == few
    district.uncheck()
    expect(page.locator("#count-all")).to_have_text("1,000+")
    expect(page.locator("#count-sift")).to_have_text("·")
    let_go(visitor, held)
    expect(page.locator("#count-sift")).to_have_text(NUMBER)
    assert page.locator("#stages").inner_text() != few


def test_without_javascript_a_link_counts(enter: Enter) -> None:
    visitor = enter(PLAIN)
    visitor.go(f"{LIST}?stage=offer")
    expect(visitor.page.locator("#count-sift")).to_have_text("·")
    visitor.page.get_by_role("link", name="Count each stage").click()
    expect(visitor.page.locator("#count-sift")).to_have_text(NUMBER)
    expect(visitor.page.get_by_role("link", name="Count each stage")).to_have_count(0)
    expect(visitor.page.locator("#stages a[aria-current]")).to_contain_text("Offer")


NAMES = "table[data-rows] tbody th a"


def test_a_keyboard_is_enough(enter: Enter) -> None:
    """Search, move, select, help, open: no mouse, and no key taken from somebody who types."""
    visitor = enter(WIDE)
    page = visitor.go(LIST)
    keys = page.keyboard
    keys.press("/")
    expect(page.locator("#q")).to_be_focused()
    keys.type("jxo?", delay=20)
    expect(page.locator("#q")).to_have_value("jxo?")
    expect(page).to_have_url(re.compile(r"q=jxo"))
    expect(page.locator("#how-many")).to_contain_text("0 match")
    keys.press("Escape")
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator(NAMES)).to_have_count(50)
    keys.type("amy", delay=20)
    expect(page.locator(f"{NAMES} mark").first).to_have_text("Amy")
    keys.press("Tab")
    keys.press("f")
    expect(page.locator("[data-key=f]")).to_be_focused()
    keys.press("j")
    keys.press("j")
    expect(page.locator(NAMES).nth(1)).to_be_focused()
    expect(page.locator("tr.is-cursor")).to_have_count(1)
    keys.press("x")
    expect(page.locator("#announcements")).to_have_text("1 selected")
    expect(page.locator("[data-selected]")).to_have_text("1 selected")
    expect(page.locator(NAMES).nth(1)).to_be_focused()
    keys.press("k")
    keys.press("x")
    expect(page.locator("#announcements")).to_have_text("2 selected")
    name = page.locator(NAMES).nth(0).inner_text()
    keys.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_help_is_a_dialog_that_keeps_the_other_keys_away(enter: Enter) -> None:
    visitor = enter(WIDE)
    page = visitor.go(LIST)
    expect(page.locator("#count-sift")).to_have_text(NUMBER)
    for key in "jx?":
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert not judged(visitor)
    page.set_viewport_size({"width": WIDE.width, "height": WIDE.height})
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-selected]")).to_have_text("1 selected")
    page.get_by_role("button", name="All keys").click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_keys_turned_off_stay_off(enter: Enter) -> None:
    for device in (WIDE, PLAIN):
        visitor = enter(device)
        page = visitor.go(f"{LIST}?stage=offer")
        page.get_by_role("button", name="Turn single keys off").click()
        expect(page.locator("body[data-keys=off]")).to_have_count(1)
        page.wait_for_load_state()
        assert visitor.path() == f"{LIST}?stage=offer"
        page.keyboard.press("/")
        expect(page.locator("#q")).not_to_be_focused()
        page.get_by_role("button", name="Turn single keys on").click()
        expect(page.locator("body[data-keys=off]")).to_have_count(0)
        page.wait_for_load_state()
        if device.javascript:
            page.keyboard.press("/")
            expect(page.locator("#q")).to_be_focused()


def test_selecting_a_page_a_stretch_and_all_that_match(enter: Enter) -> None:
    visitor = enter(WIDE)
    page = visitor.go(f"{LIST}?sort=still")
    bar, boxes = page.get_by_role("group", name="What to do with the selected"), page.locator("[name=chosen]")
    expect(bar).to_be_hidden()
    boxes.nth(2).check()
    boxes.nth(6).click(modifiers=["Shift"])
    expect(page.locator("[data-selected]")).to_have_text("5 selected")
    page.get_by_label("Select this page").check()
    expect(page.locator("#announcements")).to_have_text("50 selected")
    bar.get_by_role("checkbox").check()
    expect(page.locator("[data-selected]")).to_have_text("All 1,000+ that match are selected")
    assert not judged(visitor)
    page.set_viewport_size({"width": WIDE.width, "height": WIDE.height})
    with page.expect_request(re.compile("/export$")) as sent:
        bar.get_by_role("button", name="Export…").click()
    assert "matching=sort%3Dstill" in (sent.value.post_data or "")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Export 1,\d\d\d applications"))
    assert not judged(visitor)
    page.go_back()
    boxes.nth(0).uncheck()
    expect(page.locator("[data-selected]")).to_have_text("49 selected")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    expect(page.locator("#announcements")).to_have_text("0 selected")


def test_selecting_and_exporting_without_javascript(enter: Enter) -> None:
    visitor = enter(PLAIN)
    page = visitor.go(f"{LIST}?stage=offer")
    page.locator("[name=chosen]").nth(1).check()
    page.get_by_role("button", name="Export…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Export 1 application")
    page.get_by_label("Text with commas").check()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Export 1 row").click()
    assert re.fullmatch(r"applications-2018-01-\d\d\.csv", taken.value.suggested_filename)


@pytest.mark.parametrize("device", [WIDE, PHONE, PLAIN], ids=str)
def test_a_view_is_saved_found_again_renamed_and_deleted(enter: Enter, device: Device) -> None:
    visitor = enter(device)
    page = visitor.go(LIST)
    if device.javascript:
        expect(page.locator("#count-sift")).to_have_text(NUMBER)
    if device is PHONE:
        page.get_by_text("Filters", exact=True).first.click()
    page.get_by_label("No one", exact=True).check()
    if device.javascript:
        expect(page.get_by_role("link", name="Owner: no one")).to_be_visible()
    page.get_by_label("Medical: with us").check()
    if not device.javascript:
        page.get_by_role("button", name="Filter", exact=True).click()
    expect(page).to_have_url(re.compile("need=medical"))
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name of this view").fill(f"Ours on {device}")
    assert not device.javascript or not judged(visitor)
    page.get_by_role("button", name="Save view").click()
    page.set_viewport_size({"width": device.width, "height": device.height})
    expect(page.get_by_role("link", name=f"Ours on {device}")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name=re.compile("Manage|All .* views")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved views")
    assert not device.javascript or not judged(visitor)
    page.get_by_role("link", name=f"Rename or share Ours on {device}").click()
    page.get_by_label("Name of this view").fill(f"Kept on {device}")
    page.get_by_label("Share it").check()
    assert not device.javascript or not judged(visitor)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name=f"Delete Kept on {device}").click()
    assert not device.javascript or not judged(visitor)
    page.get_by_role("button", name="Delete the view").click()
    expect(page.get_by_role("link", name=f"Kept on {device}")).to_have_count(0)


def test_columns_are_chosen(enter: Enter) -> None:
    for device in (WIDE, PLAIN):
        visitor = enter(device)
        page = visitor.go(f"{LIST}?stage=offer")
        page.get_by_text("Columns", exact=True).click()
        menu = page.get_by_role("form", name="Columns")
        menu.get_by_label("Received").check()
        menu.get_by_label("Score").uncheck()
        menu.get_by_role("button", name="Show these").click()
        assert visitor.path() == f"{LIST}?stage=offer"
        expect(page.get_by_role("columnheader", name="Received")).to_be_visible()
        expect(page.get_by_role("columnheader", name="Score")).to_have_count(0)
        page.get_by_text("Columns", exact=True).click()
        page.get_by_role("button", name="The usual ones").click()
        expect(page.get_by_role("columnheader", name="Score")).to_be_visible()


def test_on_a_phone_filters_fold_and_rows_are_cards(enter: Enter) -> None:
    visitor = enter(PHONE)
    page = visitor.go(LIST)
    expect(page.locator("#count-sift")).to_have_text(NUMBER)
    district = page.get_by_label("Maidstone", exact=True)
    expect(district).to_be_hidden()
    page.get_by_text("Filters", exact=True).first.tap()
    district.check()
    expect(page).to_have_url(re.compile("district=maidstone"))
    page.get_by_text("Filters", exact=True).first.tap()
    page.locator("[name=chosen]").first.tap()
    expect(page.get_by_role("button", name="Export…")).to_be_attached()
    height = page.evaluate("() => document.querySelector('.v-bulk').getBoundingClientRect().height")
    assert height < 812 / 4
    assert page.evaluate("() => document.querySelector('table[data-rows] tbody tr').offsetHeight") < 200
    assert not judged(visitor)
