"""The conditions behind a list's filters, and the ids of all that match, for bulk acts and exports."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from portal import clock
from portal.domain.applications.models import (
    ENDED,
    Answer,
    Application,
    ApplicationStrand,
    Requirement,
    RequirementState,
    State,
)
from portal.domain.applications.stages import STAGE_OF, STATES, ListStage
from portal.domain.campaigns.models import Campaign, Question, RequirementKind
from portal.domain.casework.models import ApplicationTag, Decision
from portal.domain.casework.narrowing import Flag, KeptFrom, Narrowed, RequirementWanted
from portal.domain.correspondence.models import Direction, Message
from portal.domain.duplicates.models import Pair, PairState

A = Application.__table__.c
Conditions = list[ColumnElement[bool]]
ADJUSTMENTS = "adjustments"  # the key of the core question that asks for them
SETTLED = (*ENDED, State.APPOINTED)  # nothing more is promised


def matching(wanted: Narrowed, stage: ListStage | None) -> Select[int]:
    """The ids of everything the list would show, on all its pages. What the viewer is kept from is not there."""
    return select(A.id).where(A.state.in_(states_of(stage)), *within(wanted), *tests(wanted))


def states_of(stage: ListStage | None) -> tuple[State, ...]:
    return STATES[stage] if stage else tuple(STAGE_OF)


def within(wanted: Narrowed) -> Conditions:
    """By what the application's own indexes hold: campaign, district, and what the viewer is kept from."""
    conditions: Conditions = []
    if wanted.campaigns:
        conditions.append(A.campaign_id.in_(wanted.campaigns))
    return conditions + beside(wanted)


def beside(wanted: Narrowed) -> Conditions:
    """The same but for the campaigns. Said (+ 0) so that no index is chosen for it: it only leaves rows out."""
    conditions: Conditions = []
    if not wanted.anywhere:
        conditions.append((A.district_id + 0).in_(wanted.districts))
    return conditions + allowed(wanted.kept)


def allowed(kept: KeptFrom) -> Conditions:
    """Leaves out what the viewer is kept from."""
    conditions: Conditions = []
    if kept.campaigns:
        conditions.append((A.campaign_id + 0).not_in(kept.campaigns))
    if kept.applications:
        conditions.append((A.id + 0).not_in(kept.applications))
    return conditions


def tests(wanted: Narrowed) -> Conditions:
    """By everything else that was chosen."""
    conditions = wanted.typed.narrow(A.id)
    if wanted.requirements:
        conditions.append(or_(*_requirements(wanted.requirements)))
    if wanted.strands:
        strand = ApplicationStrand.__table__.c
        conditions.append(exists().where(strand.application_id == A.id, strand.strand.in_(wanted.strands)))
    if wanted.score_from is not None:
        conditions.append(A.score >= wanted.score_from)
    if wanted.score_to is not None:
        conditions.append(A.score <= wanted.score_to)
    if wanted.still is not None:
        since, until = wanted.still.instants(clock.today())
        conditions += [A.state_since >= since] if since else []
        conditions += [A.state_since < until] if until else []
    if wanted.owners:
        conditions.append(or_(*_owners(wanted.owners)))
    if wanted.tags:
        tagged = ApplicationTag.__table__.c
        conditions.append(exists().where(tagged.application_id == A.id, tagged.tag_id.in_(wanted.tags)))
    if wanted.flags:
        conditions.append(or_(*(_FLAGS[flag]() for flag in wanted.flags)))
    return conditions


def _requirements(wanted: Iterable[RequirementWanted]) -> Conditions:
    r = Requirement.__table__.c
    conditions: Conditions = []
    for kind, state in wanted:
        mine = [r.application_id == A.id, r.kind == kind]
        waiting = r.state.in_((RequirementState.WITH_APPLICANT, RequirementState.WITH_US))
        here = and_(waiting, r.due_at < clock.now()) if state == "late" else r.state == state
        conditions.append(exists().where(*mine, here))
    return conditions


def _owners(owners: Iterable[int | None]) -> Conditions:
    ids = [owner for owner in owners if owner is not None]
    conditions: Conditions = [A.owner_id.is_(None)] if None in owners else []
    return conditions + ([A.owner_id.in_(ids)] if ids else [])


def _adjustment() -> ColumnElement[bool]:
    """That something was written is all that shows; what, stays sealed."""
    asked = select(Question.id).where(Question.key == ADJUSTMENTS, Question.campaign_id.is_(None)).scalar_subquery()
    return exists().where(Answer.application_id == A.id, Answer.question_id == asked, Answer.sealed.is_not(None))


def _duplicate() -> ColumnElement[bool]:
    open_one = Pair.state == PairState.OPEN
    return or_(
        exists().where(Pair.first_id == A.applicant_id, open_one),
        exists().where(Pair.second_id == A.applicant_id, open_one),
    )


def _decision() -> ColumnElement[bool]:
    provisional = [Decision.undone_at.is_(None), Decision.released_at.is_(None)]
    return exists().where(Decision.application_id == A.id, *provisional)


def _unread() -> ColumnElement[bool]:
    return exists().where(Message.application_id == A.id, Message.direction == Direction.IN, Message.read_at.is_(None))


def _needs_decision() -> ColumnElement[bool]:
    return or_(*_requirements([(RequirementKind.OCCUPATION, RequirementState.WITH_US)]))


def _late() -> ColumnElement[bool]:
    """The date promised to this applicant has passed; without one, the campaign's for its answer."""
    today = clock.today()
    late = select(Campaign.id).where(Campaign.answer_by < today)
    return or_(
        and_(A.next_contact_on < today, A.state.not_in(SETTLED)),
        and_(A.next_contact_on.is_(None), A.state == State.SUBMITTED, A.campaign_id.in_(late)),
    )


_FLAGS = {
    Flag.ADJUSTMENT: _adjustment,
    Flag.DUPLICATE: _duplicate,
    Flag.DECISION: _decision,
    Flag.UNREAD: _unread,
    Flag.NEEDS_DECISION: _needs_decision,
    Flag.LATE: _late,
}
