"""Choosing a time, moving it, giving it up, waiting for one, asking for another."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms import HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from portal.domain.interviews.rules import REASON_WORDS, ChangeReason

AGAIN, FOR_GOOD = "again", "for_good"
DAY = "day-"  # before a session's number: any time of that day


def number_of(typed: Any) -> int:
    """A row's number as a page sent it; 0, which is nobody's, for anything else."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class _Seen(FlaskForm):  # type: ignore[misc]
    seen = HiddenField()

    @property
    def version(self) -> int | None:
        """What the page showed; none for a page that does not say."""
        return number_of(self.seen.data) or None


class ChooseForm(_Seen):
    slot = RadioField(
        "Time", coerce=number_of, choices=[], validate_choice=False, validators=[InputRequired("Choose a time")]
    )


class MoveForm(ChooseForm):
    reason = RadioField(
        "Why do you need to move it?",
        description="It helps us to plan better days.",
        widget=GovRadioInput(),
        choices=[SelectChoice(reason.value, words) for reason, words in REASON_WORDS.items()],
        validators=[Optional()],
    )

    @property
    def why(self) -> ChangeReason | None:
        return ChangeReason(self.reason.data) if self.reason.data else None


class CancelForm(_Seen):
    then = RadioField(
        "What would you like to happen next?",
        widget=GovRadioInput(),
        choices=[
            SelectChoice(AGAIN, "I want to choose another time"),
            SelectChoice(FOR_GOOD, "I do not want another time"),
        ],
        validators=[InputRequired("Choose what you would like to happen next")],
    )
    reason = RadioField(
        "Why can you not come?",
        description="It helps us to plan better days.",
        widget=GovRadioInput(),
        choices=[SelectChoice(reason.value, words) for reason, words in REASON_WORDS.items()],
        validators=[Optional()],
    )

    @property
    def why(self) -> ChangeReason | None:
        return ChangeReason(self.reason.data) if self.reason.data else None


class WaitForm(FlaskForm):  # type: ignore[misc]
    wait = SelectMultipleField("Times", choices=[], validate_choice=False)

    @property
    def slots(self) -> list[int]:
        return [number_of(each) for each in self.wait.data or [] if not each.startswith(DAY)]

    @property
    def days(self) -> list[int]:
        return [number_of(each.removeprefix(DAY)) for each in self.wait.data or [] if each.startswith(DAY)]


class OtherTimeForm(FlaskForm):  # type: ignore[misc]
    words = TextAreaField(
        "When could you come?",
        widget=GovTextArea(),
        validators=[InputRequired("Tell us which days and times you could come")],
    )
