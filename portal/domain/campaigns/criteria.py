"""What every application to a campaign is judged by: criteria with weights and five anchors, in versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.campaigns.models import Criterion, CriterionVersion, Question

MOST_POINTS = 5
WEIGHTS = range(1, 6)


@dataclass(frozen=True)
class CriterionPlan:
    """A criterion before it exists. `anchors`: what 1, 2, 3, 4 and 5 points look like. `feedback` is said to
    somebody it kept back. `question_key` is the answer it judges; none: all of them."""

    title: str
    weight: int
    anchors: tuple[str, ...]
    feedback: str
    question_key: str | None = None


@dataclass(frozen=True)
class CriterionNow:
    """A criterion as it reads now. `position` counts from 1."""

    id: int
    version_id: int
    number: int
    position: int
    title: str
    weight: int
    anchors: tuple[str, ...]
    feedback: str
    question_id: int | None
    question_key: str | None


def criteria_of(session: Session, campaign_id: int) -> list[CriterionNow]:
    """What a campaign's applications are judged by now, in order. Two statements, however many there are."""
    query = (
        select(Criterion, Question.key)
        .outerjoin(Question, Question.id == Criterion.question_id)
        .where(Criterion.campaign_id == campaign_id, Criterion.retired_at.is_(None))
        .order_by(Criterion.position, Criterion.id)
    )
    rows = session.execute(query).all()
    return [_now(criterion, place, key) for place, (criterion, key) in enumerate(rows, 1)]


def _now(criterion: Criterion, position: int, key: str | None) -> CriterionNow:
    version = criterion.versions[-1]
    return CriterionNow(
        id=criterion.id,
        version_id=version.id,
        number=version.number,
        position=position,
        title=version.title,
        weight=version.weight,
        anchors=tuple(version.anchors),
        feedback=version.feedback,
        question_id=criterion.question_id,
        question_key=key,
    )


def full_marks(criteria: Sequence[CriterionNow]) -> int:
    """The most points an application can have: 45 where the weights sum to 9."""
    return MOST_POINTS * sum(criterion.weight for criterion in criteria)


def planned_criteria(
    campaign_id: int, plans: Sequence[CriterionPlan], question_ids: Mapping[str, int]
) -> list[Criterion]:
    """The rows of these criteria, in order. Raises KeyError for a question that is not among `question_ids`."""
    return [
        Criterion(
            campaign_id=campaign_id,
            position=place,
            question_id=question_ids[plan.question_key] if plan.question_key else None,
            versions=[criterion_version(plan, 1)],
        )
        for place, plan in enumerate(plans, 1)
    ]


def criterion_version(plan: CriterionPlan, number: int) -> CriterionVersion:
    """One wording of a criterion. Raises ValueError unless there are five anchors."""
    if len(plan.anchors) != MOST_POINTS:
        raise ValueError(f"a criterion has {MOST_POINTS} anchors")
    return CriterionVersion(
        number=number,
        title=plan.title,
        weight=plan.weight,
        anchors=list(plan.anchors),
        feedback=plan.feedback,
        created_at=clock.now(),
    )
