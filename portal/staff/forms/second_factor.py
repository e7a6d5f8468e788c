"""What the second step asks."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Regexp


def closed_up(typed: str | None) -> str:
    """Apps show codes in two halves, and people type them so."""
    return "".join((typed or "").split())


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        "Code from your app",
        widget=GovTextInput(),
        filters=[closed_up],
        validators=[
            InputRequired("Enter the code from your app"),
            Regexp(r"^[0-9]{6}$", message="The code is 6 numbers, like 123456"),
        ],
    )


class RecoveryForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        "Recovery code",
        description="One of the ten codes you saved, like k7m2f-x9q4r. Each works once.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a recovery code"), Length(max=40)],
    )
