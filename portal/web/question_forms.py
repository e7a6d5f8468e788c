"""A form made of the questions asked on one page. What is wrong with an answer, the rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, StringField

from portal import clock
from portal.domain.applications.sections import Value, date_boxes, date_typed, problem_with
from portal.domain.campaigns.models import QuestionKind
from portal.domain.campaigns.questions import Asked

YES, NO = "yes", "no"


class DateField(Field):  # type: ignore[misc]
    """Three boxes of one name, kept as a date or as they were typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            day, month, year = [*valuelist, "", "", ""][:3]
            self.data = date_typed(day, month, year)

    @property
    def boxes(self) -> tuple[str, str, str]:
        return date_boxes(self.data)


class ChoiceField(Field):  # type: ignore[misc]
    """One of several. Browsers send nothing while none is chosen."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class ChoicesField(Field):  # type: ignore[misc]
    """Boxes to tick. None ticked is an answer too, and browsers then send nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(valuelist)


class QuestionForm(FlaskForm):  # type: ignore[misc]
    asked: Sequence[Asked] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """The token, then each answer by the rules that submission uses."""
        fine: bool = super().validate(extra_validators)
        for each in self.asked:
            problem = problem_with(each, self.value_of(each), clock.today())
            if problem is not None:
                self[each.key].errors = [problem]
                fine = False
        return fine

    @property
    def forged(self) -> bool:
        """The token is missing or another session's."""
        return "csrf_token" in self.errors

    def value_of(self, each: Asked) -> Value:
        data = self[each.key].data
        if each.kind is QuestionKind.YES_NO:
            if each.confirm:
                return True if data else ""
            return {YES: True, NO: False}.get(data, "")
        return data if isinstance(data, list) else str(data or "")

    def values(self) -> dict[str, Value]:
        """Every answer on this page as it was given."""
        return {each.key: self.value_of(each) for each in self.asked}


def question_form(asked: Sequence[Asked], values: Mapping[str, Value], **given: Any) -> QuestionForm:
    """The form for these questions with the answers so far; `formdata` overrides what was posted."""
    fields: dict[str, Any] = {each.key: _field(each) for each in asked}
    made = type("Questions", (QuestionForm,), {**fields, "asked": tuple(asked)})
    data = {each.key: _shown(each, values.get(each.key)) for each in asked}
    form: QuestionForm = made(data=data, **given)
    return form


def _field(each: Asked) -> Any:
    if each.kind is QuestionKind.DATE:
        return DateField(each.label)
    if each.kind is QuestionKind.CHOICES:
        return ChoicesField(each.label)
    if each.confirm:
        return BooleanField(each.label)
    if each.kind in {QuestionKind.YES_NO, QuestionKind.CHOICE, QuestionKind.DISTRICT}:
        return ChoiceField(each.label)
    return StringField(each.label)


def _shown(each: Asked, value: Value | None) -> Any:
    if each.kind is QuestionKind.YES_NO and not each.confirm:
        return {True: YES, False: NO}.get(value) if isinstance(value, bool) else None
    return value
