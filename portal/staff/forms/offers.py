"""What staff say about an offer, and where somebody will serve."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.offers.models import OfferAnswer, Placement
from portal.domain.offers.placing import Choice, Proposal, Wanted
from portal.domain.offers.rules import DECLINE_WORDS, TAKE_BACK_REASONS
from portal.staff.forms.casework import VersionField
from portal.web.fields import DayField

NOBODY = ""


class MakeForm(FlaskForm):  # type: ignore[misc]
    """Only the token: the page says what is offered."""


class KeepOpenForm(FlaskForm):  # type: ignore[misc]
    version = VersionField()
    until = DayField("Answer by", validators=[InputRequired("Enter the day by which they answer")])


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    version = VersionField()
    reason = RadioField(
        "Why is it taken back?",
        widget=GovRadioInput(),
        choices=[SelectChoice(code, words) for code, words in TAKE_BACK_REASONS.items()],
        validators=[InputRequired("Choose why the offer is taken back")],
    )


class LapseForm(FlaskForm):  # type: ignore[misc]
    version = VersionField()


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """An answer somebody gave by telephone or on paper."""

    answer = RadioField(
        "What did they say?",
        widget=GovRadioInput(),
        choices=[
            SelectChoice(OfferAnswer.ACCEPTED.value, "They take the place"),
            SelectChoice(OfferAnswer.DEFERRED.value, "They want the next course instead"),
            SelectChoice(OfferAnswer.DECLINED.value, "They turn it down"),
        ],
        validators=[InputRequired("Say what they answered")],
    )
    because = SelectField(
        "If they turn it down, why?",
        widget=GovSelect(),
        default="",
        choices=[
            SelectChoice("", "Choose a reason"),
            *(SelectChoice(code.value, words) for code, words in DECLINE_WORDS.items()),
        ],
    )

    def validate(self, extra_validators: object = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.answer.data == OfferAnswer.DECLINED.value and not self.because.data:
            self.because.errors = ["Choose a reason"]
            return False
        return True


class PlacementForm(FlaskForm):  # type: ignore[misc]
    """Each list begins with the best fit. `version` is the placement's the page showed, 0 for none."""

    version = VersionField()
    district = SelectField("District", widget=GovSelect(), validators=[InputRequired("Choose a district")])
    strand = SelectField("Strand", widget=GovSelect())
    supervisor = SelectField("Supervisor", widget=GovSelect())

    def offer(self, found: Proposal) -> None:
        self.district.choices = _choices(found.districts)
        self.strand.choices = [*_choices(found.strands), SelectChoice(NOBODY, "No strand")]
        self.supervisor.choices = [*_choices(found.supervisors), SelectChoice(NOBODY, "Nobody yet")]

    def show(self, found: Proposal, placed: Placement | None) -> None:
        """What was confirmed, else what is proposed."""
        best = [
            choices[0].key if choices else NOBODY for choices in (found.districts, found.strands, found.supervisors)
        ]
        now = [placed.district_id, placed.strand or NOBODY, placed.supervisor_id or NOBODY] if placed else best
        self.district.data, self.strand.data, self.supervisor.data = (str(each) for each in now)
        self.version.data = placed.version if placed else 0

    def wanted(self) -> Wanted:
        supervisor = self.supervisor.data
        return Wanted(int(self.district.data), self.strand.data or None, int(supervisor) if supervisor else None)


def _choices(found: list[Choice]) -> list[SelectChoice]:
    return [SelectChoice(str(each.key), each.name) for each in found]
