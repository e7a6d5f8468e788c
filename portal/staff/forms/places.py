"""What planners say about places in a cohort."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import Field, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from portal.domain.training.board import Target
from portal.domain.training.rules import REMOVE_REASONS, TRANSFER_REASONS
from portal.web.fields import DayField
from portal.web.wording import day, plural

NOW, ASK = "now", "ask"


class WhoField(Field):  # type: ignore[misc]
    """The people who are ticked: as many values of one name as there are."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = list(dict.fromkeys(valuelist))

    @property
    def chosen(self) -> list[str]:
        return self.data or []


class EnrolForm(FlaskForm):  # type: ignore[misc]
    """Whether the place is theirs at once, or kept until they say yes."""

    who = WhoField("Who")
    how = RadioField(
        "When is the place theirs?",
        widget=GovRadioInput(),
        default=NOW,
        choices=[
            SelectChoice(NOW, "At once: they have accepted the course already"),
            SelectChoice(ASK, "Once they confirm it, by a day you choose"),
        ],
        validators=[InputRequired("Choose when the place is theirs")],
    )
    until = DayField("Confirm by", validators=[Optional()])


class StartForm(FlaskForm):  # type: ignore[misc]
    who = WhoField("Who")


class TransferForm(FlaskForm):  # type: ignore[misc]
    cohort = RadioField(
        "Which cohort?", widget=GovRadioInput(), validators=[InputRequired("Choose the cohort they go to")]
    )
    reason = RadioField(
        "Why?",
        widget=GovRadioInput(),
        choices=[SelectChoice(code, words) for code, words in TRANSFER_REASONS.items()],
        validators=[InputRequired("Choose why they go to another cohort")],
    )

    def offer(self, targets: Sequence[Target]) -> None:
        """A full one is among them, and says so."""
        self.cohort.choices = [SelectChoice(str(each.id), _words(each)) for each in targets]


def _words(target: Target) -> str:
    left = f"{plural(target.left, 'place')} left" if target.left else "full"
    return f"{target.name}, from {day(target.begins)}: {left}"


class RemoveForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why?",
        widget=GovRadioInput(),
        choices=[SelectChoice(code, words) for code, words in REMOVE_REASONS.items()],
        validators=[InputRequired("Choose why they no longer have a place")],
    )
