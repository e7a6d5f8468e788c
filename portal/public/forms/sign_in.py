"""What sign-in asks: an address, then the code we mailed to it.

Both pages are strangers': the origin check protects them, so the forms carry no token.
"""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import Field, StringField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from portal.domain.accounts.addresses import NotAnAddress, normal_email
from portal.domain.accounts.secrets import CODE_DIGITS


def digits_only(typed: str | None) -> str:
    """People type codes as they read them: `123 456`, `123-456`."""
    return "".join(char for char in typed or "" if char not in " -\u00a0\u2009\t")


class AddressForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    email = StringField(
        "What is your e\u2011mail address?",
        description="We will send you a code to sign in with. You do not need a password.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your e-mail address"), Length(max=254)],
    )

    def validate_email(self, field: Field) -> None:
        try:
            self.normal = normal_email(field.data)
        except NotAnAddress as refusal:
            raise ValidationError(refusal.message) from None


class CodeForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    code = StringField(
        "Check your e\u2011mail",
        widget=GovTextInput(),
        filters=[digits_only],
        validators=[
            InputRequired("Enter the code from the mail"),
            Regexp(rf"^[0-9]{{{CODE_DIGITS}}}$", message=f"The code is {CODE_DIGITS} numbers, like 123456"),
        ],
    )
