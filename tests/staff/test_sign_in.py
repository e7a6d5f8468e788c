"""Staff sign in by password and second step; nothing opens before both; nothing is told to guessers."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts import actions, staff_accounts
from portal.domain.accounts.lockout import MOST_AT_ONE, MOST_FAILURES, MOST_FROM_CLIENT, counted, note_failure
from portal.domain.accounts.models import RecoveryCode, Role, SignInFailure, SignInSession, StaffMember
from portal.domain.accounts.staff_accounts import NewRole
from portal.domain.accounts.staff_sign_in import Door, renew_recovery_codes
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from portal.web.keys import pepper
from portal.web.setup import outside_of
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.staff_sign_in import PASSWORD, Enrolled, an_enrolled_member, give_code, give_password, send

ACCOUNT = "/staff/account"


@pytest.fixture
def officer(app: Flask, session: Session) -> Enrolled:
    return an_enrolled_member(app, session, Role.RECRUITER)


def inside(browser: JudgingClient) -> bool:
    return browser.get(ACCOUNT).status_code == 200


def actions_recorded(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def live_sessions(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(SignInSession).where(SignInSession.ended_at.is_(None))) or 0


def test_password_then_code_opens_the_door(client: JudgingClient, officer: Enrolled, session: Session) -> None:
    answer = give_password(client, f"  {officer.member.email.upper()} ", onward="/staff/account")
    assert answer.location == "/staff/second-factor?next=/staff/account"
    assert client.get(ACCOUNT).location == "/staff/second-factor"
    entered = send(client, answer.location, code=f"{officer.code()[:3]} {officer.code()[3:]}")
    assert entered.location == "/staff/account" and inside(client)
    assert live_sessions(session) == 1


def test_each_step_begins_a_new_session(client: JudgingClient, officer: Enrolled) -> None:
    def token() -> str:
        with client.session_transaction("/staff/") as cookie:
            return str(cookie["_user_id"])

    give_password(client, officer.member.email)
    half = token()
    give_code(client, officer.code())
    assert token() != half
    with client.session_transaction("/staff/") as cookie:
        cookie["_user_id"] = half
    assert not inside(client)


@pytest.mark.parametrize("email", ["known", "nobody@force.example", "", "not an address"])
def test_a_wrong_password_says_the_same_for_every_address(client: JudgingClient, officer: Enrolled, email: str) -> None:
    typed = officer.member.email if email == "known" else email
    answer = give_password(client, typed, "wrong wrong wrong")
    assert answer.status_code == 422 and not inside(client)
    if typed:
        assert "The e-mail address or the password is not right." in answer.text
    assert "wrong wrong wrong" not in answer.text


def test_a_disabled_member_is_refused_like_anybody(client: JudgingClient, officer: Enrolled, session: Session) -> None:
    staff_accounts.disable(session, SYSTEM, officer.member.id, reason="left the force")
    answer = give_password(client, officer.member.email)
    assert answer.status_code == 422 and "The e-mail address or the password is not right." in answer.text


@pytest.mark.parametrize("known", [True, False])
def test_too_many_wrong_passwords_lock_known_and_unknown_alike(
    app: Flask, officer: Enrolled, session: Session, known: bool
) -> None:
    email = officer.member.email if known else "nobody@force.example"
    for _ in range(MOST_FAILURES):
        assert give_password(app.test_client(), email, "wrong wrong wrong").status_code == 422
    locked = give_password(app.test_client(), email)
    assert locked.status_code == 429 and "Wait 15 minutes" in locked.text
    session.rollback()
    keys = session.scalars(select(SignInFailure.key)).all()
    assert len(keys) == 3 * MOST_FAILURES and all(email not in key and len(key) == 64 for key in keys)
    with time_machine.travel(clock.wall() + timedelta(minutes=15, seconds=1)):
        assert give_password(app.test_client(), email).status_code == (303 if known else 422)


def from_elsewhere(app: Flask, place: int) -> JudgingClient:
    """A browser at another client address."""
    browser = app.test_client()
    assert isinstance(browser, JudgingClient)
    browser.environ_base["REMOTE_ADDR"] = f"192.0.2.{place}"
    return browser


def test_a_strangers_guesses_elsewhere_lock_nobody_out(app: Flask, officer: Enrolled) -> None:
    for _ in range(MOST_FAILURES):
        give_password(from_elsewhere(app, 1), officer.member.email, "wrong wrong wrong")
    assert give_password(from_elsewhere(app, 1), officer.member.email).status_code == 429
    assert give_password(app.test_client(), officer.member.email).status_code == 303


def test_guesses_from_many_places_are_limited_together(app: Flask, officer: Enrolled, session: Session) -> None:
    door = [Door(pepper(), f"192.0.2.{place}") for place in range(MOST_AT_ONE)]
    for each in door:
        note_failure(session, counted(each.pepper, "password", officer.member.email, each.client))
    assert give_password(app.test_client(), officer.member.email).status_code == 429
    assert give_password(app.test_client(), "somebody.else@force.example").status_code == 422


def test_guesses_at_many_addresses_from_one_place_are_limited(app: Flask, officer: Enrolled, session: Session) -> None:
    for number in range(MOST_FROM_CLIENT):
        note_failure(session, counted(pepper(), "password", f"{number}@force.example", "192.0.2.1"))
    assert give_password(from_elsewhere(app, 1), officer.member.email).status_code == 429
    assert give_password(from_elsewhere(app, 2), officer.member.email).status_code == 303


def test_the_second_step_has_few_tries_from_wherever_they_come(app: Flask, officer: Enrolled) -> None:
    wrong = f"{(int(officer.code()) + 1) % 1_000_000:06}"
    browsers = [from_elsewhere(app, place) for place in range(MOST_FAILURES)]
    for browser in browsers:
        give_password(browser, officer.member.email)
    for browser in browsers:
        give_code(browser, wrong)
    assert "too many tries" in give_code(browsers[0], officer.code()).text and not inside(browsers[0])


def test_a_right_password_forgets_the_wrong_ones(app: Flask, officer: Enrolled) -> None:
    for _ in range(2):
        for _ in range(MOST_FAILURES - 1):
            give_password(app.test_client(), officer.member.email, "wrong wrong wrong")
        assert give_password(app.test_client(), officer.member.email).status_code == 303


def test_a_code_is_taken_once(app: Flask, officer: Enrolled) -> None:
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        give_password(browser, officer.member.email)
    code = officer.code()
    assert give_code(first, code).status_code == 303
    replayed = give_code(second, code)
    assert replayed.status_code == 422 and "has been used" in replayed.text and not inside(second)
    assert give_code(second, officer.code(1)).status_code == 303


def test_one_code_used_twice_at_once_enters_once(app: Flask, officer: Enrolled) -> None:
    browsers, code = [app.test_client() for _ in range(3)], officer.code()
    forms = []
    for browser in browsers:
        give_password(browser, officer.member.email)
        forms.append(browser.tokens(browser.get("/staff/second-factor").text) | {"code": code})
    together, answers = Barrier(3), []

    def enter(browser: JudgingClient, form: dict[str, str]) -> None:
        with app.app_context():
            together.wait()
            answers.append(browser.post("/staff/second-factor", data=form).status_code)
            db.session.remove()

    threads = [Thread(target=enter, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422]


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_code_of_the_step_before_or_after_is_near_enough(
    client: JudgingClient, officer: Enrolled, steps: int, status: int
) -> None:
    with time_machine.travel(clock.wall().replace(second=10), tick=False):
        give_password(client, officer.member.email)
        assert give_code(client, officer.code(steps)).status_code == status


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "<b>"])
def test_what_is_not_a_code_is_said_beside_the_field(client: JudgingClient, officer: Enrolled, typed: str) -> None:
    give_password(client, officer.member.email)
    answer = give_code(client, typed)
    assert answer.status_code == 422 and "code-error" in answer.text


def test_too_many_wrong_codes_lock_the_second_step(client: JudgingClient, officer: Enrolled) -> None:
    give_password(client, officer.member.email)
    wrong = f"{(int(officer.code()) + 1) % 1_000_000:06}"
    for _ in range(MOST_FAILURES):
        give_code(client, wrong)
    answer = give_code(client, officer.code())
    assert answer.status_code == 422 and "too many tries" in answer.text and not inside(client)


def test_moving_the_demonstrations_clock_changes_no_code(app: Flask, client: JudgingClient, officer: Enrolled) -> None:
    clock.store_offset(app.config["PORTAL"].clock_file, timedelta(days=-3000))
    give_password(client, officer.member.email)
    assert give_code(client, officer.code()).status_code == 303


def test_a_recovery_code_works_once(app: Flask, officer: Enrolled, session: Session) -> None:
    codes = renew_recovery_codes(session, officer.member, pepper())
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        give_password(browser, officer.member.email)
    assert give_code(first, f" {codes[3].upper()} ", "/staff/second-factor/recovery").status_code == 303
    again = give_code(second, codes[3], "/staff/second-factor/recovery")
    assert again.status_code == 422 and not inside(second)
    assert give_code(second, codes[4].replace("-", ""), "/staff/second-factor/recovery").status_code == 303
    assert "8 recovery codes left" in first.get(ACCOUNT).text
    session.rollback()
    assert all(code not in row.code_hash for code in codes for row in session.scalars(select(RecoveryCode)))


def test_somebody_elses_recovery_code_is_no_good(app: Flask, officer: Enrolled, session: Session) -> None:
    other = an_enrolled_member(app, session, Role.RECRUITER)
    codes = renew_recovery_codes(session, other.member, pepper())
    browser = app.test_client()
    give_password(browser, officer.member.email)
    assert give_code(browser, codes[0], "/staff/second-factor/recovery").status_code == 422


def invited(session: Session, *roles: Role) -> tuple[StaffMember, str]:
    member, token = staff_accounts.create_staff(
        session, SYSTEM, email="New.Person@force.example", name="New Person", roles=[NewRole(role) for role in roles]
    )
    return member, f"/staff/set-up/{token}"


def test_a_set_up_link_leads_through_password_and_app_to_recovery_codes(
    app: Flask, client: JudgingClient, session: Session
) -> None:
    member, link = invited(session, Role.RECRUITER)
    mail = session.scalars(select(OutboxMail)).one()
    letter = outside_of(app).letters.write(mail.name, mail.context, recipient=mail.recipient, message_id="<1@x>")
    assert mail.secret and mail.recipient == "new.person@force.example"
    assert f"http://localhost{link}" in letter.text and f"http://localhost{link}" in letter.html
    assert client.get(link).status_code == 200
    chosen = client.post(link, data={"password": "five wet bicycles", "again": "five wet bicycles"})
    assert chosen.status_code == 303
    page = client.get(client.get(chosen.location).location)
    secret = re.sub(r"\s", "", re.findall(r'v-secret">([^<]+)<', page.text)[0])
    assert "<svg" in page.text and not inside(client)
    codes_page = give_code(client, pyotp.TOTP(secret).at(clock.wall()), "/staff/second-factor/set-up")
    codes = re.findall(r"<li><code>([^<]+)</code>", codes_page.text)
    assert codes_page.status_code == 200 and len(set(codes)) == 10 and codes_page.headers["Cache-Control"] == "no-store"
    saved = client.post("/staff/second-factor/saved", data=client.tokens(codes_page.text) | {"saved": "yes"})
    assert saved.status_code == 303 and inside(client)
    assert client.get(link).status_code == client.post(link).status_code == 410
    session.rollback()
    kept = session.get_one(StaffMember, member.id, populate_existing=True)
    assert kept.totp_sealed is not None and secret.encode() not in kept.totp_sealed
    assert "recovery_codes.saved" in actions_recorded(session)


def test_a_set_up_link_dies_after_a_day_and_when_another_is_made(client: JudgingClient, session: Session) -> None:
    member, link = invited(session)
    with time_machine.travel(clock.wall() + timedelta(hours=24)):
        assert client.get(link).status_code == 410
    staff_accounts.send_set_up_link(session, SYSTEM, member.id)
    assert client.get(link).status_code == 410 and client.get("/staff/set-up/wrong").status_code == 410


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 characters"),
        ("password1234", "easy to guess"),
        ("123456789012", "easy to guess"),
        ("aaaaaaaaaaaaaa", "easy to guess"),
        ("new.person 2018!", "your name"),
        ("my name is person", "your name"),
        ("", "Enter a password"),
        ("x" * 201, "200 characters"),
    ],
)
def test_a_weak_password_is_refused_and_the_link_still_works(
    client: JudgingClient, session: Session, password: str, said: str
) -> None:
    _, link = invited(session)
    answer = client.post(link, data={"password": password, "again": password})
    assert answer.status_code == 422 and said in answer.text
    assert client.post(link, data={"password": "five wet bicycles", "again": "five wet bicycle"}).status_code == 422
    assert client.post(link, data={"password": "five wet bicycles", "again": "five wet bicycles"}).status_code == 303


def test_a_half_session_opens_nothing_but_the_second_step(client: JudgingClient, officer: Enrolled) -> None:
    give_password(client, officer.member.email)
    for address in (ACCOUNT, "/staff/admin", "/staff/account/password"):
        assert client.get(address).location == "/staff/second-factor"
    enrol = client.get("/staff/second-factor/set-up")
    assert enrol.status_code == 303 and enrol.location == "/staff/second-factor"


def test_enrolling_again_over_a_confirmed_app_is_not_possible(client: JudgingClient, officer: Enrolled) -> None:
    give_password(client, officer.member.email)
    token = client.tokens(client.get("/staff/second-factor").text)
    answer = client.post("/staff/second-factor/set-up", data=token | {"code": officer.code()})
    assert answer.location == "/staff/second-factor" and not inside(client)


def test_a_disabled_member_is_gone_at_the_next_request(app: Flask, session: Session) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    browser = browser_of(app, member)
    assert inside(browser)
    with unit_of_work(session):
        member.disabled_at = clock.now()
    assert browser.get(ACCOUNT).location.startswith("/staff/sign-in?next=")


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (31, False)])
def test_an_idle_session_ends_and_its_owner_is_told(app: Flask, session: Session, minutes: int, alive: bool) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    with time_machine.travel(clock.wall() + timedelta(minutes=minutes)):
        assert inside(browser) is alive
        if not alive:
            assert "You were signed out because" in browser.get(browser.get(ACCOUNT).location).text


def test_a_session_ends_after_its_hours_however_busy(app: Flask, session: Session) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    began = clock.wall()
    for quarter in range(1, 40):
        with time_machine.travel(began + timedelta(minutes=15 * quarter)):
            assert inside(browser)
    with time_machine.travel(began + timedelta(hours=10, seconds=1)):
        assert not inside(browser)


def test_an_applicants_session_is_nobody_at_the_staff_door(app: Flask, session: Session) -> None:
    token = actions.begin_session(session, an_applicant(session), second_factor=True)
    browser = app.test_client()
    with browser.session_transaction("/staff/") as cookie:
        cookie["_user_id"] = token
    assert not inside(browser)


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example"])
def test_never_goes_on_to_another_site(client: JudgingClient, officer: Enrolled, onward: str) -> None:
    page = give_password(client, officer.member.email, onward=onward).location
    assert page.startswith("/staff/second-factor")
    entered = client.post(page, data=client.tokens(client.get(page).text) | {"code": officer.code()})
    assert entered.location in {"/staff/", "/staff/account"}


def test_signing_out_ends_the_session(app: Flask, session: Session) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert browser.post("/staff/sign-out").location == "/staff/sign-out"
    assert "You are signed out" in browser.get("/staff/sign-out").text and live_sessions(session) == 0


def test_the_trail_holds_no_address_and_no_password(client: JudgingClient, officer: Enrolled, session: Session) -> None:
    give_password(client, officer.member.email, "wrong wrong wrong")
    give_password(client, officer.member.email)
    give_code(client, officer.code())
    assert actions_recorded(session) == ["staff.password_refused", "session.began", "session.began"]
    details = " ".join(str(event.detail) for event in session.scalars(select(AuditEvent)))
    assert officer.member.email not in details and PASSWORD not in details
