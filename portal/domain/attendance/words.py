"""What a mark may say and why: presence with minutes, reasons we accept, why something was entered or changed later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal import clock
from portal.domain.attendance.models import Presence
from portal.domain.refusals import NotFound, Refusal

P = Presence

REASONS: dict[str, str] = {  # one for illness and what happens at home: a register holds nothing of anybody's health
    "personal": "Unwell, or something at home",
    "work": "Work or study",
    "travel": "Could not get here",
    "agreed": "Agreed with us beforehand",
    "other": "Another reason we accept",
}
WHYS: dict[str, str] = {
    "paper": "Entered from the paper sheet",
    "no_device": "No phone or signal that day",
    "forgotten": "Not marked on the day",
    "wrong": "Marked wrongly on the day",
    "learned": "We learned of it later",
}


class NotOnRegister(NotFound):
    """Nobody of that number is on this session's register, for this person."""


class BadMark(Refusal):
    message = "Say if they were here, late, left early, absent or excused."


class TooManyMinutes(BadMark):
    def __init__(self, most: int, field: str = "late") -> None:
        super().__init__(f"Enter minutes from 0 to {most}", field=field)


class UnknownReason(BadMark):
    message = "Choose why they are excused"

    def __init__(self) -> None:
        super().__init__(field="reason")


class NotStarted(Refusal):
    title = "They may not take part yet"
    message = "They may not take part yet. Ask the recruiters. You can note them as a walk-in, or mark them absent."


class TooEarly(Refusal):
    title = "It is not the day yet"
    message = "It is not the day yet. Before it, somebody can only be marked absent or excused."


class WhyNeeded(Refusal):
    title = "Say why this is entered later"
    message = "Choose why this is entered after the day"

    def __init__(self) -> None:
        super().__init__(field="why")


@dataclass(frozen=True)
class Said:
    """What a mark says of somebody. `late` and `left` in minutes; `reason` a code of REASONS, for excused only."""

    presence: Presence
    late: int = 0
    left: int = 0
    reason: str | None = None

    @property
    def words(self) -> str:
        """As a person reads it."""
        if self.presence is P.PRESENT:
            minutes = [f"late {self.late} min"] * (self.late > 0) + [f"left {self.left} min early"] * (self.left > 0)
            return ", ".join(minutes).capitalize() or "Here"
        if self.presence is P.EXCUSED:
            return f"Excused: {REASONS.get(self.reason or '', 'another reason').lower()}"
        return "Absent" if self.presence is P.ABSENT else "Not marked"

    @property
    def choice(self) -> str:
        """Which button of a row it presses: here, late, absent, excused, or none."""
        if self.presence is P.PRESENT:
            return "late" if self.late else "here"
        return "" if self.presence is P.UNMARKED else self.presence.value


UNSAID = Said(P.UNMARKED)


def refuse_unsayable(said: Said, most: int) -> None:
    """`most`: the session's minutes. Raises TooManyMinutes, UnknownReason, BadMark."""
    if not 0 <= said.late < most:
        raise TooManyMinutes(most - 1)
    if not 0 <= said.left < most - said.late:
        raise TooManyMinutes(most - 1 - said.late, "left")
    if said.presence is not P.PRESENT and (said.late or said.left):
        raise BadMark()
    if said.presence is P.EXCUSED and said.reason not in REASONS:
        raise UnknownReason()
    if said.presence is not P.EXCUSED and said.reason is not None:
        raise BadMark()


def day_ends(starts_at: datetime) -> datetime:
    """When a session's day ends in London: what is entered from then on needs to say why."""
    return clock.end_of(clock.london(starts_at).date())


def is_early(starts_at: datetime, made_at: datetime) -> bool:
    """Whether it was not the session's day yet."""
    return clock.london(made_at).date() < clock.london(starts_at).date()


def is_late(starts_at: datetime, made_at: datetime, now: datetime, kept: timedelta) -> bool:
    """Whether a mark needs to say why: made after the day, or on it but sent when no device keeps it any more."""
    ends = day_ends(starts_at)
    return made_at >= ends or now >= ends + kept
