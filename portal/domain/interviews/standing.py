"""Where somebody stands with an interview or a test: invited, booked, waiting. For their pages and the tracker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.waiting import Todo
from portal.domain.interviews.choosing import Place, live_booking, place_of, policy_now
from portal.domain.interviews.letters import day_words, time_words
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    InterviewSession,
    Invitation,
    Panel,
    SessionKind,
    Slot,
    Venue,
    Wish,
)
from portal.domain.interviews.rules import NAMES, Policy, asks_why, takes_part
from portal.domain.interviews.waiting_list import wishes_of

ENDPOINTS = {
    SessionKind.INTERVIEW: "public.interview",
    SessionKind.FITNESS: "public.fitness_session",
    SessionKind.PRACTICE: "public.practice_session",
}


@dataclass(frozen=True)
class Standing:
    """`place`: of the time they have. `changeable`: it has not begun. `asks_why`: changing it needs a reason."""

    invitation: Invitation
    booking: Booking | None
    place: Place | None
    wishes: tuple[Wish, ...]
    policy: Policy
    open: bool
    changeable: bool
    asks_why: bool
    late: bool

    @property
    def waits(self) -> int:
        """How many full times or days they wait for."""
        return sum(wish.sealed is None for wish in self.wishes)

    @property
    def asked(self) -> bool:
        """Whether they asked for another time in words that nobody has seen to."""
        return any(wish.sealed is not None for wish in self.wishes)


def standing(session: Session, application: Application, kind: SessionKind) -> Standing | None:
    """By the newest invitation of the kind; none for somebody who was never invited. A fixed number of statements."""
    query = select(Invitation).filter_by(application_id=application.id, kind=kind)
    invitation = session.scalars(query.order_by(Invitation.attempt.desc()).limit(1)).one_or_none()
    if invitation is None:
        return None
    booking, now, policy = live_booking(session, invitation.id), clock.now(), policy_now(session)
    place = place_of(session, booking.slot_id) if booking else None
    is_open = invitation.ended_at is None and takes_part(kind, application.state)
    ahead = place is not None and place.slot.starts_at > now
    expected = booking is not None and booking.attendance is Attendance.EXPECTED
    return Standing(
        invitation=invitation,
        booking=booking,
        place=place,
        wishes=tuple(wishes_of(session, invitation.id)),
        policy=policy,
        open=is_open,
        changeable=is_open and ahead and expected,
        asks_why=place is not None and asks_why(place.slot.starts_at, now, invitation.moves, policy),
        late=booking is None and invitation.answer_by <= now,
    )


def todos(session: Session, application: Application) -> list[Todo]:
    """Times to choose, and times chosen that are still to come. One statement."""
    query = (
        select(Invitation, Slot.starts_at, Venue.name)
        .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.ended_at.is_(None)))
        .outerjoin(Slot, Slot.id == Booking.slot_id)
        .outerjoin(Panel, Panel.id == Slot.panel_id)
        .outerjoin(InterviewSession, InterviewSession.id == Panel.session_id)
        .outerjoin(Venue, Venue.id == InterviewSession.venue_id)
        .where(Invitation.application_id == application.id, Invitation.ended_at.is_(None))
        .order_by(Invitation.id)
    )
    found = []
    for invitation, starts_at, venue in session.execute(query):
        if takes_part(invitation.kind, application.state) and (starts_at is None or starts_at > clock.now()):
            found.append(_todo(invitation, starts_at, venue))
    return found


def _todo(invitation: Invitation, starts_at: datetime | None, venue: str | None) -> Todo:
    what, endpoint = NAMES[invitation.kind], ENDPOINTS[invitation.kind]
    if starts_at is None:
        by = clock.london(invitation.answer_by).date()
        return Todo(f"Choose a time for your {what}", endpoint, by, "You can move it later.")
    title = f"Your {what}: {day_words(starts_at)}, {time_words(starts_at)}"
    return Todo(title, endpoint, None, f"{venue}. You can move it, or give it up.", done=True)
