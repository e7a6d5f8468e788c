"""A saved view's name, and who sees it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovTextInput
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

LONGEST_NAME = 40


def _plain(typed: str | None) -> str:
    """Without what cannot be shown, and without spaces around or doubled."""
    return " ".join("".join(char if char.isprintable() else " " for char in typed or "").split())


class ViewForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Name of this view",
        widget=GovTextInput(),
        filters=[_plain],
        validators=[
            DataRequired("Enter a name"),
            Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters"),
        ],
    )
    shared = BooleanField("Share it with everybody who works on applications", widget=GovCheckboxInput())
