"""Applicants sign in by a mailed code or link, once, in time, and nobody learns who has an account."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.config import Settings
from portal.domain.accounts import codes
from portal.domain.accounts.models import Applicant, SignInCode, SignInSession
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from portal.web.setup import outside_of
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, an_applicant, browser_of

EMAIL = "kim@example.org"


def ask(browser: JudgingClient, email: str = EMAIL, onward: str = "") -> None:
    answer = browser.post("/sign-in" + (f"?next={onward}" if onward else ""), data={"email": email})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")


def mails(session: Session, email: str = EMAIL) -> list[OutboxMail]:
    session.rollback()
    return list(session.scalars(select(OutboxMail).where(OutboxMail.recipient == email).order_by(OutboxMail.id)))


def mailed(session: Session, email: str = EMAIL) -> tuple[str, str]:
    """The newest mail's code and the path of its link."""
    context = mails(session, email)[-1].context
    return context["code"], f"/sign-in/link/{context['link']}"


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def signed_in(browser: JudgingClient) -> bool:
    return "Sign out?" in browser.get("/sign-out").text


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_code_signs_in_and_makes_the_account(client: JudgingClient, session: Session) -> None:
    ask(client)
    page = client.get("/sign-in/code")
    assert EMAIL in page.text and page.headers["Cache-Control"] == "no-store"
    code, _ = mailed(session)
    answer = client.post("/sign-in/code", data={"code": f" {code[:3]} {code[3:]} "})
    assert answer.status_code == 303 and signed_in(client)
    session.rollback()
    person = session.scalars(select(Applicant)).one()
    assert person.email == EMAIL


def test_one_mail_with_code_and_link_that_is_forgotten_once_sent(
    app: Flask, client: JudgingClient, session: Session
) -> None:
    ask(client)
    (mail,) = mails(session)
    code, link = mailed(session)
    letter = outside_of(app).letters.write(mail.name, mail.context, recipient=EMAIL, message_id="<1@x>")
    for body in (letter.text, letter.html):
        assert f"{code[:3]} {code[3:]}" in body and f"http://localhost{link}" in body
    assert code not in letter.subject and mail.secret
    row = session.scalars(select(SignInCode)).one()
    assert code not in row.code_hash and len(row.code_hash) == 64


def test_the_same_address_is_the_same_person_however_it_is_typed(app: Flask, session: Session) -> None:
    for typed in ("Kim@BÜCHER.example", " kim@xn--bcher-kva.example "):
        browser = app.test_client()
        ask(browser, typed)
        code, _ = mailed(session, "kim@xn--bcher-kva.example")
        assert browser.post("/sign-in/code", data={"code": code}).status_code == 303
    assert count(session, Applicant) == 1


def test_answers_do_not_tell_whether_an_address_is_known(app: Flask, session: Session) -> None:
    an_applicant(session, EMAIL)
    seen = []
    for email in (EMAIL, "new@example.org"):
        browser = app.test_client()
        ask(browser, email)
        page = browser.get("/sign-in/code")
        seen.append((page.status_code, page.text.replace(email, "")))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "typed", ["", "kim", "kim@", "kim@localhost", "a@b@example.org", "ki m@example.org", "x" * 300]
)
def test_what_is_not_an_address_is_said_beside_the_field(client: JudgingClient, session: Session, typed: str) -> None:
    answer = client.post("/sign-in", data={"email": typed})
    assert answer.status_code == 422 and "email-error" in answer.text and "<title>Error: " in answer.text
    assert not mails(session) and "Set-Cookie" not in answer.headers


WIDE_DIGITS = "\uff11\uff12\uff13\uff14\uff15\uff16"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "<b>12</b>", WIDE_DIGITS])
def test_what_is_not_a_code_costs_no_try(client: JudgingClient, session: Session, typed: str) -> None:
    ask(client)
    assert client.post("/sign-in/code", data={"code": typed}).status_code == 422
    session.rollback()
    assert session.scalars(select(SignInCode)).one().failures == 0


def test_a_wrong_code_is_counted_and_the_right_one_still_works(client: JudgingClient, session: Session) -> None:
    ask(client)
    code, _ = mailed(session)
    answer = client.post("/sign-in/code", data={"code": other_than(code)})
    assert answer.status_code == 422 and "That is not the code we sent" in answer.text
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303


def test_too_many_tries_end_the_code_but_not_the_link(app: Flask, client: JudgingClient, session: Session) -> None:
    ask(client)
    code, link = mailed(session)
    for _ in range(codes.MOST_TRIES):
        client.post("/sign-in/code", data={"code": other_than(code)})
    answer = client.post("/sign-in/code", data={"code": code})
    assert answer.status_code == 422 and "too many times" in answer.text and not signed_in(client)
    assert app.test_client().post(link).status_code == 303


def test_an_old_code_and_link_are_refused(client: JudgingClient, session: Session) -> None:
    ask(client)
    code, link = mailed(session)
    with time_machine.travel(clock.wall() + timedelta(minutes=10)):
        answer = client.post("/sign-in/code", data={"code": code})
        assert answer.status_code == 422 and "expired" in answer.text
        for dead in (client.get(link), client.post(link)):
            assert dead.status_code == 410 and "Send me a new one" in dead.text
    assert not signed_in(client)


def test_a_code_lasts_to_its_last_second(client: JudgingClient, session: Session) -> None:
    ask(client)
    code, _ = mailed(session)
    expires = session.scalars(select(SignInCode)).one().expires_at
    with time_machine.travel(expires - timedelta(seconds=1), tick=False):
        assert client.post("/sign-in/code", data={"code": code}).status_code == 303


def test_moving_the_demonstrations_clock_ends_no_code(client: JudgingClient, session: Session, app: Flask) -> None:
    ask(client)
    code, _ = mailed(session)
    clock.store_offset(app.config["PORTAL"].clock_file, timedelta(days=100))
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303


def test_code_and_link_work_once_between_them(app: Flask, client: JudgingClient, session: Session) -> None:
    ask(client)
    code, link = mailed(session)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303
    other = app.test_client()
    assert other.get(link).status_code == other.post(link).status_code == 410
    with client.session_transaction() as cookie:
        assert "sign_in_request" not in cookie


def test_a_used_code_is_refused_in_the_browser_that_asked(app: Flask, client: JudgingClient, session: Session) -> None:
    ask(client)
    code, link = mailed(session)
    assert app.test_client().post(link).status_code == 303
    answer = client.post("/sign-in/code", data={"code": code})
    assert answer.status_code == 422 and "used already" in answer.text


def test_a_code_from_another_browser_is_not_this_ones(app: Flask, client: JudgingClient, session: Session) -> None:
    ask(client)
    code, _ = mailed(session)
    stranger = app.test_client()
    assert stranger.post("/sign-in/code", data={"code": code}).location == "/sign-in"
    ask(stranger, "other@example.org")
    assert stranger.post("/sign-in/code", data={"code": code}).status_code == 422


def test_opening_a_link_signs_nobody_in_and_pressing_does_in_any_browser(
    app: Flask, client: JudgingClient, session: Session
) -> None:
    ask(client)
    _, link = mailed(session)
    assert f"Sign in as {EMAIL}?" in client.get(link).text
    other = app.test_client()
    page = other.get(link)
    assert EMAIL not in page.text and "k•••@e•••.org" in page.text and "another device" in page.text
    assert not signed_in(client) and not signed_in(other) and count(session, Applicant) == 0
    assert other.post(link).status_code == 303 and signed_in(other) and not signed_in(client)


def test_a_new_request_ends_the_one_before(client: JudgingClient, session: Session) -> None:
    ask(client)
    first, link = mailed(session)
    assert client.post("/sign-in/again").location == "/sign-in/code?again=yes"
    assert "another code" in client.get("/sign-in/code?again=yes").text
    second, _ = mailed(session)
    assert client.get(link).status_code == 410
    if first != second:
        assert client.post("/sign-in/code", data={"code": first}).status_code == 422
    assert client.post("/sign-in/code", data={"code": second}).status_code == 303


def test_a_mistyped_address_comes_back_to_be_mended(client: JudgingClient) -> None:
    ask(client, "kmi@example.org", "/campaigns")
    page = client.get("/sign-in/code").text
    (back,) = re.findall(r'href="(/sign-in\?correct=yes[^"]*)"', page)
    back = back.replace("&amp;", "&")
    assert 'value="kmi@example.org"' in client.get(back).text
    assert "next=/campaigns" in back


def test_mails_to_one_address_are_limited_for_each_place(app: Flask, session: Session) -> None:
    for _ in range(codes.MAILS_AN_HOUR):
        ask(app.test_client())
    refused = app.test_client().post("/sign-in", data={"email": EMAIL})
    assert refused.status_code == 429 and "Open the newest one" in refused.text
    assert len(mails(session)) == codes.MAILS_AN_HOUR
    ask(app.test_client(), "other@example.org")
    with time_machine.travel(clock.wall() + timedelta(minutes=61)):
        ask(app.test_client())


def test_sending_again_is_limited_too_and_keeps_the_last_code(client: JudgingClient, session: Session) -> None:
    ask(client)
    for _ in range(codes.MAILS_AN_HOUR - 1):
        client.post("/sign-in/again")
    answer = client.post("/sign-in/again")
    assert answer.status_code == 429 and "several mails" in answer.text
    assert client.post("/sign-in/code", data={"code": mailed(session)[0]}).status_code == 303


@pytest.mark.parametrize("onward", ["/campaigns/west?x=1", "/"])
def test_goes_on_to_where_somebody_was_going(client: JudgingClient, session: Session, onward: str) -> None:
    ask(client, EMAIL, onward)
    answer = client.post("/sign-in/code", data={"code": mailed(session)[0]})
    assert answer.location == onward


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "%2F%2Fevil.example",
        "javascript:1",
        "/a%5C..",
        "/%0A/e",
    ],
)
def test_never_goes_on_to_another_site(client: JudgingClient, session: Session, onward: str) -> None:
    ask(client, EMAIL, onward)
    answer = client.post("/sign-in/code", data={"code": mailed(session)[0]})
    assert answer.location in {"/", "/account"}


def test_two_confirmations_at_once_sign_in_one(app: Flask, client: JudgingClient, session: Session) -> None:
    ask(client)
    _, link = mailed(session)
    together, answers = Barrier(4), []

    def confirm() -> None:
        with app.app_context():
            browser = app.test_client()
            together.wait()
            answers.append(browser.post(link).status_code)
            db.session.remove()

    threads = [Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410, 410, 410]
    assert count(session, SignInSession) == 1


def test_two_codes_for_a_new_address_make_one_account(app: Flask, session: Session) -> None:
    browsers = [app.test_client() for _ in range(2)]
    links = []
    for browser in browsers:
        ask(browser)
        links.append(mailed(session)[1])
    together, answers = Barrier(2), []

    def confirm(browser: JudgingClient, link: str) -> None:
        with app.app_context():
            together.wait()
            answers.append(browser.post(link).status_code)
            db.session.remove()

    threads = [Thread(target=confirm, args=pair) for pair in zip(browsers, links, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303] and count(session, Applicant) == 1


def test_a_strangers_sign_in_page_sets_no_cookie(client: JudgingClient) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers and "csrf_token" not in page.text


def test_a_form_from_another_site_is_refused(client: JudgingClient, session: Session) -> None:
    answer = client.post("/sign-in", data={"email": EMAIL}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and not mails(session)


def test_signing_out_ends_the_session_everywhere_the_cookie_went(
    app: Flask, client: JudgingClient, session: Session
) -> None:
    browser = browser_of(app, an_applicant(session))
    assert signed_in(browser)
    assert browser.post("/sign-out").location == "/sign-out"
    assert "You are signed out" in browser.get("/sign-out").text
    session.rollback()
    assert session.scalars(select(SignInSession)).one().ended_at is not None


def test_signing_in_again_ends_the_session_before(app: Flask, session: Session) -> None:
    browser = browser_of(app, an_applicant(session))
    ask(browser)
    assert browser.post(mailed(session)[1]).status_code == 303
    session.rollback()
    ended = [row.ended_at is not None for row in session.scalars(select(SignInSession).order_by(SignInSession.id))]
    assert ended == [True, False]


def test_somebody_idle_too_long_is_told_and_goes_on(app: Flask, session: Session) -> None:
    browser = browser_of(app, an_applicant(session))
    with time_machine.travel(clock.wall() + timedelta(minutes=61)):
        assert "You were signed out because" in browser.get("/sign-in?next=/campaigns").text
        assert not signed_in(browser)
    assert "You were signed out because" not in app.test_client().get("/sign-in").text


def test_a_staff_session_is_nobody_at_the_public_door(app: Flask, session: Session) -> None:
    member = a_staff_member(session)
    browser = browser_of(app, member)
    with browser.session_transaction("/staff/") as cookie:
        held = dict(cookie)
    with browser.session_transaction("/") as cookie:
        cookie.update(held)
    assert not signed_in(browser)


def test_the_trail_tells_of_sign_ins_without_addresses(client: JudgingClient, session: Session) -> None:
    ask(client)
    code, _ = mailed(session)
    client.post("/sign-in/code", data={"code": other_than(code)})
    client.post("/sign-in/code", data={"code": code})
    session.rollback()
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events] == [
        "sign_in.asked", "sign_in.refused", "applicant.made", "sign_in.confirmed", "session.began"
    ]  # fmt: skip
    assert all(EMAIL not in str(event.detail) and code not in str(event.detail) for event in events)


def test_one_client_cannot_ask_without_end(settings: Settings) -> None:
    app = create_app(replace(settings, rate_limits=True))
    app.test_client_class = JudgingClient
    browser = app.test_client()
    answers = [browser.post("/sign-in", data={"email": "no address"}).status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]
