"""What the eligibility check asks: a date of birth, a postcode, hours and training days. Nothing is kept.

The page is a stranger's: the origin check protects it, so the form carries no token.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from wtforms import Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from portal.domain.campaigns.models import District
from portal.domain.campaigns.rules import Terms, age_on
from portal.public.words import counted
from portal.services.postcodes import normalise
from portal.web.fields import DayField

ALL, MOST, NONE = "all", "most", "none"


class CheckForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    date_of_birth = DayField(
        "When were you born?", impossible="Enter a real date of birth", description="For example, 27 3 1990"
    )
    postcode = StringField(
        "What is your postcode?",
        description="It tells us your district.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your postcode"), Length(max=20, message="Enter a whole postcode")],
    )
    district = RadioField("Which district do you live in?", widget=GovRadioInput(), choices=[], validate_choice=False)
    hours = RadioField("", widget=GovRadioInput(), choices=[], validate_choice=False)
    weekends = RadioField("", widget=GovRadioInput(), choices=[], validate_choice=False)

    def __init__(self, terms: Terms, today: date, oldest: int, **options: Any) -> None:
        super().__init__(**options)
        self._today, self._oldest = today, oldest
        self.hours.label.text = f"Can you give {terms.hours_a_month} hours a month?"
        self.hours.description = "Evenings and weekends count."
        self.hours.choices = [SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
        self.weekends.label.text = f"Can you come to the {counted(terms.training_days, 'training day')}?"
        self.weekends.choices = _weekend_choices(terms)
        if not terms.hours_a_month:
            del self.hours
        if not terms.training_days:
            del self.weekends

    def validate_date_of_birth(self, field: Field) -> None:
        if field.data is None:
            raise ValidationError("Enter your date of birth")
        if field.data > self._today:
            raise ValidationError("Your date of birth must be in the past")
        if age_on(field.data, self._today) > self._oldest:
            raise ValidationError("Check the year you were born, with all four figures")

    def validate_postcode(self, field: Field) -> None:
        if normalise(field.data) is None:
            raise ValidationError("Enter a whole postcode, like ME14 1XQ")

    def validate_hours(self, field: Field) -> None:
        _chosen(field, "Say whether you can give the hours")

    def validate_weekends(self, field: Field) -> None:
        _chosen(field, "Say whether you can come to the training days")

    @property
    def born(self) -> date:
        """The date of birth, once the form was found valid."""
        born = self.date_of_birth.data
        if born is None:
            raise ValueError("ask for the date of birth first")
        return born

    def offer(self, districts: Sequence[District]) -> None:
        """Gives the choice of district; what was chosen for another postcode no longer counts."""
        self.district.choices = [SelectChoice(str(district.id), district.name) for district in districts]
        if self.district.data not in {str(district.id) for district in districts}:
            self.district.data = None

    def chosen(self, districts: Sequence[District]) -> frozenset[int]:
        """The district chosen; every possible one where no choice is needed."""
        if self.district.data:
            return frozenset({int(self.district.data)})
        return frozenset(district.id for district in districts)

    def answer(self, name: str) -> str:
        """A choice as it was sent; nothing where it was not asked."""
        return str(self[name].data or "") if name in self else ""


def _chosen(field: Field, message: str) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(message)


def _weekend_choices(terms: Terms) -> list[SelectChoice]:
    choices = [SelectChoice(ALL, "Yes, to all of them"), SelectChoice(NONE, "No")]
    if terms.may_miss_weekends:
        missed = counted(terms.may_miss_weekends, "weekend")
        choices.insert(1, SelectChoice(MOST, f"To most: I would miss {missed} at most"))
    return choices
