"""What an applicant tells vetting. These forms check their own token: a page open too long keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.clearances.changes import Kind
from portal.domain.clearances.declaring import MORE, QUESTIONS, Given
from portal.domain.clearances.models import DeclarationKind
from portal.web.question_forms import ChoiceField


class _Kept(FlaskForm):  # type: ignore[misc]
    @property
    def forged(self) -> bool:
        return "csrf_token" in self.errors


class DeclarationForm(_Kept):
    """The questions of one declaration, made by `declaration_form`."""

    def given(self, kind: DeclarationKind) -> Given:
        return Given.of(kind, {name: field.data or "" for name, field in self._fields.items()})

    def show_missing(self, missing: Mapping[str, str]) -> None:
        for name, words in missing.items():
            self[name].errors = [words]


def declaration_form(kind: DeclarationKind, given: Given, **sent: MultiDict[str, str] | None) -> DeclarationForm:
    """The form of a declaration, filled with what was given so far. `formdata` takes the place of what was sent."""
    fields: dict[str, Any] = {}
    for question in QUESTIONS[kind]:
        fields[question.key] = ChoiceField(question.label)
        fields[question.key + MORE] = StringField(question.more)
    made: type[DeclarationForm] = type("Declaring", (DeclarationForm,), fields)
    return made(data=given.fields(), **sent)


class SendForm(FlaskForm):  # type: ignore[misc]
    """`shown`: the draft that the page showed, by when it was saved."""

    shown = HiddenField()


class StatementForm(_Kept):
    text = TextAreaField(
        "What do you want to add?", widget=GovTextArea(), validators=[InputRequired("Write what you want to add")]
    )


class AnswerForm(_Kept):
    answer = TextAreaField("Your answer", widget=GovTextArea(), validators=[InputRequired("Write your answer")])


class AppealForm(_Kept):
    text = TextAreaField(
        "Why do you think it was wrong?",
        description="Tell us what we may not know. Somebody who took no part in the decision reads it.",
        widget=GovTextArea(),
        validators=[InputRequired("Write why you think it was wrong")],
    )


class ChangeForm(_Kept):
    kind = RadioField(
        "What has changed?", widget=GovRadioInput(), validators=[InputRequired("Choose what has changed")]
    )
    text = TextAreaField(
        "Tell us about it",
        description="A few sentences are enough. Up to 4,000 characters.",
        widget=GovTextArea(),
        validators=[InputRequired("Write what has changed")],
    )

    def offer(self, kinds: Sequence[Kind]) -> None:
        self.kind.choices = [SelectChoice(kind.code, kind.label) for kind in kinds]
