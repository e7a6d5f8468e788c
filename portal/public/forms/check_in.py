"""What a trainee sends at the door of a class."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length


class CheckInForm(FlaskForm):  # type: ignore[misc]
    ticket = HiddenField()


class TypedCodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        "Code on the trainer's screen",
        widget=GovTextInput(),
        description="It changes every half minute. Like 12-K7MQ4DXA",
        validators=[DataRequired("Type the code"), Length(max=40, message="That is no code of ours")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
