"""Deciding on one application's page: the letter first, provisional, undone, released once, opened again."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.applications.rules import By, moves_from
from portal.domain.casework.deciding import decide, provisional, release
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.verdicts import ACT_OF, VERDICT_WORDS
from portal.domain.messages.models import OutboxMail
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.moderation import a_sift, read_as
from tests.support.people import a_staff_member, an_applicant, browser_of

ADVICE = "Say more about a time you worked in a team."
DECLINE = {"verdict": "decline", "reason": "criteria", "feedback": ADVICE}


def address(application: Application, part: str = "") -> str:
    return f"/staff/applications/{application.reference}{part}"


@pytest.fixture
def sent(app: Flask, session: Session) -> Application:
    return a_submitted(session, app, the_pilot(session), applicant=an_applicant(session, "sam@mailbox.example"))


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    person = a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        session.get_one(StaffMember, person.id).name = "Priya N"
    return person


def send(browser: JudgingClient, path: str, page: str = "", **fields: str) -> tuple[int, str]:
    answer = browser.post(path, data=browser.tokens(browser.get(page or path).text) | fields)
    return answer.status_code, answer.text


def now(session: Session, sent: Application) -> Decision | None:
    session.rollback()
    return provisional(session, [sent.id]).get(sent.id)


def state(session: Session, sent: Application) -> State:
    session.rollback()
    return session.get_one(Application, sent.id, populate_existing=True).state


def letters(session: Session, name: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(OutboxMail.name == name)) or 0


def test_the_letter_is_seen_before_anything_is_decided(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    browser, path = browser_of(app, recruiter), address(sent, "/decide")
    status, page = send(browser, path, seen="0", **DECLINE)
    assert status == 200 and "not this time" in page and ADVICE in page
    assert now(session, sent) is None
    status, page = send(browser, path, seen="0", change="1", **DECLINE)
    assert status == 200 and ADVICE in page and 'value="decline" checked' in page  # nothing typed is lost
    assert send(browser, path, seen="0", confirm="1", **DECLINE)[0] == 303
    made = now(session, sent)
    assert made is not None and (made.verdict, made.reason, made.feedback) == (Verdict.DECLINE, "criteria", ADVICE)
    assert state(session, sent) is State.SUBMITTED and letters(session, "outcome_unsuccessful") == 0
    sheet = browser.get(address(sent)).text
    assert "Decided, not released: not this time" in sheet and "The applicant does not know yet." in sheet
    tracker = browser_of(app, sent.applicant).get(f"/applications/{sent.reference}").text
    assert "We are reading your application" in tracker and ADVICE not in tracker


def test_a_decision_needs_a_verdict_and_to_decline_a_reason(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    browser, path = browser_of(app, recruiter), address(sent, "/decide")
    for confirm in ({}, {"confirm": "1"}):
        status, page = send(browser, path, feedback=ADVICE, **confirm)
        assert status == 422 and "Choose one" in page and ADVICE in page
        status, page = send(browser, path, **{**DECLINE, "reason": ""}, **confirm)
        assert status == 422 and "Choose a reason" in page and ADVICE in page
    assert send(browser, path, verdict="hire", seen="0")[0] == 422
    assert send(browser, path, verdict="reserve", reserve_place="-1", seen="0")[0] == 422
    assert now(session, sent) is None


def test_two_tabs_on_one_decision_show_both(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    first, second = browser_of(app, recruiter), browser_of(app, a_staff_member(session, Role.RECRUITER))
    path = address(sent, "/decide")
    assert send(first, path, verdict="shortlist", seen="0", confirm="1")[0] == 303
    status, clash = send(second, path, seen="0", confirm="1", **DECLINE)
    assert status == 409
    for words in ("Priya N changed this", VERDICT_WORDS[Verdict.SHORTLIST], VERDICT_WORDS[Verdict.DECLINE], ADVICE):
        assert words in clash
    made = now(session, sent)
    assert made is not None and made.verdict is Verdict.SHORTLIST
    assert send(second, path, seen=str(made.id), confirm="1", **DECLINE)[0] == 303
    changed = now(session, sent)
    assert changed is not None and changed.verdict is Verdict.DECLINE
    undo = address(sent, "/decide/undo")
    assert send(first, undo, address(sent), seen=str(made.id))[0] == 409  # of the one that is gone
    assert now(session, sent) is not None


def test_it_can_be_taken_back_until_it_is_released(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    browser = browser_of(app, recruiter)
    made = decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    for _twice in range(2):
        assert send(browser, address(sent, "/decide/undo"), address(sent), seen=str(made.id))[0] == 303
    assert now(session, sent) is None
    assert "Next: read the application and decide" in browser.get(address(sent)).text


def test_releasing_shows_the_letter_and_sends_it_once(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    browser, path = browser_of(app, recruiter), address(sent, "/release")
    assert browser.get(path).status_code == 303  # nothing to release
    made = decide(session, recruiter, sent.id, Verdict.DECLINE, reason="criteria", feedback=ADVICE)
    page = browser.get(path).text
    assert ADVICE in page and letters(session, "outcome_unsuccessful") == 0
    assert browser.post(path, data=browser.tokens(page) | {"seen": str(made.id + 1)}).status_code == 409
    for _twice in range(2):
        assert browser.post(path, data=browser.tokens(page) | {"seen": str(made.id)}).status_code == 303
    assert state(session, sent) is State.UNSUCCESSFUL and letters(session, "outcome_unsuccessful") == 1
    assert "Unsuccessful on" in browser.get(address(sent)).text


def test_a_promise_is_kept_by_the_letter(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    with unit_of_work(session):
        session.get_one(Application, sent.id).next_contact_on = clock.today()
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    release(session, recruiter, sent.id)
    session.rollback()
    assert session.get_one(Application, sent.id, populate_existing=True).next_contact_on is None


def test_an_ended_application_is_opened_again_for_a_reason(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    browser, path = browser_of(app, recruiter), address(sent, "/reopen")
    assert browser.get(path).status_code == 409
    decide(session, recruiter, sent.id, Verdict.DECLINE, reason="criteria")
    release(session, recruiter, sent.id)
    assert browser.get(address(sent, "/decide")).status_code == 409
    status, page = send(browser, path)
    assert status == 422 and "Say why it is opened again" in page
    assert send(browser, path, reason="mistake")[0] == 303
    assert state(session, sent) is State.SUBMITTED and letters(session, "application_reopened") == 1
    assert browser.get(path).status_code == 409


def test_the_buttons_are_those_the_table_of_moves_allows(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    browser, acts = browser_of(app, recruiter), {act: verdict for verdict, act in ACT_OF.items()}
    for where in (State.SUBMITTED, State.SHORTLISTED, State.INTERVIEW, State.TRAINING, State.APPOINTED):
        with unit_of_work(session):
            session.get_one(Application, sent.id).state = where
        allowed = {acts[move.act] for move in moves_from(where, By.RECRUITER) if move.act in acts}
        page = browser.get(address(sent, "/decide"))
        assert page.status_code == (200 if allowed else 409)
        if allowed:
            assert {verdict for verdict in Verdict if f'value="{verdict.value}"' in page.text} == allowed
        assert (address(sent, "/decide") in browser.get(address(sent)).text) is bool(allowed)


def test_who_may_decide(app: Flask, session: Session, sent: Application, recruiter: StaffMember) -> None:
    outside = a_submitted(session, app, a_campaign(session, districts=("medway",)), postcode="ME4 4AA")
    decide(session, recruiter, outside.id, Verdict.SHORTLIST)
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    token = west.tokens(west.get(address(sent)).text)
    for part in ("/decide", "/release", "/reopen", "/decide/undo"):
        assert west.post(address(outside, part), data=token | {"seen": "1", "verdict": "decline"}).status_code == 404
        assert west.post(f"/staff/applications/CPV-2222-2222{part}", data=token).status_code == 404
        assert west.post(address(sent, part), data={"seen": "1"}).status_code == 400  # without the page's token
        for role in (Role.LIAISON, Role.ASSESSOR, Role.AUDITOR):
            assert browser_of(app, a_staff_member(session, role)).get(address(sent, part)).status_code in {403, 405}
    made = now(session, outside)
    assert made is not None and made.verdict is Verdict.SHORTLIST
    assert "Decide" not in browser_of(app, a_staff_member(session, Role.LIAISON)).get(address(sent)).text


def test_scores_are_for_moderators_and_only_once_all_are_in(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    sift = a_sift(session, campaign=sent.campaign)
    browser, liaison = browser_of(app, recruiter), browser_of(app, a_staff_member(session, Role.LIAISON))
    assert 'id="scores"' not in browser.get(address(sent)).text
    read_as(session, sift, sent, sift.points(4), sift.points(4), alias="Heron 63")
    page = browser.get(address(sent)).text
    assert "Reader 2" in page and "The readers agree." in page
    assert 'id="scores"' not in liaison.get(address(sent)).text
