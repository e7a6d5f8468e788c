"""A campaign's own questions, beside those that every campaign asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.domain.campaigns.models import Question, QuestionKind, QuestionVersion
from portal.domain.campaigns.questions import CORE, YES_OR_NO, Choice, When

K = QuestionKind
OWN_KINDS = (K.SHORT_TEXT, K.LONG_TEXT, K.CHOICE, K.CHOICES, K.DATE, K.YES_NO)
WITH_CHOICES = (K.CHOICE, K.CHOICES)
DECIDING = (K.CHOICE, K.CHOICES, K.YES_NO)  # those another question's asking may hang on
OWN_KEY = re.compile(r"question-[a-z0-9]+")  # never a core question's key, nor any other page's address
AFTER_CORE = len(CORE)


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
    return QuestionVersion(
        number=number,
        kind=plan.kind,
        label=plan.label,
        hint=plan.hint,
        options=_options(plan),
        required=plan.required,
        word_limit=plan.word_limit,
        created_at=clock.now(),
    )


def _options(plan: QuestionPlan) -> dict[str, Any]:
    options: dict[str, Any] = {"title": plan.title, "missing": f"Answer “{plan.title}”"}
    if plan.kind in WITH_CHOICES:
        options["choices"] = [{"value": choice.value, "label": choice.label} for choice in plan.choices]
    if plan.when is not None:
        options["when"] = {"key": plan.when.key, "value": plan.when.value}
    return options


def values_of(plan: QuestionPlan) -> tuple[str, ...]:
    """What another question's asking may hang on."""
    return YES_OR_NO if plan.kind is K.YES_NO else tuple(choice.value for choice in plan.choices)
