"""What every application asks, as data with versions, and what one campaign asks of one person.

`CORE` is the wording now. Changing a line here makes a new version at the next seeding: answers
already given keep pointing at the words they answered. `{hours}` in a wording is the scheme's
hours a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.campaigns.models import Campaign, Care, District, Question, QuestionKind, QuestionVersion
from portal.domain.settings.catalogue import shipped

K = QuestionKind
WEEKENDS, STRANDS = "weekends", "strands"  # `from`: choices that the campaign itself gives
NONE = "none"  # the choice that rules the others out
YES_OR_NO = ("yes", "no")


@dataclass(frozen=True)
class Wording:
    """One core question as it is asked now. `missing` is said when a needed answer is not there."""

    key: str
    section: str
    kind: QuestionKind
    label: str
    missing: str = ""
    hint: str = ""
    care: Care = Care.ORDINARY
    required: bool = True
    word_limit: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def all_options(self) -> dict[str, Any]:
        return self.options | ({"missing": self.missing} if self.missing else {})


def _filled_by(browser_name: str, **more: Any) -> dict[str, Any]:
    """What the browser may fill in from what it knows of its owner."""
    return {"autocomplete": browser_name, **more}


CORE: tuple[Wording, ...] = (
    Wording(
        "given_name", "name", K.SHORT_TEXT, "First name", "Enter your first name",
        care=Care.PERSONAL, options=_filled_by("given-name"),
    ),
    Wording(
        "family_name", "name", K.SHORT_TEXT, "Last name", "Enter your last name",
        care=Care.PERSONAL, options=_filled_by("family-name"),
    ),
    Wording(
        "date_of_birth", "name", K.DATE, "Date of birth", "Enter your date of birth",
        "For example, 27 3 1985", care=Care.PERSONAL, options=_filled_by("bday"),
    ),
    Wording(
        "phone", "contact", K.PHONE, "Phone number", "Enter a phone number",
        "A mobile is best. We ring only about your application.", care=Care.PERSONAL, options=_filled_by("tel"),
    ),
    Wording(
        "address_line1", "address", K.SHORT_TEXT, "Address line 1", "Enter the first line of your address",
        care=Care.PERSONAL, options=_filled_by("address-line1"),
    ),
    Wording(
        "address_line2", "address", K.SHORT_TEXT, "Address line 2 (optional)", required=False,
        care=Care.PERSONAL, options=_filled_by("address-line2"),
    ),
    Wording(
        "town", "address", K.SHORT_TEXT, "Town or village", "Enter your town or village",
        care=Care.PERSONAL, options=_filled_by("address-level2", width=20),
    ),
    Wording(
        "postcode", "address", K.POSTCODE, "Postcode", "Enter your postcode",
        "It tells us which district you live in.", care=Care.PERSONAL, options=_filled_by("postal-code", width=10),
    ),
    Wording(
        "district", "address", K.DISTRICT, "Which district do you live in?", "Choose the district you live in",
        "Your postcode lies in more than one. Your council tax bill says which.", required=False,
    ),
    Wording(
        "hours", "availability", K.YES_NO, "Can you give {hours} hours a month?",
        "Say whether you can give {hours} hours a month", "Some months more, some months less. It is an average.",
    ),
    Wording(
        "weekends", "availability", K.CHOICES, "Which training weekends can you come to?",
        "Choose the training weekends you can come to",
        "Choose every one you can make. Each is both days, 9am to 5pm.", options={"from": WEEKENDS},
    ),
    Wording(
        "strands", "strands", K.CHOICES, "What would you enjoy most?", required=False,
        hint="You can choose up to {most}. It does not change your chances.", options={"from": STRANDS},
    ),
    Wording(
        "why", "why", K.LONG_TEXT, "Why do you want to volunteer where you live?", "Tell us why you want to volunteer",
        "Tell us about one or two real things you have seen or done. Everyday examples are good ones. "
        "Plain words are fine, and spelling is not scored.", word_limit=300,
    ),
    Wording(
        "occupation", "occupation", K.SHORT_TEXT, "What is your job, or what do you do most days?",
        "Tell us your job, or what you do most days", "For example: nurse, student, retired, looking for work.",
        options=_filled_by("organization-title"),
    ),
    Wording(
        "employer_kind", "occupation", K.CHOICE, "Is it any of these?", "Choose one, or choose none of these",
        "Some kinds of work need a quick look first. Choosing one does not rule you out.",
        options={"choices": [
            {"value": "police", "label": "A police force or a law enforcement agency"},
            {"value": "armed_forces", "label": "The armed forces, or their reserves"},
            {"value": "emergency", "label": "Another emergency service"},
            {"value": "justice", "label": "Courts, prisons or probation"},
            {"value": "security", "label": "Private security or door supervision"},
            {"value": "licensed", "label": "Running a pub, club or betting shop"},
            {"value": NONE, "label": "None of these"},
        ]},
    ),
    Wording(
        "adjustments", "adjustments", K.LONG_TEXT, "Do you need anything different?", required=False,
        hint="For example: large print, somebody with you, a step-free room, more time to read. Leave it empty if not.",
        care=Care.SEALED,
    ),
    Wording(
        "declaration_true", "declaration", K.YES_NO, "What I have told you is true, as far as I know",
        "Confirm that what you have told us is true", options={"confirm": True},
    ),
    Wording(
        "declaration_contact", "declaration", K.YES_NO, "You may write to me and ring me about this application",
        "Confirm that we may contact you about this application", options={"confirm": True},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class When:
    """Asked only where another answer has a value: a choice's, or yes or no."""

    key: str
    value: str


@dataclass(frozen=True)
class Asked:
    """One question as one campaign asks it now: words filled in, choices known."""

    question_id: int
    version_id: int
    key: str
    section: str
    kind: QuestionKind
    care: Care
    label: str
    hint: str
    required: bool
    missing: str = ""
    word_limit: int | None = None
    confirm: bool = False
    most: int | None = None  # how many choices at most
    choices: tuple[Choice, ...] = ()
    autocomplete: str = ""
    width: int | None = None
    own: bool = False  # this campaign's, and no other's
    title: str = ""  # the short name of an own question's page
    strand: str | None = None  # asked only of those who chose it
    when: When | None = None

    @property
    def values(self) -> frozenset[str]:
        return frozenset(choice.value for choice in self.choices)


def seed_questions(session: Session) -> None:
    """Makes the core questions, or a new version of those whose wording changed. Idempotent."""
    with unit_of_work(session):
        known = {row.key: row for row in session.scalars(select(Question).where(Question.campaign_id.is_(None)))}
        for position, wording in enumerate(CORE):
            question = known.get(wording.key)
            if question is None:
                question = Question(key=wording.key, care=wording.care, versions=[])
                session.add(question)
            question.section, question.position = wording.section, position
            if not question.versions or not _says(question.versions[-1], wording):
                question.versions.append(_version(wording, len(question.versions) + 1))


def _version(wording: Wording, number: int) -> QuestionVersion:
    return QuestionVersion(
        number=number,
        kind=wording.kind,
        label=wording.label,
        hint=wording.hint,
        options=wording.all_options,
        required=wording.required,
        word_limit=wording.word_limit,
        created_at=clock.now(),
    )


def _says(version: QuestionVersion, wording: Wording) -> bool:
    """Whether a version still says what the wording says."""
    kept = (version.kind, version.label, version.hint, version.options, version.required, version.word_limit)
    now = (wording.kind, wording.label, wording.hint, wording.all_options, wording.required, wording.word_limit)
    return kept == now


def asked_of(session: Session, campaign: Campaign) -> list[Asked]:
    """Every question this campaign asks, in order: the core ones that apply to it, and its own."""
    query = (
        select(Question)
        .where(or_(Question.campaign_id.is_(None), Question.campaign_id == campaign.id), Question.retired_at.is_(None))
        .order_by(Question.position, Question.id)
    )
    asked = [_asked(question, campaign) for question in session.scalars(query)]
    return [each for each in asked if _applies(each, campaign)]


def _asked(question: Question, campaign: Campaign) -> Asked:
    version, hours = question.versions[-1], str(campaign.scheme.hours_a_month or "")
    options = version.options
    most = shipped("strands_at_most") if options.get("from") == STRANDS else None
    fill = {"{hours}": hours, "{most}": str(most)} if question.campaign_id is None else {}
    strands = {strand.id: strand.slug for strand in campaign.scheme.strands} if question.strand_id else {}
    return Asked(
        question_id=question.id,
        version_id=version.id,
        key=question.key,
        section=question.section,
        kind=version.kind,
        care=question.care,
        label=filled(version.label, fill),
        hint=filled(version.hint, fill),
        required=version.required,
        missing=filled(options.get("missing", "Answer this question"), fill),
        word_limit=version.word_limit,
        confirm=bool(options.get("confirm")),
        most=most,
        choices=choices_of(options, campaign),
        autocomplete=options.get("autocomplete", ""),
        width=options.get("width"),
        own=question.campaign_id is not None,
        title=options.get("title", ""),
        strand=strands.get(question.strand_id or 0),
        when=When(**options["when"]) if "when" in options else None,
    )


def filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _applies(asked: Asked, campaign: Campaign) -> bool:
    """A scheme without fixed hours, training days or strands does not ask about them."""
    if asked.key == "hours":
        return bool(campaign.scheme.hours_a_month)
    return bool(asked.choices) or asked.kind not in {K.CHOICE, K.CHOICES}


def choices_of(options: dict[str, Any], campaign: Campaign) -> tuple[Choice, ...]:
    """The choices a wording offers in this campaign."""
    if options.get("from") == WEEKENDS:
        return _weekends(campaign)
    if options.get("from") == STRANDS:
        strands = [Choice(strand.slug, strand.name, strand.summary) for strand in campaign.scheme.strands]
        return (*strands, Choice(NONE, "No preference")) if strands else ()
    return tuple(Choice(**choice) for choice in options.get("choices", ()))


def _weekends(campaign: Campaign) -> tuple[Choice, ...]:
    """Each training weekend by its number, with the days as people say them."""
    days = groupby(campaign.training_days, key=lambda day: day.weekend)
    return tuple(
        Choice(str(number), " and ".join(f"{day:%A} {day.day} {day:%B}" for day in _dates(weekend)))
        for number, weekend in days
    )


def _dates(days: Any) -> list[Any]:
    return [clock.london(day.starts_at) for day in days]


def with_districts(asked: Sequence[Asked], districts: Sequence[District]) -> list[Asked]:
    """The questions for somebody whose postcode lies in these districts: two must be chosen between."""
    if len(districts) < 2:
        return [each for each in asked if each.kind is not K.DISTRICT]
    choices = tuple(Choice(district.slug, district.name) for district in districts)
    return [replace(each, choices=choices, required=True) if each.kind is K.DISTRICT else each for each in asked]
