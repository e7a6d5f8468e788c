"""The strip on an application's page: what is to be done next, by whom, until when, and the button that does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import promise_of
from portal.domain.applications.rules import Act, By, may_move, moves_from
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.applications.waiting import YOU
from portal.domain.casework.models import Decision
from portal.domain.casework.verdicts import ACT_OF, MADE_BY_RULE, VERDICT_WORDS
from portal.web.wording import day_month, in_days, short_day

P = Permission
NEXT: dict[State, str] = {
    State.SUBMITTED: "read the application and decide",
    State.SHORTLISTED: "invite to an interview",
    State.RESERVE: "offer a place when one comes free",
    State.INTERVIEW: "hold the interview",
    State.OFFERED: "the applicant answers the offer",
    State.ACCEPTED: "finish the checks, then training",
    State.DEFERRED: "offer a place on a later course",
    State.TRAINING: "complete the training days",
}


class Way(NamedTuple):
    """One thing to do: the endpoint of its page."""

    label: str
    endpoint: str
    key: str = ""


MESSAGE = Way("Message", "staff.message", "m")
NOTE = Way("Note", "staff.write_note", "n")
CALL = Way("Log a call", "staff.log_call")
DECIDE = Way("Decide", "staff.decide")
INVITE = Way("Invite", "staff.book_for")
OUTCOME = Way("Interview sheets", "staff.interview_outcome")
CHANGE = Way("Change the decision", "staff.decide")
RELEASE = Way("Release it now", "staff.release_decision")
REOPEN = Way("Reopen", "staff.reopen")
OFFER = Way("Offer a place", "staff.make_offer")
OFFERED = Way("See the offer", "staff.make_offer")
PLACE = Way("Place them", "staff.placement")
OWNER = Way("Hand over", "staff.give_owner")
PROMISE = Way("Promise a day", "staff.promise")
APPOINT = Way("Appointment checklist", "staff.appointment")
ADDRESS = Way("Correct the e-mail address", "staff.correct_application_address")


@dataclass(frozen=True)
class Strip:
    """`undo` is the number of the decision that can be taken back here, 0 for none."""

    title: str
    text: str = ""
    late: bool = False
    main: Way | None = None
    more: Sequence[Way] = field(default_factory=tuple)
    undo: int = 0


def strip(
    application: Application,
    requirements: Sequence[dict[str, Any]],
    *,
    decision: Decision | None,
    unread: int,
    may: Collection[Permission],
    decided_by: str,
    certified: bool = False,
) -> Strip:
    """The first of these that is so: a message waits, a decision waits for its release, something is late, or
    what the state itself asks for."""
    if application.state in ENDED:
        return _ended(application, may)
    if unread and P.WRITE_MESSAGES in may:
        return Strip("Next: answer their message", "The applicant wrote to us and waits.", main=MESSAGE)
    if decision is not None:
        return _provisional(decision, decided_by, may)
    if certified and application.state is State.TRAINING:
        main = APPOINT if P.APPOINT in may else None
        return Strip(
            "Next: appoint them", "They have completed the course. The checklist says what is left.", main=main
        )
    return _late(application, requirements, may) or _usual(application, may)


def other_acts(application: Application, may: Collection[Permission]) -> list[Way]:
    """Everything else that can be done here, in a fixed order."""
    ways = [CALL, OWNER, *([PROMISE] if application.state not in ENDED else [])] if P.WRITE_NOTES in may else []
    if P.MOVE_APPLICATIONS in may:
        ways += [DECIDE] if decidable(application.state) else []
        ways += [OFFER] if P.MAKE_OFFERS in may and may_move(application.state, Act.OFFER, By.RECRUITER) else []
        ways += [REOPEN] if may_move(application.state, Act.REOPEN, By.RECRUITER) else []
    if P.APPOINT in may and application.state in {State.ACCEPTED, State.TRAINING, State.APPOINTED}:
        ways.append(APPOINT)
    return ways + ([ADDRESS] if P.CORRECT_ADDRESSES in may else [])


def decidable(state: State) -> bool:
    """Whether the table of moves lets a recruiter come to any verdict from here."""
    return any(move.act in ACT_OF.values() for move in moves_from(state, By.RECRUITER))


def _ended(application: Application, may: Collection[Permission]) -> Strip:
    reason = f" Reason given: {application.withdrawn_reason.replace('_', ' ')}." if application.withdrawn_reason else ""
    title = f"{STATE_WORDS[application.state]} on {day_month(application.state_since)}"
    ways = (REOPEN,) if P.MOVE_APPLICATIONS in may else ()
    return Strip(title, f"Nothing more is to be done.{reason}", more=ways)


def _provisional(decision: Decision, decided_by: str, may: Collection[Permission]) -> Strip:
    title = f"Decided, not released: {VERDICT_WORDS[decision.verdict].lower()}"
    text = f"By {decided_by} on {day_month(decision.decided_at)}. The applicant does not know yet."
    if P.MOVE_APPLICATIONS not in may:
        return Strip(title, text)
    by_rule = decision.reason in MADE_BY_RULE
    if by_rule:
        text += " The cut-off made it: it is released with the rest of the campaign."
    main = RELEASE if P.MODERATE in may and not by_rule else None
    return Strip(title, text, main=main, more=(CHANGE,), undo=decision.id)


def _late(
    application: Application, requirements: Sequence[dict[str, Any]], may: Collection[Permission]
) -> Strip | None:
    promise = promise_of(application)
    act = MESSAGE if P.WRITE_MESSAGES in may else CALL if P.WRITE_NOTES in may else None
    if application.next_contact_on is not None and promise.late and promise.words:
        text = (
            f"The applicant was promised to hear by {short_day(application.next_contact_on)} and sees that it is late."
        )
        more = (PROMISE,) if P.WRITE_NOTES in may else ()
        return Strip(f"Next: write to them, {in_days(application.next_contact_on)}", text, True, act, more)
    late = next((each for each in requirements if each["state"] == "late"), None)
    if late is None:
        return None
    return Strip(f"Next: {late['name'].lower()} is late", f"With: {late['owner'].lower()}, {late['words']}.", True, act)


def _usual(application: Application, may: Collection[Permission]) -> Strip:
    if application.state is State.APPOINTED:
        since = day_month(application.state_since)
        return Strip("Appointed", f"A volunteer since {since}. What they may do is on their page as a volunteer.")
    promise = promise_of(application)
    title = f"Next: {NEXT[application.state]}"
    main = _main(application.state, may)
    if promise.by is None:
        return Strip(title, promise.from_whom, main=main)
    whom = "The applicant" if promise.from_whom == YOU else promise.from_whom
    return Strip(title, f"{whom}, by {short_day(promise.by)}: {in_days(promise.by)}.", promise.late, main)


def _main(state: State, may: Collection[Permission]) -> Way | None:
    """The button of what a state asks for, for whoever may press it."""
    ways = {
        State.SUBMITTED: (P.MOVE_APPLICATIONS, DECIDE),
        State.SHORTLISTED: (P.INVITE, INVITE),
        State.INTERVIEW: (P.MOVE_APPLICATIONS, OUTCOME),
        State.RESERVE: (P.MAKE_OFFERS, OFFER),
        State.DEFERRED: (P.MAKE_OFFERS, OFFER),
        State.OFFERED: (P.MAKE_OFFERS, OFFERED),
        State.ACCEPTED: (P.PLACE_PEOPLE, PLACE),
    }
    permission, way = ways.get(state, (None, None))
    return way if permission in may else None
