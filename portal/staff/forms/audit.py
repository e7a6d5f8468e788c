"""Filters of the audit trail. Sent by GET: every filter is in the address."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from portal.domain.audit.models import ActorKind
from portal.domain.audit.sentences import SENTENCES

ANYBODY = {
    ActorKind.STAFF: "Staff",
    ActorKind.APPLICANT: "Applicants",
    ActorKind.SYSTEM: "The service",
    ActorKind.STRANGER: "Strangers",
}


class TrailForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False  # it changes nothing

    who = SelectField(
        "Who",
        default="",
        choices=[SelectChoice("", "Anybody"), *(SelectChoice(kind.value, words) for kind, words in ANYBODY.items())],
    )
    action = SelectField(
        "What",
        default="",
        choices=[
            SelectChoice("", "Anything"),
            *(
                SelectChoice(code, f"{words} ({code})")
                for code, words in sorted(SENTENCES.items(), key=lambda each: each[1])
            ),
        ],
    )
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])
    reference = StringField("Reference", validators=[Length(max=40)])
