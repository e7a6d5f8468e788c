"""The cookie choice. A stranger's form: the origin check protects it, so it carries no token."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired


class CookieForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    choice = RadioField(
        "If we ever add cookies that are not needed, may we set them?",
        widget=GovRadioInput(),
        choices=[SelectChoice("essential", "No, only what is needed"), SelectChoice("all", "Yes, you may")],
        validators=[InputRequired("Choose yes or no")],
    )
