"""An applicant's vetting on a phone: declarations kept, checked and sent for good; questions, an appeal, changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.applications.models import Application, State
from portal.domain.clearances import declarations, vetting
from portal.domain.clearances.declaring import MORE, QUESTIONS
from portal.domain.clearances.models import CircumstanceChange, Declaration, DeclarationKind, VettingQuery, VettingState
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import set_clock
from tests.support.people import an_applicant, browser_of
from tests.support.vetting import (
    all_given,
    an_accepted,
    begun,
    case_of,
    declare,
    in_state,
    officers,
    ready,
    refused,
    sent_on,
)

MARCH = datetime(2018, 3, 1, 10)
CANARY = "canary: fined at Dover in 2011"
CRIMINAL, FINANCE = DeclarationKind


@pytest.fixture(autouse=True)
def in_march(settings: Settings) -> Iterator[None]:
    set_clock(settings, MARCH)
    with clock.at(MARCH):
        yield


def address(application: Application, part: str) -> str:
    return f"/applications/{application.reference}{part}"


def send(browser: JudgingClient, application: Application, page: str, to: str = "", **fields: str) -> tuple[int, str]:
    """Fills in a form as its page offers it."""
    form = browser.get(address(application, page))
    assert form.status_code == 200
    token = form.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = browser.post(address(application, to or page), data={"csrf_token": token, **fields})
    return answer.status_code, answer.text if answer.status_code != 303 else answer.location


def typed(kind: DeclarationKind, more: str = "") -> dict[str, str]:
    fields = {question.key: "yes" if more else "no" for question in QUESTIONS[kind]}
    return fields | {question.key + MORE: more for question in QUESTIONS[kind] if more}


def test_both_declarations_from_the_tracker_to_sent(app: Flask, session: Session) -> None:
    application = begun(session, app)
    browser = browser_of(app, application.applicant)
    tracker = browser.get(address(application, "")).text
    assert "Two declarations for vetting" in tracker and "By 15 March" in tracker
    assert "Police and courts" in browser.get(address(application, "/declarations")).text
    for kind in DeclarationKind:
        page = f"/declarations/{kind.value}"
        status, where = send(browser, application, page, **typed(kind, CANARY))
        assert (status, where) == (303, address(application, f"{page}/check"))
        check = browser.get(where).text
        assert CANARY in check and "last time" in check
        shown = check.split('name="shown"')[1].split('value="')[1].split('"')[0]
        status, where = send(browser, application, f"{page}/check", shown=shown)
        assert status == 303 and where.endswith(f"/declarations?sent={kind.value}")
    assert "Vetting has both your declarations" in browser.get(where).text
    assert case_of(session, application).state is VettingState.READY
    browser.canaries.add(CANARY)
    for part in (
        "",
        "/declarations",
        "/declarations/criminal",
        "/declarations/criminal/check",
        "/vetting",
        "/download",
    ):
        assert browser.get(address(application, part)).status_code in {200, 303}


def test_what_is_half_done_is_kept_and_what_is_missing_is_said(app: Flask, session: Session) -> None:
    application = begun(session, app)
    browser = browser_of(app, application.applicant)
    page = "/declarations/criminal"
    half = {"convicted": "yes", f"convicted{MORE}": CANARY}
    assert send(browser, application, page, later="yes", **half) == (303, address(application, "/declarations"))
    shown = browser.get(address(application, page)).text
    assert CANARY in shown and "checked" in shown
    status, wrong = send(browser, application, page, cautioned="yes", **half)
    assert status == 422 and wrong.count("Choose yes or no") == 6 and wrong.count("Tell us a little about it") == 2
    assert CANARY in wrong
    assert browser.get(address(application, f"{page}/check")).status_code == 303
    status, wrong = send(browser, application, page, convicted="yes", **{f"convicted{MORE}": "x" * 4001})
    assert status == 422 and "4,000 characters or fewer" in wrong and "xxxx" in wrong


def test_two_tabs_send_only_what_was_checked(app: Flask, session: Session) -> None:
    application = begun(session, app)
    browser = browser_of(app, application.applicant)
    page = "/declarations/finance"
    send(browser, application, page, **typed(FINANCE))
    old = browser.get(address(application, f"{page}/check")).text
    shown = old.split('name="shown"')[1].split('value="')[1].split('"')[0]
    with clock.at(datetime(2018, 3, 1, 10, 1)):
        given = all_given(FINANCE, "yes", "Behind with the rent")
        declarations.keep(session, keys_of(app), application.id, FINANCE, given)
    status, again = send(browser, application, f"{page}/check", shown=shown)
    assert status == 409 and "changed since" in again and "Behind with the rent" in again
    assert session.scalars(select(Declaration)).one().sent_at is None


def test_a_statement_is_added_and_not_shown(app: Flask, session: Session) -> None:
    application = begun(session, app)
    declare(session, app, application, CRIMINAL, all_given(CRIMINAL))
    browser = browser_of(app, application.applicant)
    page, add = "/declarations/criminal", "/declarations/criminal/add"
    status, wrong = send(browser, application, page, add, text=" ")
    assert status == 422 and "Write what you want to add" in wrong
    for _twice in range(2):
        status, where = send(browser, application, page, add, text=CANARY)
        assert (status, where) == (303, address(application, f"{page}?added=yes"))
    browser.canaries.add(CANARY)
    assert "Your statement is added" in browser.get(where).text
    session.rollback()
    assert len(session.scalars(select(Declaration)).all()) == 2
    assert browser.post(address(application, "/declarations/finance/add"), data={"text": "x"}).status_code == 404


def test_a_question_is_answered_and_neither_is_shown_again(app: Flask, session: Session) -> None:
    officer = officers(session, 1)[0]
    case = sent_on(session, app, officer)
    application = session.get_one(Application, case.application_id)
    query = vetting.ask(session, keys_of(app), officer, case.id, "Where did you live in 2011?", version=case.version)
    number = query.id
    browser = browser_of(app, application.applicant)
    assert "A question from vetting" in browser.get(address(application, "")).text
    to = f"/vetting/questions/{number}"
    status, wrong = send(browser, application, "/vetting", to, answer="")
    assert status == 422 and "Write your answer" in wrong and "Where did you live" in wrong
    status, where = send(browser, application, "/vetting", to, answer=CANARY)
    assert status == 303
    browser.canaries |= {CANARY, "Where did you live"}
    assert "Vetting has your answer" in browser.get(where).text
    assert session.scalars(select(VettingQuery)).one().answered_at is not None
    assert browser.post(address(application, "/vetting/questions/999"), data={"answer": "x"}).status_code in {400, 404}


def test_a_refusal_is_told_without_a_reason_and_appealed(app: Flask, session: Session) -> None:
    one, two = officers(session, 2)
    case = refused(session, app, one, two, CANARY)
    application = session.get_one(Application, case.application_id)
    browser = browser_of(app, application.applicant)
    browser.canaries.add(CANARY)
    page = browser.get(address(application, "/vetting")).text
    assert "You have not passed vetting" in page and "Thursday 29 March 2018" in page
    assert "read the result, or appeal" in browser.get(address(application, "")).text
    status, wrong = send(browser, application, "/vetting", "/vetting/appeal", text="")
    assert status == 422 and "Write why you think it was wrong" in wrong
    status, where = send(browser, application, "/vetting", "/vetting/appeal", text="It was somebody else")
    assert status == 303
    assert "We are looking at your appeal" in browser.get(where).text


def test_changes_are_told_and_listed_without_their_words(app: Flask, session: Session) -> None:
    application = begun(session, app)
    browser = browser_of(app, application.applicant)
    status, wrong = send(browser, application, "/changes", text="keep me")
    assert status == 422 and "Choose what has changed" in wrong and "keep me" in wrong
    status, wrong = send(browser, application, "/changes", kind="nothing", text="keep me")
    assert status == 422 and "keep me" in wrong
    for _twice in range(2):
        status, where = send(browser, application, "/changes", kind="vetting", text=CANARY)
        assert status == 303
    browser.canaries.add(CANARY)
    assert "Thank you. We have what you told us" in browser.get(where).text
    assert len(session.scalars(select(CircumstanceChange)).all()) == 1


@pytest.mark.parametrize("part", ["/declarations", "/declarations/criminal", "/vetting", "/changes"])
def test_nobody_elses_and_nothing_before_its_time(app: Flask, session: Session, part: str) -> None:
    application = begun(session, app)
    assert browser_of(app, an_applicant(session)).get(address(application, part)).status_code == 404
    assert app.test_client().get(address(application, part)).status_code == 303
    early = an_accepted(session, app, an_applicant(session))
    owner = browser_of(app, early.applicant)
    assert owner.get(address(early, part)).status_code == (200 if part == "/changes" else 404)
    assert owner.get(address(early, "/declarations/health")).status_code == 404


def test_somebody_signed_out_loses_nothing(app: Flask, session: Session) -> None:
    application = begun(session, app)
    stranger = app.test_client()
    assert isinstance(stranger, JudgingClient)
    to = address(application, "/declarations/criminal")
    sent = stranger.post(to, data={"convicted": "yes", f"convicted{MORE}": CANARY})
    assert sent.status_code == 303 and "/sign-in" in sent.location
    browser = browser_of(app, application.applicant)
    cookie = stranger.get_cookie("kept_form", path="/applications")
    assert cookie is not None
    browser.set_cookie("kept_form", cookie.value, path="/applications")
    assert CANARY in browser.get(to).text


def test_with_a_bad_token_everything_typed_comes_back(app: Flask, session: Session) -> None:
    application = begun(session, app)
    browser = browser_of(app, application.applicant)
    data = {"convicted": "yes", f"convicted{MORE}": CANARY, "csrf_token": "old"}
    answer = browser.post(address(application, "/declarations/criminal"), data=data)
    assert answer.status_code == 400 and CANARY in answer.text
    assert session.scalars(select(Declaration)).all() == []


def test_once_ended_nothing_more_is_taken(app: Flask, session: Session) -> None:
    application = in_state(session, ready(session, app), State.UNSUCCESSFUL)
    browser = browser_of(app, application.applicant)
    assert browser.get(address(application, "/changes")).status_code == 404
    assert "For you to do" not in browser.get(address(application, "")).text
