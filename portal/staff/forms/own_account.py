"""What a member of staff may change about their own account."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain.accounts.passwords import LONGEST
from portal.staff.forms.sign_in import ChooseForm


class ChangePasswordForm(ChooseForm):
    class Meta:
        csrf = True

    current = PasswordField(
        "Your password now",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter the password you use now"), Length(max=LONGEST)],
    )


class AddPasskeyForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Name of this device",
        description="So that you know it again, like Work laptop.",
        widget=GovTextInput(),
        validators=[InputRequired("Give this device a name"), Length(max=60)],
    )
    answer = HiddenField(validators=[InputRequired("This browser did not answer. Try again.")])
