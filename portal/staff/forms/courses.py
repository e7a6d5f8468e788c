"""What those who write courses fill in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from portal.domain.campaigns.models import Scheme
from portal.domain.training.course_editing import MOST_DAYS, MOST_MODULES, Facts
from portal.domain.training.models import CourseVersion, Pattern
from portal.domain.training.shipped import DayRow, ModuleRow
from portal.staff.forms.interviews import Whole
from portal.web.written import WrittenTime

PATTERNS = {
    Pattern.WEEKENDS: "At weekends, Saturday and Sunday together",
    Pattern.WEEKLY: "One day or evening a week",
    Pattern.DAYS: "One working day after another",
}
LONGEST = 720  # minutes of one module
FLAGS = ("mandatory", "assessed", "written", "one_to_one")
MATERIAL = re.compile(r"(.+?)\s+(https://[^\s<>\"]+)$")
BAD_MATERIAL = "Write a title, a space, then an address that begins with https://"


class NewCourseForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Name", widget=GovTextInput(), validators=[DataRequired("Give the course a name"), Length(max=80)]
    )
    summary = TextAreaField("In one sentence", widget=GovTextArea(), validators=[Length(max=300)])
    scheme_id = SelectField("For which role?", widget=GovSelect())

    def offer(self, schemes: Sequence[Scheme]) -> None:
        anybody = SelectChoice("", "Anybody, whatever their role")
        self.scheme_id.choices = [anybody, *(SelectChoice(str(each.id), each.name) for each in schemes)]


class Versioned(FlaskForm):  # type: ignore[misc]
    """`seen` is the draft's version that the page showed."""

    seen = HiddenField()

    @property
    def seen_version(self) -> int:
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class FactsForm(Versioned):
    pattern = SelectField(
        "When is it taught?", widget=GovSelect(),
        choices=[SelectChoice(each.value, words) for each, words in PATTERNS.items()],
    )  # fmt: skip
    every_weeks = Whole(
        "Weeks from one to the next", widget=GovTextInput(),
        validators=[InputRequired("Enter how many weeks"), NumberRange(1, 12, "Enter weeks from 1 to 12")],
    )  # fmt: skip
    least_days = Whole(
        "Days that must be attended or made good", widget=GovTextInput(),
        validators=[InputRequired("Enter how many days"), NumberRange(0, MOST_DAYS, f"Enter 0 to {MOST_DAYS}")],
    )  # fmt: skip
    bring = TextAreaField(
        "What trainees bring", widget=GovTextArea(), description="One thing a line.", validators=[Length(max=600)]
    )
    change_note = TextAreaField("What is new in this version", widget=GovTextArea(), validators=[Length(max=600)])

    def show(self, version: CourseVersion) -> None:
        self.seen.data = str(version.version)
        self.pattern.data = version.pattern.value
        for name in ("every_weeks", "least_days", "bring", "change_note"):
            self[name].data = getattr(version, name)

    @property
    def facts(self) -> Facts:
        return Facts(
            Pattern(self.pattern.data), self.every_weeks.data or 1, self.least_days.data or 0, self.bring.data or "",
            self.change_note.data or "",
        )  # fmt: skip


class ModuleLine(Form):  # type: ignore[misc]
    """One module; without a title there is none. `code` stays the same in every version, and is made from the title."""

    code = HiddenField()
    title = StringField("Title", validators=[Length(max=100)])
    minutes = Whole("Minutes")
    mandatory = BooleanField("Must be attended")
    assessed = BooleanField("Assessed")
    written = BooleanField("Can be made good by written work")
    one_to_one = BooleanField("Can be made good with a trainer alone")
    needs = StringField("After", validators=[Length(max=200)])
    materials = TextAreaField("To read", validators=[Length(max=1000)])

    def validate_minutes(self, field: Whole) -> None:
        if (self.title.data or "").strip() and not 5 <= (field.data or 0) <= LONGEST:
            raise ValidationError(f"Enter how many minutes, from 5 to {LONGEST}")

    def validate_materials(self, field: TextAreaField) -> None:
        if any(not MATERIAL.fullmatch(line.strip()) for line in _lines(field.data)):
            raise ValidationError(BAD_MATERIAL)


class DayForm(Versioned):
    """One day of a draft with its modules."""

    title = StringField(
        "Title", widget=GovTextInput(), validators=[DataRequired("Give the day a title"), Length(max=80)]
    )
    starts = WrittenTime("From", validators=[InputRequired("Enter when it begins")])
    ends = WrittenTime("Until", validators=[InputRequired("Enter when it ends")])
    modules = FieldList(FormField(ModuleLine), min_entries=1, max_entries=MOST_MODULES)

    def show(self, row: DayRow) -> None:
        self.title.data = row.title
        self.starts.data, self.ends.data = _time(row.starts), _time(row.ends)
        while len(self.modules):
            self.modules.pop_entry()
        self.modules.last_index = -1
        for each in row.modules or (ModuleRow("", "", 0),):
            self.add(each)

    def add(self, row: ModuleRow) -> None:
        if len(self.modules) < MOST_MODULES:
            materials = "\n".join(f"{title} {url}" for title, url in row.materials)
            flags = {name: getattr(row, name) for name in FLAGS}
            self.modules.append_entry(
                {"code": row.code, "title": row.title, "minutes": row.minutes or None, "needs": ", ".join(row.needs),
                 "materials": materials, **flags}
            )  # fmt: skip

    def drop(self, place: int) -> None:
        if len(self.modules) > 1:
            self.modules.entries = [entry for number, entry in enumerate(self.modules.entries) if number != place]

    def row(self, taken: set[str]) -> DayRow:
        """What it says, once it is valid. New modules get codes that are not `taken`."""
        rows, used = [], set(taken)
        for entry in self.modules:
            form = entry.form
            title = " ".join((form.title.data or "").split())
            if not title:
                continue
            code = form.code.data if re.fullmatch(r"[a-z0-9-]{1,40}", form.code.data or "") else _code(title, used)
            used.add(code)
            flags = {name: bool(form[name].data) for name in FLAGS}
            materials = tuple(
                (found[1], found[2]) for line in _lines(form.materials.data) if (found := MATERIAL.fullmatch(line))
            )
            needs = tuple(each for each in re.split(r"[,\s]+", form.needs.data or "") if each and each != code)
            rows.append(ModuleRow(code, title, form.minutes.data or 1, needs=needs, materials=materials, **flags))
        return DayRow(
            1,
            " ".join((self.title.data or "").split()),
            _minute(self.starts),
            _minute(self.ends, end=True),
            tuple(rows),
        )

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, each with the box to mend."""
        lines = [field for entry in self.modules for field in entry.form if field.errors]
        return [
            *(("main", words) for words in self.form_errors),
            *((each.id, each.errors[0]) for each in self if each.errors and each.name != "modules"),
            *((each.id, each.errors[0]) for each in lines),
        ]

    def forget_problems(self) -> None:
        """Nobody has finished yet."""
        for field in (*(each for each in self if each.name != "modules"), *(f for e in self.modules for f in e.form)):
            field.errors = []
        self.modules.errors = []


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _code(title: str, used: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:32] or "module"
    return next(code for n in range(1, 99) if (code := stem if n == 1 else f"{stem}-{n}") not in used)


def _minute(field: WrittenTime, *, end: bool = False) -> int:
    minute: int = field.data.hour * 60 + field.data.minute if field.data else 0
    return 24 * 60 if end and not minute else minute


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
