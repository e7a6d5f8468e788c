"""Vetting: begins when its time has come, two people for a refusal and a third for its appeal, nothing said twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, Conflict, Relation, RequirementState, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Stage
from portal.domain.clearances import vetting, vetting_answers
from portal.domain.clearances.models import VettingCase, VettingQuery, VettingState
from portal.domain.clearances.rules import OwnClearance
from portal.domain.clearances.sealing import NothingWritten, TooLong
from portal.domain.clearances.vetting_rules import (
    ASKED_IN,
    FROM,
    AppealOver,
    NotInFuture,
    NotNow,
    RefusedIt,
    SamePerson,
    Step,
    Told,
    possible,
    told,
)
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant
from tests.support.vetting import (
    an_accepted,
    begun,
    case_of,
    in_state,
    officers,
    ready,
    refused,
    requirement_of,
    sent_on,
)

V, R = VettingState, RequirementState
MARCH = datetime(2018, 3, 1, 10)


def mails(session: Session, name: str) -> list[OutboxMail]:
    session.rollback()
    return list(session.scalars(select(OutboxMail).filter_by(name=name)))


def acts(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0


def test_nobody_is_asked_before_they_have_accepted(session: Session, app: Flask) -> None:
    application = a_submitted(session, app, the_pilot(session))
    for state in (State.SUBMITTED, State.SHORTLISTED, State.INTERVIEW, State.OFFERED, State.DEFERRED, State.WITHDRAWN):
        with unit_of_work(session):
            row = session.get_one(Application, application.id)
            row.state, row.withdrawn_reason = state, "time" if state is State.WITHDRAWN else None
        assert vetting.open_due(session, most=10) == 0 and not vetting.begin(session, application.id)
    with unit_of_work(session):
        row.state, row.withdrawn_reason = State.ACCEPTED, None
    with clock.at(MARCH):
        assert vetting.open_due(session, most=10) == 1
        assert vetting.open_due(session, most=10) == 0
    assert case_of(session, application).state is V.WITH_APPLICANT
    asked = requirement_of(session, application)
    assert asked.state is R.WITH_APPLICANT and asked.due_at == clock.end_of(date(2018, 3, 15))
    (mail,) = mails(session, "declarations_asked")
    assert mail.context == {"reference": application.reference, "until": "15 March 2018"}


def test_an_earlier_stage_asks_earlier_and_never_before_a_shortlist(session: Session, app: Flask) -> None:
    assert {stage: states[0] for stage, states in ASKED_IN.items()} == {
        Stage.SUBMISSION: State.SHORTLISTED,
        Stage.INTERVIEW: State.SHORTLISTED,
        Stage.OFFER: State.INTERVIEW,
        Stage.TRAINING: State.ACCEPTED,
        Stage.APPOINTMENT: State.ACCEPTED,
    }
    application = in_state(session, a_submitted(session, app, the_pilot(session)), State.INTERVIEW)
    assert vetting.open_due(session, most=10) == 0
    with unit_of_work(session):
        requirement_of_it = next(each for each in application.requirements if each.kind.value == "vetting")
        requirement_of_it.due = Stage.OFFER
    assert vetting.open_due(session, most=10) == 1


def test_nobody_who_asked_us_to_wait_is_asked(session: Session, app: Flask) -> None:
    application = an_accepted(session, app)
    with unit_of_work(session):
        session.get_one(Application, application.id).paused_until = clock.today()
    assert vetting.open_due(session, most=10) == 0


def test_a_case_passes(session: Session, app: Flask) -> None:
    with clock.at(MARCH):
        application = ready(session, app)
        (officer,) = officers(session, 1)
        assert requirement_of(session, application).state is R.WITH_US
        case = sent_on(session, app, officer, application)
        assert (case.state, case.level, case.sent_by) == (V.SENT, "level_2", officer.id)
        with pytest.raises(NotInFuture):
            vetting.pass_case(session, officer, case.id, date(2018, 3, 1), version=case.version)
        vetting.pass_case(session, officer, case.id, None, version=case.version)
    met = requirement_of(session, application)
    assert (met.state, met.decided_by, met.reason) == (R.MET, officer.id, "passed")
    assert met.expires_on == case_of(session, application).expires_on == date(2018, 3, 1) + timedelta(days=1096)
    (mail,) = mails(session, "vetting_passed")
    assert mail.context == {"reference": application.reference}


def test_a_question_is_sealed_and_so_is_its_answer(session: Session, app: Flask) -> None:
    officer, keys = officers(session, 1)[0], keys_of(app)
    case = sent_on(session, app, officer)
    application = session.get_one(Application, case.application_id)
    with pytest.raises(NothingWritten):
        vetting.ask(session, keys, officer, case.id, "  ", version=case.version)
    query = vetting.ask(session, keys, officer, case.id, "Who is canary?", version=case.version)
    query_id = query.id
    assert b"canary" not in query.sealed_question
    assert case_of(session, application).state is V.QUERY
    assert requirement_of(session, application).state is R.WITH_APPLICANT
    (own,) = vetting_answers.own_vetting(session, keys, application).questions
    assert own.text == "Who is canary?"
    with pytest.raises(TooLong):
        vetting_answers.answer(session, keys, application.applicant, application.id, query_id, "x" * 4001)
    for _twice in range(2):
        vetting_answers.answer(session, keys, application.applicant, application.id, query_id, "A canary answer")
    with pytest.raises(NotNow):
        vetting_answers.answer(session, keys, application.applicant, application.id, query_id, "Another")
    assert b"canary" not in (session.get_one(VettingQuery, query_id).sealed_answer or b"")
    assert case_of(session, application).state is V.SENT
    assert requirement_of(session, application).state is R.WITH_US
    assert acts(session, "vetting.answered") == 1
    (own,) = vetting_answers.own_vetting(session, keys, application).questions
    assert own.text == "" and own.answered_at is not None
    with pytest.raises(NotFound):
        other = begun(session, app, an_applicant(session))
        vetting_answers.answer(session, keys, other.applicant, other.id, query_id, "Not mine")


def test_a_refusal_takes_two_people(session: Session, app: Flask) -> None:
    one, two = officers(session, 2)
    case = sent_on(session, app, one)
    vetting.propose_refusal(session, keys_of(app), one, case.id, "The canary reason", version=case.version)
    case = session.get_one(VettingCase, case.id)
    application = session.get_one(Application, case.application_id)
    assert requirement_of(session, application).state is R.WITH_US and not mails(session, "vetting_refused")
    with pytest.raises(SamePerson):
        vetting.confirm_refusal(session, one, case.id, version=case.version)
    assert case_of(session, application).state is V.REFUSAL_PROPOSED
    with clock.at(MARCH):
        vetting.confirm_refusal(session, two, case.id, version=case.version)
    case = case_of(session, application)
    assert (case.state, case.proposed_by, case.refused_by) == (V.REFUSED, one.id, two.id)
    assert case.appeal_until == clock.end_of(date(2018, 3, 29)) and b"canary" not in (case.sealed_reason or b"")
    unmet = requirement_of(session, application)
    assert (unmet.state, unmet.decided_by, unmet.reason) == (R.NOT_MET, two.id, "refused")
    (mail,) = mails(session, "vetting_refused")
    assert mail.context == {"reference": application.reference, "until": "29 March 2018"}


def test_the_database_refuses_one_person_who_refuses_alone(session: Session, app: Flask) -> None:
    one, two = officers(session, 2)
    case = refused(session, app, one, two)
    case_id = case.id
    wrong = (
        {"refused_by": one.id},
        {"proposed_by": two.id},
        {"proposed_by": None},
        {"refused_by": None, "refused_at": None},
        {"appealed_at": clock.now(), "appeal_decided_at": clock.now(), "appeal_decided_by": one.id},
        {"appealed_at": clock.now(), "appeal_decided_at": clock.now(), "appeal_decided_by": two.id},
        {"state": V.PASSED, "expires_on": None},
    )
    for values in wrong:
        with pytest.raises(IntegrityError), unit_of_work(session):
            session.execute(update(VettingCase).where(VettingCase.id == case_id).values(**values))


def test_a_proposal_is_taken_back_and_what_it_said_is_gone(session: Session, app: Flask) -> None:
    one, two = officers(session, 2)
    case = sent_on(session, app, one)
    vetting.propose_refusal(session, keys_of(app), one, case.id, "Reason", version=case.version)
    case = session.get_one(VettingCase, case.id)
    vetting.take_back(session, two, case.id, version=case.version)
    case = session.get_one(VettingCase, case.id)
    assert (case.state, case.proposed_by, case.sealed_reason) == (V.SENT, None, None)


@pytest.mark.parametrize("upheld", [True, False])
def test_an_appeal_is_decided_by_a_third(session: Session, app: Flask, upheld: bool) -> None:
    one, two, three = officers(session)
    with clock.at(MARCH):
        case = refused(session, app, one, two)
        application = session.get_one(Application, case.application_id)
        keys = keys_of(app)
        for _twice in range(2):
            vetting_answers.appeal(session, keys, application.applicant, application.id, "The canary was not mine")
        case = case_of(session, application)
        assert case.state is V.APPEALED and b"canary" not in (case.sealed_appeal or b"")
        assert requirement_of(session, application).state is R.WITH_US and acts(session, "vetting.appealed") == 1
        case = case_of(session, application)
        for person in (one, two):
            with pytest.raises(RefusedIt):
                vetting.decide_appeal(session, keys, person, case.id, upheld, "Why", version=case.version)
        vetting.decide_appeal(session, keys, three, case.id, upheld, "Why", version=case.version)
    case = case_of(session, application)
    assert case.appeal_decided_by == three.id and case.state is (V.PASSED if upheld else V.REFUSED)
    assert requirement_of(session, application).state is (R.MET if upheld else R.NOT_MET)
    assert len(mails(session, "vetting_refused")) == (1 if upheld else 2)
    with clock.at(MARCH):
        own = vetting_answers.own_vetting(session, keys, session.get_one(Application, application.id))
    assert own.told is (Told.PASSED if upheld else Told.NOT_PASSED) and own.appeal_until is None


def test_an_appeal_has_its_days(session: Session, app: Flask) -> None:
    one, two = officers(session, 2)
    with clock.at(MARCH):
        case = refused(session, app, one, two)
    application, keys = session.get_one(Application, case.application_id), keys_of(app)
    late = clock.end_of(date(2018, 3, 29))
    with clock.at(late), pytest.raises(AppealOver):
        vetting_answers.appeal(session, keys, application.applicant, application.id, "Late")
    with clock.at(late - timedelta(seconds=1)):
        vetting_answers.appeal(session, keys, application.applicant, application.id, "In time")
    assert case_of(session, application).state is V.APPEALED


def test_nothing_is_appealed_that_is_not_refused(session: Session, app: Flask) -> None:
    application = ready(session, app)
    with pytest.raises(NotNow):
        vetting_answers.appeal(session, keys_of(app), application.applicant, application.id, "Why not?")


def test_a_page_that_is_behind_changes_nothing(session: Session, app: Flask) -> None:
    one, two = officers(session, 2)
    case = sent_on(session, app, one)
    case_id, version = case.id, case.version
    vetting.ask(session, keys_of(app), two, case_id, "Which year?", version=version)
    with pytest.raises(NotNow):
        vetting.pass_case(session, one, case_id, None, version=version)
    assert session.get_one(VettingCase, case_id).state is V.QUERY


def test_nobody_vets_themselves_or_somebody_they_know(session: Session, app: Flask) -> None:
    own, friend = officers(session, 2)
    application = ready(session, app, an_applicant(session, own.email))
    case = case_of(session, application)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=friend.id, application_id=application.id, relation=Relation.FRIEND, declared_at=clock.now()
            )
        )
    for officer in (own, friend):
        with pytest.raises(OwnClearance):
            vetting.send(session, officer, case.id, "level_1", version=case.version)
    assert case_of(session, application).state is V.READY


def test_what_has_ended_is_not_vetted_any_more(session: Session, app: Flask) -> None:
    officer = a_staff_member(session, Role.VETTING)
    case = sent_on(session, app, officer)
    application = session.get_one(Application, case.application_id)
    in_state(session, application, State.UNSUCCESSFUL)
    with pytest.raises(Exception, match="ended"):
        vetting.pass_case(session, officer, case.id, None, version=case.version)
    with pytest.raises(NotFound):
        vetting_answers.appeal(session, keys_of(app), application.applicant, application.id, "Why?")


def test_the_table_of_steps_by_hand() -> None:
    """Who may do what from where: 1 proposed, 2 confirmed, 3 did neither."""
    expected = {
        V.WITH_APPLICANT: ([], [], []),
        V.READY: ([Step.SEND, Step.ASK],) * 3,
        V.SENT: ([Step.ASK, Step.CLEAR, Step.PROPOSE],) * 3,
        V.QUERY: ([Step.ASK, Step.PROPOSE],) * 3,
        V.PASSED: ([], [], []),
        V.REFUSAL_PROPOSED: ([Step.TAKE_BACK], [Step.TAKE_BACK, Step.CONFIRM], [Step.TAKE_BACK, Step.CONFIRM]),
        V.REFUSED: ([], [], []),
        V.APPEALED: ([], [], [Step.UPHOLD, Step.DISMISS]),
    }
    assert {state: tuple(possible(state, who, 1, 2) for who in (1, 2, 3)) for state in V} == expected
    assert set(FROM) == set(Step)


def test_others_are_told_nothing_of_a_proposal() -> None:
    today = date(2018, 3, 1)
    assert told(V.REFUSAL_PROPOSED, None, today) is told(V.SENT, None, today) is Told.WITH_VETTING
    assert told(None, None, today) is Told.NOT_ASKED
    assert told(V.PASSED, today, today) is Told.PASSED
    assert told(V.PASSED, today - timedelta(days=1), today) is Told.EXPIRED
