"""Bank holidays in England, to warn about dates that fall on one or beside it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

SATURDAY = 5
A_DAY = timedelta(days=1)
SAID = {  # as people say them here, where the library says otherwise
    "May Day": "the early May bank holiday",
    "Spring Bank Holiday": "the spring bank holiday",
    "Late Summer Bank Holiday": "the summer bank holiday",
}


@cache
def bank_holidays(year: int) -> dict[date, str]:
    """The year's bank holidays and what they are called, days in lieu included."""
    found = country_holidays("GB", subdiv="ENG", years=year)
    names = {day: name.removesuffix(" (observed)") for day, name in found.items()}
    return {day: SAID.get(name, name) for day, name in names.items()}


def holiday_on(day: date) -> str | None:
    return bank_holidays(day.year).get(day)


def holiday_beside(day: date) -> str | None:
    """The bank holiday of the long weekend this Saturday or Sunday is part of."""
    saturday = day - A_DAY * max(0, day.weekday() - SATURDAY)
    return holiday_on(saturday - A_DAY) or holiday_on(saturday + 2 * A_DAY)
