"""Nobody is appointed with a gap: each line of the checklist missing in turn, and run out in turn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation, Requirement, RequirementState, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.attendance.completing import certificate_of
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.domain.settings.catalogue import shipped
from portal.domain.volunteers import agreements, steps
from portal.domain.volunteers.appointing import NotReady, appoint
from portal.domain.volunteers.checklist import BARRED_DAYS, checklist, checklists, missing
from portal.domain.volunteers.evidence import withdraw_certificate
from portal.domain.volunteers.models import AgreementAccepted, AppointmentStep, StepKind, Volunteer
from portal.services import references
from tests.support.casework import statements
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member
from tests.support.volunteers import DONE_AT, HELD_UNTIL, MET, somebody_ready

KINDS = [*(kind.value for kind in MET), "training", "induction", "agreement", "identification", "barred_list"]
LATER = clock.start_of(date(2018, 7, 1))


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def ready(session: Session, app: Flask, recruiter: StaffMember) -> Application:
    return somebody_ready(session, app, recruiter)


def gaps(session: Session, application: Application) -> list[str]:
    session.rollback()
    return [line.kind for line in missing(checklist(session, application.id))]


def refused(session: Session, recruiter: StaffMember, application: Application) -> list[str]:
    """Tries; nothing must have come of it. What was named as missing."""
    with pytest.raises(NotReady) as caught:
        appoint(session, recruiter, application.id)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Volunteer)) == 0
    assert session.get_one(Application, application.id, populate_existing=True).state is State.TRAINING
    names = select(OutboxMail.name).where(OutboxMail.name == "volunteer_welcome")
    assert session.scalar(names) is None
    return [line.kind for line in caught.value.lines]


def without(session: Session, recruiter: StaffMember, application: Application, kind: str) -> None:
    """Takes away what this line stands on."""
    if kind == "training":
        found = certificate_of(session, application.id)
        assert found is not None
        withdraw_certificate(session, recruiter, found.id, "register")
    elif kind == "agreement":
        with unit_of_work(session):
            session.execute(delete(AgreementAccepted).where(AgreementAccepted.application_id == application.id))
    elif kind in set(StepKind):
        step = steps.live_step(session, application.id, StepKind(kind))
        assert step is not None
        steps.take_back(session, recruiter, application.id, step.id)
    else:
        values = {"state": RequirementState.WITH_US, "decided_by": None, "decided_at": None, "expires_on": None}
        with unit_of_work(session):
            session.execute(update(Requirement).filter_by(application_id=application.id, kind=kind).values(**values))


def run_out(session: Session, recruiter: StaffMember, application: Application, kind: str) -> None:
    """What held yesterday holds no longer."""
    yesterday = clock.today() - timedelta(days=1)
    if kind == "agreement":
        agreements.publish(session, recruiter, None, "Something quite new.")
    elif kind == "barred_list":
        long_ago = clock.today() - timedelta(days=shipped(BARRED_DAYS) + 1)
        with unit_of_work(session):
            session.execute(
                update(AppointmentStep).filter_by(application_id=application.id, kind=kind).values(done_on=long_ago)
            )
    else:
        with unit_of_work(session):
            rows = update(Requirement).filter_by(application_id=application.id, kind=kind)
            session.execute(rows.values(expires_on=yesterday))


def test_the_checklist_has_each_line_and_all_of_them_done_is_an_appointment(
    session: Session, recruiter: StaffMember, ready: Application
) -> None:
    with clock.at(DONE_AT):
        lines = checklist(session, ready.id)
        assert sorted(line.kind for line in lines) == sorted(KINDS)
        assert not missing(lines) and all(line.name and line.words for line in lines)
        volunteer = appoint(session, recruiter, ready.id)
    session.rollback()
    found = session.get_one(Application, ready.id, populate_existing=True)
    assert (found.state, found.state_before) == (State.APPOINTED, State.TRAINING)
    assert references.parse(volunteer.number) == volunteer.number and volunteer.number.startswith("VOL-")
    assert volunteer.certificate_id is not None and volunteer.appointed_on == date(2018, 6, 25)
    letters = session.scalars(select(OutboxMail).where(OutboxMail.name == "volunteer_welcome")).all()
    assert [(letter.recipient, letter.context["number"]) for letter in letters] == [
        (found.applicant.email, volunteer.number)
    ]
    acts = select(AuditEvent.action).where(AuditEvent.action == "volunteer.appointed")
    assert session.scalars(acts).all() == ["volunteer.appointed"]


def test_appointed_twice_is_appointed_once(session: Session, recruiter: StaffMember, ready: Application) -> None:
    with clock.at(DONE_AT):
        first = appoint(session, recruiter, ready.id)
        assert appoint(session, recruiter, ready.id).id == first.id
    count = select(func.count()).select_from(OutboxMail).where(OutboxMail.name == "volunteer_welcome")
    assert session.scalar(count) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_appointed_with_a_line_missing(
    session: Session, recruiter: StaffMember, ready: Application, kind: str
) -> None:
    with clock.at(DONE_AT):
        without(session, recruiter, ready, kind)
        assert gaps(session, ready) == [kind]
        assert refused(session, recruiter, ready) == [kind]


@pytest.mark.parametrize(
    "kind", ["medical", "fitness", "vetting", "references", "identity", "agreement", "barred_list"]
)
def test_nobody_is_appointed_with_a_line_run_out(
    session: Session, recruiter: StaffMember, ready: Application, kind: str
) -> None:
    with clock.at(LATER):
        run_out(session, recruiter, ready, kind)
        assert gaps(session, ready) == [kind]
        assert refused(session, recruiter, ready) == [kind]


def test_what_runs_out_holds_on_its_last_day_and_no_longer(
    session: Session, recruiter: StaffMember, ready: Application
) -> None:
    last = DONE_AT + timedelta(days=shipped(BARRED_DAYS))
    with clock.at(last):
        assert gaps(session, ready) == []
    with clock.at(last + timedelta(days=1)):
        assert gaps(session, ready) == ["barred_list"]
    with clock.at(clock.start_of(HELD_UNTIL)):
        assert gaps(session, ready) == ["barred_list"]
    with clock.at(clock.end_of(HELD_UNTIL)):
        assert gaps(session, ready) == ["medical", "fitness", "vetting", "barred_list"]
        assert "vetting" in refused(session, recruiter, ready)


def test_vetting_comes_before_every_appointment_even_where_no_campaign_asked_for_it(
    session: Session, recruiter: StaffMember, ready: Application
) -> None:
    with clock.at(DONE_AT):
        with unit_of_work(session):
            session.execute(delete(Requirement).filter_by(application_id=ready.id, kind=RequirementKind.VETTING))
        assert refused(session, recruiter, ready) == ["vetting"]


def test_everything_missing_is_named_at_once(session: Session, app: Flask, recruiter: StaffMember) -> None:
    application = somebody_ready(session, app, recruiter)
    with clock.at(DONE_AT):
        for kind in KINDS:
            without(session, recruiter, application, kind)
        assert sorted(refused(session, recruiter, application)) == sorted(KINDS)


@pytest.mark.parametrize("state", [state for state in State if state not in {State.TRAINING, State.DRAFT}])
def test_only_somebody_in_training_is_appointed(
    session: Session, recruiter: StaffMember, ready: Application, state: State
) -> None:
    with clock.at(DONE_AT):
        with unit_of_work(session):
            row = session.get_one(Application, ready.id)
            row.state = state
            row.withdrawn_reason = "time" if state is State.WITHDRAWN else None
        with pytest.raises(NotEditable):
            appoint(session, recruiter, ready.id)
    assert session.scalar(select(func.count()).select_from(Volunteer)) == 0


def test_nobody_appoints_somebody_they_are_kept_from(
    session: Session, recruiter: StaffMember, ready: Application
) -> None:
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=recruiter.id, application_id=ready.id, relation=Relation.FRIEND, declared_at=clock.now())
        )
    with clock.at(DONE_AT), pytest.raises(NotFound):
        appoint(session, recruiter, ready.id)


def test_a_checklist_of_many_costs_what_one_costs(session: Session, app: Flask, recruiter: StaffMember) -> None:
    ids = [somebody_ready(session, app, recruiter).id for _ in range(3)]
    with clock.at(DONE_AT):
        session.expire_all()
        with statements() as one:
            checklists(session, ids[:1])
        session.expire_all()
        with statements() as all_of_them:
            found = checklists(session, ids)
    assert len(one) == len(all_of_them) <= 8
    assert not any(missing(lines) for lines in found.values())


def test_steps_say_no_to_impossible_days_and_missing_numbers(
    session: Session, app: Flask, recruiter: StaffMember, ready: Application
) -> None:
    keys = keys_of(app)
    with clock.at(DONE_AT):
        card = steps.live_step(session, ready.id, StepKind.IDENTIFICATION)
        assert card is not None and card.sealed is not None and b"4411" not in card.sealed
        assert [each.number for each in steps.steps_done(session, keys, ready.id) if each.number] == ["C 4411"]
        steps.take_back(session, recruiter, ready.id, card.id)
        today = clock.today()
        for day, number, wrong in (
            (today + timedelta(days=1), "1", steps.DayAhead),
            (date(2017, 1, 1), "1", steps.TooLongAgo),
            (today, "  ", steps.NumberNeeded),
            (today, "1" * 41, steps.NumberTooLong),
        ):
            with pytest.raises(wrong):
                steps.record_step(session, keys, recruiter, ready.id, StepKind.IDENTIFICATION, day, number=number)
