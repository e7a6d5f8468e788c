"""Dates, times and counts as people read them. Instants are aware UTC and are shown in London's time."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from portal import clock


def _date(value: date) -> date:
    """London's calendar date of an instant; a plain date is itself."""
    return clock.london(value).date() if isinstance(value, datetime) else value


def day(value: date) -> str:
    """Friday 26 January 2018"""
    there = _date(value)
    return f"{there:%A} {there.day} {there:%B %Y}"


def short_day(value: date) -> str:
    """Fri 26 Jan"""
    there = _date(value)
    return f"{there:%a} {there.day} {there:%b}"


def day_of(value: date) -> str:
    """Friday 26 January: where the year goes without saying"""
    there = _date(value)
    return f"{there:%A} {there.day} {there:%B}"


def day_month(value: date) -> str:
    """26 January"""
    there = _date(value)
    return f"{there.day} {there:%B}"


def clock_time(value: datetime) -> str:
    """9am, 10:30am, midday, midnight"""
    there = clock.london(value)
    if there.minute == 0 and there.hour % 12 == 0:
        return "midday" if there.hour else "midnight"
    minutes = f":{there.minute:02}" if there.minute else ""
    return f"{there.hour % 12 or 12}{minutes}{'am' if there.hour < 12 else 'pm'}"


def hour(value: datetime) -> str:
    """09:30: for timetables"""
    return f"{clock.london(value):%H:%M}"


def when(value: datetime) -> str:
    """Friday 26 January 2018, 8:41pm"""
    return f"{day(value)}, {clock_time(value)}"


def stamp(value: datetime) -> str:
    """26 Jan 2018, 20:41: for lists that are read down, where the same width helps"""
    there = clock.london(value)
    return f"{there.day} {there:%b %Y, %H:%M}"


def _days(value: date, now: datetime | None) -> int:
    """Whole calendar days in London from `now` (the clock's, unless given) to `value`."""
    return (_date(value) - _date(now or clock.now())).days


def in_days(value: date, now: datetime | None = None) -> str:
    """A thing promised: in 3 days, tomorrow, today, 2 days late"""
    days = _days(value, now)
    if days < 0:
        return f"{plural(-days, 'day')} late"
    return ("today", "tomorrow")[days] if days < 2 else f"in {days:,} days"


def ago(value: date, now: datetime | None = None) -> str:
    """A thing done: today, yesterday, 3 days ago (and for what is still to come: tomorrow, in 3 days)"""
    days = -_days(value, now)
    if days < 0:
        return in_days(value, now)
    return ("today", "yesterday")[days] if days < 2 else f"{days:,} days ago"


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 day, 2 days, 1,286 people"""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def reference(value: str) -> str:
    """A reference as it is written and read out: CPV-7K4F-92QX"""
    bare = "".join(char for char in value.upper() if char.isalnum())
    prefix, first, last = bare[:-8], bare[-8:-4], bare[-4:]
    return "-".join(part for part in (prefix, first, last) if part)


def iso(value: date) -> str:
    """For the datetime attribute of <time>."""
    return value.isoformat()


FILTERS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        day,
        short_day,
        day_of,
        day_month,
        clock_time,
        hour,
        when,
        stamp,
        in_days,
        ago,
        plural,
        reference,
        iso,
    )
}
