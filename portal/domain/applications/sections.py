"""The form's sections, in order, and what is still missing in each. Pure: plain values in, words out.

Nothing here stops a value from being kept: an answer of the wrong shape is kept as it was typed
and its section is not done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from portal.domain.campaigns.models import QuestionKind
from portal.domain.campaigns.questions import NONE, YES_OR_NO, Asked, When
from portal.domain.campaigns.rules import EligibilityFacts, Terms, age_on, can_train
from portal.domain.settings.catalogue import shipped
from portal.services import postcodes

K = QuestionKind
Value = str | bool | list[str]
SHORT, LONG = 200, 10_000  # characters: what a line and a box take
KEPT_AT_MOST = 20_000  # characters kept of one answer, however wrong
LONG_WORDS = 300  # words of a long answer without a limit, to say how long it takes


@dataclass(frozen=True)
class Section:
    """One page of the form. `minutes` is how long it takes; an optional one may be left empty."""

    key: str
    title: str
    minutes: int
    optional: bool = False
    hint: str = ""


SECTIONS: tuple[Section, ...] = (
    Section("name", "Your name and date of birth", 1),
    Section("contact", "How we reach you", 1),
    Section("address", "Where you live", 1),
    Section("availability", "Your time and training days", 2),
    Section("why", "Why you want to do this", 4),
    Section("occupation", "Your work", 1, hint="Some jobs need a quick look first"),
    Section("strands", "A strand you would enjoy", 1, optional=True),
    Section("adjustments", "Anything you need done differently", 1, optional=True, hint="Kept from those who score"),
    Section("documents", "Medical certificate and fitness", 2, optional=True, hint="Early is fine"),
    Section("declaration", "Declaration", 1),
)
BY_KEY = {section.key: section for section in SECTIONS}
QUESTIONS = tuple(section.key for section in SECTIONS if section.key != "documents")
CORRECTABLE = frozenset({"contact", "address"})  # after submission too
OWN_AFTER, STRANDS_AFTER = "why", "strands"  # where a campaign's own questions come, and those of one strand
WORDS_A_MINUTE = 75


class Placed(Protocol):
    """A question, asked or answered, with its place in the form."""

    @property
    def section(self) -> str: ...

    @property
    def own(self) -> bool: ...

    @property
    def title(self) -> str: ...

    @property
    def strand(self) -> str | None: ...


def sections_of(questions: Sequence[Placed]) -> list[Section]:
    """The form's sections in order, a campaign's own among them, each named by its first question."""
    own: dict[str, Placed] = {}
    for each in questions:
        if each.own:
            own.setdefault(each.section, each)
    found = []
    for section in SECTIONS:
        found.append(section)
        found += [Section(key, first.title, 1) for key, first in own.items() if _place(first) == section.key]
    return found


def _place(own: Placed) -> str:
    return STRANDS_AFTER if own.strand else OWN_AFTER


def applying(asked: Sequence[Asked], values: Mapping[str, Value]) -> list[Asked]:
    """Those that these answers lead to: another question's answer, or a strand, decides about some."""
    found: dict[str, Asked] = {}
    strands = values.get("strands") or []
    for each in asked:
        chosen = each.strand is None or (isinstance(strands, list) and each.strand in strands)
        if chosen and (each.when is None or (each.when.key in found and _says(each.when, values))):
            found[each.key] = each
    return list(found.values())


def _says(when: When, values: Mapping[str, Value]) -> bool:
    value = values.get(when.key)
    if isinstance(value, bool):
        return when.value == YES_OR_NO[0 if value else 1]
    return when.value in value if isinstance(value, list) else when.value == value


def is_empty(value: Value | None) -> bool:
    return value is None or value == "" or value == []


def words_in(text: str) -> int:
    return len(text.split())


def problem_with(asked: Asked, value: Value | None, on: date) -> str | None:
    """What is wrong with an answer, in words that say what to do; none when it will do."""
    if value is None or is_empty(value):
        return asked.missing if asked.required else None
    match asked.kind:
        case K.DATE:
            return _birth_problem(value, on) if asked.key == "date_of_birth" else _date_problem(value)
        case K.YES_NO:
            wrong = not isinstance(value, bool) or (asked.confirm and not value)
            return asked.missing if wrong else None
        case K.CHOICE | K.DISTRICT:
            return None if value in asked.values else asked.missing
        case K.CHOICES:
            return _choices_problem(asked, value)
        case _:
            return _text_problem(asked, str(value))


def _text_problem(asked: Asked, text: str) -> str | None:
    most = LONG if asked.kind is K.LONG_TEXT else SHORT
    if len(text) > most:
        return f"Use {most:,} characters or fewer: this is {len(text):,}"
    if asked.word_limit and words_in(text) > asked.word_limit:
        return f"Use {asked.word_limit} words or fewer: this is {words_in(text):,}"
    if asked.kind is K.POSTCODE and postcodes.normalise(text) is None:
        return "Enter a full UK postcode, like ME14 1XQ"
    if asked.kind is K.PHONE and not is_phone(text):
        return "Enter a phone number, like 01632 960 001 or 07700 900 982"
    return None


def is_phone(text: str) -> bool:
    """Whether this could be rung: 10 to 15 digits, with what people put between them. Not looked up anywhere."""
    return bool(re.fullmatch(r"\+?[\d\s().-]+", text)) and 10 <= sum(char.isdigit() for char in text) <= 15


def _choices_problem(asked: Asked, value: Value) -> str | None:
    chosen = value if isinstance(value, list) else []
    if not chosen or not set(chosen) <= asked.values:
        return asked.missing
    if asked.most and len(chosen) > asked.most:
        return f"Choose no more than {asked.most}"
    return "Choose no preference on its own, or choose without it" if NONE in chosen and len(chosen) > 1 else None


def _date_problem(value: Value) -> str | None:
    return None if read_date(value) else "Enter a real date, like 27 3 1985"


def _birth_problem(value: Value, on: date) -> str | None:
    day = read_date(value)
    if day is None:
        return _date_problem(value)
    if day >= on:
        return "Your date of birth must be in the past"
    return "Check the year you were born" if age_on(day, on) > shipped("oldest_age") else None


def read_date(value: object) -> date | None:
    """A kept date, or none when what was typed is not one."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def date_typed(day: str, month: str, year: str) -> str:
    """Three boxes as one value: an ISO date when they make one, else as typed; empty when all are."""
    parts = [part.strip() for part in (day, month, year)]
    if not any(parts):
        return ""
    try:
        numbers = [int(part) if part.isascii() and part.isdigit() else 0 for part in parts]
        return date(numbers[2], numbers[1], numbers[0]).isoformat()
    except (ValueError, OverflowError):
        return "/".join(parts)


def date_boxes(value: object) -> tuple[str, str, str]:
    """A kept date as its three boxes show it: day, month, year."""
    text = str(value or "")
    if day := read_date(text):
        return str(day.day), str(day.month), str(day.year)
    first, _, rest = text.partition("/")
    second, _, third = rest.partition("/")
    return first, second, third


@dataclass(frozen=True)
class SectionState:
    """One section of one application: what is wrong in it, and whether anything was said."""

    section: Section
    problems: dict[str, str]
    begun: bool

    @property
    def done(self) -> bool:
        """Nothing wrong; an optional one is done once something was said."""
        return not self.problems and (self.begun or not self.section.optional)

    @property
    def blocks(self) -> bool:
        """Whether it keeps the application from being sent."""
        return bool(self.problems)


def section_states(asked: Sequence[Asked], values: Mapping[str, Value], on: date) -> list[SectionState]:
    """Each section that asks something, in order. Documents, which are files, are not among them."""
    states = []
    for section in sections_of(asked):
        questions = [each for each in asked if each.section == section.key]
        if not questions:
            continue
        if questions[0].own:
            section = _own_section(section, questions)
        found = {each.key: problem_with(each, values.get(each.key), on) for each in questions}
        problems = {key: words for key, words in found.items() if words is not None}
        states.append(SectionState(section, problems, any(not is_empty(values.get(each.key)) for each in questions)))
    return states


def _own_section(section: Section, questions: Sequence[Asked]) -> Section:
    """Its minutes from what is to be written; one that needs no answer may be left empty."""
    words = sum((each.word_limit or LONG_WORDS) for each in questions if each.kind is K.LONG_TEXT)
    return replace(
        section, minutes=max(1, round(words / WORDS_A_MINUTE)), optional=not any(each.required for each in questions)
    )


def is_complete(states: Sequence[SectionState]) -> bool:
    return not any(state.blocks for state in states)


def minutes_left(states: Sequence[SectionState]) -> int:
    """About how long the needed sections still take."""
    return sum(state.section.minutes for state in states if state.blocks)


def eligibility_facts(values: Mapping[str, Value], district_id: int | None, terms: Terms) -> EligibilityFacts | None:
    """What the answers say of eligibility; none until there is a date of birth to count from.

    What has not been answered yet is no obstacle: completeness asks for it.
    """
    born = read_date(values.get("date_of_birth"))
    if born is None:
        return None
    unanswered_area = not values.get("postcode") or postcodes.normalise(str(values["postcode"])) is None
    chosen = values.get("weekends")
    weekends = [int(each) for each in chosen if each.isdigit()] if isinstance(chosen, list) else []
    return EligibilityFacts(
        born=born,
        district_ids=terms.district_ids if unanswered_area else frozenset({district_id} if district_id else ()),
        can_give_hours=values.get("hours") is not False,
        can_train=not weekends or can_train(weekends, terms),
    )
