"""What a trainee fills in to catch up, and to say how a weekend was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal import clock
from portal.domain.attendance.feedback import ASKED, POINTS, Said
from portal.domain.attendance.ledger import LONGEST_WORDS, LONGEST_WORK
from portal.web.written import WrittenDay, WrittenTime


class AloneForm(FlaskForm):  # type: ignore[misc]
    """A time with a trainer, that one of them then takes on."""

    module = RadioField(
        "What would you go through?", widget=GovRadioInput(), validators=[InputRequired("Choose what you missed")]
    )
    on = WrittenDay("Which day?", description="Like 5 June 2018", validators=[InputRequired("Enter a day")])
    at = WrittenTime("What time?", description="Like 6pm", validators=[InputRequired("Enter a time")])

    def offer(self, modules: Sequence[tuple[str, str]]) -> None:
        self.module.choices = [SelectChoice(*each) for each in modules]
        if len(modules) == 1 and not self.module.data:
            self.module.data = modules[0][0]

    @property
    def starts_at(self) -> datetime:
        return clock.from_london(datetime.combine(self.on.data, self.at.data))


class WorkForm(FlaskForm):  # type: ignore[misc]
    work = TextAreaField(
        "What you wrote", default="", widget=GovTextArea(), validators=[Length(max=LONGEST_WORK * 2)]
    )  # fmt: skip


def _points(label: str, low: str, high: str) -> RadioField:
    words = {1: f"1, {low}", 5: f"5, {high}"}
    return RadioField(
        label, widget=GovRadioInput(), validators=[InputRequired("Choose a number from 1 to 5")],
        choices=[SelectChoice(str(number), words.get(number, str(number))) for number in POINTS],
    )  # fmt: skip


class FeedbackForm(FlaskForm):  # type: ignore[misc]
    clear = _points("How clear was it?", "not clear", "very clear")
    pace = _points("Was the pace right?", "too slow", "too fast")
    useful = _points("How useful was it?", "not useful", "very useful")
    remarks = TextAreaField(
        "Anything else?", default="", description="Trainers read this. Leave out names, yours too.",
        widget=GovTextArea(), validators=[Length(max=LONGEST_WORDS * 2)],
    )  # fmt: skip

    @property
    def said(self) -> Said:
        clear, pace, useful = (int(self[name].data) for name in ASKED)
        return Said(clear, pace, useful, self.remarks.data or "")
