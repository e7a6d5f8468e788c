"""What an applicant writes to us. It checks its own token: a page open too long comes back with everything typed."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextArea
from wtforms import TextAreaField
from wtforms.validators import InputRequired


class MessageForm(FlaskForm):  # type: ignore[misc]
    body = TextAreaField("Your message", widget=GovTextArea(), validators=[InputRequired("Enter your message")])

    @property
    def forged(self) -> bool:
        return "csrf_token" in self.errors
