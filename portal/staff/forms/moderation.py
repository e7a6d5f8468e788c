"""Forms of the moderation board: the line, settling one application, and the release."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovTextArea, GovTextInput
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from portal.domain.campaigns.criteria import MOST_POINTS, CriterionNow
from portal.domain.shortlisting.settling import HUNDREDTHS
from portal.staff.forms.casework import VersionField

SCORE = r"^\d{1,3}(\.\d{1,2})?$"
LONGEST_REASON = 1000


class LineForm(FlaskForm):  # type: ignore[misc]
    """Where the line falls, in points, and how many are held in reserve. `version`: of the line the page showed."""

    line = StringField(
        "Line", validators=[InputRequired("Enter the line's score"), Regexp(SCORE, message="Enter a score, like 32.5")]
    )
    reserves = IntegerField("Reserve list", validators=[InputRequired("Enter how many are held in reserve")])
    version = IntegerField(default=0)

    def score(self) -> int:
        """The line in hundredths of a point."""
        return int(Decimal(self.line.data) * HUNDREDTHS)


class SettleForm(FlaskForm):  # type: ignore[misc]
    """Agreed points for each criterion, and why. `version`: of the application's line in the sift."""

    version = VersionField()
    reason = TextAreaField(
        "Why these points?",
        widget=GovTextArea(),
        validators=[
            InputRequired("Say why you settled on these points"),
            Length(max=LONGEST_REASON, message=f"Use {LONGEST_REASON} characters or fewer"),
        ],
    )
    uphold = BooleanField("Uphold the veto: it does not go on, whatever the points", widget=GovCheckboxInput())

    def points(self, criteria: Sequence[CriterionNow]) -> dict[int, int]:
        """Points by criterion; those not chosen are missing."""
        chosen = {each.id: self[f"c{each.id}"].data for each in criteria}
        return {key: int(value) for key, value in chosen.items() if value}


def settle_form(criteria: Sequence[CriterionNow]) -> SettleForm:
    """A form with one set of radios for each criterion."""

    class Made(SettleForm):
        pass

    for each in criteria:
        field = RadioField(
            each.title,
            choices=[SelectChoice(str(points), str(points)) for points in range(1, MOST_POINTS + 1)],
            validators=[InputRequired("Choose 1 to 5 points")],
        )
        setattr(Made, f"c{each.id}", field)
    return Made()


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """The number of people, typed: a release cannot be taken back. `seal` stands for exactly who was shown."""

    typed = StringField("people", widget=GovTextInput(), validators=[InputRequired("Type the number of people")])
    token = HiddenField()
    seal = HiddenField()
    apart = HiddenField()
