"""What those who see to checks say and record."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.deciding import DECISIONS, LONGEST
from portal.domain.clearances.identity import KINDS
from portal.domain.clearances.models import FitnessStandard
from portal.domain.clearances.rules import LONGEST_NEEDS, OUTCOMES
from portal.web.fields import DayField
from portal.web.guards import LARGEST

SESSION, DOCUMENT = "session-", "document-"
BIGGEST = 10_000_000  # hundredths: no test of ours counts further


class OutcomeForm(FlaskForm):  # type: ignore[misc]
    """One requirement's form; its names begin with the requirement, so that two stand on a page."""

    shown = HiddenField()
    outcome = RadioField(
        "What do you find?", widget=GovRadioInput(), validators=[InputRequired("Choose what you find")]
    )
    needs = TextAreaField(
        "If fit with changes: what do they need?",
        description="Recruiters and trainers read this, and never why.",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST_NEEDS)],
    )

    def __init__(self, kind: RequirementKind, shown: str) -> None:
        super().__init__(prefix=kind.value, data={"shown": shown})
        self.outcome.choices = [SelectChoice(one.code, one.label) for one in OUTCOMES[kind]]
        if not any(one.needs for one in OUTCOMES[kind]):
            del self.needs


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """A person's word on work, identity or references, with its reason."""

    outcome = RadioField("What do you decide?", widget=GovRadioInput(), validators=[InputRequired("Choose one")])
    why = TextAreaField(
        "Why",
        description="Needed for a no, and for conditions. Only those who see to this check read it.",
        widget=GovTextArea(),
        validators=[Length(max=LONGEST, message=f"Use {LONGEST:,} characters or fewer")],
    )

    def __init__(self, kind: RequirementKind, **options: Any) -> None:
        super().__init__(**options)
        self.outcome.choices = [SelectChoice(one.code, one.label) for one in DECISIONS[kind]]
        if len(DECISIONS[kind]) == 1 and not self.is_submitted():
            self.outcome.data = DECISIONS[kind][0].code


class IdentityForm(FlaskForm):  # type: ignore[misc]
    kinds = SelectMultipleField(
        "What did you see?",
        widget=GovCheckboxesInput(),
        choices=[SelectChoice(one.code, one.label) for one in KINDS],
        validators=[InputRequired("Choose what you saw")],
    )
    day = DayField("On which day?", validators=[InputRequired("Enter the day")])


class CheckOwnerForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the owner the page showed, empty for nobody."""

    seen = HiddenField()
    owner = SelectField("Who sees to it", widget=GovSelect())

    def __init__(self, people: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(**options)
        self.owner.choices = [SelectChoice("", "Nobody yet"), *(SelectChoice(str(key), name) for key, name in people)]

    @property
    def choices_shown(self) -> list[tuple[str, str]]:
        return [(str(each.value), str(each.label)) for each in self.owner.choices]

    def seen_id(self) -> int | None:
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 11 else None


class HundredthsField(StringField):  # type: ignore[misc]
    """A number as people write it, `5.4`; `hundredths` is what is kept, none for what is no number."""

    @property
    def hundredths(self) -> int | None:
        try:
            number = Decimal((self.data or "").strip().replace(",", ".")) * 100
        except InvalidOperation:
            return None
        return int(number) if number.is_finite() and number == int(number) and 0 <= number <= BIGGEST else None


def _a_number(_form: FlaskForm, field: HundredthsField) -> None:
    if field.hundredths is None:
        raise ValidationError("Enter a number, like 5.4")


class AttemptForm(FlaskForm):  # type: ignore[misc]
    """`behind` is a session they came to or a document that shows it; a session has its own day."""

    standard = RadioField("Which test?", widget=GovRadioInput(), validators=[InputRequired("Choose the test")])
    behind = RadioField(
        "What shows it?", widget=GovRadioInput(), validators=[InputRequired("Choose what shows the result")]
    )
    day = DayField("On which day? (for a document)")
    result = HundredthsField(
        "What did they reach?",
        description="In the test's own unit, like 5.4.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter what they reached"), _a_number],
    )

    def offer(self, standards: Sequence[tuple[int, str]], behind: Sequence[tuple[str, str]]) -> None:
        self.standard.choices = [SelectChoice(str(key), words) for key, words in standards]
        self.behind.choices = [SelectChoice(key, words) for key, words in behind]

    @property
    def booking_id(self) -> int | None:
        typed = str(self.behind.data or "")
        number = typed.removeprefix(SESSION)
        return int(number) if typed.startswith(SESSION) and number.isdecimal() and int(number) <= LARGEST else None

    @property
    def document(self) -> str | None:
        typed = str(self.behind.data or "")
        return typed.removeprefix(DOCUMENT) if typed.startswith(DOCUMENT) else None


class StandardForm(FlaskForm):  # type: ignore[misc]
    """A test's standard from a day on: of a test there is, or of a new one."""

    test = SelectField("Test", widget=GovSelect())
    name = StringField("Its name", widget=GovTextInput(), validators=[InputRequired("Enter its name"), Length(max=80)])
    unit = StringField(
        "Counted in", description="For example: level, minutes, metres.", widget=GovTextInput(),
        validators=[InputRequired("Enter what it is counted in"), Length(max=30)],
    )  # fmt: skip
    level = HundredthsField(
        "To reach", description="Like 5.4. More is better.", widget=GovTextInput(),
        validators=[InputRequired("Enter what is to be reached"), _a_number],
    )  # fmt: skip
    alternative = BooleanField("It stands in for the main test, for those who need another", widget=GovCheckboxInput())
    starts = DayField("First day", validators=[InputRequired("Enter the first day")])

    def offer(self, standards: Sequence[FitnessStandard], new: str) -> None:
        tests = {each.test: each.name for each in reversed(standards)}
        self.test.choices = [*(SelectChoice(key, name) for key, name in tests.items()), SelectChoice(new, "A new test")]
