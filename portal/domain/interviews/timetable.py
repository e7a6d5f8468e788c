"""A day cut into slots, by London's clocks. Plain facts in, instants out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from portal import clock
from portal.domain.campaigns.dates import london_moment

Slots = list[tuple[datetime, datetime]]


class Break(NamedTuple):
    """Nobody is seen from `at` (London's clocks) for so many minutes."""

    at: time
    minutes: int

    @property
    def stored(self) -> dict[str, str | int]:
        return {"from": f"{self.at:%H:%M}", "minutes": self.minutes}


def slots(day: date, first: time, last: time, minutes: int, gap: int, breaks: Sequence[Break]) -> Slots:
    """From when to when each slot goes, in UTC: the first begins at `first`, none ends after `last`.

    `minutes` and `gap` are minutes as they pass, also in a night when the clocks change; a slot that would run
    into a break begins after it. Raises NoSuchTime for a time left out when the clocks go forward.
    """
    if minutes <= 0 or gap < 0:
        raise ValueError(f"slots of {minutes} minutes, {gap} between")
    length, between = timedelta(minutes=minutes), timedelta(minutes=gap)
    pauses = sorted((london_moment(day, each.at), timedelta(minutes=each.minutes)) for each in breaks)
    starts, ends = london_moment(day, first), london_moment(day, last)
    found: Slots = []
    while starts + length <= ends:
        over = [at + lasts for at, lasts in pauses if at < starts + length and starts < at + lasts]
        if over:
            starts = max(over)
            continue
        found.append((starts, starts + length))
        starts += length + between
    return found


def pauses(day: date, stored: Sequence[dict[str, str | int]]) -> Slots:
    """The breaks of a session as they are kept, from when to when, in UTC."""
    begins = [(london_moment(day, time.fromisoformat(str(each["from"]))), int(each["minutes"])) for each in stored]
    return sorted((at, at + timedelta(minutes=minutes)) for at, minutes in begins)


def day_of(instant: datetime) -> date:
    """The London day of an instant."""
    return clock.london(instant).date()
