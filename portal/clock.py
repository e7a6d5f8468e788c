"""The only reader of time.

Columns hold UTC; people see London. In the demonstration the clock may be moved: an offset is
kept in a file, read once a request or job, and time goes on ticking from there. `wall()` is
never moved: sign-ins, one-time codes and limits use it, so that moving the demonstration's clock
signs nobody out.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())


def wall() -> datetime:
    """The real time now, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The service's time now, aware, in UTC: real time plus the demonstration's offset."""
    return wall() + _offset.get()


def today() -> date:
    """The service's date today in London."""
    return now().astimezone(LONDON).date()


def london(instant: datetime) -> datetime:
    """An aware instant as London shows it."""
    return instant.astimezone(LONDON)


def from_london(moment: datetime) -> datetime:
    """A time given without a zone is London's; one with a zone keeps it. Returns UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)


def start_of(day: date) -> datetime:
    """The instant a London day begins, in UTC; the instant the day before ends."""
    return from_london(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The instant a London day ends: closing on the 26th means up to the 27th's first instant."""
    return start_of(day + timedelta(days=1))


def offset() -> timedelta:
    return _offset.get()


def use_offset(value: timedelta) -> None:
    """Sets the offset for this request or job."""
    _offset.set(value)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block the clock starts at `moment` and ticks: demonstration data is made so."""
    token = _offset.set(from_london(moment) - wall())
    try:
        yield
    finally:
        _offset.reset(token)


def read_offset(path: Path) -> timedelta:
    """The stored offset in seconds; none stored is no offset."""
    try:
        return timedelta(seconds=float(path.read_text()))
    except FileNotFoundError:
        return timedelta()


def store_offset(path: Path, value: timedelta) -> None:
    """Stores the offset so that a reader sees the old one or the new one, never half."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(str(value.total_seconds()))
    os.replace(name, path)
