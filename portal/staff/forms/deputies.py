"""Naming a deputy."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.accounts.models import StaffMember
from portal.web.fields import DayField


class DeputyForm(FlaskForm):  # type: ignore[misc]
    deputy = SelectField("Who stands in", widget=GovSelect(), validators=[InputRequired("Choose a colleague")])
    starts_on = DayField("First day", validators=[InputRequired("Enter the first day")])
    ends_on = DayField("Last day", validators=[InputRequired("Enter the last day")])

    def offer(self, people: Sequence[StaffMember]) -> None:
        self.deputy.choices = [
            SelectChoice("", "Choose a colleague"),
            *(SelectChoice(str(person.id), f"{person.name}, {person.team}") for person in people),
        ]
