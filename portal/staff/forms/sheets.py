"""An interview's score sheet, the campaign's questions, and deciding on what the panels agreed."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea, GovTextInput
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.interviews.models import Recommendation
from portal.domain.interviews.questions import Asked
from portal.domain.interviews.reopenings import MOST_REASON
from portal.domain.interviews.writing import MOST_POINTS, RECOMMENDATION_WORDS, Given, Written
from portal.staff.forms.casework import DecideForm, VersionField
from portal.staff.forms.shortlisting import RELATIONS, SELF

POINTS = {str(each): each for each in range(1, MOST_POINTS + 1)}
# What the points mean, whatever the question: beside it stands what a strong answer has.
ANCHORS = ("None of it", "A little of it", "Enough of it", "Most of it", "All of it")


class SheetForm(FlaskForm):  # type: ignore[misc]
    """A whole sheet, for each question points (p…) and words (w…). `version`: of the sheet the page showed."""

    version = VersionField()
    recommendation = RadioField(
        "What do you recommend?",
        choices=[SelectChoice(key.value, words) for key, words in RECOMMENDATION_WORDS.items()],
        validate_choice=False,
    )
    words = TextAreaField("In all")

    def written(self, questions: Sequence[Asked]) -> Written:
        """What was sent; what is no choice was not chosen."""
        marks = {
            each.id: Given(POINTS.get(self[f"p{each.id}"].data or ""), self[f"w{each.id}"].data or "")
            for each in questions
        }
        chosen = self.recommendation.data
        recommended = Recommendation(chosen) if chosen in {each.value for each in Recommendation} else None
        return Written(marks, recommended, self.words.data or "")

    def show(self, written: Written, version: int, questions: Sequence[Asked]) -> None:
        """The sheet as it is kept."""
        for each in questions:
            given = written.given(each.id)
            self[f"p{each.id}"].data = str(given.points) if given.points else None
            self[f"w{each.id}"].data = given.words
        self.recommendation.data = written.recommendation.value if written.recommendation else None
        self.words.data, self.version.data = written.words, version


def sheet_form(questions: Sequence[Asked]) -> SheetForm:
    """A form with points and words for each question."""

    class Made(SheetForm):
        pass

    for each in questions:
        choices = [SelectChoice(key, key) for key in POINTS]
        setattr(Made, f"p{each.id}", RadioField(each.text, choices=choices, validate_choice=False))
        setattr(Made, f"w{each.id}", TextAreaField(each.text))
    return Made()


class OutcomeForm(DecideForm):
    """What is decided from an agreed sheet; `agreed`: when the one the page showed was."""

    agreed = HiddenField()


class ReopenForm(FlaskForm):  # type: ignore[misc]
    """Why an agreed sheet is opened again. `version`: of the sheet the page showed."""

    most = str(MOST_REASON)  # characters
    version = VersionField()
    why = TextAreaField(
        "What is wrong with it?",
        description="Your panel and the recruiters see this. It is kept with what you had agreed.",
        widget=GovTextArea(),
    )


class AsideForm(FlaskForm):  # type: ignore[misc]
    """How somebody knows the applicant."""

    relation = RadioField(
        "How do you know them?",
        widget=GovRadioInput(),
        choices=[SelectChoice(key.value, label) for key, label in (RELATIONS | SELF).items()],
        validators=[InputRequired("Choose how you know them")],
    )


class InterviewQuestionForm(FlaskForm):  # type: ignore[misc]
    """`seen`: the mark of the words the page showed; `used`: that a sheet had used them."""

    seen = HiddenField()
    used = HiddenField()
    text = StringField("The question", widget=GovTextInput())
    looks_for = TextAreaField(
        "What a strong answer has (optional)",
        description="One thing on each line. Panels see it beside the question; applicants do not.",
        widget=GovTextArea(),
    )

    def show(self, asked: Asked, *, keep: bool = False) -> None:
        """What stands now, beside what was typed when that is kept."""
        self.seen.data, self.used.data = asked.mark, "1" if asked.used else ""
        if not keep:
            self.text.data, self.looks_for.data = asked.text, asked.looks_for
