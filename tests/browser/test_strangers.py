"""A stranger's pages set no cookie and load nothing from elsewhere."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_home(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/")
    assert visitor.context.cookies() == []
