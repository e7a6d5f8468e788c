"""Headers every answer carries, and the origin check every form passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import databases
from tests.support.client import JudgingClient

HOME, FORM = "/", "/sign-in"


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


@pytest.mark.parametrize("address", [HOME, "/no-such-page", "/healthz", "/staff/sign-in"])
def test_every_answer_is_strict(client: JudgingClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "http://evil.example"}, 403),
    ],
)
def test_forms_must_come_from_our_own_pages(client: JudgingClient, sent: dict[str, str], status: int) -> None:
    assert client.post(FORM, headers=sent).status_code == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Origin": "http://localhost"}, 422),
        ({"Referer": "http://localhost/sign-in"}, 422),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Referer": "http://evil.example/?http://localhost/"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_old_browsers_are_judged_by_origin_or_referrer(app: Flask, sent: dict[str, str], status: int) -> None:
    """The judging client says where it comes from; this one only what it is told to."""
    assert FlaskClient(app, app.response_class).post(FORM, headers=sent).status_code == status


def test_a_request_id_is_kept_if_it_is_one_and_made_if_not(client: JudgingClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abcdef12-3456"}).headers["X-Request-Id"] == "abcdef12-3456"
    made = client.get("/healthz", headers={"X-Request-Id": "<script>alert(1)</script>"}).headers["X-Request-Id"]
    assert made.isalnum()
