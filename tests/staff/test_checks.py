"""Reviewers: what waits for them, what they may open, and their word; and that nobody else gets near."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import queries
from portal.domain.documents.models import Document
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from portal.services.scanning import Verdict
from tests.support import files
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import SettableScanner, a_document, set_clock, with_scanner
from tests.support.people import a_staff_member, an_applicant, browser_of

FEBRUARY = datetime(2018, 2, 5, 10)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def sent(session: Session, app: Flask, settings: Settings) -> Iterator[Application]:
    set_clock(settings, FEBRUARY)
    with clock.at(FEBRUARY):
        yield a_submitted(session, app, the_pilot(session))


@pytest.fixture
def reviewer(session: Session, app: Flask, sent: Application) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.MEDICAL))


def state_of(session: Session, application: Application) -> tuple[RequirementState, str | None, bool]:
    session.rollback()
    row = session.scalars(select(Requirement).filter_by(application_id=application.id, kind="medical")).one()
    return row.state, row.reason, row.decided_by is not None and row.decided_at is not None


def decide(reviewer: JudgingClient, application: Application, outcome: str, page: str = "") -> Any:
    page = page or reviewer.get(f"/staff/checks/{application.reference}").text
    shown = page.split('name="medical-shown"')[1].split('value="')[1].split('"')[0]
    token = page.split('name="medical-csrf_token"')[1].split('value="')[1].split('"')[0]
    needs = "A chair with a back" if outcome == "fit_with_changes" else ""
    data = {"medical-csrf_token": token, "medical-shown": shown, "medical-outcome": outcome, "medical-needs": needs}
    return reviewer.post(f"/staff/checks/{application.reference}/medical", data=data)


def test_what_was_sent_waits_in_the_list_and_drafts_do_not(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient
) -> None:
    draft = a_draft(session, app, the_pilot(session))
    a_document(session, app, draft, received_at=clock.from_london(datetime(2018, 1, 15)))
    assert "Nothing here" in reviewer.get("/staff/checks").text
    a_document(session, app, sent)
    page = reviewer.get("/staff/checks").text
    assert sent.reference in page and "1 file" in page and "Fri 27 Apr" in page
    assert draft.reference not in page
    assert reviewer.get(f"/staff/checks/{draft.reference}").status_code == 404


def test_the_list_pages_and_costs_the_same_for_one_and_for_many(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_document(session, app, sent)
    with statements() as one:
        reviewer.get("/staff/checks")
    others = [a_submitted(session, app, the_pilot(session)) for _ in range(4)]
    for other in others:
        a_document(session, app, other)
    with statements() as many:
        reviewer.get("/staff/checks")
    assert len(many) == len(one)
    monkeypatch.setattr(queries, "PAGE", 2)
    seen, address = [], "/staff/checks"
    for _ in range(3):
        page = reviewer.get(address).text
        seen += [other.reference for other in [sent, *others] if other.reference in page]
        address = (
            page.split('" rel="next"')[0].rsplit('href="', 1)[1].replace("&amp;", "&") if 'rel="next"' in page else ""
        )
    assert sorted(seen) == sorted(other.reference for other in [sent, *others]) and address == ""
    assert reviewer.get("/staff/checks?state=cake&after=nonsense").status_code == 200


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_document_is_an_attachment_that_can_do_nothing_and_its_opening_is_on_record(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient
) -> None:
    document = a_document(session, app, sent, name="my own name.pdf")
    page = reviewer.get(f"/staff/checks/{sent.reference}").text
    assert f"/staff/documents/{document.public_id}" in page and "medical-certificate-1.pdf" in page
    assert "my own name" not in page, "what the applicant called it is theirs"
    got = reviewer.get(f"/staff/documents/{document.public_id}")
    assert got.data.startswith(b"%PDF")
    assert got.headers["Content-Disposition"] == 'attachment; filename="medical-certificate-1.pdf"'
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (got.headers["X-Content-Type-Options"], got.headers["Cache-Control"]) == ("nosniff", "no-store")
    session.rollback()
    opened = session.scalars(select(AuditEvent).filter_by(action="document.opened")).one()
    assert (opened.actor_kind, opened.subject_id, opened.application_id) == ("staff", document.id, sent.id)


@pytest.mark.parametrize("verdict", [Verdict.UNAVAILABLE, Verdict.INFECTED])
def test_what_was_not_found_clean_is_not_there_for_anybody(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient, verdict: Verdict
) -> None:
    with_scanner(app, SettableScanner(verdict))
    document = a_document(session, app, sent)
    assert reviewer.get(f"/staff/documents/{document.public_id}").status_code == 404
    own = browser_of(app, sent.applicant)
    assert own.get(f"/applications/{sent.reference}/documents/{document.public_id}").status_code == 404
    assert f"/staff/documents/{document.public_id}" not in reviewer.get(f"/staff/checks/{sent.reference}").text


OTHERS = [role for role in Role if role is not Role.MEDICAL]


@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_comes_near_a_document(session: Session, app: Flask, sent: Application, role: Role) -> None:
    document = a_document(session, app, sent)
    other = browser_of(app, a_staff_member(session, role))
    there = f"/staff/documents/{document.public_id}"
    for address in (there, f"{there}/view", f"{there}/pages/1"):
        assert other.get(address).status_code == 404, "for them there is no such thing"
    assert other.get(f"/staff/checks/{sent.reference}").status_code == 403
    lists = other.get("/staff/checks?kind=medical")
    assert lists.status_code == (200 if role in {Role.RECRUITER, Role.LIAISON} else 403)
    assert there not in lists.text and f"/staff/checks/{sent.reference}" not in lists.text
    assert other.post(f"/staff/checks/{sent.reference}/medical").status_code == 403
    session.rollback()
    opened = select(func.count()).select_from(AuditEvent).filter_by(action="document.opened")
    assert session.scalar(opened) == 0


def test_strangers_applicants_and_half_signed_in_staff_are_sent_away(
    session: Session, app: Flask, sent: Application
) -> None:
    document = a_document(session, app, sent)
    half = browser_of(app, a_staff_member(session, Role.MEDICAL), second_factor=False)
    for client in (app.test_client(), browser_of(app, an_applicant(session)), half):
        for address in ("/staff/checks", f"/staff/checks/{sent.reference}", f"/staff/documents/{document.public_id}"):
            assert client.get(address).status_code in {302, 303}


def test_unknown_addresses_and_wrong_methods(sent: Application, reviewer: JudgingClient) -> None:
    assert reviewer.get("/staff/documents/nothing").status_code == 404
    assert reviewer.get("/staff/checks/CPV-2222-2222").status_code == 404
    assert reviewer.get(f"/staff/checks/{sent.reference}/medical").status_code == 405
    token = reviewer.tokens(reviewer.get(f"/staff/checks/{sent.reference}").text)
    for kind in ("vetting", "cake"):
        assert reviewer.post(f"/staff/checks/{sent.reference}/{kind}", data=token).status_code == 404
    assert reviewer.post("/staff/documents/nothing", data=token).status_code == 405


@pytest.mark.parametrize(
    ("outcome", "state", "decided"),
    [
        ("fit", RequirementState.MET, True),
        ("fit_with_changes", RequirementState.MET, True),
        ("not_yet", RequirementState.NOT_MET, True),
        ("unsigned", RequirementState.WITH_APPLICANT, False),
    ],
)
def test_a_word_is_recorded_with_who_and_when(
    session: Session,
    app: Flask,
    sent: Application,
    reviewer: JudgingClient,
    outcome: str,
    state: RequirementState,
    decided: bool,
) -> None:
    a_document(session, app, sent)
    assert decide(reviewer, sent, outcome).status_code == 303
    assert state_of(session, sent) == (state, outcome, decided)
    action = "requirement.decided" if decided else "requirement.sent_back"
    assert session.scalars(select(AuditEvent).filter_by(action=action)).one().detail["reason"] == outcome
    assert "This is on record" in reviewer.get(f"/staff/checks/{sent.reference}").text


def test_opening_a_check_is_on_record_once_an_hour(
    session: Session, app: Flask, settings: Settings, sent: Application, reviewer: JudgingClient
) -> None:
    address = f"/staff/checks/{sent.reference}"

    def opened() -> list[int | None]:
        session.rollback()
        return list(session.scalars(select(AuditEvent.application_id).filter_by(action="application.checks_viewed")))

    assert browser_of(app, a_staff_member(session, Role.LIAISON)).get(address).status_code == 403
    assert reviewer.get("/staff/checks").status_code == 200 and opened() == []
    for _ in range(2):
        assert reviewer.get(address).status_code == 200
    assert opened() == [sent.id]
    assert browser_of(app, a_staff_member(session, Role.MEDICAL)).get(address).status_code == 200
    assert opened() == [sent.id] * 2
    set_clock(settings, FEBRUARY + timedelta(minutes=61))
    reviewer.get(address)
    assert opened() == [sent.id] * 3
    auditor = browser_of(app, a_staff_member(session, Role.AUDITOR))
    assert "Medical and fitness checks opened" in auditor.get(f"/staff/audit?reference={sent.reference}").text


def test_sent_back_means_a_reason_a_mail_and_time(
    session: Session, app: Flask, settings: Settings, sent: Application, reviewer: JudgingClient
) -> None:
    a_document(session, app, sent)
    late = datetime(2018, 4, 20, 10)  # eight days before training: less than the notice the policy gives
    set_clock(settings, late)
    decide(reviewer, sent, "unsigned")
    session.rollback()
    mail = session.scalars(select(OutboxMail).filter_by(name="document_sent_back")).one()
    assert mail.context == {"reference": sent.reference, "until": "18 May 2018"}
    own = browser_of(app, sent.applicant)
    page = own.get(f"/applications/{sent.reference}/documents").text
    assert "It is not signed and dated" in page and "Needed by 18 May 2018" in page
    with clock.at(late):
        a_document(session, app, sent)
    assert state_of(session, sent) == (RequirementState.WITH_US, None, False)


def test_a_met_requirement_is_closed_to_its_applicant(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient
) -> None:
    document = a_document(session, app, sent)
    decide(reviewer, sent, "fit")
    own = browser_of(app, sent.applicant)
    page = own.get(f"/applications/{sent.reference}/documents").text
    assert "We have what we need" in page and 'id="file-medical"' not in page
    address = f"/applications/{sent.reference}/documents/{document.public_id}/remove"
    assert own.post(address, data=own.tokens(page)).status_code == 422


def test_a_yes_needs_a_clean_document_and_every_word_needs_a_choice(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient
) -> None:
    answer = decide(reviewer, sent, "fit")
    assert answer.status_code == 422 and "no checked document" in answer.text
    assert "<title>Error: " in answer.text
    for nonsense in ("", "reached", "cake"):
        assert decide(reviewer, sent, nonsense).status_code == 422
    assert state_of(session, sent) == (RequirementState.NOT_ASKED, None, False)


def test_a_document_that_changed_meanwhile_is_looked_at_again(
    session: Session, app: Flask, sent: Application, reviewer: JudgingClient
) -> None:
    old = a_document(session, app, sent)
    page = reviewer.get(f"/staff/checks/{sent.reference}").text
    a_document(session, app, sent, content=files.make_png(), replaces=old.public_id)
    answer = decide(reviewer, sent, "fit", page)
    assert answer.status_code == 422 and "Look at it again" in answer.text
    assert decide(reviewer, sent, "fit", answer.text).status_code == 303


def test_nobody_decides_about_themselves(session: Session, app: Flask, sent: Application) -> None:
    a_document(session, app, sent)
    officer = a_staff_member(session, Role.MEDICAL)
    with unit_of_work(session):
        officer.email = sent.applicant.email
    browser, other = browser_of(app, officer), browser_of(app, a_staff_member(session, Role.MEDICAL))
    token = other.tokens(other.get(f"/staff/checks/{sent.reference}").text)
    path = f"/staff/checks/{sent.reference}"
    assert browser.get(path).status_code == 404  # it is not there for them
    assert browser.post(f"{path}/medical", data=token | {"medical-outcome": "fit"}).status_code == 404
    assert state_of(session, sent)[0] is RequirementState.WITH_US


def test_an_ended_application_leaves_the_list(session: Session, app: Flask, sent: Application) -> None:
    a_document(session, app, sent)
    assert session.scalar(select(func.count()).select_from(Document)) == 1
    reviewer = browser_of(app, a_staff_member(session, Role.MEDICAL))
    with unit_of_work(session):
        application = session.get_one(Application, sent.id)
        application.state, application.withdrawn_reason = "withdrawn", "time"
    assert sent.reference not in reviewer.get("/staff/checks").text
    assert decide(reviewer, sent, "fit").status_code == 422


def test_late_is_said(
    session: Session, app: Flask, settings: Settings, sent: Application, reviewer: JudgingClient
) -> None:
    a_document(session, app, sent)
    set_clock(settings, datetime(2018, 4, 27, 23, 59))
    assert "late" not in reviewer.get("/staff/checks").text.split("<tbody>")[1]
    set_clock(settings, datetime(2018, 4, 28) + timedelta(seconds=1))
    assert "Fri 27 Apr, late" in reviewer.get("/staff/checks").text


def test_fitness_has_its_own_words(session: Session, app: Flask, sent: Application, reviewer: JudgingClient) -> None:
    a_document(session, app, sent, kind=RequirementKind.FITNESS)
    page = reviewer.get(f"/staff/checks/{sent.reference}").text
    assert "fitness-evidence-1.pdf" in page and "Reached the standard" in page
