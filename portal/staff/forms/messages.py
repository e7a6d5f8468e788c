"""Writing to an applicant, and the wordings one begins from. What the words must be, the action says."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextArea, GovTextInput
from wtforms import DateTimeLocalField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from portal import clock

LONGEST = 20_000  # characters of anything typed; what is too long for a message is shown beside it
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class WordsForm(FlaskForm):  # type: ignore[misc]
    subject = StringField("Subject", default="", widget=GovTextInput(), validators=[Length(max=LONGEST)])
    body = TextAreaField("Message", default="", widget=GovTextArea(), validators=[Length(max=LONGEST)])


class MessageForm(WordsForm):
    template = HiddenField()  # the version of the wording it began from
    send_at = DateTimeLocalField(
        "Hold until",
        description="London time. Leave it empty to send now.",
        format=FORMATS,
        widget=GovTextInput(),
        validators=[Optional()],
    )

    def validate_send_at(self, field: Field) -> None:
        if field.data is not None and clock.from_london(field.data) <= clock.now():
            raise ValidationError("Choose a time to come, or leave it empty to send now")

    @property
    def version_id(self) -> int | None:
        typed = self.template.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


class WordingForm(WordsForm):
    name = StringField("Name", default="", description="What colleagues choose it by.", widget=GovTextInput())
    seen = HiddenField(default="0")  # the number of the version that was edited
    reference = StringField(
        "Try it with", default="", description="The reference of an application you may open.", widget=GovTextInput()
    )

    @property
    def seen_number(self) -> int:
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
