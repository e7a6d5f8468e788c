"""What those who keep campaigns fill in: one small form for each part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from portal import clock
from portal.domain.campaigns.dates import NoSuchTime, london_moment
from portal.domain.campaigns.models import AgeDay, Campaign, District, RequirementKind, Scheme, Stage
from portal.domain.campaigns.parts import Part, mark_of
from portal.web.written import WrittenDay, WrittenTime

MOST = 9_999
A_DAY = timedelta(days=1)
NOT_ASKED = ""
PAPERS = (RequirementKind.MEDICAL, RequirementKind.FITNESS)
BLANK = ""
AGE_DAYS = {
    AgeDay.APPLICATION: "On the day they apply",
    AgeDay.TRAINING_START: "On the first day of training",
}
DUE = {
    Stage.SUBMISSION: "With the application",
    Stage.INTERVIEW: "By the interview",
    Stage.OFFER: "By the offer",
    Stage.TRAINING: "Before training",
    Stage.APPOINTMENT: "Before appointment",
}
REQUIREMENTS = {
    RequirementKind.OCCUPATION: "Occupation",
    RequirementKind.IDENTITY: "Identity",
    RequirementKind.MEDICAL: "Medical certificate",
    RequirementKind.FITNESS: "Fitness test",
    RequirementKind.REFERENCES: "References",
    RequirementKind.VETTING: "Vetting",
    RequirementKind.GUARDIAN: "Guardian's consent",
}


def needed(words: str) -> InputRequired:
    return InputRequired(words)


def written(words: str) -> DataRequired:
    """Something other than spaces."""
    return DataRequired(words)


class PartForm(FlaskForm):  # type: ignore[misc]
    """One part of a campaign. `seen` is the mark of what the page showed."""

    part: Part
    seen = HiddenField()

    def show(self, values: Mapping[str, Any], *, keep: bool = False) -> None:
        """What stands now; what was typed stays in the boxes where that is kept."""
        self.seen.data = mark_of(values)
        if not keep:
            self.fill(values)

    def fill(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if name in self:
                self[name].data = value

    def wanted(self) -> dict[str, Any]:
        """What it says, once it is valid."""
        return {name: field.data for name, field in self._fields.items() if name not in {"seen", "csrf_token"}}

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, each with the box to mend; above the form where it is about none."""
        beside = [(field.id, field.errors[0]) for field in self if field.errors]
        return [*(("main", words) for words in self.form_errors), *beside]

    def refused(self, found: Mapping[str, str]) -> None:
        """Puts each refusal beside its field."""
        for name, words in found.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(words)
            else:
                field.errors = [*field.errors, words]


class AboutForm(PartForm):
    part = Part.ABOUT
    name = StringField(
        "Name", widget=GovTextInput(), validators=[written("Give it a name"), Length(max=100)],
        description="The role and the place, like: Community Policing Volunteer, West Division.",
    )  # fmt: skip
    lead = TextAreaField(
        "One sentence under the name", widget=GovTextArea(), validators=[Length(max=300)],
        description="Why somebody would want this, in their words rather than ours.",
    )  # fmt: skip
    slug = StringField(
        "Address", widget=GovTextInput(),
        validators=[needed("Give it an address"), Length(max=80),
                    Regexp(r"[a-z0-9]+(-[a-z0-9]+)*$", message="Use small letters, numbers and single hyphens")],
        description="The end of the page's address. It stays once the campaign is published.",
    )  # fmt: skip
    age_day = RadioField(
        "When is somebody's age counted?", widget=GovRadioInput(),
        choices=[SelectChoice(day.value, words) for day, words in AGE_DAYS.items()],
        validators=[needed("Choose when age is counted")],
    )  # fmt: skip

    def fill(self, values: Mapping[str, Any]) -> None:
        super().fill({**values, "age_day": values["age_day"].value})

    def wanted(self) -> dict[str, Any]:
        found = super().wanted()
        text: dict[str, Any] = {name: found[name].strip() for name in ("name", "lead", "slug") if name in found}
        return {**text, "age_day": AgeDay(found["age_day"])}


class WindowFields(FlaskForm):  # type: ignore[misc]
    """A closing day and time. Midnight is the end of the day that is named."""

    closes_on = WrittenDay("Last day to apply", validators=[needed("Enter the last day to apply")])
    closes_time = WrittenTime("Closes at", description="Midnight is the end of that day.")

    def closing(self) -> datetime:
        """The closing instant, once there is a day. Raises NoSuchTime."""
        day: date = self.closes_on.data
        at: time = self.closes_time.data or time(0)
        return clock.end_of(day) if at == time(0) else london_moment(day, at)

    def show_closing(self, closes_at: datetime) -> None:
        closes = clock.london(closes_at)
        self.closes_time.data = closes.time().replace(tzinfo=None)
        self.closes_on.data = closes.date() - A_DAY if self.closes_time.data == time(0) else closes.date()


class DatesForm(PartForm, WindowFields):
    part = Part.DATES
    announced_on = WrittenDay("Announced", validators=[needed("Enter the day it is announced")])
    opens_on = WrittenDay("Opens", validators=[needed("Enter the day it opens")])
    opens_time = WrittenTime("Opens at", description="Midnight is the beginning of that day.")
    answer_by = WrittenDay("Everybody has an answer by", validators=[needed("Enter the day you answer by")])
    interviews_from = WrittenDay("First interview", validators=[needed("Enter the first day of interviews")])
    interviews_to = WrittenDay("Last interview", validators=[needed("Enter the last day of interviews")])
    starts_on = WrittenDay("First duty", validators=[needed("Enter the day of the first duty")])
    OF_INSTANTS = {"opens_at": "opens_on", "closes_at": "closes_on"}

    def fix_what_opened(self) -> None:
        """People go by these: they are shown and not asked."""
        for name in ("announced_on", "opens_on", "opens_time", "closes_on", "closes_time"):
            del self[name]

    def fill(self, values: Mapping[str, Any]) -> None:
        super().fill(values)
        if "opens_on" in self:
            opens = clock.london(values["opens_at"])
            self.opens_on.data, self.opens_time.data = opens.date(), opens.time().replace(tzinfo=None)
            self.show_closing(values["closes_at"])

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        for name in ("opens", "closes") if "opens_on" in self else ():
            try:
                if self._fields[f"{name}_on"].data is not None:
                    self._instant(name)
            except NoSuchTime as refusal:
                self.refused({f"{name}_time": refusal.message})
                fine = False
        return fine

    def _instant(self, name: str) -> Any:
        return (
            self.closing() if name == "closes" else london_moment(self.opens_on.data, self.opens_time.data or time(0))
        )

    def wanted(self) -> dict[str, Any]:
        found = super().wanted()
        plain = ("announced_on", "answer_by", "interviews_from", "interviews_to", "starts_on")
        days: dict[str, Any] = {name: found[name] for name in plain if name in found}
        if "opens_on" not in self:
            return days
        return {**days, "opens_at": self._instant("opens"), "closes_at": self._instant("closes")}

    def refused(self, found: Mapping[str, str]) -> None:
        super().refused({self.OF_INSTANTS.get(name, name): words for name, words in found.items()})


class PlacesForm(PartForm):
    part = Part.PLACES
    places = IntegerField(
        "Places", widget=GovTextInput(),
        validators=[needed("Say how many places there are"), NumberRange(1, MOST, "Enter a number from 1 to 9,999")],
    )  # fmt: skip
    target = IntegerField(
        "Applications hoped for", widget=GovTextInput(),
        description="The public page shows how near to it the campaign is.",
        validators=[needed("Say how many applications you hope for"),
                    NumberRange(1, MOST, "Enter a number from 1 to 9,999")],
    )  # fmt: skip
    offered: Sequence[District] = ()

    def rows(self) -> list[tuple[District, Any, Any]]:
        return [(each, self._fields[f"in-{each.slug}"], self._fields[f"of-{each.slug}"]) for each in self.offered]

    def fill(self, values: Mapping[str, Any]) -> None:
        super().fill(values)
        for district, chosen, of_it in self.rows():
            chosen.data = district.slug in values["districts"]
            of_it.data = values["districts"].get(district.slug)

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        chosen = [of_it.data or 0 for _district, box, of_it in self.rows() if box.data]
        if not chosen:
            self.refused({f"in-{self.offered[0].slug}" if self.offered else "": "Choose where people must live"})
            return False
        if fine and sum(chosen) > self.places.data:
            self.refused({"places": f"The districts below have {sum(chosen)} places together"})
            return False
        return fine

    def wanted(self) -> dict[str, Any]:
        districts = {each.slug: of_it.data for each, box, of_it in self.rows() if box.data}
        return {"places": self.places.data, "target": self.target.data, "districts": dict(sorted(districts.items()))}


def places_form(offered: Sequence[District]) -> PlacesForm:
    """The form with a line for each district this member of staff may choose."""
    fields: dict[str, Any] = {"offered": tuple(offered)}
    for each in offered:
        fields[f"in-{each.slug}"] = BooleanField(each.name)
        fields[f"of-{each.slug}"] = IntegerField(
            f"Places in {each.name}", validators=[Optional(), NumberRange(1, MOST, "Enter a number, or nothing")]
        )
    form: PlacesForm = type("Places", (PlacesForm,), fields)()
    return form


class RequirementsForm(PartForm):
    part = Part.REQUIREMENTS

    def rows(self) -> list[tuple[RequirementKind, Any, Any]]:
        return [(kind, self._fields[kind.value], self._fields.get(f"early-{kind.value}")) for kind in REQUIREMENTS]

    def fill(self, values: Mapping[str, Any]) -> None:
        for kind, due, early in self.rows():
            stage, may = values["requirements"].get(kind, (None, False))
            due.data = stage.value if stage else NOT_ASKED
            if early is not None:
                early.data = may

    def wanted(self) -> dict[str, Any]:
        asked = {
            kind: (Stage(due.data), bool(early is not None and early.data))
            for kind, due, early in self.rows()
            if due.data
        }
        return {"requirements": asked}


for _kind, _name in REQUIREMENTS.items():
    _stages = [
        SelectChoice(NOT_ASKED, "Not asked for"),
        *(SelectChoice(stage.value, words) for stage, words in DUE.items()),
    ]
    setattr(RequirementsForm, _kind.value, SelectField(_name, choices=_stages, widget=GovSelect()))
    if _kind in PAPERS:
        setattr(RequirementsForm, f"early-{_kind.value}", BooleanField("May come with the application"))


class ShortlistingForm(PartForm):
    part = Part.SHORTLISTING
    assessors_each = RadioField(
        "How many people read each application?", widget=GovRadioInput(), coerce=int,
        choices=[SelectChoice(2, "Two, each without seeing the other's scores"), SelectChoice(1, "One")],
        validators=[needed("Choose one or two")],
    )  # fmt: skip
    triage = BooleanField(
        "One person takes a quick look first", widget=GovCheckboxInput(),
        description="Useful when very many are expected. What they leave out a moderator sees before it is settled.",
    )  # fmt: skip
    gap = IntegerField(
        "Points apart that a moderator settles", widget=GovTextInput(),
        description="When two readers differ by so many points of the total, or more.",
        validators=[needed("Enter a number of points"), NumberRange(1, 200, "Enter a number from 1 to 200")],
    )  # fmt: skip


class NewForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Name", widget=GovTextInput(), validators=[written("Give it a name"), Length(max=100)],
        description="The role and the place, like: Community Policing Volunteer, West Division.",
    )  # fmt: skip
    source = SelectField("Begin with", widget=GovSelect())
    scheme = SelectField("Role", widget=GovSelect(), description="A copy keeps the role of the campaign it copies.")
    opens_on = WrittenDay("Opens", validators=[needed("Enter the day it opens")], description="Like 9 January 2018.")
    closes_on = WrittenDay(
        "Last day to apply",
        description="A copy works it out: every date moves by the same number of weeks, so that weekdays stay.",
    )

    def offer(self, campaigns: Iterable[Campaign], schemes: Iterable[Scheme]) -> None:
        copies = [SelectChoice(each.slug, f"A copy of {each.name}") for each in campaigns]
        self.source.choices = [SelectChoice(BLANK, "An empty campaign"), *copies]
        self.scheme.choices = [SelectChoice(each.slug, each.name) for each in schemes if each.applies_here]

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        if self.source.data == BLANK and not self.closes_on.errors:
            words = ""
            if self.closes_on.data is None:
                words = "Enter the last day to apply"
            elif self.opens_on.data and self.closes_on.data < self.opens_on.data:
                words = "It must close after it opens"
            if words:
                self.closes_on.errors = [words]
                return False
        return fine
