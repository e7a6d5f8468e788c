"""From one cohort to another: what was attended under the first place stays theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.offers.moving import held_by_staff
from portal.domain.refusals import NotFound
from portal.domain.training.enrolling import held_trainee, must_be_theirs, seated, to_wait_again
from portal.domain.training.letters import write
from portal.domain.training.models import Cohort, Trainee, TraineeEnd
from portal.domain.training.places import free, free_seat, hold_places, live_trainee, open_cohort
from portal.domain.training.rules import (
    TRANSFER_REASONS,
    CompletedAlready,
    NoPlaceLeft,
    NoTimeToConfirm,
    NotThisCourse,
    ReasonNeeded,
)
from portal.domain.training.waiting_list import promote_next, time_to_confirm


def transfer(session: Session, actor: Actor, trainee_id: int, cohort_id: int, reason: str) -> Trainee:
    """Gives a place in this cohort instead, for a coded reason, keeping credit; the trainee is told.

    Somebody in training begins again there once everything due is met still. A place that was not confirmed waits to be
    confirmed there, with a new day. Twice is once. Raises NotFound, NoSuchPlace, CohortNotOpen, NotThisCourse,
    NoPlaceLeft, NoTimeToConfirm, ReasonNeeded or CompletedAlready.
    """
    if reason not in TRANSFER_REASONS:
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        known = select(Trainee.cohort_id, Trainee.application_id).where(Trainee.id == trainee_id)
        row = session.execute(known).one_or_none()
        if row is None:
            raise NotFound()
        hold_places(session, row.cohort_id, cohort_id)
        cohort = open_cohort(session, cohort_id)
        held_by_staff(session, actor, row.application_id)
        there = live_trainee(session, row.application_id)
        if there is not None and there.cohort_id == cohort_id:
            return there
        old, application = held_trainee(session, actor, trainee_id)
        if old.completed_at is not None:
            raise CompletedAlready()
        must_be_theirs(cohort, application)
        if session.get_one(Cohort, old.cohort_id).course.course_id != cohort.course.course_id:
            raise NotThisCourse()
        seat, until = _seat(session, cohort_id), _until(session, old, cohort_id)
        to_wait_again(session, application)
        free(session, old, TraineeEnd.TRANSFERRED, reason)
        session.flush()
        new = seated(session, actor, cohort_id, application.id, seat, confirm_by=until)
        new.adjustments = old.adjustments  # sealed for the application's places, so for this one too
        record(
            session, actor, "trainee.transferred", subject=("trainee", new.id), application_id=application.id,
            cohort=cohort_id, before=old.cohort_id, seat=seat, reason=reason,
        )  # fmt: skip
        write(session, "transferred", new, application)
        promote_next(session, old.cohort_id)
        return new


def _seat(session: Session, cohort_id: int) -> int:
    seat = free_seat(session, cohort_id)
    if seat is None:
        raise NoPlaceLeft()
    return seat


def _until(session: Session, old: Trainee, cohort_id: int) -> datetime | None:
    """Until when the new place is to be confirmed; none where the old one was. Raises NoTimeToConfirm."""
    if old.confirmed_at is not None:
        return None
    until = time_to_confirm(session, cohort_id)
    if until is None:
        raise NoTimeToConfirm(field="cohort")
    return until
