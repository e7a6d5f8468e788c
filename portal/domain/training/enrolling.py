"""Somebody who accepted an offer gets a numbered place in a cohort: once, whatever is clicked twice."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.audit.actions import Actor, record
from portal.domain.offers.moving import held_by_staff, move
from portal.domain.refusals import NotFound
from portal.domain.training.letters import write
from portal.domain.training.models import Cohort, Trainee, WaitingEnd
from portal.domain.training.places import first_start, free_seat, hold_places, live_trainee, open_cohort, stop_waiting
from portal.domain.training.rules import (
    ConfirmDayImpossible,
    NoPlaceLeft,
    NoSuchPlace,
    NotAccepted,
    NotThisCourse,
    PlacedAlready,
)

CODE_BYTES = 16  # of what a trainee's own code says


def enrol(
    session: Session, actor: Actor, cohort_id: int, application_id: int, *, confirm_by: datetime | None = None
) -> Trainee:
    """Gives somebody who accepted an offer the lowest free place, and writes to them. Made twice it is made once.

    `confirm_by` is an aware instant until which they say yes; none: the place is theirs, as they accepted the course.
    Raises NotFound, CohortNotOpen, NotAccepted, NotThisCourse, PlacedAlready, NoPlaceLeft or ConfirmDayImpossible.
    """
    with unit_of_work(session):
        hold_places(session, cohort_id)
        cohort = open_cohort(session, cohort_id)
        begins = first_start(session, cohort_id)
        if confirm_by is not None and not (begins and clock.end_of(clock.today()) < confirm_by <= begins):
            raise ConfirmDayImpossible(field="until")
        application = held_by_staff(session, actor, application_id)
        standing = live_trainee(session, application_id)
        if standing is not None and standing.cohort_id == cohort_id:
            return standing
        if standing is not None:
            raise PlacedAlready()
        if application.state is not State.ACCEPTED:
            raise NotAccepted()
        must_be_theirs(cohort, application)
        seat = free_seat(session, cohort_id)
        if seat is None:
            raise NoPlaceLeft()
        trainee = seated(session, actor, cohort_id, application_id, seat, confirm_by=confirm_by)
        record(
            session, actor, "trainee.enrolled", subject=("trainee", trainee.id), application_id=application_id,
            cohort=cohort_id, seat=seat,
        )  # fmt: skip
        write(session, "place_free" if confirm_by else "enrolled", trainee, application)
        return trainee


def must_be_theirs(cohort: Cohort, application: Application) -> None:
    """Raises NotThisCourse where the course belongs to another scheme than the application."""
    scheme_id = cohort.course.course.scheme_id
    if scheme_id is not None and scheme_id != application.campaign.scheme_id:
        raise NotThisCourse()


def seated(
    session: Session, actor: Actor, cohort_id: int, application_id: int, seat: int, *, confirm_by: datetime | None
) -> Trainee:
    """The place itself, for whoever holds the cohort's places and the application; they wait for none any more."""
    now = clock.now()
    trainee = Trainee(
        application_id=application_id,
        cohort_id=cohort_id,
        seat=seat,
        enrolled_at=now,
        enrolled_by=actor.actor_id,
        confirm_by=confirm_by,
        confirmed_at=None if confirm_by else now,
        check_in=secrets.token_urlsafe(CODE_BYTES),
    )
    session.add(trainee)
    stop_waiting(session, application_id, WaitingEnd.OFFERED, cohort_id=cohort_id)
    stop_waiting(session, application_id, WaitingEnd.GONE)
    session.flush()
    return trainee


def held_trainee(session: Session, actor: Actor, trainee_id: int) -> tuple[Trainee, Application]:
    """A live place and its application, both held, for a member of staff; the cohort's places come before them.

    Raises NotFound for none and for one this person is kept from, NoSuchPlace for one that has ended.
    """
    trainee, application = held_place(session, actor, trainee_id)
    if trainee.ended_at is not None:
        raise NoSuchPlace()
    return trainee, application


def held_place(session: Session, actor: Actor, trainee_id: int) -> tuple[Trainee, Application]:
    """The same, whether or not the place has ended. Raises NotFound."""
    application_id = session.scalar(select(Trainee.application_id).where(Trainee.id == trainee_id))
    if application_id is None:
        raise NotFound()
    application = held_by_staff(session, actor, application_id)
    trainee = locked(session, Trainee, trainee_id)
    if trainee is None:
        raise NotFound()
    return trainee, application


def to_wait_again(session: Session, application: Application) -> None:
    """Somebody in training goes back to having accepted: the move to a later cohort is the lifecycle's."""
    if may_move(application.state, Act.TRANSFER, By.RECRUITER):
        move(session, application, Act.TRANSFER)
