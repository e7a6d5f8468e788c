"""What a trainer fills in beside the register's rows."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from portal.domain.attendance.notes import LONGEST
from portal.domain.attendance.words import WHYS
from portal.staff.forms.interviews import Whole

TOO_LONG = f"Use {LONGEST:,} characters or fewer"
MOST = 600  # minutes; the day's own length is asked by the rule


class WhyMixin:
    """Why something is entered after its day."""

    why = SelectField(
        "This day is over. Why do you enter it now?",
        widget=GovSelect(),
        choices=[SelectChoice("", "Choose why"), *(SelectChoice(*each) for each in WHYS.items())],
        validators=[Optional()],
    )

    @property
    def given_why(self) -> str | None:
        return self.why.data or None


class OneForm(WhyMixin, FlaskForm):  # type: ignore[misc]
    """Minutes of one person. `seen` is the version of the mark the page showed."""

    late = Whole("Minutes late", widget=GovTextInput(), validators=[Optional(), NumberRange(0, MOST)])
    left = Whole("Minutes left early", widget=GovTextInput(), validators=[Optional(), NumberRange(0, MOST)])
    seen = HiddenField()
    key = HiddenField()


class DayNoteForm(FlaskForm):  # type: ignore[misc]
    text = TextAreaField(
        "Note of the day",
        widget=GovTextArea(),
        description="What colleagues should know of the day. Nothing about anybody's health.",
        validators=[
            DataRequired("Write it first"),
            Length(max=LONGEST, message=TOO_LONG),
        ],
    )
    key = HiddenField(id="note-key")


class WalkInForm(FlaskForm):  # type: ignore[misc]
    walk_in_name = StringField(
        "Their name, and how to reach them",
        widget=GovTextInput(),
        validators=[DataRequired("Write their name"), Length(max=200, message="Use 200 characters or fewer")],
    )
    key = HiddenField(id="walk-in-key")


class SubstituteForm(FlaskForm):  # type: ignore[misc]
    staff_id = SelectField(
        "Who stands in",
        widget=GovSelect(),
        description="They see this day's register and nothing else of the cohort.",
        coerce=int,
    )

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        self.staff_id.choices = [SelectChoice(0, "Choose a trainer"), *(SelectChoice(*each) for each in people)]


class CodeForm(WhyMixin, FlaskForm):  # type: ignore[misc]
    code = StringField(
        "Their code",
        widget=GovTextInput(),
        description="Six letters and numbers, like K7M-4QD",
        validators=[DataRequired("Type the code"), Length(max=60, message="That is no code of ours")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
