"""Acts on many in a real browser: selected, previewed while choosing, watched to the end, undone; and all of it
without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.domain.accounts.models import Role
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.support.browser import DESKTOP, PLAIN, Device, Portal, Visitor
from tests.support.bulk_runs import many
from tests.support.live import cookies_of
from tests.support.people import a_staff_member

pytestmark = pytest.mark.browser
LIST = "/staff/applications"
Enter = Callable[[Device], Visitor]


@pytest.fixture(scope="module")
def cookies(portal: Portal) -> dict[str, str]:
    with portal.inside() as session:
        many(session, 60)
        return cookies_of(portal.app, a_staff_member(session, Role.RECRUITER))


@pytest.fixture
def enter(visit: Visit, cookies: dict[str, str]) -> Enter:
    def signed_in(device: Device) -> Visitor:
        visitor = visit(device)
        for name, value in cookies.items():
            visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/staff"}])
        return visitor

    return signed_in


def select_some(visitor: Visitor, number: int, act: str) -> Page:
    page = visitor.go(LIST)
    for box in page.locator("input[name=chosen]").all()[:number]:
        box.check()
    page.locator(f"button[name=act][value={act}]").click()
    return page


def test_previewed_while_choosing_watched_to_the_end_and_undone(enter: Enter) -> None:
    visitor = enter(DESKTOP)
    page = select_some(visitor, 26, "decline")
    expect(page.get_by_role("heading", name="26 people so far")).to_be_visible()
    wrong = judged(visitor, "preview")
    chosen = page.locator("input[name=reason][value=time]")
    chosen.check()
    button = page.get_by_role("button", name="Decline 26 people")
    expect(button).to_be_visible()
    expect(chosen).to_be_focused()
    expect(page.locator("#announcements")).to_have_text("26 people affected")
    wrong += judged(visitor, "preview, chosen")
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decline: 26 people")
    expect(page.locator("#progress")).to_contain_text("26 of 26")  # comes by itself
    expect(page.locator("#undo")).to_be_visible()
    assert page.locator("[hx-trigger='every 2s']").count() == 0
    wrong += judged(visitor, "run")
    page.locator("#undo").click()
    wrong += judged(visitor, "undo")
    page.get_by_role("button", name="Undo for 26 people").click()
    expect(page.locator("#progress")).to_contain_text("Undone for 26 people")
    wrong += judged(visitor, "run, undone")
    visitor.go("/staff/runs")
    expect(page.get_by_role("link", name="Decline")).to_be_visible()
    assert "\n".join(wrong) == ""


def test_the_message_is_read_before_it_is_sent(enter: Enter) -> None:
    visitor = enter(DESKTOP)
    page = select_some(visitor, 3, "message")
    page.get_by_label("Subject").fill("About {reference}")
    page.get_by_label("Message", exact=True).fill("Dear {given_name},\n\nthank you.")
    page.get_by_label("Message", exact=True).press("Tab")
    expect(page.locator(".v-letter")).to_have_count(3)
    expect(page.locator(".v-letter h3").first).to_contain_text("About CPV-")
    assert "\n".join(judged(visitor, "message")) == ""
    page.get_by_role("button", name="Write to 3 people").click()
    expect(page.locator("#progress")).to_contain_text("3 of 3")


def test_without_javascript_it_goes_by_buttons_and_reloads(enter: Enter) -> None:
    visitor = enter(PLAIN)
    page = select_some(visitor, 2, "tag")
    page.get_by_label("Which tag?").fill("Night shift")
    page.get_by_role("button", name="Show what happens").click()
    page.get_by_role("button", name="Tag 2 people").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tag: 2 people")
    for _ in range(40):
        page.wait_for_load_state()
        again = page.get_by_role("link", name="Look again")
        if again.count() == 0:
            break
        again.click()
        page.wait_for_timeout(500)
    expect(page.locator("#progress")).to_contain_text("2 of 2")
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo for 2 people").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tag: 2 people")
