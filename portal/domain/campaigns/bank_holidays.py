"""Bank holidays in England and Wales by their standing rules, to warn about dates that fall on one.

One-off holidays (a jubilee, a coronation, a moved May Day) are not known here: a warning may be missing, never wrong
about an ordinary year. Source: the Banking and Financial Dealings Act 1971 and the proclamations since.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

SATURDAY, MONDAY = 5, 0
A_DAY = timedelta(days=1)


@cache
def bank_holidays(year: int) -> dict[date, str]:
    """The year's bank holidays and what they are called."""
    sunday = easter(year)
    found = {
        _working(date(year, 1, 1)): "New Year's Day",
        sunday - 2 * A_DAY: "Good Friday",
        sunday + A_DAY: "Easter Monday",
        _first_monday(date(year, 5, 1)): "the early May bank holiday",
        _first_monday(date(year, 5, 25)): "the spring bank holiday",
        _first_monday(date(year, 8, 25)): "the summer bank holiday",
    }
    christmas = date(year, 12, 25)
    found[_working(christmas)] = "Christmas Day"
    found[_working(christmas + A_DAY, taken=_working(christmas))] = "Boxing Day"
    return found


def _first_monday(day: date) -> date:
    """The first Monday from this day on."""
    return day + A_DAY * ((MONDAY - day.weekday()) % 7)


def _working(day: date, taken: date | None = None) -> date:
    """The day itself, or the next weekday that is not taken."""
    while day.weekday() >= SATURDAY or day == taken:
        day += A_DAY
    return day


def holiday_on(day: date) -> str | None:
    return bank_holidays(day.year).get(day)


def holiday_beside(day: date) -> str | None:
    """The bank holiday of the long weekend this Saturday or Sunday is part of."""
    saturday = day - A_DAY * max(0, day.weekday() - SATURDAY)
    return holiday_on(saturday - A_DAY) or holiday_on(saturday + 2 * A_DAY)
