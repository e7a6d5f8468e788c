"""A certificate's code, and its file, from whoever wants to know whether it is ours: no token, no session."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovTextInput
from wtforms import FileField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain.attendance.verifying import LONGEST_TYPED


class CodeForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    code = StringField(
        "The certificate's code",
        description="Four groups of five letters and digits, beside the square code.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code"), Length(max=LONGEST_TYPED, message="That is longer than any code")],
    )


class CompareForm(FlaskForm):  # type: ignore[misc]
    """Only drawn: the file itself is read as a stream."""

    class Meta:
        csrf = False

    file = FileField(
        "Choose the file",
        description="The PDF you were given. We compare it and keep nothing of it.",
        widget=GovFileInput(),
    )


class AcceptAgreementForm(FlaskForm):  # type: ignore[misc]
    """Only the token, and which version was read."""

    agreement = StringField(validators=[InputRequired()])
