"""The application's road: one table says who may move it from where to where.

The actions, the buttons offered and one test read it. Source: "Application lifecycle" of the
service's domain description (docs/domain.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.applications.models import ENDED, State

S = State
LIVE = frozenset({S.SUBMITTED, S.SHORTLISTED, S.RESERVE, S.INTERVIEW, S.OFFERED, S.ACCEPTED, S.DEFERRED, S.TRAINING})


class By(StrEnum):
    """In which part somebody acts. A job is never one of them: nothing moves by itself."""

    APPLICANT = "applicant"
    RECRUITER = "recruiter"
    TRAINER = "trainer"


class Act(StrEnum):
    SUBMIT = "submit"
    DISCARD = "discard"
    SHORTLIST = "shortlist"
    HOLD = "hold in reserve"
    TURN_DOWN = "turn down"
    INVITE = "invite"
    LAPSE = "let lapse"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    DEFER = "defer"
    PUT_BACK = "put back on the reserve list"
    TRAIN = "begin training"
    APPOINT = "appoint"
    TRANSFER = "transfer to a later cohort"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    REOPEN = "reopen"
    JOIN = "join to the same person's other one"


@dataclass(frozen=True)
class Move:
    """One line of the table. `to` is none where nothing is left (discarded), where the state stays
    (paused and back), or where it is the one before (reopened)."""

    act: Act
    of: frozenset[State]
    to: State | None
    by: frozenset[By]


def _move(act: Act, of: State | Iterable[State], to: State | None, *by: By) -> Move:
    return Move(act, frozenset({of} if isinstance(of, State) else of), to, frozenset(by))


MOVES: tuple[Move, ...] = (
    _move(Act.SUBMIT, S.DRAFT, S.SUBMITTED, By.APPLICANT),
    _move(Act.DISCARD, S.DRAFT, None, By.APPLICANT),
    _move(Act.SHORTLIST, S.SUBMITTED, S.SHORTLISTED, By.RECRUITER),
    _move(Act.HOLD, (S.SUBMITTED, S.INTERVIEW), S.RESERVE, By.RECRUITER),
    _move(Act.INVITE, S.SHORTLISTED, S.INTERVIEW, By.RECRUITER),
    _move(Act.LAPSE, (S.SHORTLISTED, S.INTERVIEW, S.RESERVE, S.OFFERED), S.LAPSED, By.RECRUITER),
    _move(Act.OFFER, (S.INTERVIEW, S.RESERVE, S.DEFERRED), S.OFFERED, By.RECRUITER),
    _move(Act.ACCEPT, S.OFFERED, S.ACCEPTED, By.APPLICANT),
    _move(Act.DECLINE, S.OFFERED, S.DECLINED, By.APPLICANT),
    _move(Act.DEFER, (S.OFFERED, S.ACCEPTED), S.DEFERRED, By.APPLICANT),
    _move(Act.PUT_BACK, S.OFFERED, S.RESERVE, By.RECRUITER),
    _move(Act.TRAIN, S.ACCEPTED, S.TRAINING, By.RECRUITER),
    _move(Act.APPOINT, S.TRAINING, S.APPOINTED, By.RECRUITER),
    _move(Act.TRANSFER, S.TRAINING, S.ACCEPTED, By.TRAINER, By.RECRUITER),
    _move(Act.WITHDRAW, LIVE, S.WITHDRAWN, By.APPLICANT),
    _move(Act.PAUSE, LIVE, None, By.APPLICANT, By.RECRUITER),
    _move(Act.RESUME, LIVE, None, By.APPLICANT, By.RECRUITER),
    _move(Act.REOPEN, ENDED, None, By.RECRUITER),
    _move(Act.TURN_DOWN, LIVE, S.UNSUCCESSFUL, By.RECRUITER),
    _move(Act.JOIN, LIVE, S.WITHDRAWN, By.RECRUITER),
)


def may_move(state: State, act: Act, by: By) -> bool:
    """Whether somebody acting in this part may do this to an application in this state."""
    return any(move.act is act and state in move.of and by in move.by for move in MOVES)


def moves_from(state: State, by: By) -> list[Move]:
    """What this part may do with an application in this state: the buttons to offer, in order."""
    return [move for move in MOVES if state in move.of and by in move.by]


def after(state: State, act: Act) -> State | None:
    """The state an act leads to, none for a discard or a reopening; raises ValueError for no such move."""
    for move in MOVES:
        if move.act is act and state in move.of:
            return state if act in {Act.PAUSE, Act.RESUME} else move.to
    raise ValueError(f"nothing lets one {act} from {state}")


class WithdrawReason(StrEnum):
    """Why somebody leaves, as a code that can be counted. None of them says anything of their health."""

    TIME = "time"
    FAMILY = "family"
    MOVED = "moved"
    WORK = "work"
    ANOTHER_ROLE = "another_role"
    TOO_SLOW = "too_slow"
    OTHER = "other"
    NOT_SAID = "not_said"
    SENT_TWICE = "sent_twice"  # joined by staff to another of the same person's; not offered to applicants


WITHDRAW_WORDS: dict[WithdrawReason, str] = {
    WithdrawReason.TIME: "I do not have the time now",
    WithdrawReason.FAMILY: "Something at home",
    WithdrawReason.MOVED: "I am moving away",
    WithdrawReason.WORK: "My job, or a new one",
    WithdrawReason.ANOTHER_ROLE: "I want to do something else as a volunteer",
    WithdrawReason.TOO_SLOW: "It took too long",
    WithdrawReason.OTHER: "Something else",
    WithdrawReason.NOT_SAID: "I would rather not say",
}
