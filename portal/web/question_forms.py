"""A form made of the questions asked on one page. What is wrong with an answer, the rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, StringField

from portal import clock
from portal.domain.applications.sections import Value, applying, date_boxes, date_typed, problem_with
from portal.domain.campaigns.models import QuestionKind
from portal.domain.campaigns.questions import Asked

YES, NO = "yes", "no"
SHOWN = "shown"  # a hidden field for each question on the page that hangs on another


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
    """`possible` may be asked on this page; `asked` are those that the answers lead to now; `appeared` are those of
    them that were not on the page when it was sent, so that nobody has had the chance to answer them."""

    possible: Sequence[Asked] = ()
    asked: Sequence[Asked] = ()
    given: Sequence[Asked] = ()  # those whose answers it brings
    appeared: Sequence[Asked] = ()

    def ask(self, values: Mapping[str, Value], shown: Sequence[str] | None) -> None:
        """Decides what is asked from the answers so far and those typed here. `shown`: which of the questions that
        hang on another were on the page; none when it was not sent."""
        here = [each for each in self.possible if shown is None or each.when is None or each.key in shown]
        self.given = tuple(here)
        self.asked = applying(self.possible, {**values, **(self.values() if shown is not None else {})})
        self.appeared = [each for each in self.asked if each not in here]

    def validate(self, extra_validators: Any = None) -> bool:
        """The token, then each answer by the rules that submission uses."""
        fine: bool = super().validate(extra_validators)
        for each in self.asked:
            if each in self.appeared:
                continue
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
        return {each.key: self.value_of(each) for each in self.given}


def question_form(
    possible: Sequence[Asked], values: Mapping[str, Value], sent: MultiDict[str, str] | None = None
) -> QuestionForm:
    """The form for one page's questions with the answers so far, or with what was `sent` in their place."""
    fields: dict[str, Any] = {each.key: _field(each) for each in possible}
    made = type("Questions", (QuestionForm,), {**fields, "possible": tuple(possible), "given": tuple(possible)})
    data = {each.key: _shown(each, values.get(each.key)) for each in possible}
    form: QuestionForm = made(data=data, formdata=sent)
    form.ask(values, sent.getlist(SHOWN) if sent is not None else None)
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
