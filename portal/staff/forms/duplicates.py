"""What a recruiter decides of two who may be one person."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.journeys.joining import FIELDS, Choice, Side

SIDES = [SelectChoice(Side.FIRST.value, "The first"), SelectChoice(Side.SECOND.value, "The second")]


def _side(label: str) -> Any:
    return RadioField(label, choices=SIDES, validators=[InputRequired(f"Choose whose: {label.lower()}")])


class JoinForm(FlaskForm):  # type: ignore[misc]
    email = _side("E-mail address we write to")
    application = _side("Application that goes on")
    name = _side("Name")
    date_of_birth = _side("Date of birth")
    phone = _side("Telephone")
    address = _side("Address")

    @property
    def chosen(self) -> Choice:
        return Choice(
            Side(self.email.data), Side(self.application.data), {name: Side(self[name].data) for name in FIELDS}
        )
