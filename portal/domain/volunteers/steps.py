"""What a person does by hand before an appointment: an induction given, identification issued, barred lists checked.

Identification is issued to a person and comes back when they leave [004 4.18, 4.28]; its number is sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import State
from portal.domain.applications.refusals import NotEditable
from portal.domain.audit.actions import Actor, record
from portal.domain.clearances.sealing import seal, unseal
from portal.domain.offers.moving import held_by_staff
from portal.domain.refusals import NotFound, Refusal
from portal.domain.volunteers.models import AppointmentStep, StepKind
from portal.services.crypto import KeyRing

OPEN_IN = (State.ACCEPTED, State.TRAINING)
LONGEST_NUMBER = 40  # characters


class DayAhead(Refusal):
    message = "Enter a day that is not in the future."


class TooLongAgo(Refusal):
    message = "Enter a day since they applied."


class NumberNeeded(Refusal):
    message = "Enter the number on the card."


class NumberTooLong(Refusal):
    message = f"Use {LONGEST_NUMBER} characters or fewer."


@dataclass(frozen=True)
class Done:
    """One step that stands, with who recorded it. `number`: the card's, where there is one."""

    id: int
    kind: StepKind
    done_on: date
    by: str
    number: str = ""


def record_step(
    session: Session,
    keys: KeyRing,
    actor: Actor,
    application_id: int,
    kind: StepKind,
    done_on: date,
    *,
    number: str = "",
) -> AppointmentStep:
    """Records one, once: while it stands, recording it again changes nothing. An appointed person's stay as they were.

    Raises NotFound, NotEditable, DayAhead, TooLongAgo, and NumberNeeded or NumberTooLong for identification.
    """
    number = " ".join(number.split())
    with unit_of_work(session):
        application = held_by_staff(session, actor, application_id)
        if application.state not in OPEN_IN:
            raise NotEditable()
        standing = live_step(session, application_id, kind)
        if standing is not None:
            return standing
        received = application.received_at or application.created_at
        _refuse_day(done_on, clock.london(received).date())
        _refuse_number(kind, number)
        step = AppointmentStep(
            application_id=application_id, kind=kind, done_on=done_on, recorded_by=actor.actor_id,
            recorded_at=clock.now(),
        )  # fmt: skip
        session.add(step)
        session.flush()
        if kind is StepKind.IDENTIFICATION:
            step.sealed = seal(keys, number, AppointmentStep, step.id)
        application.version += 1
        record(
            session, actor, "appointment.step_done", subject=("appointment_step", step.id),
            application_id=application_id, kind=kind.value,
        )  # fmt: skip
        return step


def _refuse_day(done_on: date, received_on: date) -> None:
    if done_on > clock.today():
        raise DayAhead(field="done_on")
    if done_on < received_on:
        raise TooLongAgo(field="done_on")


def _refuse_number(kind: StepKind, number: str) -> None:
    if kind is not StepKind.IDENTIFICATION:
        return
    if not number:
        raise NumberNeeded(field="number")
    if len(number) > LONGEST_NUMBER:
        raise NumberTooLong(field="number")


def take_back(session: Session, actor: Actor, application_id: int, step_id: int) -> AppointmentStep:
    """A step recorded by mistake: the line is open again. Taken back twice is once. Raises NotFound or NotEditable."""
    with unit_of_work(session):
        application = held_by_staff(session, actor, application_id)
        step = session.get(AppointmentStep, step_id, populate_existing=True)
        if step is None or step.application_id != application_id:
            raise NotFound()
        if step.taken_back_at is not None:
            return step
        if application.state not in OPEN_IN:
            raise NotEditable()
        step.taken_back_at, step.taken_back_by = clock.now(), actor.actor_id
        application.version += 1
        record(
            session, actor, "appointment.step_taken_back", subject=("appointment_step", step.id),
            application_id=application_id, kind=step.kind.value,
        )  # fmt: skip
        return step


def live_step(session: Session, application_id: int, kind: StepKind) -> AppointmentStep | None:
    query = select(AppointmentStep).filter_by(application_id=application_id, kind=kind, taken_back_at=None)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def steps_done(session: Session, keys: KeyRing, application_id: int) -> Sequence[Done]:
    """What stands, with the card's number. One statement."""
    query = (
        select(AppointmentStep, StaffMember.name)
        .join(StaffMember, StaffMember.id == AppointmentStep.recorded_by)
        .where(AppointmentStep.application_id == application_id, AppointmentStep.taken_back_at.is_(None))
        .order_by(AppointmentStep.id)
    )
    return [
        Done(row.id, row.kind, row.done_on, name, unseal(keys, row.sealed, AppointmentStep, row.id))
        for row, name in session.execute(query)
    ]
