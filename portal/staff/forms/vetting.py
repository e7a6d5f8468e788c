"""What vetting and liaison officers say about one application. Several forms stand on a page: each has its prefix."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.clearances.changes import Kind
from portal.domain.clearances.criteria import ANSWER_WORDS
from portal.domain.clearances.vetting_rules import LEVELS
from portal.staff.forms.casework import VersionField
from portal.web.fields import DayField


class StepForm(FlaskForm):  # type: ignore[misc]
    """A step that needs no words. `version` is the case's that the page showed."""

    version = VersionField()


class LevelForm(StepForm):
    level = SelectField(
        "Level", choices=[SelectChoice(*each) for each in LEVELS.items()], widget=GovSelect(), validate_choice=True
    )


class QuestionForm(StepForm):
    question = TextAreaField(
        "Question to the applicant",
        description="They read it here once they have signed in. Their mail says only that there is one.",
        widget=GovTextArea(),
        validators=[InputRequired("Write the question")],
    )


class ClearForm(StepForm):
    expires_on = DayField("Holds until", description="Leave all three empty for the usual time.")


class WhyForm(StepForm):
    why = TextAreaField(
        "Why",
        description="Sealed. Vetting alone reads it: whoever confirms it, and whoever decides an appeal.",
        widget=GovTextArea(),
        validators=[InputRequired("Write why, for whoever confirms it and for an appeal")],
    )


class AppealDecisionForm(StepForm):
    decision = RadioField(
        "What do you decide?",
        choices=[SelectChoice("uphold", "They pass after all"), SelectChoice("dismiss", "The refusal stays")],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one")],
    )
    why = TextAreaField(
        "Why", description="Sealed. Vetting alone reads it.", widget=GovTextArea(),
        validators=[InputRequired("Write why")],
    )  # fmt: skip


class SeenChangeForm(StepForm):
    """`version` is the change's number here."""


class CriteriaForm(StepForm):
    answer = RadioField(
        "Do they meet the criteria for volunteering in your division?",
        choices=[SelectChoice(answer.value, words) for answer, words in ANSWER_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one")],
    )
    text = TextAreaField(
        "What concerns you",
        description="Sealed. Only your division's liaison officers read it; recruiters see that there is a concern.",
        widget=GovTextArea(),
    )


class TakenChangeForm(FlaskForm):  # type: ignore[misc]
    kind = RadioField(
        "What has changed?", widget=GovRadioInput(), validators=[InputRequired("Choose what has changed")]
    )
    text = TextAreaField(
        "What they said",
        description="In their words. The applicant gets a mail that says only that you took it down.",
        widget=GovTextArea(),
        validators=[InputRequired("Write what has changed")],
    )

    def offer(self, kinds: Sequence[Kind]) -> None:
        self.kind.choices = [SelectChoice(kind.code, kind.of_them) for kind in kinds]
