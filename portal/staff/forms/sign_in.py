"""What staff sign-in asks. The pages before a session begins carry no token: the origin check protects them."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from portal.domain.accounts.passwords import LONGEST, SHORTEST


class StrangerForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False


class PasswordForm(StrangerForm):
    email = StringField(
        "Work e-mail", widget=GovTextInput(), validators=[InputRequired("Enter your work e-mail"), Length(max=254)]
    )
    password = PasswordField(
        "Password", widget=GovPasswordInput(), validators=[InputRequired("Enter your password"), Length(max=LONGEST)]
    )


class PasskeyForm(StrangerForm):
    answer = HiddenField(validators=[InputRequired()])


class ChooseForm(StrangerForm):
    """A new password, twice: what is typed unseen is easily mistyped."""

    password = PasswordField(
        "New password",
        description=f"{SHORTEST} characters or more. Three or four words do well.",
        widget=GovPasswordInput(),
        validators=[
            InputRequired("Enter a password"),
            Length(max=LONGEST, message=f"Your password must be {LONGEST} characters or fewer"),
        ],
    )
    again = PasswordField(
        "The same password again",
        widget=GovPasswordInput(),
        validators=[
            InputRequired("Enter the password again"),
            EqualTo("password", message="The two passwords are not the same"),
        ],
    )
