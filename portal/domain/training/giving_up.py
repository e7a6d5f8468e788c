"""A place confirmed, given up by its trainee, or taken back by staff: what comes free goes on in the same act."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.audit.actions import Actor, record
from portal.domain.messages.actions import drop_waiting
from portal.domain.refusals import NotFound
from portal.domain.training.enrolling import held_trainee, to_wait_again
from portal.domain.training.letters import write
from portal.domain.training.models import Trainee, TraineeEnd
from portal.domain.training.places import REMINDERS, free, hold_places, live_trainee
from portal.domain.training.rules import (
    REMOVE_REASONS,
    BegunAlready,
    CompletedAlready,
    NoSuchPlace,
    ReasonNeeded,
    TooLateToConfirm,
)
from portal.domain.training.waiting_list import promote_next


def _own(session: Session, actor: Actor, application_id: int) -> tuple[Application, Trainee | None]:
    """The application and the place it holds, both held, after the cohort's places. Raises NotFound for somebody
    else's."""
    live = select(Trainee.cohort_id).where(Trainee.application_id == application_id, Trainee.ended_at.is_(None))
    hold_places(session, *session.scalars(live))
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    acting_as(actor, application)
    return application, live_trainee(session, application_id)


def confirm(session: Session, actor: Actor, application_id: int) -> Trainee:
    """They take the place they were offered. Raises NotFound, NoSuchPlace or TooLateToConfirm."""
    with unit_of_work(session):
        application, trainee = _own(session, actor, application_id)
        if trainee is None:
            raise NoSuchPlace()
        if trainee.confirmed_at is not None:
            return trainee
        if trainee.confirm_by is not None and clock.now() >= trainee.confirm_by:
            raise TooLateToConfirm()
        trainee.confirmed_at = clock.now()
        trainee.version += 1
        drop_waiting(session, application_id, REMINDERS)
        record(
            session, actor, "trainee.confirmed", subject=("trainee", trainee.id), application_id=application_id,
            cohort=trainee.cohort_id, seat=trainee.seat,
        )  # fmt: skip
        write(session, "enrolled", trainee, application)
        return trainee


def decline(session: Session, actor: Actor, application_id: int) -> Trainee | None:
    """They give their place up before training begins, and keep their offer; none where they hold none any more.

    Raises NotFound or BegunAlready.
    """
    with unit_of_work(session):
        application, trainee = _own(session, actor, application_id)
        if trainee is None:
            return None
        if trainee.started_at is not None:
            raise BegunAlready()
        end(session, actor, trainee, application, TraineeEnd.DECLINED)
        promote_next(session, trainee.cohort_id)
        return trainee


def remove(session: Session, actor: Actor, trainee_id: int, reason: str) -> Trainee:
    """Takes a place back for a coded reason: they keep their offer, and what they have done, for a later cohort.

    Raises NotFound, NoSuchPlace, ReasonNeeded or CompletedAlready.
    """
    if reason not in REMOVE_REASONS:
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        hold_places(session, *session.scalars(select(Trainee.cohort_id).where(Trainee.id == trainee_id)))
        trainee, application = held_trainee(session, actor, trainee_id)
        if trainee.completed_at is not None:
            raise CompletedAlready()
        to_wait_again(session, application)
        end(session, actor, trainee, application, TraineeEnd.REMOVED, reason)
        promote_next(session, trainee.cohort_id)
        return trainee


def end(
    session: Session,
    actor: Actor,
    trainee: Trainee,
    application: Application,
    ended_as: TraineeEnd,
    reason: str | None = None,
) -> None:
    """Ends a place and tells its trainee, for whoever holds both."""
    free(session, trainee, ended_as, reason)
    more = {"reason": reason} if reason else {}
    record(
        session, actor, f"trainee.{ended_as.value}", subject=("trainee", trainee.id), application_id=application.id,
        cohort=trainee.cohort_id, seat=trainee.seat, **more,
    )  # fmt: skip
    write(session, "place_ended", trainee, application, why=ended_as.value)
    session.flush()
