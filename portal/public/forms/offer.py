"""What an offer asks: nothing but a yes, why not, which later course; and until when to wait."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.campaigns.models import Campaign
from portal.domain.offers.courses import first_day
from portal.domain.offers.rules import DECLINE_WORDS
from portal.web.fields import DayField
from portal.web.wording import day_month

NEXT = "next"


class AcceptForm(FlaskForm):  # type: ignore[misc]
    """Only the token: the page says what is accepted."""


class DeclineForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why not?",
        description="It helps us to do better. It changes nothing for you.",
        widget=GovRadioInput(),
        choices=[SelectChoice(reason.value, words) for reason, words in DECLINE_WORDS.items()],
        validators=[InputRequired("Choose a reason, or choose that you would rather not say")],
    )


class LaterForm(FlaskForm):  # type: ignore[misc]
    """The later courses there are, and whichever comes next."""

    to = RadioField(
        "Which course would suit you?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a course, or choose the next there will be")],
    )

    def offer(self, courses: Sequence[Campaign]) -> None:
        planned = [
            SelectChoice(str(each.id), f"{each.name}, from {day_month(first_day(each))} {first_day(each).year}")
            for each in courses
        ]
        words = "Whichever comes next" if planned else "The next course there will be"
        self.to.choices = [*planned, SelectChoice(NEXT, words)]

    @property
    def course(self) -> int | None:
        return None if self.to.data == NEXT else int(self.to.data)


class PauseForm(FlaskForm):  # type: ignore[misc]
    until = DayField("Until when shall we wait?", validators=[InputRequired("Enter the day until which we shall wait")])
