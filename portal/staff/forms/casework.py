"""What staff write and decide on one application's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCharacterCount, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.domain.applications.models import Application
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.notes import CALL_WORDS, LONGEST
from portal.domain.casework.verdicts import DECLINE_REASONS, REOPEN_REASONS, VERDICT_WORDS, Wanted
from portal.web.fields import DayField
from portal.web.guards import LARGEST

TOO_LONG = f"Use {LONGEST:,} characters or fewer"
DISCLOSABLE = "Only staff see it, and the applicant may ask to. Write what you would say to their face."


class VersionField(HiddenField):  # type: ignore[misc]
    """The version of the row the page showed; nonsense is version 0, which is always stale."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdigit() and int(typed) <= LARGEST else 0


class NoteForm(FlaskForm):  # type: ignore[misc]
    text = TextAreaField(
        "Add a note",
        description=DISCLOSABLE,
        widget=GovTextArea(),
        validators=[InputRequired("Write the note first"), Length(max=LONGEST, message=TOO_LONG)],
    )


class CallForm(FlaskForm):  # type: ignore[misc]
    outcome = RadioField(
        "What came of it?",
        choices=[SelectChoice(outcome.value, words) for outcome, words in CALL_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Say what came of the call")],
    )
    text = TextAreaField(
        "What was said (optional)",
        description=DISCLOSABLE,
        widget=GovTextArea(),
        validators=[Length(max=LONGEST, message=TOO_LONG)],
    )


class OwnerForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the owner the page showed, empty for nobody."""

    version = VersionField()
    seen = VersionField()
    owner = SelectField("Who answers for it", widget=GovSelect(), validate_choice=True)

    def offer(self, people: Sequence[tuple[int, str, str]]) -> None:
        named = [SelectChoice(str(key), f"{name}, {team}") for key, name, team in people]
        self.owner.choices = [SelectChoice("", "Nobody"), *named]

    def show(self, found: Application, *, keep: bool = False) -> None:
        """What stands now, beside what was chosen when that is kept."""
        self.version.data, self.seen.data = found.version, found.owner_id or 0
        if not keep:
            self.owner.data = str(found.owner_id or "")

    def seen_id(self) -> int | None:
        return self.seen.data or None


class PromiseForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the day the page showed, empty for none."""

    version = VersionField()
    seen = HiddenField()
    day = DayField("Write by", description="Leave all three empty to take a promise back.")

    def show(self, found: Application, *, keep: bool = False) -> None:
        """What stands now, beside what was typed when that is kept."""
        now = found.next_contact_on
        self.version.data, self.seen.data = found.version, now.isoformat() if now else ""
        if not keep and now:
            self.day.raw_data = [str(now.day), str(now.month), str(now.year)]

    def seen_day(self) -> date | None:
        try:
            return date.fromisoformat(self.seen.data or "")
        except ValueError:
            return None


class DecideForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the number of the provisional decision the page showed, 0 for none."""

    seen = VersionField()
    verdict = RadioField("What do you decide?", widget=GovRadioInput(), validators=[InputRequired("Choose one")])
    reserve_place = IntegerField(
        "Place on the reserve list, if you hold them in reserve (optional)",
        widget=GovTextInput(),
        validators=[Optional(), NumberRange(1, 9999, "Enter a place from 1")],
    )
    reason = SelectField(
        "Why, if it is not this time",
        description="The applicant reads this sentence.",
        choices=[SelectChoice("", "Choose a reason"), *(SelectChoice(*each) for each in DECLINE_REASONS.items())],
        default="",
        widget=GovSelect(),
    )
    feedback = TextAreaField(
        "What would make another application stronger (optional)",
        description="The applicant reads this too, if it is not this time. One piece of advice on each line.",
        widget=GovCharacterCount(),
        validators=[Length(max=1000, message="Use 1,000 characters or fewer")],
    )

    def offer(self, verdicts: Sequence[Verdict]) -> None:
        self.verdict.choices = [SelectChoice(each.value, VERDICT_WORDS[each]) for each in verdicts]

    def show(self, now: Decision | None) -> None:
        """The decision that stands, to change it."""
        self.seen.data = now.id if now else 0
        if now is not None:
            self.verdict.data, self.reason.data = now.verdict.value, now.reason or ""
            self.feedback.data, self.reserve_place.data = now.feedback, now.reserve_place

    def wanted(self) -> Wanted:
        """What was sent, without what does not go with its verdict."""
        verdict = Verdict(self.verdict.data)
        declined = verdict is Verdict.DECLINE
        return Wanted(
            verdict,
            (self.reason.data or None) if declined else None,
            (self.feedback.data or "") if declined else "",
            self.reserve_place.data if verdict is Verdict.RESERVE else None,
        )


class SeenForm(FlaskForm):  # type: ignore[misc]
    """A button that acts on the decision its page showed."""

    seen = VersionField()


class ReopenForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        "Why is it opened again?",
        choices=[SelectChoice(*each) for each in REOPEN_REASONS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Say why it is opened again")],
    )
