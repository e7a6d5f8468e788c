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
    visitor.page.route("**/applications?*counts=1", lambda route: held.append(route))
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
    with page.expect_event("requestfailed", lambda request: "counts=1" in request.url):
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
