"""How a course's days lie in the calendar, counted from its first. Pure; days are London's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count as numbers
from itertools import islice

from portal.domain.campaigns.bank_holidays import holiday_beside, holiday_on
from portal.domain.refusals import Refusal
from portal.domain.training.models import Pattern

SATURDAY = 5
A_DAY = timedelta(days=1)


class NotAFirstDay(Refusal):
    """The course cannot begin on this weekday."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="first")


def days(pattern: Pattern, count: int, first: date, *, every_weeks: int, skip_holidays: bool) -> list[date]:
    """The first `count` days of a course that begins on `first` or, where that is left out, on the next that fits.

    `skip_holidays` leaves out long weekends, evenings on a bank holiday and bank holidays among working days; what
    comes after goes on from the day taken instead. Raises NotAFirstDay.
    """
    refuse_first(pattern, first)
    if pattern is Pattern.WEEKENDS:
        return list(islice(_weekends(first, every_weeks, skip_holidays), count))
    if pattern is Pattern.WEEKLY:
        return list(islice(_weekly(first, every_weeks, skip_holidays), count))
    return list(islice(_working_days(first, skip_holidays), count))


def refuse_first(pattern: Pattern, first: date) -> None:
    """Raises NotAFirstDay: weekends begin on a Saturday, working days on a working day."""
    if pattern is Pattern.WEEKENDS and first.weekday() != SATURDAY:
        raise NotAFirstDay(f"A course at weekends begins on a Saturday; {first.day} {first:%B %Y} is a {first:%A}")
    if pattern is Pattern.DAYS and first.weekday() >= SATURDAY:
        raise NotAFirstDay(f"A course on working days begins on one; {first.day} {first:%B %Y} is a {first:%A}")


def fits(pattern: Pattern, day: date, first: date) -> bool:
    """Whether a day lies where the pattern has its days: for whoever moves one, to be told that it does not."""
    if pattern is Pattern.WEEKENDS:
        return day.weekday() >= SATURDAY
    if pattern is Pattern.WEEKLY:
        return day.weekday() == first.weekday()
    return day.weekday() < SATURDAY


def left_out(day: date) -> str | None:
    """The bank holiday for which a course that skips them leaves this day out."""
    return holiday_beside(day) if day.weekday() >= SATURDAY else holiday_on(day)


def _weekends(saturday: date, every_weeks: int, skip: bool) -> Iterator[date]:
    while True:
        while skip and left_out(saturday):
            saturday += timedelta(weeks=1)
        yield saturday
        yield saturday + A_DAY
        saturday += timedelta(weeks=every_weeks)


def _weekly(day: date, every_weeks: int, skip: bool) -> Iterator[date]:
    while True:
        while skip and left_out(day):
            day += timedelta(weeks=1)
        yield day
        day += timedelta(weeks=every_weeks)


def _working_days(first: date, skip: bool) -> Iterator[date]:
    following = (first + A_DAY * number for number in numbers())
    return (day for day in following if day.weekday() < SATURDAY and not (skip and left_out(day)))
