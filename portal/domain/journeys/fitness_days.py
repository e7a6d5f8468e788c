"""Fitness tests meet the days they are held on: dates to practise and to be tested, and tests attended on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.audit.actions import Actor
from portal.domain.clearances import fitness
from portal.domain.clearances.fitness import Taken
from portal.domain.clearances.models import FitnessAttempt
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    InterviewSession,
    Invitation,
    Panel,
    SessionKind,
    Slot,
    Venue,
)
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing

CAME = (Attendance.ARRIVED, Attendance.IN_ROOM, Attendance.LEFT)
MOST = 20  # days shown


@dataclass(frozen=True)
class Day:
    """A published day to practise or to be tested on."""

    kind: SessionKind
    starts_at: datetime
    ends_at: datetime
    venue: str
    address: str
    step_free: bool


@dataclass(frozen=True)
class Came:
    """A test somebody came to, and whether what they reached is on record."""

    booking_id: int
    on: date
    venue: str
    recorded: bool


def days_ahead(session: Session, campaign_id: int) -> list[Day]:
    """A campaign's days to practise and to be tested, soonest first. One statement."""
    query = (
        select(InterviewSession, Venue)
        .join(Venue, Venue.id == InterviewSession.venue_id)
        .where(InterviewSession.campaign_id == campaign_id)
        .where(InterviewSession.kind.in_((SessionKind.PRACTICE, SessionKind.FITNESS)))
        .where(InterviewSession.published_at.is_not(None), InterviewSession.cancelled_at.is_(None))
        .where(InterviewSession.ends_at > clock.now())
        .order_by(InterviewSession.starts_at, InterviewSession.id)
        .limit(MOST)
    )
    return [
        Day(held.kind, held.starts_at, held.ends_at, venue.name, venue.address, venue.step_free)
        for held, venue in session.execute(query)
    ]


def tests_attended(session: Session, application_id: int) -> list[Came]:
    """The tests of ours somebody came to, newest first. One statement."""
    query = (
        select(Booking.id, Slot.starts_at, Venue.name, FitnessAttempt.id.label("attempt"))
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(InterviewSession, InterviewSession.id == Panel.session_id)
        .join(Venue, Venue.id == InterviewSession.venue_id)
        .outerjoin(FitnessAttempt, FitnessAttempt.booking_id == Booking.id)
        .where(Invitation.application_id == application_id, Invitation.kind == SessionKind.FITNESS)
        .where(Booking.ended_at.is_(None), Booking.attendance.in_(CAME))
        .order_by(Slot.starts_at.desc())
    )
    return [
        Came(row.id, clock.london(row.starts_at).date(), row.name, row.attempt is not None)
        for row in session.execute(query)
    ]


def record_at_session(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, booking_id: int, standard_id: int, result: int
) -> bool:
    """Records what somebody reached at a test of ours they came to, on that test's day; says whether they reached it.

    Raises NotFound for a booking that is not theirs or that they did not come to; else what `record_attempt` raises.
    """
    with unit_of_work(session):
        came = next((one for one in tests_attended(session, application_id) if one.booking_id == booking_id), None)
        if came is None:
            raise NotFound()
        taken = Taken(standard_id, came.on, result, booking_id=booking_id)
        return fitness.record_attempt(session, keys, actor, application_id, taken)
