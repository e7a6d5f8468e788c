"""Calendar files, read back by icalendar and by a small reader of this test's own."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clock import LONDON
from portal.services.calendar import Event, Method, calendar

NOW = datetime(2018, 1, 9, 12, tzinfo=UTC)
NIGHTS = [date(2018, 3, 25), date(2018, 10, 28), date(2026, 3, 29), date(2026, 10, 25), date(2031, 3, 30)]


def made(*events: Event, method: Method = "PUBLISH") -> bytes:
    return calendar("Training, West", events, prodid="-//Volunteering//Portal//EN", now=NOW, method=method)


def event(starts: datetime | date, ends: datetime | date, **more: object) -> Event:
    return Event(uid="day-1@portal", starts=starts, ends=ends, summary="Training", **more)  # type: ignore[arg-type]


def lines(ics: bytes) -> list[str]:
    """Unfolded content lines, checked for the form the standard asks."""
    assert ics.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    assert b"\n" not in ics.replace(b"\r\n", b"")
    return ics.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def last_sunday(year: int, month: int) -> date:
    return max(day for day in (date(year, month, number) for number in range(25, 32)) if day.isoweekday() == 7)


def by_the_file(ics: bytes, name: str) -> datetime:
    """The instant a property says, understood from this file's own words alone."""
    text = lines(ics)
    value = next(line for line in text[text.index("BEGIN:VEVENT") :] if re.match(rf"{name}[;:]", line))
    wall = datetime.strptime(value.rpartition(":")[2].rstrip("Z"), "%Y%m%dT%H%M%S")
    if value.endswith("Z"):
        return wall.replace(tzinfo=UTC)
    assert value.startswith(f"{name};TZID=Europe/London:")
    # The two changes, as an independent calendar reader expands them: wall-clock onset, yearly on the last Sunday.
    offset, since = timedelta(), datetime(1, 1, 1)
    for kind in ("DAYLIGHT", "STANDARD"):
        part = text[text.index(f"BEGIN:{kind}") : text.index(f"END:{kind}")]
        onset = datetime.strptime(next(item[8:] for item in part if item.startswith("DTSTART:")), "%Y%m%dT%H%M%S")
        to = next(item for item in part if item.startswith("TZOFFSETTO:"))
        assert f"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH={onset.month}" in part
        assert onset.date() == last_sunday(onset.year, onset.month)
        for year in range(onset.year, wall.year + 1):
            change = datetime.combine(last_sunday(year, onset.month), onset.time())
            if since < change <= wall:
                since, offset = change, timedelta(hours=int(to[12:14]))
    return wall.replace(tzinfo=timezone(offset)).astimezone(UTC)


@pytest.mark.parametrize("night", NIGHTS)
def test_nothing_moves_by_an_hour_on_the_nights_the_clocks_change(night: date) -> None:
    midnight = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(hours=3)
    for quarter in range(4 * 12):
        starts = midnight + timedelta(minutes=15 * quarter)
        ends = starts + timedelta(minutes=90)
        ics = made(event(starts, ends))
        assert by_the_file(ics, "DTSTART") == starts
        assert by_the_file(ics, "DTEND") == ends
        entry: Any = icalendar.Calendar.from_ical(ics).walk("VEVENT")[0]
        assert (entry["dtstart"].dt, entry["dtend"].dt) == (starts, ends)


@given(st.integers(0, 27 * 365 * 24 * 60), st.integers(0, 10_000))
def test_every_instant_reads_back_as_itself(since: int, minutes: int) -> None:
    starts = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    ics = made(event(starts, starts + timedelta(minutes=minutes)))
    assert by_the_file(ics, "DTSTART") == starts
    assert by_the_file(ics, "DTEND") == starts + timedelta(minutes=minutes)


def test_a_summer_morning_stands_in_london_words() -> None:
    ics = made(event(datetime(2018, 4, 28, 9, tzinfo=LONDON), datetime(2018, 4, 28, 16, 30, tzinfo=LONDON)))
    assert "DTSTART;TZID=Europe/London:20180428T090000" in lines(ics)
    assert "DTEND;TZID=Europe/London:20180428T163000" in lines(ics)
    assert by_the_file(ics, "DTSTART") == datetime(2018, 4, 28, 8, tzinfo=UTC)


def test_whole_days_name_the_last_and_need_no_zone() -> None:
    ics = made(event(date(2018, 4, 28), date(2018, 4, 29)))
    assert "DTSTART;VALUE=DATE:20180428" in lines(ics)
    assert "DTEND;VALUE=DATE:20180430" in lines(ics)
    assert b"VTIMEZONE" not in ics


def test_there_is_one_short_zone_however_many_events() -> None:
    starts = datetime(2018, 4, 28, 9, tzinfo=LONDON)
    weeks = [starts + timedelta(weeks=2 * number) for number in range(5)]
    events = [Event(f"day-{number}@portal", day, day, "Training") for number, day in enumerate(weeks)]
    ics = calendar("Days", events, prodid="-//x//EN", now=NOW)
    assert ics.count(b"BEGIN:VTIMEZONE") == 1
    assert ics.count(b"BEGIN:VEVENT") == 5
    zone = ics[ics.index(b"BEGIN:VTIMEZONE") : ics.index(b"END:VTIMEZONE")]
    assert zone.count(b"BEGIN:") == 3
    assert not re.search(rb"DTSTART(;VALUE=DATE-TIME)?:\d{8}T\d{6}\r\n", ics.replace(zone, b""))  # floating


def test_a_change_replaces_and_a_cancellation_removes() -> None:
    first = event(date(2018, 4, 28), date(2018, 4, 28))
    moved = event(date(2018, 4, 29), date(2018, 4, 29), sequence=1)
    gone = event(date(2018, 4, 29), date(2018, 4, 29), sequence=2, cancelled=True)
    uids = {next(line for line in lines(made(each)) if line.startswith("UID:")) for each in (first, moved, gone)}
    assert uids == {"UID:day-1@portal"}
    assert [f"SEQUENCE:{number}" in lines(made(each)) for number, each in enumerate((first, moved, gone))] == [True] * 3
    assert "STATUS:CANCELLED" in lines(made(gone, method="CANCEL"))
    assert "METHOD:CANCEL" in lines(made(gone, method="CANCEL"))
    assert "DTSTAMP:20180109T120000Z" in lines(made(first))


def test_words_cannot_become_structure() -> None:
    nasty = 'Hall; room 2, "A"\\B\r\nBEGIN:VEVENT\r\x0b\x00END:VCALENDAR £5 ' + "é" * 100
    ics = made(event(date(2018, 4, 28), date(2018, 4, 28), location=nasty, description="one\ntwo"))
    assert lines(ics).count("BEGIN:VEVENT") == 1
    assert lines(ics).count("END:VCALENDAR") == 1
    entry = icalendar.Calendar.from_ical(ics).walk("VEVENT")[0]
    assert str(entry["location"]).startswith('Hall; room 2, "A"\\B\nBEGIN:VEVENT')
    assert str(entry["location"]).endswith("£5 " + "é" * 100)
    assert "DESCRIPTION:one\\ntwo" in lines(ics)


DAY, INSTANT = date(2018, 4, 28), datetime(2018, 4, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "problem"),
    [
        (DAY, INSTANT, "from day to day"),
        (INSTANT, DAY, "from day to day"),
        (INSTANT.replace(tzinfo=None), INSTANT.replace(tzinfo=None), "zone"),
        (INSTANT, INSTANT - timedelta(seconds=1), "before"),
        (DAY, date(2018, 4, 27), "before"),
    ],
)
def test_events_that_make_no_sense_are_refused(starts: date, ends: date, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        event(starts, ends)
