"""A session in somebody's calendar: the same entry for as long as the session lasts, replaced whenever it changes."""

from __future__ import annotations

from typing import Any

from portal.domain.interviews.models import Venue
from portal.domain.training.models import TrainingSession
from portal.services.calendar import Event


def uid_of(day: TrainingSession, person_id: int) -> str:
    """Each person's entry is their own: two of one household keep both. `person_id`: a trainee's or a trainer's."""
    return f"{day.uid}-{person_id}"


def location_of(day: TrainingSession) -> str:
    """The venue, the room and the address, as far as they are known."""
    venue: Venue | None = day.venue
    return ", ".join(part for part in (venue.name if venue else "", day.room, venue.address if venue else "") if part)


def event_of(day: TrainingSession, person_id: int, *, course: str, description: str = "") -> Event:
    """The entry as a feed or a file carries it."""
    return Event(
        uid=uid_of(day, person_id),
        starts=day.starts_at,
        ends=day.ends_at,
        summary=f"{course}: {day.title}",
        location=location_of(day),
        description=description,
        sequence=day.sequence,
        cancelled=day.cancelled_at is not None,
    )


def said(event: Event, path: str) -> dict[str, Any]:
    """The same as a letter carries it: a cancelled one takes the entry out of the reader's calendar."""
    return {
        "method": "CANCEL" if event.cancelled else "REQUEST",
        "uid": event.uid,
        "sequence": event.sequence,
        "starts": event.starts.isoformat(),
        "ends": event.ends.isoformat(),
        "summary": event.summary,
        "location": event.location,
        "description": event.description,
        "path": path,
    }
