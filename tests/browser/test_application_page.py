"""One application, two people on it: they see each other, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.campaigns.queries import campaign_by_slug
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.support.browser import DESKTOP, PLAIN, Device, Portal, Visitor
from tests.support.live import cookies_of
from tests.support.make_applications import a_submitted
from tests.support.people import a_staff_member

pytestmark = pytest.mark.browser
Enter = Callable[..., Visitor]


@pytest.fixture(scope="module")
def pages(portal: Portal) -> list[str]:
    """Three applications' addresses: one to look at, one to go on to, one to decide on."""
    with portal.inside() as session:
        campaign = campaign_by_slug(session, portal.campaign)
        sent = [a_submitted(session, portal.app, campaign) for _ in range(3)]
        return [f"/staff/applications/{each.reference}" for each in sent]


@pytest.fixture
def enter(visit: Visit, portal: Portal) -> Enter:
    def signed_in(name: str, device: Device = DESKTOP, fine: set[int] | None = None) -> Visitor:
        with portal.inside() as session:
            person = a_staff_member(session, Role.RECRUITER)
            with unit_of_work(session):
                session.get_one(StaffMember, person.id).name = name
            cookies = cookies_of(portal.app, person)
        visitor = visit(device, fine=fine)
        for key, value in cookies.items():
            visitor.context.add_cookies([{"name": key, "value": value, "domain": "127.0.0.1", "path": "/staff"}])
        return visitor

    return signed_in


def test_two_people_see_each_other_and_keep_what_they_type(enter: Enter, pages: list[str]) -> None:
    tom, priya = enter("Tom Achterberg"), enter("Priya Nandakumar")
    with tom.page.expect_response(lambda answer: "/staff/presence/" in answer.url):  # he is there, on record
        tom.go(pages[0])
    priya.go(pages[0])
    expect(priya.page.locator(".v-here")).to_contain_text("Tom Achterberg has this page open too (reading).")
    tom.page.locator("#text").press_sequentially("Half a thought")
    priya.page.fill("#text", "She rang: every weekend is fine.")
    priya.page.get_by_role("button", name="Keep note").click()
    expect(priya.page.locator("#notes-list")).to_contain_text("She rang: every weekend is fine.")
    tom.page.evaluate("htmx.trigger('#mark', 'refresh')")
    expect(tom.page.locator("#notes-list")).to_contain_text("She rang: every weekend is fine.")
    assert tom.page.input_value("#text") == "Half a thought"
    assert tom.page.evaluate("document.activeElement.id") == "text"
    assert judged(tom) == []


def test_a_part_somebody_is_in_is_left_alone(enter: Enter, pages: list[str]) -> None:
    tom, priya = enter("Tom Achterberg"), enter("Priya Nandakumar")
    tom.go(pages[0])
    priya.go(pages[0])
    tom.page.locator("#owner a").first.focus()
    priya.page.get_by_role("button", name="take it").click()
    tom.page.evaluate("htmx.trigger('#mark', 'refresh')")
    expect(tom.page.locator("#latest")).to_contain_text("Owner changed")
    assert tom.page.evaluate("document.activeElement.closest('section').id") == "owner"


def test_from_one_to_the_next_by_keyboard(enter: Enter, pages: list[str]) -> None:
    visitor = enter("Priya Nandakumar")
    visitor.go("/staff/applications?stage=sift")
    names = visitor.page.locator("[data-rows] tbody th a")
    many = names.count()
    assert many > 1
    names.first.click()
    expect(visitor.page.locator("[data-place]")).to_contain_text(f"1 of {many}")
    first = visitor.path()
    visitor.page.keyboard.press("]")
    expect(visitor.page.locator("[data-place]")).to_contain_text(f"2 of {many}")
    visitor.page.keyboard.press("[")
    expect(visitor.page.locator("[data-place]")).to_contain_text(f"1 of {many}")
    assert visitor.path() == first
    visitor.page.locator("[data-came-from]").click()
    assert visitor.page.url.endswith("/staff/applications?stage=sift")


def test_deciding_and_releasing_without_scripts(enter: Enter, pages: list[str]) -> None:
    visitor = enter("Priya Nandakumar", PLAIN)
    page = visitor.page
    visitor.go(pages[2])
    page.get_by_role("link", name="Decide", exact=True).first.click()
    page.get_by_label("Shortlist").check()
    page.get_by_role("button", name="See the letter").click()
    expect(page.locator(".v-outgoing")).to_contain_text("You are on the shortlist")
    page.get_by_role("button", name="Decide, provisionally").click()
    expect(page.locator("#next")).to_contain_text("Decided, not released: shortlist")
    page.get_by_role("link", name="Release it now").click()
    expect(page.locator(".v-outgoing")).to_contain_text("You are on the shortlist")
    page.get_by_role("button", name="Release and send").click()
    expect(page.locator("#next")).to_contain_text("invite to an interview")


def test_the_release_page_and_a_clash_are_fit_to_read(enter: Enter, pages: list[str]) -> None:
    tom, priya = enter("Tom Achterberg", fine={409}), enter("Priya Nandakumar")
    tom.go(f"{pages[0]}/decide")
    priya.go(f"{pages[0]}/decide")
    for visitor, verdict in ((priya, "Shortlist"), (tom, "Reserve")):
        visitor.page.get_by_role("radio", name=verdict).check()
        visitor.page.get_by_role("button", name="See the letter").click()
        visitor.page.get_by_role("button", name="Decide, provisionally").click()
    expect(tom.page.locator(".v-stale")).to_contain_text("Priya Nandakumar changed this while you had it open")
    assert judged(tom, "a clash") == []
    priya.go(f"{pages[0]}/release")
    assert judged(priya) == []
