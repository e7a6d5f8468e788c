"""Vetting's own table: who may move a case from where to where, when it begins, and what others are told of it.

Pure. Sources: vetting always comes before appointment [004 4.10]; levels and days are assumptions until the force
says otherwise. Recruiters and liaison officers learn how a case stands, never what it found.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from portal.domain.applications.models import State
from portal.domain.campaigns.models import Stage
from portal.domain.clearances.models import VettingState
from portal.domain.refusals import Conflict, Forbidden, Refusal

V = VettingState

# The levels a case may be sent at, least first.
LEVELS: dict[str, str] = {
    "level_1": "Non-police personnel, level 1",
    "level_2": "Non-police personnel, level 2",
    "level_3": "Non-police personnel, level 3",
    "recruitment": "Recruitment vetting",
}
_LEVEL_OF = {
    "special-constable": "recruitment",
    "community-policing-volunteer": "level_2",
    "police-support-volunteer": "level_2",
}


def level_for(scheme_slug: str) -> str:
    """What a scheme's cases are sent at unless an officer chooses another."""
    return _LEVEL_OF.get(scheme_slug, "level_1")


# Declarations are asked for once the stage before the one vetting is due at is reached, and never before a shortlist.
_SELECTED = (State.SHORTLISTED, State.INTERVIEW, State.OFFERED, State.ACCEPTED, State.TRAINING)
ASKED_IN: dict[Stage, tuple[State, ...]] = {
    Stage.SUBMISSION: _SELECTED,
    Stage.INTERVIEW: _SELECTED,
    Stage.OFFER: _SELECTED[1:],
    Stage.TRAINING: _SELECTED[3:],
    Stage.APPOINTMENT: _SELECTED[3:],
}


class Step(StrEnum):
    """What can be done with a case."""

    SEND = "send"
    ASK = "ask"
    CLEAR = "clear"
    PROPOSE = "propose"  # a refusal
    TAKE_BACK = "take_back"  # the proposal: by whoever made it, or not confirmed by another
    CONFIRM = "confirm"
    UPHOLD = "uphold"  # an appeal: the case passes
    DISMISS = "dismiss"  # an appeal: it stays refused


FROM: dict[Step, frozenset[VettingState]] = {
    Step.SEND: frozenset({V.READY}),
    Step.ASK: frozenset({V.READY, V.SENT, V.QUERY}),
    Step.CLEAR: frozenset({V.SENT}),
    Step.PROPOSE: frozenset({V.SENT, V.QUERY}),
    Step.TAKE_BACK: frozenset({V.REFUSAL_PROPOSED}),
    Step.CONFIRM: frozenset({V.REFUSAL_PROPOSED}),
    Step.UPHOLD: frozenset({V.APPEALED}),
    Step.DISMISS: frozenset({V.APPEALED}),
}
DECIDED = frozenset({V.PASSED, V.REFUSED})


class NotNow(Conflict):
    title = "This case has moved on"
    message = "Somebody else moved this case on, or the applicant did. Look at it again before you decide."


class SamePerson(Forbidden):
    title = "A second person must confirm this"
    message = "You proposed this refusal. Somebody else from vetting has to confirm it."


class RefusedIt(Forbidden):
    title = "Somebody else must decide this appeal"
    message = "You took part in the refusal. Somebody from vetting who did not has to decide the appeal."


class NotInFuture(Refusal):
    message = "Enter a day after today: the last one on which it holds."


class AppealOver(Refusal):
    status = 409
    title = "The time to appeal has passed"
    message = "The time to appeal has passed. Write to us if something kept you from it."


def possible(state: VettingState, officer_id: int, proposed_by: int | None, refused_by: int | None) -> list[Step]:
    """What this vetting officer may do with a case as it stands, in the order of the table."""
    return [
        step
        for step, froms in FROM.items()
        if state in froms and _right_person(step, officer_id, proposed_by, refused_by)
    ]


def check(step: Step, state: VettingState, officer_id: int, proposed_by: int | None, refused_by: int | None) -> None:
    """Raises NotNow, SamePerson (who proposed cannot confirm) or RefusedIt (who refused decides no appeal)."""
    if state not in FROM[step]:
        raise NotNow()
    if not _right_person(step, officer_id, proposed_by, refused_by):
        raise SamePerson() if step is Step.CONFIRM else RefusedIt()


def _right_person(step: Step, officer_id: int, proposed_by: int | None, refused_by: int | None) -> bool:
    if step is Step.CONFIRM:
        return officer_id != proposed_by
    return step not in {Step.UPHOLD, Step.DISMISS} or officer_id not in {proposed_by, refused_by}


def after_answers(sent: bool, open_queries: int) -> VettingState:
    """Where a case stands once an answer came: still with the applicant, or back where it was."""
    return V.QUERY if open_queries else V.SENT if sent else V.READY


class Told(StrEnum):
    """How vetting stands for everybody who does not vet: no content, and no proposal before it is confirmed."""

    NOT_ASKED = "not_asked"
    WITH_APPLICANT = "with_applicant"
    WITH_VETTING = "with_vetting"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    APPEALED = "appealed"
    EXPIRED = "expired"


TOLD_WORDS: dict[Told, str] = {
    Told.NOT_ASKED: "Not asked yet",
    Told.WITH_APPLICANT: "With the applicant",
    Told.WITH_VETTING: "With vetting",
    Told.PASSED: "Passed",
    Told.NOT_PASSED: "Not passed",
    Told.APPEALED: "Not passed, appeal open",
    Told.EXPIRED: "Expired",
}
_TOLD: dict[VettingState, Told] = {
    V.WITH_APPLICANT: Told.WITH_APPLICANT,
    V.READY: Told.WITH_VETTING,
    V.SENT: Told.WITH_VETTING,
    V.QUERY: Told.WITH_APPLICANT,
    V.PASSED: Told.PASSED,
    V.REFUSAL_PROPOSED: Told.WITH_VETTING,
    V.REFUSED: Told.NOT_PASSED,
    V.APPEALED: Told.APPEALED,
}


def told(state: VettingState | None, expires_on: date | None, today: date) -> Told:
    """What others are told of a case; none for one that was not opened."""
    if state is None:
        return Told.NOT_ASKED
    lapsed = state is V.PASSED and expires_on is not None and expires_on < today
    return Told.EXPIRED if lapsed else _TOLD[state]
