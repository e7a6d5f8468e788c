"""Checks are asked for in their time, once, with the notice the policy gives, and reminded of twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, RequirementState, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.asking import ask_due, remind_due
from portal.domain.clearances.rules import OwnClearance
from portal.domain.clearances.steps import history, settle
from portal.domain.documents.rules import last_day
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import Conflict
from portal.web.setup import outside_of
from tests.support.checks import MARCH, an_offered, now_in, requirement
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

K, R = RequirementKind, RequirementState


def states(session: Session, application: Application) -> dict[RequirementKind, RequirementState]:
    session.rollback()
    session.refresh(application)
    return {each.kind: each.state for each in application.requirements}


def mails(session: Session, name: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(OutboxMail).filter_by(name=name)) or 0


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        (State.SUBMITTED, set()),
        (State.SHORTLISTED, set()),
        (State.INTERVIEW, {K.IDENTITY}),
        (State.RESERVE, set()),
        (State.OFFERED, {K.IDENTITY, K.MEDICAL, K.FITNESS, K.REFERENCES}),
        (State.WITHDRAWN, set()),
    ],
)
def test_each_stage_asks_for_what_is_due_then_and_asks_once(
    session: Session, app: Flask, state: State, asked: set[RequirementKind]
) -> None:
    with clock.at(MARCH):
        sent = a_submitted(session, app, the_pilot(session))
        if state is State.WITHDRAWN:
            with unit_of_work(session):
                session.get_one(Application, sent.id).withdrawn_reason = "time"
                session.get_one(Application, sent.id).state = state
        elif state is not State.SUBMITTED:
            now_in(session, sent, state)
        assert [ask_due(session, most=9), ask_due(session, most=9)] == [1 if asked else 0, 0]
        found = states(session, sent)
    assert {kind for kind, at in found.items() if at is R.WITH_APPLICANT} == asked
    assert mails(session, "check_asked") == (1 if asked else 0)


def test_a_certificate_gets_28_days_and_nobody_is_promised_less_than_the_stage_gives(
    session: Session, app: Flask
) -> None:
    late = clock.from_london(datetime(2018, 4, 20, 9))  # eight days before training begins
    with clock.at(late):
        application = an_offered(session, app)
    medical, fitness = (requirement(session, application, kind) for kind in (K.MEDICAL, K.FITNESS))
    assert medical.due_at and fitness.due_at
    assert last_day(medical.due_at) == date(2018, 5, 18)
    assert last_day(fitness.due_at) == date(2018, 5, 4)
    assert [line.step for line in history(session, [medical.id])[medical.id]] == ["asked"]


def test_work_that_needs_a_look_comes_to_us_and_other_work_does_not(session: Session, app: Flask) -> None:
    with clock.at(MARCH):
        security = a_submitted(session, app, the_pilot(session), employer_kind="security")
        gardener = a_submitted(session, app, the_pilot(session))
        for each in (security, gardener):
            now_in(session, each, State.SHORTLISTED)
        ask_due(session, most=9)
    assert states(session, security)[K.OCCUPATION] is R.WITH_US
    assert states(session, gardener)[K.OCCUPATION] is R.NOT_ASKED
    assert mails(session, "check_asked") == 0, "nothing for the applicant to do"


def test_a_paused_application_is_let_be(session: Session, app: Flask) -> None:
    with clock.at(MARCH):
        application = an_offered(session, app, asked=False)
        with unit_of_work(session):
            session.get_one(Application, application.id).paused_until = clock.today()
        assert ask_due(session, most=9) == 0
    with clock.at(MARCH + timedelta(days=1)):
        assert ask_due(session, most=9) == 1


def test_two_reminders_each_once_and_none_after_the_day(session: Session, app: Flask) -> None:
    with clock.at(MARCH):
        application = an_offered(session, app)
    due_at = requirement(session, application, K.FITNESS).due_at
    assert due_at is not None
    told = []
    for days in (8, 6, 6, 1, 1, -1):
        with clock.at(due_at - timedelta(days=days)):
            told.append(remind_due(session, most=9))
    assert told == [0, 1, 0, 1, 0, 0]
    mail = session.scalars(select(OutboxMail).filter_by(name="check_reminder").order_by(OutboxMail.id)).first()
    assert mail and not {"medical", "fitness"} & set(str(mail.context).lower().split())


def test_a_word_is_said_once_by_somebody_else_than_its_owner_and_never_after_the_end(
    session: Session, app: Flask
) -> None:
    with clock.at(MARCH):
        application = an_offered(session, app)
        officer = a_staff_member(session, Role.VETTING)
        said = [settle(session, officer, application.id, K.VETTING, R.MET, "passed", date(2021, 3, 5)) for _ in "12"]
        assert said == [True, False]
        row = requirement(session, application, K.VETTING)
        assert (row.state, row.reason, row.expires_on, row.decided_by) == (
            R.MET,
            "passed",
            date(2021, 3, 5),
            officer.id,
        )
        assert [line.step for line in history(session, [row.id])[row.id]] == ["passed"]
        events = select(func.count()).select_from(AuditEvent).filter_by(action="requirement.decided")
        assert session.scalar(events) == 1
        own = a_staff_member(session, Role.VETTING)
        with unit_of_work(session):
            own.email = application.applicant.email
        with pytest.raises(OwnClearance):
            settle(session, own, application.id, K.VETTING, R.NOT_MET, "refused")
        now_in(session, application, State.DECLINED)
        with pytest.raises(Conflict):
            settle(session, officer, application.id, K.VETTING, R.NOT_MET, "refused")


def test_letters_of_two_goes_say_by_their_subjects_what_each_is_about(session: Session, app: Flask) -> None:
    """How much there is to do and by when, never of what kind: a subject is read over a shoulder."""
    with clock.at(MARCH):
        sent = a_submitted(session, app, the_pilot(session))
        now_in(session, sent, State.INTERVIEW)
        ask_due(session, most=9)
    with clock.at(MARCH + timedelta(days=9)):
        now_in(session, sent, State.OFFERED)
        ask_due(session, most=9)
    queued = session.scalars(select(OutboxMail).filter_by(name="check_asked").order_by(OutboxMail.id)).all()
    write = outside_of(app).letters.write
    subjects = [write(each.name, each.context, recipient="a@b.example", message_id="<1@x>").subject for each in queued]
    assert [subject.split(" by ")[0] for subject in subjects] == [
        "What we need from you next: one thing", "What we need from you next: 3 things",
    ]  # fmt: skip
    assert all("medical" not in subject.casefold() for subject in subjects)
