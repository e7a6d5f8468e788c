"""Days of training, made by a pattern or written one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import BooleanField, FieldList, Form, FormField, IntegerField
from wtforms.validators import NumberRange, Optional

from portal import clock
from portal.domain.campaigns.dates import NoSuchTime, london_moment, pattern, with_weekends
from portal.domain.campaigns.parts import Part
from portal.domain.campaigns.rules import TrainingPlan
from portal.staff.forms.campaigns import PartForm
from portal.web.written import WrittenDay, WrittenTime

MOST_DAYS = 60
MOST_WEEKENDS = 26
NINE, FIVE = time(9), time(17)
Day = tuple[date, time, time]


class DayRow(Form):  # type: ignore[misc]
    """One day; a line left empty says nothing."""

    day = WrittenDay("Day")
    starts = WrittenTime("From")
    ends = WrittenTime("Until")

    @property
    def empty(self) -> bool:
        return not self.day.raw_data or not self.day.raw_data[0]


class TrainingForm(PartForm):
    """The days, and a pattern that can write them. Which button was pressed decides what is read."""

    part = Part.TRAINING
    days = FieldList(FormField(DayRow), max_entries=MOST_DAYS)
    first = WrittenDay("First Saturday", description="Like 28 April 2018.")
    weekends = IntegerField(
        "Weekends", widget=GovTextInput(), default=5,
        validators=[Optional(), NumberRange(1, MOST_WEEKENDS, "Enter a number from 1 to 26")],
    )  # fmt: skip
    apart = IntegerField(
        "Weeks from one to the next", widget=GovTextInput(), default=2,
        validators=[Optional(), NumberRange(1, 8, "Enter a number from 1 to 8")],
    )  # fmt: skip
    starts = WrittenTime("From", default=NINE)
    ends = WrittenTime("Until", default=FIVE)
    skip = BooleanField("Leave out bank-holiday weekends and take the week after")

    def fill(self, values: Mapping[str, Any]) -> None:
        self.write([_local(plan) for plan in values["training"]])

    def write(self, days: Sequence[Day]) -> None:
        """These days and no others in the lines."""
        while len(self.days):
            self.days.pop_entry()
        self.days.last_index = -1
        for day, starts, ends in days:
            self.days.append_entry({"day": day, "starts": starts, "ends": ends})

    def add_line(self) -> None:
        """An empty line, with the hours of the one before."""
        if len(self.days) < MOST_DAYS:
            last = self.days[-1].form if len(self.days) else None
            hours = (last.starts.data, last.ends.data) if last else (NINE, FIVE)
            self.days.append_entry({"day": None, "starts": hours[0], "ends": hours[1]})

    def drop_line(self, place: int) -> None:
        """Without one line; what was typed in the others stays as it was typed."""
        kept = [entry for number, entry in enumerate(self.days.entries) if number != place]
        self.days.entries = kept

    def by_pattern(self) -> bool:
        """Writes the days of the pattern; false with words beside the field that is in the way."""
        if self.first.data is None:
            self.refused({"first": "Enter the first Saturday"} if not self.first.errors else {})
            return False
        wrong = [name for name in ("weekends", "apart", "starts", "ends") if self[name].errors]
        if wrong:
            return False
        try:
            self.write(
                pattern(
                    self.first.data, self.weekends.data or 5, self.apart.data or 2, self.starts.data or NINE,
                    self.ends.data or FIVE, skip_holidays=self.skip.data,
                )
            )  # fmt: skip
        except ValueError:
            self.refused({"first": f"{self.first.data:%A} is not a Saturday: the first day of a weekend"})
            return False
        return True

    def lines(self) -> list[Any]:
        """The lines that say something."""
        return [entry.form for entry in self.days.entries if not entry.form.empty]

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        for line in self.lines():
            fine = self._line(line) and fine
        return fine

    def _line(self, line: DayRow) -> bool:
        """A line's own sense; what days make of one another, the rules say."""
        for field, words in ((line.starts, "Enter when it starts"), (line.ends, "Enter when it ends")):
            if field.data is None and not field.errors:
                field.errors = [words]
        if line.day.errors or line.starts.errors or line.ends.errors:
            return False
        try:
            _instants(line)
        except NoSuchTime as refusal:
            line.starts.errors = [refusal.message]
            return False
        return True

    def _sorted(self) -> list[tuple[datetime, datetime, Any]]:
        return sorted(((*_instants(line), line) for line in self.lines()), key=lambda each: each[:2])

    def wanted(self) -> dict[str, Any]:
        return {"training": with_weekends([(starts, ends) for starts, ends, _line in self._sorted()])}

    def problems(self) -> list[tuple[str, str]]:
        lines = [field for entry in self.days.entries for field in entry.form if field.errors]
        return [
            *(each for each in super().problems() if each[0] != "days"),
            *((each.id, each.errors[0]) for each in lines),
        ]

    def forget_problems(self) -> None:
        """Nobody has finished yet."""
        for field in (*self, *(field for entry in self.days.entries for field in entry.form)):
            if field.name not in {"days", *(entry.name for entry in self.days.entries)}:
                field.errors = []
        self.days.errors = []

    def refused(self, found: Mapping[str, str]) -> None:
        """A refusal about one day goes beside its line."""
        rest = dict(found)
        for name in list(rest):
            which, _, place = name.partition("-")
            if which in {"day", "ends"} and place.isdigit():
                line = self._sorted()[int(place)][2]
                line[which].errors = [*line[which].errors, rest.pop(name)]
        super().refused(rest)


def _instants(line: DayRow) -> tuple[datetime, datetime]:
    return london_moment(line.day.data, line.starts.data), london_moment(line.day.data, line.ends.data)


def _local(plan: TrainingPlan) -> Day:
    starts, ends = clock.london(plan.starts_at), clock.london(plan.ends_at)
    return starts.date(), starts.time().replace(tzinfo=None), ends.time().replace(tzinfo=None)
