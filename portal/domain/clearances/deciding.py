"""What a person may say of the checks that are decided by a person: work, identity, references.

A no, and a yes with conditions, has its reason in words: sealed, read by those who see to the check.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Answer, Application, Requirement, RequirementState, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.models import Question, RequirementKind
from portal.domain.campaigns.questions import NONE
from portal.domain.clearances.steps import settle
from portal.domain.refusals import Refusal
from portal.services.crypto import KeyRing

K, R = RequirementKind, RequirementState
LONGEST = 2000  # characters of a reason
CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to say. `why`: it needs its reason in words."""

    code: str
    label: str
    state: RequirementState
    why: bool = False


DECISIONS: dict[RequirementKind, tuple[Decision, ...]] = {
    K.OCCUPATION: (
        Decision(CLEAR, "Clear: it goes together with the role", R.MET),
        Decision("with_conditions", "Clear, with conditions", R.MET, why=True),
        Decision("refused", "It does not go together with the role", R.NOT_MET, why=True),
    ),
    K.IDENTITY: (Decision("not_shown", "They could not show who they are", R.NOT_MET, why=True),),
    K.REFERENCES: (Decision("not_enough", "The references do not support it", R.NOT_MET, why=True),),
}


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("Say why. Those who see to this check read it.", field="why")


class ReasonTooLong(Refusal):
    def __init__(self) -> None:
        super().__init__(f"Use {LONGEST:,} characters or fewer.", field="why")


def decision(kind: RequirementKind, code: str) -> Decision:
    """Raises KeyError where this cannot be said of this requirement."""
    return {one.code: one for one in DECISIONS[kind]}[code]


def decide(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, kind: RequirementKind, said: Decision, why: str
) -> bool:
    """A person's word, with its reason where it needs one. Says whether it changed anything.

    Raises ReasonMissing, ReasonTooLong, NotFound, OwnClearance or Conflict.
    """
    words = why.strip()
    if said.why and not words:
        raise ReasonMissing()
    if len(words) > LONGEST:
        raise ReasonTooLong()
    return settle(
        session, actor, application_id, kind, said.state, said.code, words=words if said.why else None, keys=keys
    )


def clear_by_the_list(session: Session, viewer: StaffViewer, *, most: int) -> list[tuple[int, str]]:
    """Number and reference of shortlisted and later applications whose kind of work is none that needs a look."""
    nothing = (
        select(Answer.application_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.key == "employer_kind", Question.campaign_id.is_(None), Answer.value == json.dumps(NONE))
    )
    query: Any = (
        select(Application.id, Application.reference)
        .join(Requirement, Requirement.application_id == Application.id)
        .where(Requirement.kind == K.OCCUPATION, Requirement.state == R.NOT_ASKED)
        .where(Application.state.not_in((State.DRAFT, State.SUBMITTED, *ENDED)), Application.id.in_(nothing))
        .order_by(Application.id)
        .limit(most)
    )
    return [(row.id, row.reference) for row in session.execute(in_scope(query, viewer, Permission.RUN_CHECKS))]


def clear_all(session: Session, viewer: StaffViewer, actor: Actor, *, most: int) -> int:
    """One person's word on all of those at once; each is its own unit of work. Returns how many."""
    found = clear_by_the_list(session, viewer, most=most)
    return sum(settle(session, actor, key, K.OCCUPATION, R.MET, CLEAR) for key, _reference in found)
