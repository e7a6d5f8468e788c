"""The mails about a time: what they say, and the calendar entry that goes with them.

The entry keeps its uid for as long as the invitation lasts, and its sequence rises with each letter, so that a moved
time replaces the old one in people's calendars and a cancelled one leaves them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.interviews.choosing import Place
from portal.domain.interviews.models import Invitation, SessionKind
from portal.domain.interviews.rules import NAMES
from portal.domain.messages.actions import queue_mail

PATHS = {
    SessionKind.INTERVIEW: "interview",
    SessionKind.FITNESS: "fitness-session",
    SessionKind.PRACTICE: "practice-session",
}


def day_words(moment: datetime | date) -> str:
    """Saturday 10 February, in London"""
    there = clock.london(moment).date() if isinstance(moment, datetime) else moment
    return f"{there:%A} {there.day} {there:%B}"


def time_words(moment: datetime) -> str:
    """9am, 10:40am, midday, in London"""
    there = clock.london(moment)
    if (there.hour, there.minute) in {(0, 0), (12, 0)}:
        return "midday" if there.hour else "midnight"
    return f"{there.hour % 12 or 12}{f':{there.minute:02}' if there.minute else ''}{'am' if there.hour < 12 else 'pm'}"


def path_of(invitation: Invitation, application: Application) -> str:
    """The page of this invitation, after the service's address."""
    return f"/applications/{application.reference}/{PATHS[invitation.kind]}"


def write(session: Session, name: str, invitation: Invitation, application: Application, **more: Any) -> None:
    """Queues the letter `interview_<name>` in the caller's unit of work."""
    queue_mail(
        session, f"interview_{name}", to=application.applicant.email, application_id=application.id,
        **about(invitation, application), **more,
    )  # fmt: skip


def about(invitation: Invitation, application: Application) -> dict[str, Any]:
    """What every letter about an invitation says."""
    return {
        "what": NAMES[invitation.kind],
        "reference": application.reference,
        "campaign": application.campaign.name,
        "team": RECRUITERS,
        "path": path_of(invitation, application),
    }


def where(place: Place) -> dict[str, Any]:
    """When and where, in words."""
    return {
        "day": day_words(place.slot.starts_at),
        "time": time_words(place.slot.starts_at),
        "minutes": place.session.slot_minutes,
        "venue": place.venue.name,
        "address": place.venue.address,
        "map_url": place.venue.map_url,
        "access": place.venue.access_notes,
        "step_free": place.venue.step_free and not place.venue.online,
        "online_url": place.panel.online_url if place.venue.online else "",
        "bring": place.session.what_to_bring,
    }


def entry(invitation: Invitation, application: Application, place: Place, *, cancelled: bool = False) -> dict[str, Any]:
    """The calendar entry as a letter carries it; the invitation's sequence rises with it."""
    invitation.sequence += 1
    return {"method": "CANCEL" if cancelled else "REQUEST"} | entry_of(invitation, application, place)


def entry_of(invitation: Invitation, application: Application, place: Place) -> dict[str, Any]:
    """The entry as it stands: for the letter that tells of a change, and for feeds ever after."""
    title = f"{NAMES[invitation.kind].capitalize()}: {application.campaign.scheme.name}"
    joined = place.panel.online_url or place.venue.address
    bring = [f"Bring: {place.session.what_to_bring}"] if place.session.what_to_bring else []
    return {
        "uid": invitation.uid,
        "sequence": invitation.sequence,
        "starts": place.slot.starts_at.isoformat(),
        "ends": place.slot.ends_at.isoformat(),
        "summary": title,
        "location": ", ".join(part for part in (place.venue.name, joined) if part),
        "description": "\n".join([f"Reference {application.reference}", *bring]),
        "path": path_of(invitation, application),
    }
