"""Staff pages without a mouse: Tab reaches everything in order of sight, shows where it is, and nothing traps it."""

from __future__ import annotations

from itertools import groupby

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.domain.campaigns.queries import campaign_by_slug
from tests.browser.cast import Cast, gather
from tests.browser.conftest import Visit
from tests.browser.samples import SAMPLES, Sample
from tests.browser.steps import heading
from tests.browser.tabbing import skipped, walked
from tests.support.browser import Portal, Visitor
from tests.support.make_applications import a_submitted

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cast(portal: Portal) -> Cast:
    return gather(portal)


def test_every_staff_page(visit: Visit, cast: Cast) -> None:
    makers = [make for endpoint, make in SAMPLES.items() if endpoint.startswith("staff")]
    staff = sorted((sample for make in makers for sample in make(cast)), key=lambda sample: sample.actor)
    assert len(staff) > 80
    wrong = []
    for actor, those in groupby(staff, key=lambda sample: sample.actor):
        visitor = cast.become(visit(), actor)
        for sample in those:
            page = fresh(visitor, sample)
            found = walked(page) + skipped(page)
            wrong += [f"{sample.path} for {actor}: {each}" for each in found]
    assert not wrong, "\n".join(wrong)


def fresh(visitor: Visitor, sample: Sample) -> Page:
    page = visitor.go(sample.path)
    expect(page.locator(sample.shows)).to_be_visible()
    return page


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until this has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {target}")


def press(page: Page, key: str, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def test_a_whole_task(visit: Visit, portal: Portal, cast: Cast) -> None:
    """Find somebody's application, own it, write a note, decide, and take it back: no mouse, no single keys."""
    with portal.inside() as session:
        campaign = campaign_by_slug(session, portal.campaign)
        a_submitted(session, portal.app, campaign, given_name="Wilhelmina", family_name="Featherstone")
    page = cast.become(visit(), "recruiter").go("/staff/")
    keys = page.keyboard
    press(page, "Enter", page.get_by_role("navigation").get_by_role("link", name="Applications"))
    tab_to(page, page.locator("#q"))
    page.wait_for_load_state()  # from here on the search hears what is typed
    keys.type("featherst")
    expect(page.locator("#found")).to_have_text("1")
    press(page, "Enter", page.get_by_role("link", name="Wilhelmina Featherstone"))
    expect(heading(page)).to_have_text("Wilhelmina Featherstone")

    press(page, "Enter", page.get_by_role("button", name="take it"))
    expect(page.locator("#owner")).to_contain_text("Alex Officer")
    press(page, "Space", page.locator("summary", has_text="Other acts"))
    keys.press("Tab")
    expect(page.get_by_role("link", name="Log a call")).to_be_focused()
    tab_to(page, page.locator("#text"))
    keys.type("She rang. Every weekend is fine.")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#notes-list")).to_contain_text("Every weekend is fine")

    press(page, "Enter", page.locator("#next").get_by_role("link", name="Decide"))
    tab_to(page, page.get_by_role("radio", name="Shortlist"))
    keys.press("Space")
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Reserve")).to_be_checked()
    keys.press("ArrowUp")
    press(page, "Enter", page.get_by_role("button", name="See the letter"))
    press(page, "Space", page.get_by_role("button", name="Decide, provisionally"))
    expect(page.locator("#next")).to_contain_text("Decided, not released: shortlist")
    press(page, "Enter", page.get_by_role("button", name="Undo"))
    expect(page.locator(".v-said")).to_contain_text("The decision is taken back")
