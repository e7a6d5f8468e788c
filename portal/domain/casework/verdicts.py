"""What a sift or an interview may come to, why, and what may lead back: codes, and the words people read for them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.applications.models import State
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.casework.models import Verdict
from portal.domain.refusals import Conflict, Refusal

ACT_OF: dict[Verdict, Act] = {
    Verdict.SHORTLIST: Act.SHORTLIST,
    Verdict.OFFER: Act.OFFER,
    Verdict.RESERVE: Act.HOLD,
    Verdict.DECLINE: Act.TURN_DOWN,
}
VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.SHORTLIST: "Shortlist",
    Verdict.OFFER: "Offer a place",
    Verdict.RESERVE: "Reserve",
    Verdict.DECLINE: "Not this time",
}


def may_come_to(state: State, verdict: Verdict) -> bool:
    """Whether the table of moves allows this verdict here. A pass follows from an interview alone: whoever waits on the
    reserve list is offered a place in its order."""
    if verdict is Verdict.OFFER and state is not State.INTERVIEW:
        return False
    return may_move(state, ACT_OF[verdict], By.RECRUITER)


AFTER_INTERVIEW = "interview"  # the reason that follows from what a panel agreed

# Why somebody is declined, as a person says it: code → the sentence the applicant reads.
DECLINE_REASONS: dict[str, str] = {
    "criteria": "Your answers did not show enough of what we look for in this role.",
    "time": "This role needs more hours, or other training days, than you can give now.",
    "conditions": "You do not meet one of the conditions of this role.",
    "occupation": "The work you do cannot go together with this role.",
    "requirement": "Something this role requires could not be met.",
    AFTER_INTERVIEW: "After the interview, others fitted this role better.",
    "no_answer": "We asked you for something and did not hear from you in time.",
}

# Reasons of the decisions the cut-off makes, whatever the verdict: one made by hand has another, and stays.
BY_LINE, BY_READERS = "line", "readers"
MADE_BY_RULE: dict[str, str] = {
    BY_LINE: "There were more good applications than places. Others scored higher against the criteria.",
    BY_READERS: DECLINE_REASONS["criteria"],  # a triage or an upheld veto
}

# Why an ended application is opened again: code → words for staff.
REOPEN_REASONS: dict[str, str] = {
    "mistake": "It was ended by mistake",
    "new_facts": "Something new has come to light",
    "asked": "The applicant asked, and we agree",
    "places": "There are more places now",
}


def reason_sentence(code: str | None) -> str:
    """What an applicant reads for a reason; empty for none."""
    return {**DECLINE_REASONS, **MADE_BY_RULE}.get(code or "", "")


@dataclass(frozen=True)
class Wanted:
    """A verdict to be: `reason` a code; `feedback` for the applicant, a sentence a line."""

    verdict: Verdict
    reason: str | None = None
    feedback: str = ""
    reserve_place: int | None = None


class ReasonNeeded(Refusal):
    title = "Say why"
    message = "Choose a reason."


class DecisionChanged(Conflict):
    """`now` is what stands, `wanted` what was sent: the page shows both."""

    title = "This was decided while you had it open"
    message = "Somebody decided on this since you opened the page. Look at both, then decide again."


class AlreadyReleased(Conflict):
    title = "This has been released"
    message = "The applicant has been told. You can reopen the application, with a reason."


class LivesAgain(Conflict):
    title = "There is a newer application"
    message = "This person has another application to this campaign, and only one can be live."
