"""Places in a cohort: numbered from 1, held by one live trainee each, free again when that ends.

Whoever takes a place holds the name of the cohort's places, before any application; behind that the database itself
refuses two live trainees of one number. What only frees a place needs no name: the next one is found by whoever
does, and by the worker.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import WORK, announce, hold, holding, locked
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.messages.actions import drop_waiting
from portal.domain.offers.places import before_offer
from portal.domain.training.models import Cohort, Trainee, TraineeEnd, TrainingSession, Waiting, WaitingEnd
from portal.domain.training.rules import CohortNotOpen

KEEP = (State.ACCEPTED, State.TRAINING, State.APPOINTED)  # states in which a place in a cohort is held
WAIT = (State.ACCEPTED,)  # and in which one is waited for
REMINDERS = ("training_confirm_reminder",)


def hold_places(session: Session, *cohort_ids: int) -> None:
    """Nobody else takes a place of these cohorts until commit; several are held in one order, whoever asks."""
    for cohort_id in sorted(set(cohort_ids)):
        hold(session, f"places of cohort {cohort_id}")


def live_trainee(session: Session, application_id: int) -> Trainee | None:
    """The place this application holds, held until commit; none where it holds none."""
    query = select(Trainee).where(Trainee.application_id == application_id, Trainee.ended_at.is_(None))
    return session.scalars(holding(query)).one_or_none()


def taken(session: Session, cohort_id: int) -> set[int]:
    """The numbers of the places that are held."""
    query = select(Trainee.seat).where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None))
    return set(session.scalars(query))


def free_seat(session: Session, cohort_id: int) -> int | None:
    """The lowest number nobody holds; none when the cohort is full. Ask while holding its places."""
    capacity = session.get_one(Cohort, cohort_id, populate_existing=True).capacity
    held = taken(session, cohort_id)
    return next((number for number in range(1, capacity + 1) if number not in held), None)


def came_free(cohort_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Places that were held and are not now: what the waiting list is for. One that nobody had yet is the recruiters'
    to give."""
    held = aliased(Trainee)
    again = exists().where(held.cohort_id == Trainee.cohort_id, held.seat == Trainee.seat, held.ended_at.is_(None))
    return (Trainee.cohort_id == cohort_id) & Trainee.ended_at.is_not(None) & ~again


def freed_seat(session: Session, cohort_id: int) -> int | None:
    """The lowest number that came free and is still one of the cohort's; ask while holding its places."""
    within = Trainee.seat <= select(Cohort.capacity).where(Cohort.id == cohort_id).scalar_subquery()
    return session.scalar(select(func.min(Trainee.seat)).where(came_free(cohort_id), within))


def first_start(session: Session, cohort_id: int) -> datetime | None:
    """When the cohort's first day begins; none where every day was cancelled."""
    return session.scalar(select(func.min(TrainingSession.starts_at)).where(*_standing(cohort_id)))


def last_end(session: Session, cohort_id: int) -> datetime | None:
    return session.scalar(select(func.max(TrainingSession.ends_at)).where(*_standing(cohort_id)))


def _standing(cohort_id: int) -> tuple[ColumnElement[bool], ...]:
    return TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None)


def open_cohort(session: Session, cohort_id: int) -> Cohort:
    """A published cohort that still has a day to come. Raises CohortNotOpen."""
    cohort, now = session.get(Cohort, cohort_id, populate_existing=True), clock.now()
    if cohort is None or cohort.published_at is None or cohort.published_at > now or cohort.cancelled_at is not None:
        raise CohortNotOpen()
    ends = last_end(session, cohort_id)
    if ends is None or ends <= now:
        raise CohortNotOpen()
    return cohort


def free(session: Session, trainee: Trainee, ended_as: TraineeEnd, reason: str | None = None) -> None:
    """Ends a place: it is the next one's, whom the worker finds as soon as this is committed."""
    trainee.ended_at, trainee.ended_as, trainee.reason = clock.now(), ended_as, reason
    trainee.version += 1
    drop_waiting(session, trainee.application_id, REMINDERS)
    announce(session, WORK)


def stop_waiting(session: Session, application_id: int, ended_as: WaitingEnd, *, cohort_id: int | None = None) -> None:
    """They wait no longer: for this cohort, or for any."""
    ending = update(Waiting).where(Waiting.application_id == application_id, Waiting.ended_at.is_(None))
    if cohort_id is not None:
        ending = ending.where(Waiting.cohort_id == cohort_id)
    session.execute(ending.values(ended_at=clock.now(), ended_as=ended_as))


def let_go(session: Session, application_id: int) -> None:
    """An application ended, or was put off to a later course: the place it held goes to others, in the caller's unit
    of work. Nothing held is nothing done."""
    application = locked(session, Application, application_id)
    if application is None or application.state in KEEP:
        return
    if application.state_before is State.TRAINING:
        application.state_before = before_offer(session, application)  # a reopening leads there: the place is gone
    stop_waiting(session, application_id, WaitingEnd.GONE)
    trainee = live_trainee(session, application_id)
    if trainee is None:
        return
    free(session, trainee, TraineeEnd.GONE)
    record(
        session, SYSTEM, "trainee.freed", subject=("trainee", trainee.id), application_id=application_id,
        cohort=trainee.cohort_id, seat=trainee.seat,
    )  # fmt: skip
