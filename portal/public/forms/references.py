"""Naming a referee; and a referee's own pages, which carry no token: the origin check protects a stranger's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovTextArea, GovTextInput
from wtforms import BooleanField, Field, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from portal.domain.accounts.addresses import NotAnAddress, normal_email
from portal.domain.clearances.referee_pages import LONGEST, QUESTIONS
from portal.domain.clearances.references import RELATIONS, Named, Relation


class RefereeForm(FlaskForm):  # type: ignore[misc]
    """One person who is to speak for the applicant. `position` is whose place they take."""

    position = HiddenField()
    name = StringField(
        "Their full name", widget=GovTextInput(), validators=[InputRequired("Enter their name"), Length(max=120)]
    )
    email = StringField(
        "Their e\u2011mail address",
        description="We send them a private link. Check it letter by letter.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter their e-mail address"), Length(max=254)],
    )
    relation = RadioField(
        "Who are they to you?",
        description="Nobody of your family.",
        widget=GovRadioInput(),
        choices=[SelectChoice(each.value, words) for each, words in RELATIONS.items()],
        validators=[InputRequired("Choose who they are to you")],
    )
    years = IntegerField(
        "How many years have they known you?",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a number of years"), NumberRange(0, 99, "Enter a number of years")],
    )
    consent = BooleanField(
        "I have asked this person. They are happy to be written to, and know that I will not see what they write.",
        widget=GovCheckboxInput(),
        validators=[InputRequired("Ask them first, then tick this")],
    )

    def validate_email(self, field: Field) -> None:
        try:
            normal_email(field.data)
        except NotAnAddress as refusal:
            raise ValidationError(refusal.message) from None

    @property
    def place(self) -> int:
        typed = str(self.position.data or "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else 0

    @property
    def named(self) -> Named:
        return Named(self.name.data, self.email.data, Relation(self.relation.data), self.years.data)


class AnswersForm(FlaskForm):  # type: ignore[misc]
    """Both pages of a referee's questions; what is not on the page shown is carried along, so that nothing is kept
    before it is sent and nothing typed is lost."""

    class Meta:
        csrf = False

    def fields_of(self, page: int) -> list[Any]:
        return [self[each.key] for each in QUESTIONS if each.page == page]

    @property
    def given(self) -> dict[str, str]:
        return {each.key: self[each.key].data or "" for each in QUESTIONS}


def answers_form(applicant: str) -> AnswersForm:
    """The form with the applicant's name in its questions."""

    class Asked(AnswersForm):
        pass

    for each in QUESTIONS:
        label = each.label.format(name=applicant)
        if each.choices:
            options: Sequence[SelectChoice] = [SelectChoice(value, words) for value, words in each.choices]
            field: Any = RadioField(label, widget=GovRadioInput(), choices=options, validate_choice=False)
        else:
            field = TextAreaField(label, description=each.hint, widget=GovTextArea(), validators=[Length(max=LONGEST)])
        setattr(Asked, each.key, field)
    return Asked()
