"""One Chromium for all, one live portal a module, and browsers that tell on the pages they met."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.browser import DESKTOP, FLAGS, PATIENCE, Device, Portal, Visitor, live_portal, open_browser
from tests.support.services import require_service

Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    program = require_service("browser")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def portal(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with live_portal(tmp_path_factory.mktemp("portal")) as made:
        yield made


@pytest.fixture
def visit(chromium: Browser, portal: Portal) -> Iterator[Visit]:
    """Opens browsers. The test fails for anything any of them complained of."""
    opened: list[Visitor] = []

    def new(device: Device = DESKTOP, *, fine: set[int] | None = None, fetched: Path | None = None) -> Visitor:
        visitor = open_browser(chromium, portal, device, fetched)
        visitor.watch.fine |= fine or set()
        opened.append(visitor)
        return visitor

    yield new
    for visitor in opened:
        visitor.context.close()
    problems = [f"{visitor.device}: {problem}" for visitor in opened for problem in visitor.watch.problems]
    assert not problems, "\n".join(problems)
