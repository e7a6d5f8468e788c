"""Sensitive acts ask for the second factor again, and lose nothing of what was begun in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role, SignInSession
from portal.domain.audit.models import AuditEvent
from portal.web.guards import access_of
from tests.support.authenticator import Authenticator
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, browser_of
from tests.support.staff_sign_in import Enrolled, an_enrolled_member, send

MINUTE = timedelta(minutes=1)
SENSITIVE = "/staff/admin/add"


@pytest.fixture
def officer(app: Flask, session: Session) -> Enrolled:
    return an_enrolled_member(app, session, Role.ADMINISTRATOR)


@pytest.fixture
def browser(app: Flask, officer: Enrolled) -> JudgingClient:
    return browser_of(app, officer.member)


def test_a_browser_left_open_is_asked_again_and_goes_back(browser: JudgingClient, officer: Enrolled) -> None:
    assert browser.get(SENSITIVE).status_code == 200
    with time_machine.travel(clock.wall() + 16 * MINUTE, tick=True):
        asked = browser.get(SENSITIVE)
        assert (asked.status_code, asked.location) == (303, "/staff/step-up?next=%2Fstaff%2Fadmin%2Fadd")
        assert browser.get("/staff/admin").status_code == 200  # only reading
        wrong = send(browser, asked.location, code="000000")
        assert wrong.status_code == 422 and "not right" in wrong.text
        code = officer.code()
        right = send(browser, asked.location, code=code)
        assert (right.status_code, right.location) == (303, SENSITIVE)
        assert browser.get(SENSITIVE).status_code == 200
        assert send(browser, asked.location, code=code).status_code == 422  # each code works once


@pytest.mark.parametrize(
    "endpoint",
    [
        "add_member", "member", "give_role", "end_role", "reset", "leave", "disable", "enable", "send_link", "groups",
        "remove_group", "own_deputies", "deputies", "correct_application_address", "duplicate", "keep_apart", "export",
        "export_file", "release_shortlist", "release_decision",
    ],
)  # fmt: skip
def test_what_gives_access_leaves_the_service_or_cannot_be_taken_back_is_sensitive(app: Flask, endpoint: str) -> None:
    access = access_of(app, f"staff.{endpoint}")
    assert access is not None and access.step_up


def test_a_form_opened_in_time_may_be_sent_for_as_long_again(browser: JudgingClient) -> None:
    tokens = browser.tokens(browser.get(SENSITIVE).text)
    with time_machine.travel(clock.wall() + 16 * MINUTE, tick=True):
        assert browser.post(SENSITIVE, data=tokens | {"name": ""}).status_code == 422
    with time_machine.travel(clock.wall() + 31 * MINUTE, tick=True):
        session_end = browser.post(SENSITIVE, data=tokens | {"name": ""})
        assert session_end.status_code == 303


def test_a_passkey_of_ones_own_stands_for_the_code(app: Flask, session: Session, browser: JudgingClient) -> None:
    own, others = Authenticator(), Authenticator()
    colleague = browser_of(app, a_staff_member(session, Role.ADMINISTRATOR))
    for who, device in ((browser, own), (colleague, others)):
        tokens = who.tokens(who.get("/staff/account").text)
        options = who.post("/staff/account/passkeys/options", headers={"X-CSRFToken": tokens["csrf_token"]})
        who.post("/staff/account/passkeys", data=tokens | {"name": "Laptop", "answer": device.create(options.json)})
    with time_machine.travel(clock.wall() + 16 * MINUTE, tick=True):
        page = "/staff/step-up?next=" + SENSITIVE
        for device, status in ((others, 422), (own, 303)):
            options = browser.post("/staff/sign-in/passkey/options").json
            answer = send(browser, "/staff/step-up/passkey?next=" + SENSITIVE, page, answer=device.get(options))
            assert answer.status_code == status
        assert browser.get(SENSITIVE).status_code == 200
    assert len(session.scalars(select(AuditEvent).filter_by(action="session.stepped_up")).all()) == 1


def test_the_demonstrations_people_confirm_by_a_click(browser: JudgingClient, session: Session) -> None:
    with time_machine.travel(clock.wall() + 16 * MINUTE, tick=True):
        assert "Only in the demonstration" in browser.get("/staff/step-up").text
        done = send(browser, "/staff/step-up/demonstration?next=//evil.example/", "/staff/step-up")
        assert (done.status_code, done.location) == (303, "/staff/")
        assert browser.get(SENSITIVE).status_code == 200


def test_it_belongs_to_one_browser(app: Flask, session: Session, officer: Enrolled, browser: JudgingClient) -> None:
    other = browser_of(app, officer.member)
    with time_machine.travel(clock.wall() + 16 * MINUTE, tick=True):
        send(browser, "/staff/step-up", code=officer.code())
        assert browser.get(SENSITIVE).status_code == 200
        assert other.get(SENSITIVE).status_code == 303
    session.rollback()
    assert len({row.stepped_up_at for row in session.scalars(select(SignInSession))}) == 2


def test_a_fragment_sends_the_whole_browser(browser: JudgingClient) -> None:
    with time_machine.travel(clock.wall() + 16 * MINUTE, tick=True):
        answer = browser.get(SENSITIVE, headers={"HX-Request": "true"})
        assert answer.status_code == 401 and answer.headers["HX-Redirect"].startswith("/staff/step-up")
