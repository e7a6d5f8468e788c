"""Days and times typed as people write them, each in one box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import Field

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s/.-]+([a-z]+|\d{1,2})[\s/.,-]+(\d{4})")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?")
NAMED = {"midnight": time(0), "midday": time(12), "noon": time(12)}
UNREAL = "Enter a real date, like 26 January 2018"
NO_TIME = "Enter a time, like 9am or 17:30"


def day_written(text: str) -> date:
    """26 January 2018, Fri 26 Jan 2018, 26/1/2018 or 2018-01-26. Raises ValueError in words, for a day that is not the
    weekday it says too."""
    words = text.strip().lower()
    weekday, words = _weekday(words)
    found = DAY.fullmatch(words)
    iso = ISO_DAY.fullmatch(words)
    try:
        if iso:
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif found:
            day = date(int(found[3]), _month(found[2]), int(found[1]))
        else:
            raise ValueError
    except ValueError:
        raise ValueError(UNREAL) from None
    if weekday is not None and day.weekday() != weekday:
        raise ValueError(f"{day.day} {day:%B %Y} is a {day:%A}")
    return day


def _weekday(words: str) -> tuple[int | None, str]:
    first, _, rest = words.partition(" ")
    name = first.strip(",")
    if name[:3] in WEEKDAYS and name.isalpha():
        return WEEKDAYS.index(name[:3]), rest.strip()
    return None, words


def _month(typed: str) -> int:
    return MONTHS.index(typed[:3]) + 1 if typed[:3] in MONTHS else int(typed)


def time_written(text: str) -> time:
    """9am, 9:30, 17.30, midnight. Raises ValueError in words."""
    words = text.strip().lower()
    if words in NAMED:
        return NAMED[words]
    found = TIME.fullmatch(words)
    try:
        if not found or (found[3] and not 1 <= int(found[1]) <= 12):
            raise ValueError
        hour = int(found[1]) % 12 + (12 if found[3] == "pm" else 0) if found[3] else int(found[1])
        return time(hour, int(found[2] or 0))
    except ValueError:
        raise ValueError(NO_TIME) from None


def day_shown(day: date) -> str:
    """Fri 26 January 2018"""
    return f"{day:%a} {day.day} {day:%B %Y}"


def time_shown(at: time) -> str:
    """9am, 5:30pm, midday, midnight"""
    if at.minute == 0 and at.hour % 12 == 0:
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


class _Written(Field):  # type: ignore[misc]
    """What was typed goes back into the box as it was, right or wrong."""

    widget = GovTextInput()
    raw_data: list[str] | None
    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self._shown(self.data) if self.data is not None else ""

    def _shown(self, value: Any) -> str:
        raise NotImplementedError

    def _read(self, text: str) -> Any:
        raise NotImplementedError

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.raw_data, self.data = [typed], None
        if typed:
            self.data = self._read(typed)


class WrittenDay(_Written):
    """`data` is a date, or none when nothing was typed."""

    def _shown(self, value: Any) -> str:
        return day_shown(value.date() if isinstance(value, datetime) else value)

    def _read(self, text: str) -> date:
        return day_written(text)


class WrittenTime(_Written):
    """`data` is a time of day, or none when nothing was typed."""

    def _shown(self, value: Any) -> str:
        return time_shown(value)

    def _read(self, text: str) -> time:
        return time_written(text)
