"""What readers say of an application they know by an alias, and what a recruiter says of readers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.applications.models import Relation
from portal.domain.campaigns.criteria import MOST_POINTS
from portal.domain.shortlisting.models import Triage
from portal.domain.shortlisting.packets import BlindPacket, Given
from portal.domain.shortlisting.scoring import Wishes
from portal.web.fields import DayField

RELATIONS: dict[Relation, str] = {
    Relation.FAMILY: "Family or household",
    Relation.FRIEND: "A friend or a neighbour",
    Relation.WORK: "From work or volunteering",
    Relation.OTHER: "Another way",
}
SELF = {Relation.SELF: "It is mine"}


def _version(field: HiddenField) -> int:
    text = str(field.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ScoreForm(FlaskForm):  # type: ignore[misc]
    """One criterion's score, and what is wished for the whole. Versions are those the page showed."""

    points = RadioField(
        "Points",
        choices=[SelectChoice(str(each), str(each)) for each in range(1, MOST_POINTS + 1)],
        validate_choice=False,
    )
    words = TextAreaField("Words you relied on")
    asks = BooleanField("Ask for moderation whatever the other score is")
    veto = TextAreaField("Why it must not go on")
    version = HiddenField()
    reading = HiddenField()

    @classmethod
    def of(cls, packet: BlindPacket, given: Given | None) -> ScoreForm:
        """The form as what is kept fills it, under what was posted."""
        kept: dict[str, Any] = {"asks": packet.asks_moderation, "veto": packet.veto, "reading": str(packet.version)}
        if given is not None:
            kept |= {"points": str(given.points), "words": given.words}
        return cls(data=kept | {"version": str(given.version if given else 0)})

    @property
    def chosen(self) -> int | None:
        text = str(self.points.data or "")
        return int(text) if text in {str(each) for each in range(1, MOST_POINTS + 1)} else None

    @property
    def seen(self) -> int:
        return _version(self.version)

    @property
    def wishes(self) -> Wishes:
        return Wishes(bool(self.asks.data), self.veto.data or "", _version(self.reading))

    def now(self, version: int, reading: int) -> None:
        """From now on the page has seen these versions, whatever it sent."""
        self.version.data, self.reading.data = str(version), str(reading)


class LookForm(FlaskForm):  # type: ignore[misc]
    """A quick look's verdict."""

    verdict = RadioField(
        "What should happen?",
        widget=GovRadioInput(),
        choices=[
            SelectChoice(Triage.READ_ON.value, "Read on: it goes to the assessors"),
            SelectChoice(Triage.DECLINE.value, "Suggest a decline: a moderator decides"),
        ],
        validators=[InputRequired("Choose one")],
    )
    reason = TextAreaField(
        "Why?", description="Needed for a decline. The applicant may ask to see this.", widget=GovTextArea()
    )


class RelationForm(FlaskForm):  # type: ignore[misc]
    """How somebody knows whose application it is."""

    relation = RadioField(
        "How do you know them?",
        widget=GovRadioInput(),
        choices=[SelectChoice(key.value, label) for key, label in (SELF | RELATIONS).items()],
        validators=[InputRequired("Choose how you know them")],
    )


class KnownForm(FlaskForm):  # type: ignore[misc]
    """Somebody known, declared before any application is seen."""

    name = StringField("Full name", description="As they would write it on a form.", widget=GovTextInput())
    relation = RadioField(
        "How do you know them?",
        widget=GovRadioInput(),
        choices=[SelectChoice(key.value, label) for key, label in RELATIONS.items()],
        validators=[InputRequired("Choose how you know them")],
    )


class PieceForm(FlaskForm):  # type: ignore[misc]
    """The words that still tell whose it is."""

    piece = StringField(
        "Which words?", description="Copy them from the answer as they stand, no more than is needed.",
        widget=GovTextInput(),
    )  # fmt: skip


class AddAssessorForm(FlaskForm):  # type: ignore[misc]
    member = SelectField("Add somebody", widget=GovSelect(), validators=[InputRequired("Choose somebody")])

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        self.member.choices = [SelectChoice("", "Choose"), *(SelectChoice(str(key), name) for key, name in people)]


class DueForm(FlaskForm):  # type: ignore[misc]
    due = DayField("Promised by", validators=[InputRequired("Enter a day")])


class GiveForm(FlaskForm):  # type: ignore[misc]
    staff = SelectField("To whom", widget=GovSelect(), validators=[InputRequired("Choose somebody")])

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        self.staff.choices = [SelectChoice("", "Choose"), *(SelectChoice(str(key), name) for key, name in people)]
