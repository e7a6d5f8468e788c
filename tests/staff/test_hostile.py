"""Staff who press twice, who look where they need not, and who would help themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts import passkeys
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.actions import enter_for, save_answers
from portal.domain.applications.models import Channel
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.questions import seed_questions
from portal.domain.messages.models import OutboxMail
from tests.staff.test_checks import decide
from tests.support.authenticator import Authenticator
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted, full_answers, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import a_document, set_clock
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.staff_sign_in import send

JANUARY = datetime(2018, 1, 20, 10)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def january(settings: Settings) -> Iterator[None]:
    set_clock(settings, JANUARY)
    with clock.at(JANUARY):
        yield


def test_sending_a_paper_back_twice_sends_it_back_once(app: Flask, session: Session) -> None:
    sent = a_submitted(session, app, the_pilot(session))
    a_document(session, app, sent)
    reviewer = browser_of(app, a_staff_member(session, Role.MEDICAL))
    page = reviewer.get(f"/staff/checks/{sent.reference}").text
    assert [decide(reviewer, sent, "unsigned", page).status_code for _ in range(2)] == [303, 303]
    session.rollback()
    mails = select(func.count()).select_from(OutboxMail).where(OutboxMail.name == "document_sent_back")
    lines = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "requirement.sent_back")
    assert (session.scalar(mails), session.scalar(lines)) == (1, 1)


@pytest.mark.parametrize(("role", "told"), [(Role.RECRUITER, True), (Role.LIAISON, False), (Role.AUDITOR, False)])
def test_what_was_found_of_somebodys_health_is_read_by_those_who_may(
    app: Flask, session: Session, role: Role, told: bool
) -> None:
    sent = a_submitted(session, app, the_pilot(session))
    a_document(session, app, sent)
    decide(browser_of(app, a_staff_member(session, Role.MEDICAL)), sent, "fit_with_changes")
    address = "/staff/audit" if role is Role.AUDITOR else f"/staff/applications/{sent.reference}"
    page = browser_of(app, a_staff_member(session, role)).get(address).text
    assert "Requirement decided" in page and ("fit with changes" in page) is told


def test_nobody_signs_in_with_an_answer_to_no_question(app: Flask, session: Session, client: JudgingClient) -> None:
    member, device = a_staff_member(session, Role.RECRUITER), Authenticator()
    party = passkeys.Party("localhost", "http://localhost", "Portal")
    options = json.loads(passkeys.registration_options(session, party, member))
    answer = device.create(options)
    passkeys.register(session, member, party, answer=answer, challenge=options["challenge"], name="Phone")
    page = client.post("/staff/sign-in/passkey", data={"answer": device.get({"challenge": ""})})
    assert page.status_code != 303 and "did not work" in page.text


@pytest.mark.parametrize("own", [True, False])
def test_staff_neither_correct_their_own_address_nor_make_somebodys_theirs(
    app: Flask, session: Session, own: bool
) -> None:
    officer = a_staff_member(session, Role.RECRUITER)
    person = an_applicant(session, officer.email if own else "kate@example.org")
    key, before, wanted = person.id, person.email, "new@example.org" if own else officer.email
    address = f"/staff/applications/{a_submitted(session, app, the_pilot(session), applicant=person).reference}/address"
    status = send(browser_of(app, officer), address, email=wanted, reason="changed").status_code
    assert status == (404 if own else 422)  # one's own is not there to be acted on
    session.rollback()
    assert session.get_one(Applicant, key).email == before


def test_reading_what_a_colleague_entered_is_on_record(app: Flask, session: Session) -> None:
    seed_questions(session)
    pilot, colleague, reader = the_pilot(session), *(a_staff_member(session, Role.RECRUITER) for _ in range(2))
    draft = enter_for(session, colleague, "ann@example.org", pilot, Channel.TELEPHONE)
    save_answers(session, colleague, draft, full_answers(pilot, adjustments="Large print"), keys_of(app))
    browser = browser_of(app, reader)
    for section, expected in (("contact", False), ("adjustments", True)):
        assert browser.get(f"/staff/applications/{draft.reference}/edit/{section}").status_code == 200
        session.rollback()
        done = set(session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == reader.id)))
        assert "application.viewed" in done
        assert ("application.adjustments_viewed" in done) is expected
