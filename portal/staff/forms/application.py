"""What staff say when they have contact details shown, or put an address right."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.domain.applications.viewing import PURPOSE_WORDS
from portal.domain.journeys.correcting_address import REASON_WORDS


class RevealForm(FlaskForm):  # type: ignore[misc]
    purpose = RadioField(
        "Why do you need their contact details?",
        choices=[SelectChoice(purpose.value, words) for purpose, words in PURPOSE_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Say why you need their contact details")],
        validate_choice=True,
    )


class AddressForm(FlaskForm):  # type: ignore[misc]
    email = StringField(
        "New e-mail address",
        description="They sign in with it and we write to it. We tell the old address too.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter their new e-mail address"), Length(max=254)],
    )
    reason = RadioField(
        "Why does it change?",
        choices=[SelectChoice(reason.value, words) for reason, words in REASON_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Say why the address changes")],
    )
