"""What a phone is given to keep: the same for everybody, nobody in it, and complete."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.settings.models import Setting
from portal.web.headers import CONTENT_SECURITY_POLICY
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, browser_of

SHELL, WORKER = "/staff/cohorts/register-shell", "/staff/cohorts/register-worker.js"


def kept(client: JudgingClient) -> dict[str, object]:
    first = client.get(WORKER).get_data(as_text=True).partition("\n")[0]
    found: dict[str, object] = json.loads(first.removeprefix("const KEPT = ").removesuffix(";"))
    return found


def test_the_page_that_is_kept_is_the_same_for_everybody(app: Flask, session: Session, client: JudgingClient) -> None:
    with unit_of_work(session):
        person = a_staff_member(session, Role.TRAINER)
        person.name = "Marguerite Oakenfull"
    signed_in = browser_of(app, person).get(SHELL).get_data(as_text=True)
    assert client.get(SHELL).get_data(as_text=True) == signed_in
    assert "Oakenfull" not in signed_in and "csrf" not in signed_in
    assert 'data-who=""' in signed_in and 'data-session=""' in signed_in


def test_all_that_the_page_loads_is_kept_with_it(client: JudgingClient) -> None:
    page = client.get(SHELL).get_data(as_text=True)
    asked = set(re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', page))
    asked.add(re.findall(r'data-jsqr="([^"]+)"', page)[0])
    found = kept(client)
    files = found["files"]
    assert isinstance(files, list)
    assert asked == set(files)
    for address in files:
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_the_worker_is_a_script_for_what_lies_below_the_cohorts(client: JudgingClient) -> None:
    answer = client.get(WORKER)
    assert answer.mimetype == "text/javascript"
    assert kept(client)["shell"] == SHELL
    assert 'data-scope="/staff/cohorts/"' in client.get(SHELL).get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-cache", "browsers ask whether there is a new one"


def test_what_changes_is_a_new_version(client: JudgingClient, session: Session) -> None:
    before = kept(client)["version"]
    assert kept(client)["version"] == before
    with unit_of_work(session):
        session.add(Setting(key="register_device_hours", value=24, starts_on=clock.today(), created_at=clock.now()))
    assert kept(client)["version"] != before
    assert 'data-hours="24"' in client.get(SHELL).get_data(as_text=True)


@pytest.mark.parametrize("address", [SHELL, WORKER])
def test_only_these_pages_may_have_a_worker_and_ask_for_the_camera(client: JudgingClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == f"{CONTENT_SECURITY_POLICY}; worker-src 'self'"
    assert headers["Permissions-Policy"] == "camera=(self), geolocation=(), microphone=()"
    others = client.get("/staff/sign-in").headers
    assert others["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert others["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"


@pytest.mark.parametrize("address", [SHELL, WORKER])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_they_are_only_read(client: JudgingClient, address: str, method: str) -> None:
    assert client.open(address, method=method).status_code == 405
