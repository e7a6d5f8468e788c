"""Who may be invited, book, move and cancel, and until when. Pure: facts in, a word or a refusal out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.applications.models import State
from portal.domain.applications.rules import LIVE
from portal.domain.interviews.models import InvitationEnd, SessionKind
from portal.domain.refusals import Conflict, Refusal

NUMBERS = (
    "interview_cut_off_hours",
    "interview_moves",
    "interview_answer_days",
    "interview_second_chances",
)
NAMES = {
    SessionKind.INTERVIEW: "interview",
    SessionKind.FITNESS: "fitness test",
    SessionKind.PRACTICE: "practice session",
}


class ChangeReason(StrEnum):
    """Why a time was moved late, or cancelled, as a code that can be counted. None says anything of health."""

    WORK = "work"
    FAMILY = "family"
    TRAVEL = "travel"
    CLASH = "clash"
    OTHER = "other"
    NOT_SAID = "not_said"
    BY_US = "by_us"  # staff moved it; not offered to applicants


REASON_WORDS: dict[ChangeReason, str] = {
    ChangeReason.WORK: "My work",
    ChangeReason.FAMILY: "Something at home",
    ChangeReason.TRAVEL: "I cannot get there then",
    ChangeReason.CLASH: "I have something else on",
    ChangeReason.OTHER: "Something else",
    ChangeReason.NOT_SAID: "I would rather not say",
}


@dataclass(frozen=True)
class Policy:
    """The force's numbers, as they are today."""

    cut_off: timedelta  # before a time begins, when it can no longer be taken, moved or given up freely
    moves: int  # made without being asked why
    answer: timedelta  # given to choose a time
    second_chances: int  # after not coming

    @classmethod
    def of(cls, numbers: dict[str, int]) -> Policy:
        return cls(
            timedelta(hours=numbers["interview_cut_off_hours"]),
            numbers["interview_moves"],
            timedelta(days=numbers["interview_answer_days"]),
            numbers["interview_second_chances"],
        )


class NotInvitable(Refusal):
    title = "They cannot be invited"
    message = "An application at this stage cannot be invited."


class NoChanceLeft(Refusal):
    title = "They cannot be invited again"
    message = "They did not come as often as your settings allow."


class NotInvited(Refusal):
    status = 409
    title = "You cannot choose a time now"
    message = "This invitation has ended. Write to us if you think that is wrong."


class SlotTaken(Refusal):
    """Somebody else was quicker. `left` are the starts of the times that can still be taken, the soonest first."""

    status = 409
    title = "That time has just been taken"
    message = "Somebody else took that time a moment ago."

    def __init__(self, left: Sequence[datetime] = (), *, field: str | None = "slot") -> None:
        super().__init__(field=field)
        self.left = tuple(left)


class NotThisTime(Refusal):
    """Not one of the times this person may take: past, too soon, not published, or a panel that knows them."""

    message = "Choose one of the times on this page."

    def __init__(self, *, field: str | None = "slot") -> None:
        super().__init__(field=field)


class BookedAlready(Refusal):
    status = 409
    title = "You have a time already"
    message = "You have booked a time already. Move it instead."


class NothingBooked(Refusal):
    status = 409
    title = "No time is booked"
    message = "There is no booked time to change."


class BegunAlready(Refusal):
    status = 409
    title = "It is too late to change this time"
    message = "This time has begun or is over. Write to us."


class WhyNeeded(Refusal):
    message = "Choose why, or that you would rather not say."

    def __init__(self) -> None:
        super().__init__(field="reason")


class ChangedMeanwhile(Conflict):
    message = "This booking changed while you had the page open. Here is how it stands now."


def takes_part(kind: SessionKind, state: State) -> bool:
    """Whether an application in this state has anything to do with a session of this kind."""
    return state is State.INTERVIEW if kind is SessionKind.INTERVIEW else state in LIVE - {State.SUBMITTED}


def refuse_to_invite(kind: SessionKind, state: State, ended: Sequence[InvitationEnd], policy: Policy) -> None:
    """Raises NotInvitable or NoChanceLeft; `ended` is how each earlier invitation of the kind ended."""
    if kind is SessionKind.INTERVIEW:
        possible = state in {State.SHORTLISTED, State.INTERVIEW} and InvitationEnd.ATTENDED not in ended
    else:
        possible = takes_part(kind, state)
    if not possible:
        raise NotInvitable()
    if list(ended).count(InvitationEnd.NO_SHOW) > policy.second_chances:
        raise NoChanceLeft()


def asks_why(starts_at: datetime, now: datetime, moves: int, policy: Policy) -> bool:
    """Whether an applicant who changes a booked time is asked for a reason: late, or once too often."""
    return starts_at - now < policy.cut_off or moves >= policy.moves


def refuse_to_change(
    starts_at: datetime, now: datetime, moves: int, policy: Policy, reason: ChangeReason | None
) -> None:
    """Raises BegunAlready, or WhyNeeded where a reason is asked for and none is given."""
    if starts_at <= now:
        raise BegunAlready()
    if reason is None and asks_why(starts_at, now, moves, policy):
        raise WhyNeeded()
