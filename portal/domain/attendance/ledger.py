"""What a catch-up is called, how it stands, and what is said no to. Pure.

Source: the ways to make a missed module good (docs/domain.md): an equal session, a trainer alone, or written work.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from portal import clock
from portal.domain.attendance.models import CatchUp, CatchUpEnd, CatchUpWay, Presence
from portal.domain.refusals import Conflict, NotFound, Refusal

W = CatchUpWay
LONGEST_WORK = 20_000  # characters of written work
LONGEST_WORDS = 2_000  # characters of what is to be worked on
LONGEST_PLACE = 120

WAY_WORDS: dict[CatchUpWay, str] = {
    W.SESSION: "With another group",
    W.ONE_TO_ONE: "With a trainer alone",
    W.WRITTEN: "Written work",
}


class Stand(StrEnum):
    """How a catch-up stands now."""

    ASKED = "asked"  # the trainee asked for a time alone, and no trainer has taken it
    BOOKED = "booked"
    TO_SIGN = "to_sign"  # it has been, or is handed in: a trainer signs it off
    SIGNED_OFF = "signed_off"
    LATE = "late"  # written work not handed in by its day
    NOT_THERE = "not_there"  # the register says they did not come either
    ENDED = "ended"


STAND_WORDS: dict[Stand, str] = {
    Stand.ASKED: "A trainer to say yes",
    Stand.BOOKED: "Booked",
    Stand.TO_SIGN: "To sign off",
    Stand.SIGNED_OFF: "Signed off",
    Stand.LATE: "Late",
    Stand.NOT_THERE: "Did not come",
    Stand.ENDED: "Ended",
}


def stand_of(row: CatchUp, now: datetime, ends_at: datetime | None, presence: Presence | None) -> Stand:
    """`ends_at` and `presence`: when the session it is in is over, and what its register says of them."""
    if row.ended_at is not None:
        return Stand.SIGNED_OFF if row.ended_as is CatchUpEnd.SIGNED_OFF else Stand.ENDED
    if row.way is W.WRITTEN:
        return Stand.TO_SIGN if row.handed_in_at else _written(row, now)
    if row.way is W.ONE_TO_ONE:
        if row.staff_id is None:
            return Stand.ASKED
        return Stand.TO_SIGN if row.starts_at is not None and row.starts_at <= now else Stand.BOOKED
    if presence in {Presence.ABSENT, Presence.EXCUSED}:
        return Stand.NOT_THERE
    if presence is Presence.PRESENT:
        return Stand.TO_SIGN
    return Stand.TO_SIGN if ends_at is not None and ends_at <= now else Stand.BOOKED


def _written(row: CatchUp, now: datetime) -> Stand:
    return Stand.LATE if row.due_on is not None and row.due_on < clock.london(now).date() else Stand.BOOKED


class NotMissed(Conflict):
    title = "There is nothing to make good"
    message = "This module was not missed, or has been made good."


class BookedAlready(Conflict):
    title = "It is booked already"
    message = "A way to make this module good is set already. Cancel that one first."


class NoPlaceThere(Conflict):
    title = "That session has no place left"
    message = "Its last place was taken a moment ago, or it was called off. Choose another."


class NotThisWay(Refusal):
    title = "Not in this way"
    message = "This module cannot be made good in this way. Choose another."


class TooLate(Conflict):
    title = "It is too late for that"
    message = "That time has passed."


class WhenNeeded(Refusal):
    def __init__(self, words: str = "Enter a day and a time to come", field: str = "on") -> None:
        super().__init__(words, field=field)


class NothingWritten(Refusal):
    def __init__(self) -> None:
        super().__init__("Write something before you hand it in", field="work")


class TooLong(Refusal):
    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"Use {most:,} characters or fewer", field=field)


class NotYetDone(Conflict):
    """It cannot be signed off as it stands."""

    title = "It cannot be signed off yet"
    message = "It has not been yet, or nothing is handed in."


class NotOnRegister(NotYetDone):
    message = "The register of that session does not say that they followed this module. Mark them there first."


class Changed(Conflict):
    message = "This catch-up was changed since you looked. See how it stands now."


class NoSuchCatchUp(NotFound):
    """Nothing of this number for this person."""
