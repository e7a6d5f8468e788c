"""What a medical reviewer says about one requirement."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.rules import OUTCOMES


class OutcomeForm(FlaskForm):  # type: ignore[misc]
    """One requirement's form; its names begin with the requirement, so that two stand on a page."""

    shown = HiddenField()
    outcome = RadioField(
        "What do you find?", widget=GovRadioInput(), validators=[InputRequired("Choose what you find")]
    )

    def __init__(self, kind: RequirementKind, shown: str) -> None:
        super().__init__(prefix=kind.value, data={"shown": shown})
        self.outcome.choices = [SelectChoice(one.code, one.label) for one in OUTCOMES[kind]]
