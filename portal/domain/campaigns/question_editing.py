"""Adding, changing, ordering and taking away a campaign's own questions.

Once a campaign has opened a change makes a new wording: what was answered keeps the words it answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.managing import has_opened
from portal.domain.campaigns.models import Campaign, Criterion, Question
from portal.domain.campaigns.own_questions import (
    AFTER_CORE,
    DECIDING,
    WITH_CHOICES,
    QuestionPlan,
    plan_of,
    question_rows,
    question_version,
    values_of,
    wording_of,
)
from portal.domain.campaigns.parts import Fixed, Stale, mark_of, to_change
from portal.domain.refusals import NotFound, Refusal

FEWEST_CHOICES = 2


class NotAQuestion(Refusal):
    title = "This question does not work yet"


class StillNeeded(Refusal):
    title = "Something else needs this question"


def plan_mark(plan: QuestionPlan) -> str:
    """The mark of a question as a form showed it."""
    return mark_of(vars(plan))


def add_question(session: Session, actor: Actor, campaign_id: int, plan: QuestionPlan) -> str:
    """Adds a question, last or below the one it hangs on; returns its key. Raises NotAQuestion, Archived."""
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        rows, plans = _held(session, campaign)
        plan = replace(plan, key=_fresh_key(session, campaign_id))
        _check(campaign, plan, plans)
        question = Question(
            campaign_id=campaign_id, key=plan.key, section=plan.key, position=AFTER_CORE + len(rows) + 1,
            strand_id=_strand_id(campaign, plan), versions=[question_version(plan, 1)],
        )  # fmt: skip
        session.add(question)
        _arrange([*rows, question], [*plans, plan])
        _noted(session, actor, campaign, "question.added", plan.key)
    return plan.key


def edit_question(session: Session, actor: Actor, campaign_id: int, key: str, wanted: QuestionPlan, seen: str) -> bool:
    """Says it differently; whether anything differed. Raises NotFound, Stale, NotAQuestion, Fixed, StillNeeded."""
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        rows, plans = _held(session, campaign)
        question, before = _one(rows, plans, key)
        if plan_mark(before) != seen:
            raise Stale()
        wanted = replace(wanted, key=key)
        changed = [name for name, value in vars(wanted).items() if value != getattr(before, name)]
        if not changed:
            return False
        opened = has_opened(campaign, clock.now())
        if opened and wanted.kind is not before.kind:
            raise Fixed("It has opened: retire this question and add another.", field="kind")
        _check(campaign, wanted, [plan for plan in plans if plan.key != key])
        _keeps_followers(wanted, plans)
        if opened:
            question.versions.append(question_version(wanted, len(question.versions) + 1))
        else:
            for name, value in wording_of(wanted).items():
                setattr(question.versions[-1], name, value)
        question.strand_id = _strand_id(campaign, wanted)
        _arrange(rows, [wanted if plan.key == key else plan for plan in plans])
        _noted(session, actor, campaign, "question.changed", key, fields=sorted(changed))
    return True


def move_question(session: Session, actor: Actor, campaign_id: int, key: str, *, up: bool) -> None:
    """One place up or down: a page among the pages, a follow-up among those of its page. At the end it stays."""
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        rows, plans = _held(session, campaign)
        _question, plan = _one(rows, plans, key)
        beside = [each.key for each in plans if (each.when and each.when.key) == (plan.when and plan.when.key)]
        place = beside.index(key)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(beside):
            return
        beside[place], beside[other] = beside[other], beside[place]
        order = iter(beside)
        by_key = {each.key: each for each in plans}
        swapped = [by_key[next(order)] if each.key in beside else each for each in plans]
        _arrange(rows, swapped)
        _noted(session, actor, campaign, "question.moved", key)


def remove_question(session: Session, actor: Actor, campaign_id: int, key: str, *, answered: bool) -> bool:
    """Takes a question away: deletes it, or retires it when somebody has answered. Says whether it was retired.

    Raises NotFound, StillNeeded for one that a criterion judges by or another question hangs on.
    """
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        rows, plans = _held(session, campaign)
        question, _plan = _one(rows, plans, key)
        if any(plan.when and plan.when.key == key for plan in plans):
            raise StillNeeded("Another question hangs on this one. Take that away first.")
        judged = select(Criterion.id).where(Criterion.question_id == question.id, Criterion.retired_at.is_(None))
        if session.scalar(judged) is not None:
            raise StillNeeded("A criterion judges this answer. Tie it to another question first.")
        if answered:
            question.retired_at = clock.now()
        else:
            retired = Criterion.question_id == question.id
            session.execute(update(Criterion).where(retired).values(question_id=None))
            session.execute(delete(Question).where(Question.id == question.id))
        _noted(session, actor, campaign, "question.retired" if answered else "question.removed", key)
    return answered


def question_id_of(session: Session, campaign_id: int, key: str) -> int:
    """The number of a campaign's own question. Raises NotFound."""
    found = session.scalar(select(Question.id).filter_by(campaign_id=campaign_id, key=key))
    if found is None:
        raise NotFound()
    return found


def _held(session: Session, campaign: Campaign) -> tuple[list[Question], list[QuestionPlan]]:
    strands = {strand.id: strand.slug for strand in campaign.scheme.strands}
    rows = question_rows(session, campaign.id)
    return rows, [plan_of(row, strands) for row in rows]


def _one(rows: Sequence[Question], plans: Sequence[QuestionPlan], key: str) -> tuple[Question, QuestionPlan]:
    for row, plan in zip(rows, plans, strict=True):
        if row.key == key:
            return row, plan
    raise NotFound()


def _fresh_key(session: Session, campaign_id: int) -> str:
    """A key that no question of this campaign has, retired ones included."""
    query = select(Question.key).filter_by(campaign_id=campaign_id)
    known = set(session.scalars(query))
    number = (session.scalar(select(func.count()).select_from(query.subquery())) or 0) + 1
    while f"question-{number}" in known:
        number += 1
    return f"question-{number}"


def _strand_id(campaign: Campaign, plan: QuestionPlan) -> int | None:
    return next((strand.id for strand in campaign.scheme.strands if strand.slug == plan.strand), None)


def _check(campaign: Campaign, plan: QuestionPlan, others: Sequence[QuestionPlan]) -> None:
    """Whether a question makes sense beside the others."""
    if plan.kind in WITH_CHOICES and len(plan.choices) < FEWEST_CHOICES:
        raise NotAQuestion("Give at least two choices, each on its own line.", field="choices")
    if len({choice.label.casefold() for choice in plan.choices}) < len(plan.choices):
        raise NotAQuestion("Two choices read the same.", field="choices")
    if plan.strand and _strand_id(campaign, plan) is None:
        raise NotAQuestion("This scheme has no such strand.", field="strand")
    if plan.when is not None:
        _check_when(plan, {other.key: other for other in others})


def _check_when(plan: QuestionPlan, others: dict[str, QuestionPlan]) -> None:
    when = plan.when
    parent = others.get(when.key) if when else None
    if when is None or parent is None or parent.kind not in DECIDING or when.value not in values_of(parent):
        raise NotAQuestion("Choose an answer of another question.", field="when")
    step = parent
    while step.when is not None:
        if step.when.key == plan.key:
            raise NotAQuestion("Two questions cannot each hang on the other.", field="when")
        step = others[step.when.key]


def _keeps_followers(wanted: QuestionPlan, plans: Sequence[QuestionPlan]) -> None:
    """Those that hang on it still find the answer they hang on."""
    values = values_of(wanted) if wanted.kind in DECIDING else {}
    for plan in plans:
        if plan.when and plan.when.key == wanted.key and plan.when.value not in values:
            field = "choices" if wanted.kind in WITH_CHOICES else "kind"
            words = f"“{plan.title}” is asked after an answer that would be gone. Change that question first."
            raise StillNeeded(words, field=field)


def _arrange(rows: Sequence[Question], plans: Sequence[QuestionPlan]) -> None:
    """Puts each follow-up below what it hangs on, on its page, and numbers all in order."""
    by_key = {row.key: row for row in rows}
    ordered: list[tuple[str, str]] = []  # key, page

    def place(plan: QuestionPlan, page: str) -> None:
        ordered.append((plan.key, page))
        for each in plans:
            if each.when and each.when.key == plan.key:
                place(each, page)

    for plan in plans:
        if plan.when is None:
            place(plan, plan.key)
    for position, (key, page) in enumerate(ordered, AFTER_CORE + 1):
        by_key[key].position, by_key[key].section = position, page


def _noted(session: Session, actor: Actor, campaign: Campaign, action: str, key: str, **detail: Any) -> None:
    campaign.version += 1
    record(session, actor, action, subject=("campaign", campaign.id), key=key, **detail)
    announce(session, PUBLIC)
