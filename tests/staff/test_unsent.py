"""Nothing a member of staff typed is lost when their sign-in has ended: kept for them alone, sent exactly once."""

from __future__ import annotations

import html
import io
import re
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask, Response
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts import actions, staff_accounts, unsent
from portal.domain.accounts.models import Role, SignInSession, StaffMember, UnsentForm
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.casework.models import Note
from portal.domain.casework.notes import place_of_note
from portal.domain.refusals import Refusal
from portal.extensions import db
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import set_clock
from tests.support.people import an_applicant, browser_of
from tests.support.staff_sign_in import Enrolled, an_enrolled_member, give_code, give_password

WAITS = "/staff/unsent"
DOOR = "/staff/sign-in?next=%2Fstaff%2Funsent"
CANARY = 'canary: "she" rang <twice>\r\n\r\nand will ring again'
MINUTE = timedelta(minutes=1)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture
def sent(app: Flask, session: Session, settings: Settings) -> Application:
    set_clock(settings, datetime(2018, 1, 20, 10, 0))
    clock.use_offset(clock.read_offset(settings.clock_file))
    return a_submitted(session, app, the_pilot(session))


@pytest.fixture
def note(sent: Application) -> str:
    return f"/staff/applications/{sent.reference}/note"


@pytest.fixture
def writer(app: Flask, session: Session) -> Enrolled:
    return an_enrolled_member(app, session, Role.RECRUITER)


@pytest.fixture
def browser(app: Flask, writer: Enrolled) -> JudgingClient:
    return browser_of(app, writer.member)


def end(session: Session, member: StaffMember, how: str = "idle") -> None:
    """Every sign-in of theirs has run out: left alone too long, or too old."""
    column = {"idle": SignInSession.seen_at, "too old": SignInSession.created_at}[how]
    long_ago = clock.wall() - timedelta(minutes=31) if how == "idle" else clock.wall() - timedelta(hours=10, minutes=1)
    with unit_of_work(session):
        session.execute(update(SignInSession).where(SignInSession.staff_id == member.id).values({column: long_ago}))


def write(browser: JudgingClient, note: str, words: str = CANARY, **more: str) -> dict[str, str]:
    """A note as its form would send it, were the page open already."""
    return browser.tokens(browser.get(note).text) | {"text": words} | more


def sign_in(browser: JudgingClient, who: Enrolled) -> TestResponse:
    onward = give_password(browser, who.member.email, onward=WAITS).location
    return give_code(browser, who.code(), onward)


def again(page: str, number: int = 0) -> tuple[str, dict[str, str]]:
    """The address and the fields of the page's button that sends it now."""
    forms = re.findall(r'<form id="[^"]*" method="post" action="([^"]*)">(.*?)</form>', page, re.S)
    address, fields = [form for form in forms if unsent_key(form[1])][number]
    return html.unescape(address), {name: html.unescape(value) for name, value in HIDDEN.findall(fields)}


def unsent_key(fields: str) -> bool:
    return 'name="unsent_key"' in fields


def kept(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(UnsentForm)) or 0


def notes(app: Flask, session: Session) -> list[str]:
    session.rollback()
    return [keys_of(app).unseal(row.sealed, **place_of_note(row.id)) for row in session.scalars(select(Note))]


@pytest.fixture
def waiting(session: Session, browser: JudgingClient, writer: Enrolled, note: str) -> str:
    """A note was sent too late and its writer is signed in again; the page of what waits."""
    typed = write(browser, note)
    end(session, writer.member)
    browser.post(note, data=typed)
    assert sign_in(browser, writer).location == WAITS
    return browser.get(WAITS).text


@pytest.mark.parametrize("how", ["idle", "too old"])
def test_what_was_typed_arrives_once_after_signing_in_again(
    app: Flask, session: Session, browser: JudgingClient, writer: Enrolled, note: str, how: str
) -> None:
    typed = write(browser, note)
    end(session, writer.member, how)
    answer = browser.post(note, data=typed, headers={"Referer": f"http://localhost{note}"})
    assert (answer.status_code, answer.location) == (303, DOOR)
    assert "What you typed is kept" in browser.get(DOOR).text
    assert sign_in(browser, writer).location == WAITS
    work = browser.get("/staff/").text
    assert "You were signed out before 1 form was sent" in work and f'href="{WAITS}"' in work
    page = browser.get(WAITS).text
    assert html.escape(CANARY, quote=False).replace('"', "&#34;") in page and f'href="{note}"' in page
    address, fields = again(page)
    assert address == note and fields["text"] == CANARY
    assert browser.post(address, data=fields).status_code == 303
    assert notes(app, session) == [CANARY.replace("\r\n", "\n")] or notes(app, session) == [CANARY]
    assert kept(session) == 0
    assert browser.get(WAITS).location == "/staff/" and "signed out before" not in browser.get("/staff/").text
    acts = session.scalars(select(AuditEvent).where(AuditEvent.action.like("unsent.%")).order_by(AuditEvent.id)).all()
    assert [event.action for event in acts] == ["unsent.kept", "unsent.sent"]
    assert "canary" not in str([event.detail for event in acts])


def test_every_door_leads_to_what_waits(session: Session, browser: JudgingClient, writer: Enrolled, note: str) -> None:
    typed = write(browser, note)
    end(session, writer.member)
    page = browser.get(browser.post(note, data=typed).location or "").text
    doors = re.findall(r'<form[^>]* action="([^"]*)"', page)  # a passkey's, and the demonstration's for each role
    assert len(doors) > 2 and all(door.endswith("next=/staff/unsent") for door in doors)


def test_another_person_at_that_computer_goes_to_their_own_work(
    app: Flask, session: Session, browser: JudgingClient, writer: Enrolled, note: str
) -> None:
    typed = write(browser, note)
    end(session, writer.member)
    browser.post(note, data=typed)
    browser.canaries.add("canary")
    assert sign_in(browser, an_enrolled_member(app, session, Role.RECRUITER)).location == WAITS
    assert browser.get(WAITS).location == "/staff/" and "signed out before" not in browser.get("/staff/").text
    key = session.scalars(select(UnsentForm.key)).one()
    token = browser.tokens(browser.get("/staff/").text)
    assert browser.post(f"{WAITS}/{key}/forget", data=token).status_code == 404
    assert browser.post(note, data=token | {"unsent_key": key, "text": "mine"}).status_code == 409
    assert kept(session) == 1 and notes(app, session) == []


@pytest.mark.parametrize("who", ["stranger", "applicant", "forged", "no token", "left", "out", "half", "disabled"])
def test_nobody_else_has_anything_kept(
    app: Flask, session: Session, browser: JudgingClient, writer: Enrolled, note: str, who: str
) -> None:
    typed = write(browser, note)
    if who == "stranger":
        browser = app.test_client()  # type: ignore[assignment]
    elif who == "applicant":
        browser = browser_of(app, an_applicant(session))
    elif who == "left":
        browser.post("/staff/sign-out", data=typed)
    elif who == "out":  # signed out everywhere else, as when a telephone is lost
        actions.end_sessions(session, writer.member)
    elif who == "half":
        browser = browser_of(app, writer.member, second_factor=False)
    elif who == "disabled":
        staff_accounts.disable(session, SYSTEM, writer.member.id, reason="left the force")
    elif who == "forged":
        typed["csrf_token"] = typed["csrf_token"][:-1] + "x"
    else:
        del typed["csrf_token"]
    end(session, writer.member)
    answer = browser.post(note, data=typed)
    assert answer.status_code == 303 and "unsent" not in (answer.location or "")
    assert kept(session) == 0
    assert "is kept" not in browser.get("/staff/sign-in").text


@pytest.mark.parametrize("fields", [{}, {"version": "3", "seen12": "4", "reset-seen": "1", "text": "  "}])
def test_a_mere_button_is_not_kept(
    session: Session, browser: JudgingClient, writer: Enrolled, note: str, fields: dict[str, str]
) -> None:
    typed = browser.tokens(browser.get(note).text) | fields
    end(session, writer.member)
    assert "next=%2Fstaff%2Fapplications" in (browser.post(note, data=typed).location or "")
    assert kept(session) == 0


def test_a_script_and_a_page_left_open_keep_nothing(
    session: Session, sent: Application, browser: JudgingClient, writer: Enrolled, note: str
) -> None:
    typed = write(browser, note)
    end(session, writer.member)
    assert browser.post(note, data=typed, headers={"Accept": "application/json"}).status_code == 401
    browser.post(f"/staff/presence/application/{sent.id}", data=typed)
    assert kept(session) == 0


def test_a_fragments_words_are_kept_and_the_whole_browser_is_sent_to_the_door(
    session: Session, browser: JudgingClient, writer: Enrolled, note: str
) -> None:
    typed = write(browser, note)
    token = typed.pop("csrf_token")
    end(session, writer.member)
    here = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{note}?from=list", "X-CSRFToken": token}
    answer = browser.post(note, data=typed, headers=here)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, DOOR)
    sign_in(browser, writer)
    assert f'href="{note}?from=list"' in browser.get(WAITS).text


def test_a_sensitive_act_too_late_is_kept_too(
    session: Session, browser: JudgingClient, writer: Enrolled, sent: Application
) -> None:
    address = f"/staff/applications/{sent.reference}/address"
    typed = browser.tokens(browser.get(address).text) | {"email": "new@example.org", "reason": "mistyped"}
    for minutes in (16, 29):
        with time_machine.travel(clock.wall() + minutes * MINUTE, tick=False):
            assert browser.get("/staff/account").status_code == 200
    with time_machine.travel(clock.wall() + 31 * MINUTE, tick=True):
        asked = browser.post(address, data=typed)
        assert asked.location == "/staff/step-up?next=%2Fstaff%2Funsent"
        assert "What you typed is kept" in browser.get(asked.location).text
        assert give_code(browser, writer.code(), asked.location).location == WAITS
        address, fields = again(browser.get(WAITS).text)
        assert fields["email"] == "new@example.org"
        assert browser.post(address, data=fields).status_code in {303, 422}
        assert kept(session) == 0


def test_a_file_is_not_kept_and_the_page_says_so(
    session: Session, browser: JudgingClient, writer: Enrolled, note: str
) -> None:
    typed = write(browser, note)
    end(session, writer.member)
    files = {"file": (io.BytesIO(b"canary of a file"), "canary.pdf")}
    assert browser.post(note, data=typed | files, content_type="multipart/form-data").location == DOOR
    sign_in(browser, writer)
    page = browser.get(WAITS).text
    assert "files are not kept" in page and not unsent_key(page) and "canary of a file" not in page


def test_two_windows_send_it_once(app: Flask, session: Session, browser: JudgingClient, waiting: str) -> None:
    address, fields = again(waiting)
    assert browser.post(address, data=fields).status_code == 303
    second = browser.post(address, data=fields | {"text": "the same again"})
    assert second.status_code == 409 and "does not wait any more" in second.text
    assert len(notes(app, session)) == 1


def test_pressed_three_times_at_once_it_is_done_once(
    app: Flask, session: Session, writer: Enrolled, waiting: str, note: str
) -> None:
    browsers = [browser_of(app, writer.member) for _ in range(3)]
    address, fields = again(waiting)
    forms = [
        fields | browser.tokens(browser.get(note).text) | {"text": f"from {at}"} for at, browser in enumerate(browsers)
    ]
    together, answers = Barrier(3), []

    def press(browser: JudgingClient, form: dict[str, str]) -> None:
        with app.app_context():
            together.wait()
            answers.append(browser.post(address, data=form).status_code)
            db.session.remove()

    threads = [Thread(target=press, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409, 409] and len(notes(app, session)) == 1 and kept(session) == 0


def test_what_is_on_its_way_is_not_sent_from_another_window(
    app: Flask, session: Session, browser: JudgingClient, writer: Enrolled, waiting: str
) -> None:
    address, fields = again(waiting)
    unsent.begin(session, writer.member.id, fields["unsent_key"], address)
    assert "on its way already" in browser.post(address, data=fields).text
    assert notes(app, session) == [] and "It may have arrived" in browser.get(WAITS).text


@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_is_refused_goes_on_waiting(
    app: Flask, session: Session, browser: JudgingClient, writer: Enrolled, waiting: str, status: int
) -> None:
    address, fields = again(waiting)
    if status == 400:
        fields["csrf_token"] = "forged"
    elif status == 403:
        with unit_of_work(session):
            session.execute(
                text("UPDATE staff_role SET role = 'auditor' WHERE staff_id = :id"), {"id": writer.member.id}
            )
    else:
        with unit_of_work(session):
            session.execute(text("UPDATE application SET reference = 'CPV-ZZZZ-ZZZZ'"))
    assert browser.post(address, data=fields).status_code == status
    page = browser.get(WAITS).text
    assert "canary" in page and "may have arrived" not in page


def test_what_failed_waits_and_says_so(
    app: Flask, session: Session, browser: JudgingClient, note: str, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_given: str) -> Response:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(fails, "access", app.view_functions["staff.write_note"].access, raising=False)  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "staff.write_note", fails)
    address, fields = again(waiting)
    assert browser.post(address, data=fields).status_code == 500
    assert "It may have arrived" in browser.get(WAITS).text
    monkeypatch.undo()
    assert browser.post(address, data=fields).status_code == 303 and len(notes(app, session)) == 1


def test_what_is_refused_without_its_form_goes_on_waiting(
    app: Flask, browser: JudgingClient, note: str, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(**_given: str) -> Response:
        raise Refusal("Not like this")

    monkeypatch.setattr(refuses, "access", app.view_functions["staff.write_note"].access, raising=False)  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "staff.write_note", refuses)
    address, fields = again(waiting)
    answer = browser.post(address, data=fields)
    assert answer.status_code == 422 and "Not like this" in answer.text and "canary" not in answer.text
    page = browser.get(WAITS).text
    assert "canary" in page and "may have arrived" not in page


def test_what_a_page_shows_with_its_mistakes_waits_no_more(
    session: Session, browser: JudgingClient, waiting: str
) -> None:
    address, fields = again(waiting)
    answer = browser.post(address, data=fields | {"text": ""})
    assert answer.status_code == 422 and not unsent_key(answer.text) and kept(session) == 0


def test_signed_out_once_more_it_is_kept_once_more(
    app: Flask, session: Session, browser: JudgingClient, writer: Enrolled, waiting: str
) -> None:
    address, fields = again(waiting)
    end(session, writer.member)
    before = session.scalars(select(UnsentForm.page)).one()
    listed = {"Referer": f"http://localhost{WAITS}"}
    assert browser.post(address, data=fields, headers=listed).location == DOOR and kept(session) == 1
    assert session.scalars(select(UnsentForm.page)).one() == before
    with time_machine.travel(clock.wall() + 2 * MINUTE, tick=True):
        sign_in(browser, writer)
        assert browser.post(address, data=fields).status_code == 409  # its place was taken
        address, fields = again(browser.get(WAITS).text)
        assert browser.post(address, data=fields).status_code == 303
    assert notes(app, session) and kept(session) == 0


def test_it_may_be_forgotten(session: Session, browser: JudgingClient, waiting: str) -> None:
    token = browser.tokens(waiting)
    key = session.scalars(select(UnsentForm.key)).one()
    assert browser.post(f"{WAITS}/{key}/forget", data=token).location == WAITS
    assert browser.get(WAITS).location == "/staff/" and kept(session) == 0
    assert browser.post(f"{WAITS}/{key}/forget", data=token).status_code == 404
    assert browser.get(f"{WAITS}/{key}/forget").status_code == 405


def test_what_cannot_be_kept_is_not_said_to_be(
    session: Session, browser: JudgingClient, writer: Enrolled, note: str
) -> None:
    typed = write(browser, note)
    end(session, writer.member)
    with unit_of_work(session):
        session.execute(text("DROP TABLE unsent_form"))
    answer = browser.post(note, data=typed)
    assert answer.status_code >= 500 and "kept" not in answer.text and "canary" not in answer.text


def test_it_is_sealed(session: Session, waiting: str) -> None:
    row = session.scalars(select(UnsentForm)).one()
    assert b"canary" not in row.sealed and "canary" not in row.address + row.page + row.key
