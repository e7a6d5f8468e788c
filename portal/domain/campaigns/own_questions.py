"""A campaign's own questions, beside those that every campaign asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.campaigns.models import Campaign, Question, QuestionKind, QuestionVersion
from portal.domain.campaigns.questions import CORE, YES_OR_NO, Choice, When

K = QuestionKind
OWN_KINDS = (K.SHORT_TEXT, K.LONG_TEXT, K.CHOICE, K.CHOICES, K.DATE, K.YES_NO)
WITH_CHOICES = (K.CHOICE, K.CHOICES)
DECIDING = (K.CHOICE, K.CHOICES, K.YES_NO)  # those another question's asking may hang on
OWN_KEY = re.compile(r"question-[a-z0-9]+")  # never a core question's key, nor any other page's address
AFTER_CORE = len(CORE)
LONGEST_VALUE = 40


@dataclass(frozen=True)
class QuestionPlan:
    """A question of a campaign's own, before it exists. `key` begins with "question-" and is also its address.

    `title` is the short name of its page; `strand` asks it only of those who chose that strand.
    """

    key: str
    kind: QuestionKind
    title: str
    label: str
    hint: str = ""
    required: bool = True
    word_limit: int | None = None
    choices: tuple[Choice, ...] = ()
    strand: str | None = None
    when: When | None = None


def planned_questions(campaign_id: int, plans: Sequence[QuestionPlan], strand_ids: Mapping[str, int]) -> list[Question]:
    """The rows of these questions, in order, each on its own page but for those that hang on another: they stand
    below it. Raises KeyError for an unknown strand or question, ValueError for a key that is none."""
    sections: dict[str, str] = {}
    for plan in plans:
        if not OWN_KEY.fullmatch(plan.key):
            raise ValueError(f"{plan.key} is no key of a campaign's own question")
        sections[plan.key] = sections[plan.when.key] if plan.when else plan.key
    return [
        Question(
            campaign_id=campaign_id,
            key=plan.key,
            section=sections[plan.key],
            position=AFTER_CORE + place,
            strand_id=strand_ids[plan.strand] if plan.strand else None,
            versions=[question_version(plan, 1)],
        )
        for place, plan in enumerate(plans, 1)
    ]


def question_version(plan: QuestionPlan, number: int) -> QuestionVersion:
    """One wording of a question."""
    return QuestionVersion(number=number, created_at=clock.now(), **wording_of(plan))


def wording_of(plan: QuestionPlan) -> dict[str, Any]:
    """A plan as a version's columns."""
    return {
        "kind": plan.kind,
        "label": plan.label,
        "hint": plan.hint,
        "options": _options(plan),
        "required": plan.required,
        "word_limit": plan.word_limit,
    }


def _options(plan: QuestionPlan) -> dict[str, Any]:
    options: dict[str, Any] = {"title": plan.title, "missing": f"Answer “{plan.title}”"}
    if plan.kind in WITH_CHOICES:
        options["choices"] = [{"value": choice.value, "label": choice.label} for choice in plan.choices]
    if plan.when is not None:
        options["when"] = {"key": plan.when.key, "value": plan.when.value}
    return options


@dataclass(frozen=True)
class OwnQuestion:
    """A question as it reads now. `number` is its version, `page` the key of the question it stands below, or its
    own."""

    id: int
    number: int
    page: str
    plan: QuestionPlan

    @property
    def key(self) -> str:
        return self.plan.key


def own_questions(session: Session, campaign: Campaign) -> list[OwnQuestion]:
    """What a campaign asks beside what every campaign asks, in order; retired ones are not among them."""
    strands = {strand.id: strand.slug for strand in campaign.scheme.strands}
    return [
        OwnQuestion(row.id, row.versions[-1].number, row.section, plan_of(row, strands))
        for row in question_rows(session, campaign.id)
    ]


def question_rows(session: Session, campaign_id: int) -> list[Question]:
    query = select(Question).where(Question.campaign_id == campaign_id, Question.retired_at.is_(None))
    return list(session.scalars(query.order_by(Question.position, Question.id)))


def plan_of(question: Question, strands: Mapping[int, str]) -> QuestionPlan:
    """The plan that would make this question again."""
    version = question.versions[-1]
    options = version.options
    return QuestionPlan(
        key=question.key,
        kind=version.kind,
        title=options["title"],
        label=version.label,
        hint=version.hint,
        required=version.required,
        word_limit=version.word_limit,
        choices=tuple(Choice(each["value"], each["label"]) for each in options.get("choices", ())),
        strand=strands[question.strand_id] if question.strand_id else None,
        when=When(**options["when"]) if "when" in options else None,
    )


def values_of(plan: QuestionPlan) -> dict[str, str]:
    """What another question's asking may hang on: each value and how it reads."""
    if plan.kind is K.YES_NO:
        return {value: value.capitalize() for value in YES_OR_NO}
    return {choice.value: choice.label for choice in plan.choices}


def choices_from(labels: Sequence[str], known: Sequence[Choice] = ()) -> tuple[Choice, ...]:
    """Choices as they are typed, one a line. A value comes from its words, so that the same words stay the same answer
    wherever they are moved, and other words never are; words that are `known` keep the value they have."""
    found: dict[str, Choice] = {}
    kept = {choice.label: choice.value for choice in known}
    for label in labels:
        plain = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:LONGEST_VALUE]
        value = base = kept.get(label) or plain or "choice"
        number = 1
        while value in found:
            number += 1
            value = f"{base}-{number}"
        found[value] = Choice(value, label)
    return tuple(found.values())
