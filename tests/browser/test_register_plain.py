"""The register on a 360 px touch screen without a script: every mark a button of a form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.registering import THUMB, a_class, sign_in
from tests.support.browser import Portal

pytestmark = pytest.mark.browser
MOST_TAPS = 30


class Thumb:
    """Taps, counted; each waits for the page it leads to."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.tap()
        self.taps += 1


def test_a_register_of_24_without_a_script(visit: Visit, portal: Portal) -> None:
    room, visitor = a_class(portal), visit(replace(THUMB, javascript=False))
    sign_in(visitor.context, room)
    page = visitor.go(room.page)
    thumb, numbers = Thumb(page), list(room.names)

    def row(place: int) -> Locator:
        return page.locator(f"#t{numbers[place]}")

    thumb.tap(row(0).locator("[data-choice=late]"))
    thumb.tap(row(3).locator("[data-choice=absent]"))
    for place, button in ((7, "Work or study"), (11, "Leaves now"), (20, "30 minutes late")):
        thumb.tap(row(place).get_by_role("link", name="More for"))
        thumb.tap(page.get_by_role("button", name=button))
    thumb.tap(page.get_by_role("button", name="Everyone else present"))
    expect(page.locator("[data-plain]")).to_contain_text("All saved")
    said = room.said()
    odd = {room.name(0): "present+4-0", room.name(3): "absent", room.name(7): "excused work",
           room.name(20): "present+30-0"}  # fmt: skip
    assert said == dict.fromkeys(room.names.values(), "present") | odd | {room.name(11): said[room.name(11)]}
    assert said[room.name(11)].startswith("present+0-47")
    assert thumb.taps <= MOST_TAPS, thumb.taps
    for target in page.locator("[data-plain] .v-tap").all():
        box = target.bounding_box()
        assert box is not None and box["height"] >= 44 and box["width"] >= 32
