"""Steps before an appointment, powers given and withdrawn, certificates withdrawn, the agreement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea, GovTextInput
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.domain.attendance import completing
from portal.domain.volunteers.agreements import LONGEST as LONGEST_AGREEMENT
from portal.domain.volunteers.agreements import AgreementTooLong
from portal.domain.volunteers.models import Power, StepKind
from portal.domain.volunteers.powers import LONGEST, WITHDRAW_REASONS, LimitsTooLong, PowerWish
from portal.domain.volunteers.steps import LONGEST_NUMBER, NumberTooLong
from portal.web.fields import DayField


def _radios(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(code, label) for code, label in words.items()]


class StepForm(FlaskForm):  # type: ignore[misc]
    """One step done. The number is asked for identification alone, where the domain insists on it."""

    done_on = DayField("On which day?", validators=[InputRequired("Enter the day")])
    number = StringField(
        "Number on the card",
        description="Kept sealed. It is shown on their page to those who see volunteers.",
        widget=GovTextInput(),
        validators=[Length(max=LONGEST_NUMBER, message=NumberTooLong.message)],
    )

    def __init__(self, kind: StepKind, today: date | None = None) -> None:
        super().__init__()
        if kind is not StepKind.IDENTIFICATION:
            del self.number
        if today is not None and not self.is_submitted():
            self.done_on.raw_data = [str(today.day), str(today.month), str(today.year)]

    @property
    def card(self) -> str:
        return self.number.data or "" if "number" in self else ""


class AppointForm(FlaskForm):  # type: ignore[misc]
    """Only the token: the page says who becomes what."""


class GrantForm(FlaskForm):  # type: ignore[misc]
    power = RadioField("Which power?", widget=GovRadioInput(), validators=[InputRequired("Choose a power")])
    limits = TextAreaField(
        "Its limits",
        description="The usual ones, where you leave this empty.",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST, message=LimitsTooLong.message)],
    )
    starts_on = DayField("From", validators=[InputRequired("Enter the first day")])
    ends_on = DayField("Until (optional)", description="The last day counts. Left empty, it lasts as long as vetting.")

    def offer(self, powers: Sequence[Power], today: date) -> None:
        self.power.choices = [SelectChoice(str(each.id), each.title) for each in powers]
        self._usual = {str(each.id): each.limits for each in powers}
        if not self.is_submitted():
            self.starts_on.raw_data = [str(today.day), str(today.month), str(today.year)]

    def wish(self, starts_on: date) -> PowerWish:
        limits = (self.limits.data or "").strip() or self._usual[self.power.data]
        return PowerWish(int(self.power.data), starts_on, self.ends_on.data, limits)


class WithdrawPowerForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why is it withdrawn?",
        widget=GovRadioInput(),
        choices=_radios(WITHDRAW_REASONS),
        validators=[InputRequired("Choose why it is withdrawn")],
    )
    on = DayField("From which day?", description="From that day on they do not hold it.",
                  validators=[InputRequired("Enter the day")])  # fmt: skip

    def show(self, today: date) -> None:
        if not self.is_submitted():
            self.on.raw_data = [str(today.day), str(today.month), str(today.year)]


class WithdrawCertificateForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why is it withdrawn?",
        widget=GovRadioInput(),
        choices=_radios(completing.WITHDRAW_REASONS),
        validators=[InputRequired("Choose why it is withdrawn")],
    )


class AgreementForm(FlaskForm):  # type: ignore[misc]
    body = TextAreaField(
        "The agreement",
        description="A line beginning “# ” is a heading, one beginning “- ” an item of a list.",
        widget=GovTextArea(),
        validators=[
            InputRequired("Write the agreement"),
            Length(max=LONGEST_AGREEMENT, message=AgreementTooLong.message),
        ],
    )
