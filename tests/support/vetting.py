"""Vetting for tests: people whose vetting has begun, and cases brought to where a test needs them."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import changes, declarations, vetting
from portal.domain.clearances.declaring import MORE, QUESTIONS, YES, Given
from portal.domain.clearances.models import Declaration, DeclarationKind, VettingCase, VettingQuery, VettingState
from portal.domain.clearances.sealing import add_sealed
from portal.web.sessions import Viewer
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

V = VettingState


def in_state(session: Session, application: Application, state: State) -> Application:
    with unit_of_work(session):
        row = session.get_one(Application, application.id)
        row.state, row.state_before = state, row.state
    return row


def an_accepted(session: Session, app: Flask, applicant: Applicant | None = None) -> Application:
    """Somebody who has accepted a place on the pilot."""
    return in_state(session, a_submitted(session, app, the_pilot(session), applicant=applicant), State.ACCEPTED)


def begun(session: Session, app: Flask, applicant: Applicant | None = None) -> Application:
    """The same with vetting begun."""
    application = an_accepted(session, app, applicant)
    assert vetting.begin(session, application.id)
    return application


def all_given(kind: DeclarationKind, answer: str = "no", more: str = "") -> Given:
    typed = {question.key: answer for question in QUESTIONS[kind]}
    typed |= {question.key + MORE: more for question in QUESTIONS[kind] if answer == YES}
    return Given.of(kind, typed)


def declare(session: Session, app: Flask, application: Application, kind: DeclarationKind, given: Given) -> None:
    """Keeps and sends one declaration as its page does."""
    keys = keys_of(app)
    declarations.keep(session, keys, application.id, kind, given)
    kept = next(each for each in declarations.standings(session, keys, application.id) if each.kind is kind)
    assert kept.saved_at is not None
    shown = kept.saved_at.isoformat()
    declarations.send(session, keys, application.applicant, application.id, kind, shown=shown)


def ready(session: Session, app: Flask, applicant: Applicant | None = None, more: str = "") -> Application:
    """Both declarations are in."""
    application = begun(session, app, applicant)
    for kind in DeclarationKind:
        declare(session, app, application, kind, all_given(kind, YES if more else "no", more))
    return application


def case_of(session: Session, application: Application) -> VettingCase:
    session.rollback()
    query = select(VettingCase).filter_by(application_id=application.id).execution_options(populate_existing=True)
    return session.scalars(query).one()


def requirement_of(session: Session, application: Application) -> Requirement:
    session.rollback()
    query = select(Requirement).filter_by(application_id=application.id, kind=RequirementKind.VETTING)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def viewer_of(member: StaffMember) -> Viewer:
    """A member of staff as the pages know them once signed in."""
    return Viewer("staff", member, 1, True, None, "token", member.roles)


def officers(session: Session, count: int = 3) -> list[StaffMember]:
    return [a_staff_member(session, Role.VETTING) for _ in range(count)]


def sent_on(session: Session, app: Flask, officer: StaffMember, application: Application | None = None) -> VettingCase:
    """A case somebody looks into."""
    case = case_of(session, application or ready(session, app))
    vetting.send(session, officer, case.id, "level_2", version=case.version)
    return session.get_one(VettingCase, case.id)


def refused(session: Session, app: Flask, one: StaffMember, two: StaffMember, why: str = "Because.") -> VettingCase:
    case = sent_on(session, app, one)
    vetting.propose_refusal(session, keys_of(app), one, case.id, why, version=case.version)
    vetting.confirm_refusal(session, two, case.id, version=session.get_one(VettingCase, case.id).version)
    return session.get_one(VettingCase, case.id)


def a_case(session: Session, app: Flask, application: Application, words: str = "words") -> dict[str, str]:
    """A case with one of everything, whatever the application's state: a declaration sent, a question open, changes
    told. Returns the numbers of the question and of a change for the liaison officer."""
    keys, now = keys_of(app), clock.now()
    with unit_of_work(session):
        case = VettingCase(application_id=application.id, level="level_2", state=V.QUERY, opened_at=now, sent_at=now)
        sent = Declaration(application_id=application.id, kind=DeclarationKind.FINANCE, saved_at=now)
        session.add(case)
        session.flush()
        declared = {"answers": [{"question": "Are you behind?", "answer": "yes", "more": words}]}
        add_sealed(session, keys, sent, json.dumps(declared))
        sent.sent_at = now
        officer = session.scalars(select(StaffMember.id).limit(1)).one()
        asked = VettingQuery(case_id=case.id, asked_by=officer, asked_at=now, answer_by=now + timedelta(days=9))
        add_sealed(session, keys, asked, f"{words}?", "sealed_question")
    changes.tell(session, keys, application.applicant, application.id, "vetting", words)
    change = changes.tell(session, keys, application.applicant, application.id, "work", words)
    return {"asked": str(asked.id), "change": str(change)}
