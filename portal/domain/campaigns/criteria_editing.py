"""Adding, changing, ordering and taking away criteria, until the first score is in.

Every change is a new version, so that whoever reads a score knows the words and the weight it was given under.
`scored` says whether a score is in: the scores themselves are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.criteria import CriterionPlan, criterion_version
from portal.domain.campaigns.models import Campaign, Criterion, Question
from portal.domain.campaigns.parts import Stale, mark_of, to_change
from portal.domain.refusals import Conflict, NotFound


class Frozen(Conflict):
    title = "Scoring has begun"
    message = "A score is in, so the criteria stay as they are: everybody is judged by the same words."


def plan_of(criterion: Criterion, key: str | None) -> CriterionPlan:
    """The plan that would make this criterion again; `key` is its question's."""
    version = criterion.versions[-1]
    return CriterionPlan(version.title, version.weight, tuple(version.anchors), version.feedback, key)


def plan_mark(plan: CriterionPlan) -> str:
    """The mark of a criterion as a form showed it."""
    return mark_of(vars(plan))


def add_criterion(session: Session, actor: Actor, campaign_id: int, plan: CriterionPlan, *, scored: bool) -> int:
    """Adds a criterion, last; returns its number. Raises Frozen, NotFound for a question that is not asked here."""
    with unit_of_work(session):
        campaign, rows = _held(session, campaign_id, scored)
        criterion = Criterion(
            campaign_id=campaign_id,
            position=len(rows) + 1,
            question_id=_question_id(session, campaign_id, plan),
            versions=[criterion_version(plan, 1)],
        )
        session.add(criterion)
        session.flush()
        _noted(session, actor, campaign, "criterion.added", criterion.id)
        return criterion.id


def edit_criterion(
    session: Session,
    actor: Actor,
    campaign_id: int,
    criterion_id: int,
    wanted: CriterionPlan,
    seen: str,
    *,
    scored: bool,
) -> bool:
    """A new version of it; whether anything differed. Raises Frozen, Stale, NotFound."""
    with unit_of_work(session):
        campaign, rows = _held(session, campaign_id, scored)
        criterion = _one(rows, criterion_id)
        key = session.scalar(select(Question.key).where(Question.id == criterion.question_id))
        before = plan_of(criterion, key)
        if plan_mark(before) != seen:
            raise Stale()
        changed = [name for name, value in vars(wanted).items() if value != getattr(before, name)]
        if not changed:
            return False
        criterion.question_id = _question_id(session, campaign_id, wanted)
        if replace(wanted, question_key=before.question_key) != before:
            criterion.versions.append(criterion_version(wanted, len(criterion.versions) + 1))
        numbers = {"weight": [before.weight, wanted.weight]} if before.weight != wanted.weight else {}
        detail = {"fields": sorted(changed), **({"changes": numbers} if numbers else {})}
        _noted(session, actor, campaign, "criterion.changed", criterion.id, **detail)
    return True


def move_criterion(
    session: Session, actor: Actor, campaign_id: int, criterion_id: int, *, up: bool, scored: bool
) -> None:
    """One place up or down; at the end it stays."""
    with unit_of_work(session):
        campaign, rows = _held(session, campaign_id, scored)
        place = rows.index(_one(rows, criterion_id))
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows, 1):
            row.position = position
        _noted(session, actor, campaign, "criterion.moved", criterion_id)


def remove_criterion(session: Session, actor: Actor, campaign_id: int, criterion_id: int, *, scored: bool) -> None:
    """Deletes it: nothing was judged by it. Raises Frozen, NotFound."""
    with unit_of_work(session):
        campaign, rows = _held(session, campaign_id, scored)
        criterion = _one(rows, criterion_id)
        session.execute(delete(Criterion).where(Criterion.id == criterion.id))
        _noted(session, actor, campaign, "criterion.removed", criterion_id)


def _held(session: Session, campaign_id: int, scored: bool) -> tuple[Campaign, list[Criterion]]:
    campaign = to_change(session, campaign_id)
    if scored:
        raise Frozen()
    query = select(Criterion).where(Criterion.campaign_id == campaign_id, Criterion.retired_at.is_(None))
    return campaign, list(session.scalars(query.order_by(Criterion.position, Criterion.id)))


def _one(rows: Sequence[Criterion], criterion_id: int) -> Criterion:
    for row in rows:
        if row.id == criterion_id:
            return row
    raise NotFound()


def _question_id(session: Session, campaign_id: int, plan: CriterionPlan) -> int | None:
    if plan.question_key is None:
        return None
    here = or_(Question.campaign_id.is_(None), Question.campaign_id == campaign_id)
    found = session.scalar(select(Question.id).where(here, Question.key == plan.question_key))
    if found is None:
        raise NotFound()
    return found


def _noted(session: Session, actor: Actor, campaign: Campaign, action: str, criterion_id: int, **detail: Any) -> None:
    campaign.version += 1
    record(session, actor, action, subject=("campaign", campaign.id), criterion=criterion_id, **detail)
