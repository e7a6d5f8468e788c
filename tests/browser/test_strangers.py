"""A stranger leaves no trace and is shown to nobody: no cookie, nothing kept on the device, nothing from elsewhere.

That nothing is asked of another host, every browser test watches.
"""

from __future__ import annotations

import pytest

from tests.browser.cast import Cast
from tests.browser.conftest import Visit
from tests.browser.samples import SAMPLES
from tests.support.browser import Portal

pytestmark = pytest.mark.browser
KEPT = "() => [localStorage.length, sessionStorage.length, document.cookie]"
PUBLIC = ("home", "roles", "role", "campaigns", "campaign", "check", "privacy", "cookies", "accessibility", "sign_in")


@pytest.mark.parametrize("name", PUBLIC)
def test_reading_leaves_nothing(visit: Visit, portal: Portal, name: str) -> None:
    visitor = visit()
    for sample in SAMPLES[f"public.{name}"](Cast(portal)):
        if "next=" in sample.path:
            continue
        visitor.go(sample.path)
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.context.cookies() == []
        assert visitor.page.evaluate(KEPT) == [0, 0, ""]


def test_only_a_choice_of_cookies_sets_one(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/cookies")
    page.locator("[name=choice][value=essential]").check()
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_load_state("networkidle")
    assert [cookie["name"] for cookie in visitor.context.cookies()] == ["cookie_choice"]
