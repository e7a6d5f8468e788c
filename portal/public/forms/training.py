"""What a trainee says: which days suit, whom to ring, what helps in class, that they cannot come."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea, GovTextInput
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from portal.domain.applications.sections import is_phone
from portal.domain.attendance.beforehand import AWAY_WORDS
from portal.domain.training.contacts import Contact
from portal.public.forms.interview import number_of

ALL, SOME, NONE = "all", "some", "none"


class PlaceForm(FlaskForm):  # type: ignore[misc]
    """Only the token: the page says what is taken or given up."""


class DaysForm(FlaskForm):  # type: ignore[misc]
    suits = RadioField(
        "Can you come to these days?",
        widget=GovRadioInput(),
        choices=[
            SelectChoice(ALL, "Yes, to all of them"),
            SelectChoice(SOME, "To all but some"),
            SelectChoice(NONE, "No, this course does not suit me"),
        ],
        validators=[InputRequired("Choose whether you can come to these days")],
    )
    misses = SelectMultipleField("Which days can you not come to?", coerce=number_of, validate_choice=False)

    def validate_misses(self, field: SelectMultipleField) -> None:
        if self.suits.data == SOME and not field.data:
            raise ValidationError("Choose the days you cannot come to")

    @property
    def missed(self) -> Sequence[int]:
        return list(self.misses.data or []) if self.suits.data == SOME else []


class AwayForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why can you not come?",
        widget=GovRadioInput(),
        choices=[SelectChoice(reason.value, words) for reason, words in AWAY_WORDS.items()],
        validators=[InputRequired("Choose a reason")],
    )
    words = TextAreaField(
        "Is there anything your trainer should know? (optional)", widget=GovTextArea(), validators=[Optional()]
    )


class ContactForm(FlaskForm):  # type: ignore[misc]
    seen = HiddenField()
    name = StringField("Their name", widget=GovTextInput(), validators=[InputRequired("Enter their name")])
    phone = StringField(
        "Their telephone number", widget=GovTextInput(), validators=[InputRequired("Enter their telephone number")]
    )
    relation = StringField(
        "Who are they to you?",
        description="For example partner, mother, neighbour.",
        widget=GovTextInput(),
        validators=[InputRequired("Say who they are to you")],
    )

    def validate_phone(self, field: StringField) -> None:
        if not is_phone(field.data or ""):
            raise ValidationError("Enter a phone number, like 01632 960 001 or 07700 900 982")

    def show(self, contact: Contact | None) -> None:
        self.seen.data = str(contact.version if contact else 0)
        if contact is not None:
            self.name.data, self.phone.data, self.relation.data = contact.name, contact.phone, contact.relation

    @property
    def contact(self) -> Contact:
        return Contact(self.name.data or "", self.phone.data or "", self.relation.data or "", number_of(self.seen.data))


class HelpForm(FlaskForm):  # type: ignore[misc]
    adjustments = TextAreaField(
        "What would help you in class?",
        description="Such as sitting near the door, large print, breaks, a step-free room.",
        widget=GovTextArea(),
        validators=[Optional()],
    )
