"""What leaving asks: why, as a code; or a plain yes to deleting a draft."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.applications.rules import WITHDRAW_WORDS


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why are you leaving?",
        description="It helps us to do better. It changes nothing for you.",
        widget=GovRadioInput(),
        choices=[SelectChoice(reason.value, words) for reason, words in WITHDRAW_WORDS.items()],
        validators=[InputRequired("Choose a reason, or choose that you would rather not say")],
    )


class DiscardForm(FlaskForm):  # type: ignore[misc]
    """Only the token: the page says what will be lost."""
