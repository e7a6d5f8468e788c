"""Dates to put in one's own calendar (.ics, RFC 5545), in London's time with its clock changes spelt out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress
from icalendar import Event as _Entry

from portal.clock import LONDON

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

_TZID = "Europe/London"
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Event:
    """One entry.

    `starts` and `ends` are both aware instants, or both dates for whole days, of which `ends` is the last. `uid` stays
    the same for the life of the thing meant, and `sequence` rises with each change: a changed date replaces the old
    one in people's calendars instead of standing beside it. `organizer` and `attendee` are mail addresses: without
    them mail programs show an invitation to nobody.
    """

    uid: str
    starts: datetime | date
    ends: datetime | date
    summary: str
    location: str = ""
    description: str = ""
    sequence: int = 0
    cancelled: bool = False
    organizer: str = ""
    organizer_name: str = ""
    attendee: str = ""

    def __post_init__(self) -> None:
        whole_days = [not isinstance(moment, datetime) for moment in (self.starts, self.ends)]
        if whole_days[0] != whole_days[1]:
            raise ValueError("an event lasts from instant to instant or from day to day")
        if any(isinstance(moment, datetime) and moment.utcoffset() is None for moment in (self.starts, self.ends)):
            raise ValueError("an event's time needs its zone")
        if self.ends < self.starts:
            raise ValueError("an event cannot end before it starts")


def calendar(name: str, events: Sequence[Event], *, prodid: str, now: datetime, method: Method = "PUBLISH") -> bytes:
    """The .ics file of these events. `prodid` names the program that made it, `now` is an aware instant.

    To be served as `text/calendar; charset=utf-8`, with `; method=…` when mailed as an invitation.
    """
    made = Calendar()
    made.add("prodid", prodid)
    made.add("version", "2.0")
    made.add("method", method)
    made.add("name", _plain(name))
    made.add("x-wr-calname", _plain(name))
    timed = [event for event in events if isinstance(event.starts, datetime)]
    if timed:
        made.add_component(_london_from(min(event.starts.year for event in timed) - 1))
    for event in events:
        made.add_component(_entry(event, now))
    written: bytes = made.to_ical()
    return written


def _entry(event: Event, now: datetime) -> _Entry:
    entry = _Entry()
    entry.add("uid", event.uid)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("sequence", event.sequence)
    entry.add("dtstart", _moment(event.starts))
    # In the file the end of whole days is the first day after them.
    entry.add("dtend", _moment(event.ends) if isinstance(event.ends, datetime) else event.ends + timedelta(days=1))
    for field in ("summary", "location", "description"):
        if text := _plain(getattr(event, field)):
            entry.add(field, text)
    entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    if event.organizer:
        entry.add("organizer", _person(event.organizer, cn=_plain(event.organizer_name)))
    if event.attendee:  # they chose the time themselves: nothing is left to answer
        entry.add("attendee", _person(event.attendee, partstat="ACCEPTED", rsvp="FALSE"))
    return entry


def _person(address: str, **parameters: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{_plain(address)}")
    person.params.update({name: value for name, value in parameters.items() if value})
    return person


def _moment(moment: datetime | date) -> datetime | date:
    """London's time, except in the hour that comes twice in October, which only UTC can tell apart."""
    if not isinstance(moment, datetime):
        return moment
    local = moment.astimezone(LONDON)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return moment.astimezone(UTC) if twice else local


def _plain(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text.replace("\r\n", "\n")).strip()


def _london_from(year: int) -> Timezone:
    """London's standing rule (the Summer Time Order 2002: last Sundays, 01:00 GMT) from this year on.

    Two lines of rule instead of a list of every change until 2038, and right for dates beyond the last event too.
    """
    zone = Timezone()
    zone.add("tzid", _TZID)
    for kind, month, name, hour, before, after in (
        (TimezoneDaylight, 3, "BST", 1, 0, 1),
        (TimezoneStandard, 10, "GMT", 2, 1, 0),
    ):
        change = kind()
        change.add("dtstart", _last_sunday(year, month, hour))
        change.add("tzoffsetfrom", timedelta(hours=before))
        change.add("tzoffsetto", timedelta(hours=after))
        change.add("tzname", name)
        change.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(change)
    return zone


def _last_sunday(year: int, month: int, hour: int) -> datetime:
    last = date(year, month, 31)  # both months have 31 days
    day = last - timedelta(days=(last.weekday() + 1) % 7)
    # Without a zone on purpose: the file wants what the wall clock says.
    return datetime(day.year, day.month, day.day, hour)
