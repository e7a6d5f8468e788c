"""A member of staff's own account: passkeys, password, recovery codes, sessions elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.domain.accounts import staff_accounts
from portal.domain.accounts.lockout import MOST_FAILURES
from portal.domain.accounts.models import Passkey, RecoveryCode, Role, SignInSession, UsedChallenge
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from tests.support.authenticator import Authenticator, Uncounting
from tests.support.client import JudgingClient
from tests.support.people import browser_of
from tests.support.staff_sign_in import PASSWORD, Enrolled, an_enrolled_member, give_code, give_password, send

ACCOUNT = "/staff/account"
NEW = "five wet bicycles"


@pytest.fixture
def officer(app: Flask, session: Session) -> Enrolled:
    return an_enrolled_member(app, session, Role.RECRUITER)


@pytest.fixture
def browser(app: Flask, officer: Enrolled) -> JudgingClient:
    return browser_of(app, officer.member)


def add(browser: JudgingClient, device: Authenticator, name: str = "Work laptop") -> TestResponse:
    token = browser.tokens(browser.get(ACCOUNT).text)
    options = browser.post(ACCOUNT + "/passkeys/options", headers={"X-CSRFToken": token["csrf_token"]})
    return browser.post(ACCOUNT + "/passkeys", data=token | {"name": name, "answer": device.create(options.json)})


def use(browser: JudgingClient, device: Authenticator) -> TestResponse:
    options = browser.post("/staff/sign-in/passkey/options")
    return browser.post("/staff/sign-in/passkey", data={"answer": device.get(options.json)})


def inside(browser: JudgingClient) -> bool:
    return browser.get(ACCOUNT).status_code == 200


def test_a_passkey_is_added_and_signs_in_alone(app: Flask, browser: JudgingClient, session: Session) -> None:
    device = Authenticator()
    assert add(browser, device).status_code == 303
    assert "Work laptop" in browser.get(ACCOUNT).text
    other = app.test_client()
    assert use(other, device).status_code == 303 and inside(other)
    session.rollback()
    passkey = session.scalars(select(Passkey)).one()
    assert (passkey.sign_count, passkey.credential_id) == (1, device.id)
    actions = session.scalars(select(AuditEvent.action)).all()
    assert "passkey.added" in actions and "passkey.used" in actions


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"verifies": False},
        {"key": Authenticator().key},
        {"id": b"unknown credential"},
        {"count": -1},
    ],
)
def test_a_passkey_that_is_not_quite_it_is_refused(
    app: Flask, browser: JudgingClient, change: dict[str, object]
) -> None:
    device = Authenticator(count=5)
    add(browser, device)
    other = app.test_client()
    answer = use(other, replace(device, **change))
    assert answer.status_code == 422 and "Sign in with your password" in answer.text and not inside(other)


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"verifies": False}])
def test_a_passkey_made_for_elsewhere_is_not_added(
    browser: JudgingClient, session: Session, change: dict[str, object]
) -> None:
    answer = add(browser, replace(Authenticator(), **change))
    assert answer.status_code == 422 and "could not be added" in answer.text
    session.rollback()
    assert not session.scalars(select(Passkey)).all()


@pytest.mark.parametrize("answer", ["", "nonsense", "{}", "[]", '{"rawId": 5}', '{"rawId": "AAAA"}', "null"])
def test_nonsense_in_place_of_a_passkey_is_refused(client: JudgingClient, browser: JudgingClient, answer: str) -> None:
    client.post("/staff/sign-in/passkey/options")
    assert client.post("/staff/sign-in/passkey", data={"answer": answer}).status_code == 422
    assert send(browser, ACCOUNT + "/passkeys", ACCOUNT, name="x", answer=answer).status_code == 422


def test_a_signed_challenge_is_good_once_and_for_minutes(app: Flask, browser: JudgingClient) -> None:
    device = Authenticator()
    add(browser, device)
    other = app.test_client()
    answer = device.get(other.post("/staff/sign-in/passkey/options").json)
    with time_machine.travel(clock.wall() + timedelta(minutes=6)):
        assert other.post("/staff/sign-in/passkey", data={"answer": answer}).status_code == 422
    assert other.post("/staff/sign-in/passkey", data={"answer": answer}).status_code == 422
    assert use(other, device).status_code == 303


@pytest.mark.parametrize("counts", [True, False])
def test_a_copied_cookie_and_answer_do_not_sign_in_again(
    app: Flask, browser: JudgingClient, session: Session, counts: bool
) -> None:
    device = Authenticator() if counts else Uncounting()
    assert add(browser, device).status_code == 303
    first, copy = app.test_client(), app.test_client()
    answer = device.get(first.post("/staff/sign-in/passkey/options").json)
    with first.session_transaction("/staff/") as held, copy.session_transaction("/staff/") as taken:
        taken.update(held)
    assert first.post("/staff/sign-in/passkey", data={"answer": answer}).status_code == 303
    assert copy.post("/staff/sign-in/passkey", data={"answer": answer}).status_code == 422
    assert not inside(copy) and use(copy, device).status_code == 303
    with time_machine.travel(clock.wall() + timedelta(minutes=6)):
        assert use(app.test_client(), device).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(UsedChallenge)) == 1  # the old ones are forgotten


def test_a_disabled_members_passkey_is_no_good(
    app: Flask, browser: JudgingClient, officer: Enrolled, session: Session
) -> None:
    device = Authenticator()
    add(browser, device)
    staff_accounts.disable(session, SYSTEM, officer.member.id, reason="left the force")
    assert use(app.test_client(), device).status_code == 422


def test_one_device_is_added_once_and_removed(app: Flask, browser: JudgingClient, session: Session) -> None:
    device = Authenticator()
    add(browser, device)
    assert "added already" in add(browser, device).text
    stranger = browser_of(app, an_enrolled_member(app, session, Role.AUDITOR).member)
    session.rollback()
    key = session.scalars(select(Passkey.id)).one()
    session.rollback()
    assert send(stranger, f"{ACCOUNT}/passkeys/{key}/remove", ACCOUNT).status_code == 404
    assert send(browser, f"{ACCOUNT}/passkeys/{key}/remove", ACCOUNT).status_code == 303
    assert use(app.test_client(), device).status_code == 422


def test_a_new_password_ends_every_other_session(app: Flask, browser: JudgingClient, officer: Enrolled) -> None:
    elsewhere = browser_of(app, officer.member)
    answer = send(browser, ACCOUNT + "/password", current=PASSWORD, password=NEW, again=NEW)
    assert answer.status_code == 303 and inside(browser) and not inside(elsewhere)
    other = app.test_client()
    assert give_password(other, officer.member.email).status_code == 422
    assert give_password(other, officer.member.email, NEW).status_code == 303
    assert give_code(other, officer.code()).status_code == 303


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current": "wrong wrong wrong", "password": NEW, "again": NEW}, "current-error"),
        ({"current": "", "password": NEW, "again": NEW}, "current-error"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "password-error"),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "again-error"),
    ],
)
def test_a_password_is_not_changed_for_a_mistake(
    app: Flask, browser: JudgingClient, officer: Enrolled, form: dict[str, str], field: str
) -> None:
    answer = send(browser, ACCOUNT + "/password", **form)
    assert answer.status_code == 422 and f'id="{field}"' in answer.text
    assert not any(value and f'value="{value}"' in answer.text for value in form.values())
    assert give_password(app.test_client(), officer.member.email).status_code == 303


def test_guessing_at_an_open_screen_is_limited(browser: JudgingClient) -> None:
    for _ in range(MOST_FAILURES):
        send(browser, ACCOUNT + "/password", current="wrong wrong wrong", password=NEW, again=NEW)
    answer = send(browser, ACCOUNT + "/password", current=PASSWORD, password=NEW, again=NEW)
    assert answer.status_code == 422 and "too many tries" in answer.text


def test_new_recovery_codes_replace_the_old(
    app: Flask, browser: JudgingClient, officer: Enrolled, session: Session
) -> None:
    first = re.findall(r"<li><code>([^<]+)</code>", send(browser, ACCOUNT + "/recovery-codes", ACCOUNT).text)
    second = re.findall(r"<li><code>([^<]+)</code>", send(browser, ACCOUNT + "/recovery-codes", ACCOUNT).text)
    assert len(set(first) | set(second)) == 20
    session.rollback()
    assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 10
    other = app.test_client()
    give_password(other, officer.member.email)
    assert give_code(other, first[0], "/staff/second-factor/recovery").status_code == 422
    assert give_code(other, second[0], "/staff/second-factor/recovery").status_code == 303


def test_signing_out_everywhere_else(app: Flask, browser: JudgingClient, officer: Enrolled, session: Session) -> None:
    elsewhere = browser_of(app, officer.member)
    stranger = browser_of(app, an_enrolled_member(app, session, Role.AUDITOR).member)
    assert browser.get(ACCOUNT).text.count("Another browser") == 1
    assert send(browser, ACCOUNT + "/sessions/end", ACCOUNT).status_code == 303
    assert inside(browser) and not inside(elsewhere) and inside(stranger)
    session.rollback()
    ended = session.scalar(select(func.count()).select_from(SignInSession).where(SignInSession.ended_at.is_not(None)))
    assert ended == 1


@pytest.mark.parametrize("path", ["/password", "/passkeys", "/recovery-codes", "/sessions/end", "/passkeys/options"])
def test_a_form_without_its_token_changes_nothing(browser: JudgingClient, session: Session, path: str) -> None:
    assert browser.post(ACCOUNT + path, data={"name": "x"}).status_code == 400
    session.rollback()
    assert not session.scalars(select(RecoveryCode)).all()
