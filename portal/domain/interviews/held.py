"""What is held of somebody's interviews and tests, for them to take away: their own times and words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.interviews.letters import day_words, time_words
from portal.domain.interviews.models import Booking, Invitation, Slot, Wish
from portal.domain.interviews.rules import NAMES
from portal.domain.interviews.waiting_list import place_of_wish
from portal.services.crypto import KeyRing


def held_times(session: Session, keys: KeyRing, application_id: int) -> list[dict[str, Any]]:
    """Plain values: each invitation, each time that was theirs, each wish with their own words. Three statements."""
    invited = select(Invitation).filter_by(application_id=application_id).order_by(Invitation.id)
    names = {each.id: NAMES[each.kind] for each in session.scalars(invited)}
    found = [
        {"what": f"Invited to an {name}" if name == "interview" else f"Invited to a {name}", "when": "", "words": ""}
        for name in names.values()
    ]
    booked = select(Booking, Slot.starts_at).join(Slot, Slot.id == Booking.slot_id)
    for booking, starts_at in session.execute(
        booked.where(Booking.application_id == application_id).order_by(Booking.id)
    ):
        when = f"{day_words(starts_at)} {clock.london(starts_at).year}, {time_words(starts_at)}"
        how = (booking.ended_as or booking.attendance).value.replace("_", " ")
        found.append({"what": f"Your {names[booking.invitation_id]}: {how}", "when": when, "words": ""})
    for wish in session.scalars(select(Wish).where(Wish.invitation_id.in_(names)).order_by(Wish.id)):
        words = keys.unseal(wish.sealed, **place_of_wish(wish.id)) if wish.sealed is not None else ""
        asked = "Asked for another time" if words else "Waited for a time"
        found.append({"what": asked, "when": f"{day_words(wish.asked_at)}", "words": words})
    return found
