"""A sift's road through the pages: readers added, readings dealt out, scored, settled, the line, the release."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from playwright.sync_api import Page, expect

from tests.browser.steps import heading, press
from tests.support.browser import Visitor

Points = Sequence[int]  # one for each criterion, in order
Wanted = Callable[[str], Points]  # what a reader gives a reading, by its public id
READING = re.compile(r"/staff/shortlisting/read/([\w-]+)(?:/(\d))?$")


def said(page: Page) -> str:
    """What the page says was done."""
    return page.locator(".v-said[role=status]").first.inner_text()


# The recruiter gives the readings out


def add_assessors(visitor: Visitor, slug: str, names: Sequence[str]) -> None:
    page = visitor.go("/staff/shortlisting")
    page.locator(f"a[href='/staff/shortlisting/{slug}/assessors']").click()
    for name in names:
        page.get_by_label("Add somebody").select_option(label=name)
        press(page, "Add")
        expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("reading")


def deal_out(visitor: Visitor, readings: int) -> None:
    page = visitor.page
    expect(page.locator("aside")).to_contain_text(f"{readings} readings can be given")
    press(page, "Give them out")
    assert said(page) == f"{readings} readings given."


def not_ready(visitor: Visitor, slug: str) -> None:
    """Nobody can release what is still being read."""
    page = visitor.go(f"/staff/shortlisting/{slug}/release")
    expect(heading(page)).to_have_text("Not ready to release")
    expect(page.get_by_role("button", name=re.compile("^Release to"))).to_have_count(0)


# A reader scores


def begin_by_mouse(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^(Start|Go on) with")).click()


def begin_by_key(page: Page) -> None:
    page.keyboard.press("s")


def give_by_mouse(page: Page, points: int) -> None:
    page.locator(".v-scale label").nth(points - 1).click()
    page.get_by_label("Words you relied on").fill(f"What was said is worth {points}")
    page.locator("[data-go]").click()


def give_by_keys(page: Page, points: int) -> None:
    page.keyboard.press(str(points))
    page.keyboard.press("Tab")
    page.keyboard.type(f"Worth {points}: 12345")  # figures in words stay words
    page.keyboard.press("Control+Enter")


def reading_of(page: Page, place: int) -> str:
    """The public id of the reading on the page, once it stands at this criterion."""
    expect(page).to_have_url(re.compile(rf"/read/[\w-]+/{place}$"))
    page.wait_for_load_state()  # from here on its keys work
    found = READING.search(page.url)
    assert found is not None
    return found[1]


def score_one(page: Page, give: Callable[[Page, int], None], wanted: Wanted) -> str:
    """Every criterion of the reading that is open, up to the look over all of them; returns its public id."""
    public_id = reading_of(page, 1)
    points = wanted(public_id)
    for place, given in enumerate(points, 1):
        assert reading_of(page, place) == public_id
        give(page, given)
    expect(page).to_have_url(re.compile(f"/read/{public_id}$"))
    expect(page.get_by_role("heading", name="Check your scores")).to_be_visible()
    page.wait_for_load_state()
    shown = page.locator("td[data-label=Points]").all_inner_texts()
    assert shown == [str(given) for given in points]
    return public_id


def finish_by_mouse(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Finish")).click()


def finish_by_key(page: Page) -> None:
    page.keyboard.press("Control+Enter")


# The recruiter settles, moves the line, releases


def settle(visitor: Visitor, points: Points) -> str:
    """The application on the settling page, on these points; returns its alias."""
    page = visitor.page
    alias = heading(page).inner_text()
    expect(page.locator(".v-judge__words")).not_to_have_count(0)
    for place, given in enumerate(points):
        page.locator(".v-judge").nth(place).locator(f"input[type=radio][value='{given}']").check()
    page.get_by_label("Why these points?").fill("Both readings looked at again, by the anchors.")
    press(page, f"Settle {alias}")
    return alias


def line_at(page: Page, score: str, people: int) -> None:
    expect(page.locator(".v-cut [role=status]")).to_have_text(f"Line at {score} · {people} people")


def look_at_reserves(page: Page, count: int) -> None:
    page.get_by_label("In reserve").fill(str(count))
    press(page, "Look")


def release(visitor: Visitor, count: int) -> None:
    """A number that is not right is refused beside its field; the right one leads to the progress page."""
    page = visitor.page
    press(page, f"Release to {count} people")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Type the number of people")
    page.get_by_label(f"Type {count} to tell").fill(str(count - 1))
    press(page, f"Release to {count} people")
    expect(page.locator(".govuk-error-summary")).to_contain_text(f"Type {count}")
    page.get_by_label(f"Type {count} to tell").fill(str(count))
    press(page, f"Release to {count} people")
    expect(page).to_have_url(re.compile(r"/staff/runs/\d+$"))


def watch_until_done(visitor: Visitor, count: int) -> None:
    """The progress page by itself comes to the end."""
    page = visitor.page
    expect(page.locator(".v-run header")).to_contain_text("Finished")
    expect(page.locator("#progress")).to_contain_text(f"{count} of {count}")
    expect(page.locator("progress")).to_have_attribute("value", str(count))
