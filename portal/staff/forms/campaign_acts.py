"""Publishing, extending and closing a campaign; its questions and criteria."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from portal.domain.campaigns.criteria import MOST_POINTS, WEIGHTS, CriterionPlan
from portal.domain.campaigns.dates import NoSuchTime, london_moment
from portal.domain.campaigns.models import QuestionKind, Strand
from portal.domain.campaigns.own_questions import (
    DECIDING,
    OWN_KINDS,
    WITH_CHOICES,
    OwnQuestion,
    QuestionPlan,
    choices_from,
    values_of,
)
from portal.domain.campaigns.questions import Choice, When
from portal.staff.forms.campaigns import WindowFields, needed, written
from portal.web.written import WrittenDay, WrittenTime

NOW, LATER = "now", "later"
MOST_WORDS = 1_000
LONGEST_CHOICES = 4_000
KINDS = {
    QuestionKind.LONG_TEXT: ("A long answer", "A box, with a number of words if you like"),
    QuestionKind.SHORT_TEXT: ("A short answer", "One line"),
    QuestionKind.YES_NO: ("Yes or no", "Another question may follow one of them"),
    QuestionKind.CHOICE: ("One of several", "The choices are yours"),
    QuestionKind.CHOICES: ("Several of several", "Any number of your choices"),
    QuestionKind.DATE: ("A date", "Day, month and year"),
}


class ReasonForm(FlaskForm):  # type: ignore[misc]
    reason = StringField(
        "Why?",
        description="Kept in the trail. People who apply may ask.",
        widget=GovTextInput(),
        validators=[needed("Say why"), Length(min=5, max=200, message="Say why in 5 to 200 characters")],
    )


class ExtendForm(ReasonForm, WindowFields):
    """A later closing."""

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        try:
            if self.closes_on.data is not None:
                self.closing()
        except NoSuchTime as refusal:
            self.closes_time.errors = [refusal.message]
            return False
        return fine


class PublishForm(FlaskForm):  # type: ignore[misc]
    when = RadioField(
        "When?", widget=GovRadioInput(), default=NOW,
        choices=[SelectChoice(NOW, "Now"), SelectChoice(LATER, "Later, by itself")],
        validators=[needed("Choose when")],
    )  # fmt: skip
    day = WrittenDay("Day", description="Like 9 January 2018.")
    at = WrittenTime("Time", description="Left empty, it is midnight at the beginning of the day.")

    def moment(self) -> datetime | None:
        """The instant that was chosen; none for now. Raises NoSuchTime."""
        return london_moment(self.day.data, self.at.data or time(0)) if self.when.data == LATER else None

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        if self.when.data != LATER or self.day.errors or self.at.errors:
            return fine
        if self.day.data is None:
            self.day.errors = ["Enter the day on which it appears"]
            return False
        try:
            self.moment()
        except NoSuchTime as refusal:
            self.at.errors = [refusal.message]
            return False
        return fine


class QuestionEditForm(FlaskForm):  # type: ignore[misc]
    seen = HiddenField()
    label = TextAreaField(
        "The question, as applicants read it", widget=GovTextArea(),
        validators=[written("Write the question"), Length(max=300)],
    )  # fmt: skip
    title = StringField(
        "A short name for it", widget=GovTextInput(), validators=[written("Give it a short name"), Length(max=60)],
        description="In their list of things to do, like: Staying calm.",
    )  # fmt: skip
    hint = TextAreaField("Help under the question (optional)", widget=GovTextArea(), validators=[Length(max=500)])
    kind = RadioField(
        "What kind of answer?", widget=GovRadioInput(), default=QuestionKind.LONG_TEXT.value,
        choices=[SelectChoice(kind.value, KINDS[kind][0]) for kind in KINDS],
        validators=[needed("Choose a kind of answer")],
    )  # fmt: skip
    word_limit = IntegerField(
        "Words at most, for a long answer (optional)", widget=GovTextInput(),
        validators=[Optional(), NumberRange(10, MOST_WORDS, "Enter a number from 10 to 1,000, or nothing")],
    )  # fmt: skip
    choices = TextAreaField(
        "The choices, where there are some", widget=GovTextArea(), description="Each on its own line.",
        validators=[Length(max=LONGEST_CHOICES)],
    )  # fmt: skip
    required = BooleanField("It must be answered", widget=GovCheckboxInput(), default=True)
    when = SelectField("Asked", widget=GovSelect())
    strand = SelectField("Of", widget=GovSelect())

    def offer(self, others: Iterable[OwnQuestion], strands: Sequence[Strand]) -> None:
        """The answers it can hang on, and the strands it can be for."""
        whens = [
            SelectChoice(f"{each.key} {value}", f"Only after “{each.plan.title}”: {words}")
            for each in others
            if each.plan.kind in DECIDING
            for value, words in values_of(each.plan).items()
        ]
        self.when.choices = [SelectChoice("", "Always"), *whens]
        chosen = [SelectChoice(strand.slug, f"Those who chose {strand.name}") for strand in strands]
        self.strand.choices = [SelectChoice("", "Everybody"), *chosen]

    def fill(self, plan: QuestionPlan) -> None:
        self.label.data, self.title.data, self.hint.data = plan.label, plan.title, plan.hint
        self.kind.data, self.word_limit.data, self.required.data = plan.kind.value, plan.word_limit, plan.required
        self.choices.data = "\n".join(choice.label for choice in plan.choices)
        self.when.data = f"{plan.when.key} {plan.when.value}" if plan.when else ""
        self.strand.data = plan.strand or ""

    def plan(self, key: str, known: Sequence[Choice] = ()) -> QuestionPlan:
        """What it says; limits and choices only where the kind has them. `known`: the choices there were."""
        kind = QuestionKind(self.kind.data)
        lines = [line.strip() for line in (self.choices.data or "").splitlines() if line.strip()]
        after, _, value = (self.when.data or "").partition(" ")
        return QuestionPlan(
            key=key,
            kind=kind,
            title=self.title.data.strip(),
            label=" ".join(self.label.data.split()),
            hint=(self.hint.data or "").strip(),
            required=self.required.data,
            word_limit=self.word_limit.data if kind is QuestionKind.LONG_TEXT else None,
            choices=choices_from(lines, known) if kind in WITH_CHOICES else (),
            strand=self.strand.data or None,
            when=When(after, value) if after else None,
        )


class CriterionForm(FlaskForm):  # type: ignore[misc]
    seen = HiddenField()
    title = StringField("What is judged", widget=GovTextInput(), validators=[written("Give it a name"), Length(max=80)])
    weight = SelectField(
        "Weight", widget=GovSelect(), coerce=int, default=2,
        choices=[SelectChoice(weight, f"{weight}, up to {weight * MOST_POINTS} points") for weight in WEIGHTS],
    )  # fmt: skip
    question = SelectField("Which answer it judges", widget=GovSelect())
    feedback = TextAreaField(
        "To somebody it kept back", widget=GovTextArea(), validators=[Length(max=300)],
        description="They may read this sentence: what a stronger answer has.",
    )  # fmt: skip

    def offer(self, questions: Iterable[tuple[str, str]]) -> None:
        named = [SelectChoice(key, words) for key, words in questions]
        self.question.choices = [SelectChoice("", "All of them together"), *named]

    def anchors(self) -> list[Any]:
        """The five fields, from 1 point to 5."""
        return [self[f"anchor_{points}"] for points in range(1, MOST_POINTS + 1)]

    def fill(self, plan: CriterionPlan) -> None:
        self.title.data, self.weight.data, self.feedback.data = plan.title, plan.weight, plan.feedback
        self.question.data = plan.question_key or ""
        for field, words in zip(self.anchors(), plan.anchors, strict=True):
            field.data = words

    def plan(self) -> CriterionPlan:
        return CriterionPlan(
            title=self.title.data.strip(),
            weight=self.weight.data,
            anchors=tuple(field.data.strip() for field in self.anchors()),
            feedback=(self.feedback.data or "").strip(),
            question_key=self.question.data or None,
        )


for _points in range(1, MOST_POINTS + 1):
    _words = f"{_points} point{'' if _points == 1 else 's'}"
    _field = StringField(
        _words, widget=GovTextInput(),
        validators=[written(f"Say what {_words} look{'s' if _points == 1 else ''} like"), Length(max=200)],
    )  # fmt: skip
    setattr(CriterionForm, f"anchor_{_points}", _field)

if set(KINDS) != set(OWN_KINDS):
    raise RuntimeError("a kind of question has no words")
