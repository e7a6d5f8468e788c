"""Waiting for a place in a full cohort. The order is when somebody accepted their offer, then when it was made.

A place that came free goes to the first in line, with a time to confirm it by. Promotions hold the cohort's places
first and a person after, as everything does that gives a place.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, holding, locked, unit_of_work
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.moving import held_by_staff
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value
from portal.domain.training.enrolling import must_be_theirs, seated
from portal.domain.training.letters import write
from portal.domain.training.models import Cohort, Trainee, Waiting, WaitingEnd
from portal.domain.training.places import (
    WAIT,
    came_free,
    first_start,
    freed_seat,
    hold_places,
    live_trainee,
    open_cohort,
    stop_waiting,
)
from portal.domain.training.rules import CONFIRM_DAYS, CohortNotOpen, NotAccepted, PlacedAlready, confirm_until

TRIES = 20  # people tried, where others are held by somebody else at the same moment


def wait(session: Session, actor: Actor, application_id: int, cohort_id: int) -> Waiting:
    """They wait for a place in this cohort. Asked twice is asked once.

    Raises NotFound, CohortNotOpen, NotAccepted, NotThisCourse or PlacedAlready.
    """
    with unit_of_work(session):
        hold_places(session, cohort_id)
        cohort = open_cohort(session, cohort_id)
        application = own_or_handled(session, actor, application_id)
        if application.state not in WAIT:
            raise NotAccepted()
        must_be_theirs(cohort, application)
        if live_trainee(session, application_id) is not None:
            raise PlacedAlready()
        query = select(Waiting).where(*_live(application_id, cohort_id))
        standing = session.scalars(query).one_or_none()
        if standing is not None:
            return standing
        row = Waiting(application_id=application_id, cohort_id=cohort_id, asked_at=clock.now())
        session.add(row)
        record(
            session, actor, "trainee.waiting", subject=("cohort", cohort_id), application_id=application_id,
        )  # fmt: skip
        session.flush()
        announce(session, WORK)
        return row


def leave(session: Session, actor: Actor, application_id: int, cohort_id: int) -> None:
    """They wait for it no longer. Not waiting is nothing to do. Raises NotFound."""
    with unit_of_work(session):
        own_or_handled(session, actor, application_id)
        if session.scalars(select(Waiting).where(*_live(application_id, cohort_id))).one_or_none() is None:
            return
        stop_waiting(session, application_id, WaitingEnd.TAKEN_BACK, cohort_id=cohort_id)
        record(
            session, actor, "trainee.waits_no_more", subject=("cohort", cohort_id), application_id=application_id,
        )  # fmt: skip


def _live(application_id: int, cohort_id: int) -> tuple[ColumnElement[bool], ...]:
    return Waiting.application_id == application_id, Waiting.cohort_id == cohort_id, Waiting.ended_at.is_(None)


def own_or_handled(session: Session, actor: Actor, application_id: int) -> Application:
    """The application, held, for its applicant or for staff who may act on it. Raises NotFound."""
    if actor.actor_kind is ActorKind.STAFF:
        return held_by_staff(session, actor, application_id)
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    acting_as(actor, application)
    return application


def in_line(cohort_id: int) -> Select[Application]:
    """Those the rule may promote, in order. Left out: who asked us to wait, and who had a place of this cohort before
    (a person decides about them)."""
    had = exists().where(Trainee.application_id == Application.id, Trainee.cohort_id == cohort_id)
    placed = exists().where(Trainee.application_id == Application.id, Trainee.ended_at.is_(None))
    going_on = or_(Application.paused_until.is_(None), Application.paused_until < clock.today())
    return (
        select(Application)
        .join(Waiting, Waiting.application_id == Application.id)
        .join(Offer, Offer.application_id == Application.id)
        .where(Waiting.cohort_id == cohort_id, Waiting.ended_at.is_(None), Application.state.in_(WAIT))
        .where(Offer.answer == OfferAnswer.ACCEPTED, Offer.freed_at.is_(None))
        .where(~had, ~placed, going_on)
        .order_by(Offer.answered_at, Offer.made_at, Application.id)
    )


def promote_next(session: Session, cohort_id: int, *, patient: bool = False) -> Trainee | None:
    """Offers a place that came free to the first in line, with a time to confirm it by; none where nothing came free,
    nobody waits, or the course is about to begin.

    Called by whoever freed it, in their unit of work, with the cohort's places held: somebody else's hold on the
    first in line is not waited for there, the worker comes back to it. `patient`: nothing else is held.
    """
    with unit_of_work(session):
        hold_places(session, cohort_id)
        seat, until = freed_seat(session, cohort_id), time_to_confirm(session, cohort_id)
        application = _next(session, cohort_id, patient) if seat is not None and until is not None else None
        if seat is None or until is None or application is None:
            return None
        trainee = seated(session, SYSTEM, cohort_id, application.id, seat, confirm_by=until)
        record(
            session, SYSTEM, "trainee.promoted", subject=("trainee", trainee.id), application_id=application.id,
            cohort=cohort_id, seat=seat,
        )  # fmt: skip
        write(session, "place_free", trainee, application)
        return trainee


def time_to_confirm(session: Session, cohort_id: int) -> datetime | None:
    """Until when a place offered now is confirmed; none where the cohort takes nobody, or begins too soon."""
    try:
        open_cohort(session, cohort_id)
    except CohortNotOpen:
        return None
    begins = first_start(session, cohort_id)
    days = setting_value(session, CONFIRM_DAYS, clock.today())
    return confirm_until(clock.today(), days, clock.london(begins).date()) if begins else None


def _next(session: Session, cohort_id: int, patient: bool) -> Application | None:
    """The first in line, held; nobody is passed over because somebody else holds them at this moment."""
    for _ in range(TRIES):
        first = session.scalars(in_line(cohort_id).limit(1)).one_or_none()
        if first is None:
            return None
        wanted = holding(select(Application).where(Application.id == first.id), skip_locked=not patient)
        if session.scalars(wanted).one_or_none() is None:
            announce(session, WORK)
            return None
        still = session.scalars(in_line(cohort_id).limit(1)).one_or_none()
        if still is not None and still.id == first.id:
            return still
    return None


def promote_due(session: Session, *, most: int = 50) -> int:
    """Every waiting list moves as far as places came free; how many were offered one. Idempotent: due work."""
    made = 0
    for cohort_id in session.scalars(_moving()).all():
        while made < most and promote_next(session, cohort_id, patient=True) is not None:
            made += 1
    return made


def _moving() -> Select[int]:
    """Cohorts with a place that came free and somebody who waits."""
    waits = exists().where(Waiting.cohort_id == Cohort.id, Waiting.ended_at.is_(None))
    freed = exists().where(came_free(Cohort.id), Trainee.seat <= Cohort.capacity)  # type: ignore[arg-type]
    open_now = Cohort.cancelled_at.is_(None) & Cohort.published_at.is_not(None)
    return select(Cohort.id).where(waits, freed, open_now).order_by(Cohort.id)
