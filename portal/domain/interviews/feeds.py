"""Private calendars: an address that shows somebody their own dates, to whoever has it. It is kept only hashed, and
a new one puts an end to the old.

An applicant's shows their booked times. A member of staff's shows the days whose panel they sit on, with the times
and references of those who come: never a name, and nothing of anybody they are kept from.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.accounts.queries import hashed
from portal.domain.applications.models import Application
from portal.domain.applications.queries import kept_from
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.interviews.choosing import places_of
from portal.domain.interviews.letters import entry_of, time_words
from portal.domain.interviews.models import (
    Booking,
    CalendarFeed,
    InterviewSession,
    Invitation,
    Panel,
    PanelMember,
    SessionKind,
    Slot,
    Venue,
)
from portal.domain.refusals import NotFound
from portal.services.calendar import Event

TOKEN_BYTES = 32
PAST = timedelta(days=60)  # how far back a calendar reaches
TITLES = {
    SessionKind.INTERVIEW: "Interviews",
    SessionKind.FITNESS: "Fitness tests",
    SessionKind.PRACTICE: "Practice session",
}


def renew(session: Session, actor: Actor) -> str:
    """A fresh token for the actor's own calendar, told this once; the one before shows nothing any more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with unit_of_work(session):
        feed = _own(session, actor)
        if feed is None:
            feed = CalendarFeed(**_owner(actor), token_hash="", created_at=clock.now())
            session.add(feed)
        feed.token_hash, feed.created_at = hashed(token), clock.now()
        session.flush()
        record(session, actor, "calendar.renewed", subject=("calendar_feed", feed.id))
    return token


def stop(session: Session, actor: Actor) -> None:
    """The address shows nothing any more, and no other takes its place. Twice is once."""
    with unit_of_work(session):
        feed = _own(session, actor)
        if feed is not None:
            record(session, actor, "calendar.stopped", subject=("calendar_feed", feed.id))
            session.delete(feed)


def made_on(session: Session, actor: Actor) -> CalendarFeed | None:
    """The actor's own, if they have one."""
    return _own(session, actor)


class Owner(NamedTuple):
    """Whose calendar an address is: a member of staff's, or an applicant's."""

    for_staff: bool
    person_id: int


def owner_of(session: Session, token: str) -> Owner:
    """Raises NotFound for an address that shows nothing (any more)."""
    feed = session.scalars(select(CalendarFeed).where(CalendarFeed.token_hash == hashed(token))).one_or_none()
    if feed is None:
        raise NotFound()
    if feed.applicant_id is not None:
        person = session.get_one(Applicant, feed.applicant_id)
        return Owner(False, person.merged_into_id or person.id)
    member = session.get(StaffMember, feed.staff_id)
    if member is None or member.disabled_at is not None:
        raise NotFound()
    return Owner(True, member.id)


def events_of(session: Session, owner: Owner) -> list[tuple[Event, str]]:
    """Their interviews, or the panels they sit on, each with the path of its page. A fixed number of statements."""
    return _days_of(session, owner.person_id) if owner.for_staff else _times_of(session, owner.person_id)


def _owner(actor: Actor) -> dict[str, int | None]:
    return {"staff_id" if actor.actor_kind is ActorKind.STAFF else "applicant_id": actor.actor_id}


def _own(session: Session, actor: Actor) -> CalendarFeed | None:
    return session.scalars(select(CalendarFeed).filter_by(**_owner(actor))).one_or_none()


def _times_of(session: Session, applicant_id: int) -> list[tuple[Event, str]]:
    query = (
        select(Invitation, Application, Booking.slot_id)
        .join(Booking, Booking.invitation_id == Invitation.id)
        .join(Application, Application.id == Invitation.application_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Application.applicant_id == applicant_id, Booking.ended_at.is_(None))
        .where(Slot.starts_at > clock.now() - PAST)
        .order_by(Slot.starts_at)
    )
    rows = session.execute(query).all()
    places = places_of(session, [slot_id for _invitation, _application, slot_id in rows])
    found = []
    for invitation, application, slot_id in rows:
        says, slot = entry_of(invitation, application, places[slot_id]), places[slot_id].slot
        event = Event(
            uid=says["uid"], starts=slot.starts_at, ends=slot.ends_at, summary=says["summary"],
            location=says["location"], description=says["description"], sequence=says["sequence"],
        )  # fmt: skip
        found.append((event, says["path"]))
    return found


def _days_of(session: Session, staff_id: int) -> list[tuple[Event, str]]:
    query = (
        select(Panel, InterviewSession, Venue)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .join(InterviewSession, InterviewSession.id == Panel.session_id)
        .join(Venue, Venue.id == InterviewSession.venue_id)
        .where(PanelMember.staff_id == staff_id, InterviewSession.cancelled_at.is_(None))
        .where(InterviewSession.published_at.is_not(None), InterviewSession.ends_at > clock.now() - PAST)
        .order_by(InterviewSession.starts_at, Panel.id)
    )
    rows = session.execute(query).all()
    coming = _coming(session, staff_id, [panel.id for panel, _day, _venue in rows])
    return [
        (
            Event(
                uid=f"panel-{panel.id}@volunteer.portal",
                starts=day.starts_at,
                ends=day.ends_at,
                summary=f"{TITLES[day.kind]}: {panel.name}",
                location=", ".join(part for part in (venue.name, panel.room, venue.address) if part),
                description="\n".join(coming[panel.id] or ["Nobody is booked yet"]),
                sequence=day.version,
            ),
            f"/staff/interviews/sessions/{day.id}",
        )
        for panel, day, venue in rows
    ]


def _coming(session: Session, staff_id: int, panel_ids: Sequence[int]) -> dict[int, list[str]]:
    """Who comes when, a line each: the reference, or only that somebody does where the viewer must not know."""
    query = (
        select(Slot.panel_id, Slot.starts_at, Application.reference, kept_from(staff_id).label("kept"))
        .join(Booking, Booking.slot_id == Slot.id)
        .join(Application, Application.id == Booking.application_id)
        .where(Slot.panel_id.in_(panel_ids), Booking.ended_at.is_(None))
        .order_by(Slot.starts_at, Booking.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for panel_id, starts_at, reference, kept in session.execute(query):
        found[panel_id].append(f"{time_words(starts_at)} {'booked' if kept else reference}")
    return found
