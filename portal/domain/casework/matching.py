"""The conditions behind a list's filters, and the ids of all that match, for bulk acts and exports.

Each filter that no index of applications holds can be said in two ways: row by row (`tested`), right where
many match and a page of them is wanted, and by the set of those that match (`looked_up`), right where few do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select

from portal import clock
from portal.db import unindexed
from portal.domain.applications.models import (
    ENDED,
    Answer,
    Application,
    ApplicationStrand,
    Requirement,
    RequirementState,
    State,
)
from portal.domain.applications.search import row_by_row
from portal.domain.applications.stages import STATES, ListStage
from portal.domain.campaigns.models import Campaign, Question, RequirementKind
from portal.domain.casework.models import ApplicationTag, Decision
from portal.domain.casework.narrowing import Flag, KeptFrom, Narrowed
from portal.domain.correspondence.models import Direction, Message
from portal.domain.duplicates.models import Pair, PairState

A = Application.__table__.c
Condition = ColumnElement[bool]
Conditions = list[Condition]
ADJUSTMENTS = "adjustments"  # the key of the core question that asks for them
SETTLED = (*ENDED, State.APPOINTED)  # nothing more is promised


def matching(wanted: Narrowed, stage: ListStage | None) -> Select[int]:
    """The ids of everything the list would show, on all its pages. What the viewer is kept from is not there."""
    return select(A.id).where(sent(stage), *within(wanted), *looked_up(wanted))


def sent(stage: ListStage | None) -> Condition:
    """In this stage, or in any: no draft."""
    return A.state.in_(STATES[stage]) if stage else unindexed(A.state) != State.DRAFT


def within(wanted: Narrowed) -> Conditions:
    """By what the application's own indexes hold: campaign, district, and what the viewer is kept from."""
    conditions: Conditions = []
    if wanted.campaigns:
        conditions.append(A.campaign_id.in_(wanted.campaigns))
    if not wanted.anywhere:
        conditions.append(A.district_id.in_(wanted.districts))
    return conditions + allowed(wanted.kept)


def beside(wanted: Narrowed) -> Conditions:
    """The same but for the campaigns. No index is chosen for it: the way in is decided already."""
    conditions: Conditions = []
    if not wanted.anywhere:
        conditions.append(unindexed(A.district_id).in_(wanted.districts))
    return conditions + allowed(wanted.kept)


def allowed(kept: KeptFrom) -> Conditions:
    """Leaves out what the viewer is kept from."""
    conditions: Conditions = []
    if kept.campaigns:
        conditions.append(unindexed(A.campaign_id).not_in(kept.campaigns))
    if kept.applications:
        conditions.append(unindexed(A.id).not_in(kept.applications))
    return conditions


def tested(wanted: Narrowed) -> Conditions:
    """By everything else that was chosen, asked of each row."""
    return wanted.typed.tested(A.id) + _others(wanted, ROW_BY_ROW)


def looked_up(wanted: Narrowed) -> Conditions:
    """The same, by the sets of applications that match."""
    return wanted.typed.looked_up(A.id) + _others(wanted, BY_SET)


@dataclass(frozen=True)
class Way:
    """How a filter is said: whether a table has a row for this application, and one of its own columns."""

    has: Callable[..., Condition]
    own: Callable[[ColumnElement[Any]], ColumnElement[Any]]


def _row_by_row(whose: ColumnElement[int], own: ColumnElement[int], *conditions: ColumnElement[bool]) -> Condition:
    return row_by_row(select(literal(1)).where(whose == own, *conditions))


def _by_set(whose: ColumnElement[int], own: ColumnElement[int], *conditions: ColumnElement[bool]) -> Condition:
    return own.in_(select(whose).where(*conditions))


ROW_BY_ROW = Way(_row_by_row, unindexed)
BY_SET = Way(_by_set, lambda own: own)


def _others(wanted: Narrowed, way: Way) -> Conditions:
    conditions: Conditions = []
    if wanted.requirements:
        conditions.append(or_(*(_requirement(kind, state, way) for kind, state in wanted.requirements)))
    if wanted.strands:
        strand = ApplicationStrand.__table__.c
        conditions.append(way.has(strand.application_id, A.id, strand.strand.in_(wanted.strands)))
    if wanted.score_from is not None:
        conditions.append(way.own(A.score) >= wanted.score_from)
    if wanted.score_to is not None:
        conditions.append(way.own(A.score) <= wanted.score_to)
    if wanted.still is not None:
        since, until = wanted.still.instants(clock.today())
        conditions += [way.own(A.state_since) >= since] if since else []
        conditions += [way.own(A.state_since) < until] if until else []
    if wanted.owners:
        conditions.append(or_(*_owners(wanted.owners, way.own(A.owner_id))))
    if wanted.tags:
        tagged = ApplicationTag.__table__.c
        conditions.append(way.has(tagged.application_id, A.id, tagged.tag_id.in_(wanted.tags)))
    if wanted.flags:
        conditions.append(or_(*(_FLAGS[flag](way) for flag in wanted.flags)))
    return conditions


def _requirement(kind: RequirementKind, state: RequirementState | Literal["late"], way: Way) -> Condition:
    r = Requirement.__table__.c
    waiting = r.state.in_((RequirementState.WITH_APPLICANT, RequirementState.WITH_US))
    here = and_(waiting, r.due_at < clock.now()) if state == "late" else r.state == state
    return way.has(r.application_id, A.id, r.kind == kind, here)


def _owners(owners: Iterable[int | None], owner: ColumnElement[Any]) -> Conditions:
    ids = [owner for owner in owners if owner is not None]
    conditions: Conditions = [owner.is_(None)] if None in owners else []
    return conditions + ([owner.in_(ids)] if ids else [])


def _adjustment(way: Way) -> Condition:
    """That something was written is all that shows; what, stays sealed."""
    answer = Answer.__table__.c
    asked = select(Question.id).where(Question.key == ADJUSTMENTS, Question.campaign_id.is_(None)).scalar_subquery()
    return way.has(answer.application_id, A.id, answer.question_id == asked, answer.sealed.is_not(None))


def _duplicate(way: Way) -> Condition:
    pair = Pair.__table__.c
    undecided = pair.state == PairState.OPEN
    return or_(way.has(pair.first_id, A.applicant_id, undecided), way.has(pair.second_id, A.applicant_id, undecided))


def _decision(way: Way) -> Condition:
    decision = Decision.__table__.c
    return way.has(decision.application_id, A.id, decision.undone_at.is_(None), decision.released_at.is_(None))


def _unread(way: Way) -> Condition:
    message = Message.__table__.c
    return way.has(message.application_id, A.id, message.direction == Direction.IN, message.read_at.is_(None))


def _needs_decision(way: Way) -> Condition:
    return _requirement(RequirementKind.OCCUPATION, RequirementState.WITH_US, way)


def _late(way: Way) -> Condition:
    """The date promised to this applicant has passed; without one, the campaign's for its answer."""
    today = clock.today()
    late = select(Campaign.id).where(Campaign.answer_by < today)
    promised, state = way.own(A.next_contact_on), way.own(A.state)
    return or_(
        and_(promised < today, state.not_in(SETTLED)),
        and_(promised.is_(None), state == State.SUBMITTED, way.own(A.campaign_id).in_(late)),
    )


_FLAGS = {
    Flag.ADJUSTMENT: _adjustment,
    Flag.DUPLICATE: _duplicate,
    Flag.DECISION: _decision,
    Flag.UNREAD: _unread,
    Flag.NEEDS_DECISION: _needs_decision,
    Flag.LATE: _late,
}
