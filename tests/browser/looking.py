"""What every page is judged by, and for people who use it in whatever way they use it."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.support.browser import DESKTOP, NARROW, Visitor

RUN_AXE = "() => axe.run({resultTypes: ['violations']}).then(({violations}) => violations)"  # all it passed is much
WIDTHS = "() => [document.scrollingElement.scrollWidth, innerWidth]"
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(one).position !== 'absolute')
  .slice(0, 4)
  .map((one) => one.tagName.toLowerCase() + (one.className?.baseVal ?? '.' + one.className))"""


def violations(page: Page) -> list[str]:
    """Everything axe finds wrong, best practices included."""
    found = page.evaluate(RUN_AXE)
    return [f"axe: {one['id']}: {node['html'][:160]} ({one['help']})" for one in found for node in one["nodes"][:4]]


def overflow(page: Page, width: int) -> list[str]:
    """Whether the page must be moved sideways to be read."""
    content, inner = page.evaluate(WIDTHS)
    if content <= width and inner == width:
        return []
    return [f"{content} px wide in {width}: {', '.join(page.evaluate(TOO_WIDE))}"]


def judged(visitor: Visitor, path: str = "") -> list[str]:
    """What is wrong with the page this visitor is on, wide and narrow, each line saying where."""
    return page_judged(visitor.page, path or visitor.path())


def page_judged(page: Page, where: str) -> list[str]:
    """The same for any tab."""
    wrong = []
    page.wait_for_load_state()  # a click has waited only until the page began
    page.evaluate(AXE_SCRIPT)  # by the debugger: the page's own policy stays in force
    for device in (DESKTOP, NARROW):
        page.set_viewport_size({"width": device.width, "height": device.height})
        found = violations(page) + overflow(page, device.width)
        wrong += [f"{device}, {where}: {each}" for each in found]
    return wrong
