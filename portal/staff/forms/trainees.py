"""What trainers fill in about one trainee: a time alone, written work, an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal import clock
from portal.domain.attendance.ledger import LONGEST_PLACE, LONGEST_WORDS
from portal.domain.attendance.models import Result
from portal.web.written import WrittenDay, WrittenTime

Pairs = Sequence[tuple[str, str]]
RESULTS = {Result.PASSED.value: "Passed", Result.NOT_YET.value: "Not yet"}


def whole(text: object) -> int:
    """A number a page sent along; 0 for anything else."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class AloneForm(FlaskForm):  # type: ignore[misc]
    """A time with a trainer alone."""

    module = SelectField("Module", widget=GovSelect(), validators=[InputRequired("Choose a module")])
    on = WrittenDay("Day", description="Like 5 June 2018", validators=[InputRequired("Enter a day")])
    at = WrittenTime("Time", description="Like 6pm", validators=[InputRequired("Enter a time")])
    place = StringField("Where", default="", widget=GovTextInput(), validators=[Length(max=LONGEST_PLACE)])
    trainer = SelectField("Trainer", widget=GovSelect(), validators=[InputRequired("Choose a trainer")])

    def offer(self, modules: Pairs, trainers: Pairs) -> None:
        self.module.choices = [SelectChoice(*each) for each in modules]
        self.trainer.choices = [SelectChoice(*each) for each in trainers]

    @property
    def starts_at(self) -> datetime:
        return clock.from_london(datetime.combine(self.on.data, self.at.data))


class WorkForm(FlaskForm):  # type: ignore[misc]
    """Written work; without a day it is due as the setting says."""

    module = SelectField("Module", widget=GovSelect(), validators=[InputRequired("Choose a module")])
    due = WrittenDay("Due on", description="Empty: in the usual time")

    def offer(self, modules: Pairs) -> None:
        self.module.choices = [SelectChoice(*each) for each in modules]


class AssessmentForm(FlaskForm):  # type: ignore[misc]
    # What a page offered before an attempt was recorded may still be sent: the domain knows a second click.
    module = SelectField(
        "Module", widget=GovSelect(), validators=[InputRequired("Choose a module")], validate_choice=False
    )
    result = SelectField("Result", widget=GovSelect(), validators=[InputRequired("Choose how it went")])
    on = WrittenDay("Assessed on", validators=[InputRequired("Enter a day")])
    words = TextAreaField(
        "What to work on", default="", description="The trainee reads this.", widget=GovTextArea(),
        validators=[Length(max=LONGEST_WORDS * 2)],
    )  # fmt: skip

    def offer(self, modules: Pairs) -> None:
        """`modules`: code and attempts so far, joined: a second click is known by what the page showed."""
        self.module.choices = [SelectChoice("", "Choose a module"), *(SelectChoice(*each) for each in modules)]
        chosen = [SelectChoice(*each) for each in RESULTS.items()]
        self.result.choices = [SelectChoice("", "Choose how it went"), *chosen]


class BackForm(FlaskForm):  # type: ignore[misc]
    """Until when handed-back work is due."""

    due = WrittenDay("Due again on", validators=[InputRequired("Enter a day")])
    seen = HiddenField()
