"""Whether a campaign's dates make sense together: what must be put right, and what deserves a second look.

Days and hours are London's; instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from portal import clock
from portal.domain.campaigns.bank_holidays import holiday_beside, holiday_on
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import SATURDAY, TrainingPlan, last_day
from portal.domain.refusals import Refusal

A_DAY = timedelta(days=1)
NUMBERS = ("short_open_days", "short_reading_days", "short_interview_days", "medical_notice_days")


class NoSuchTime(Refusal):
    title = "That time does not exist"


@dataclass(frozen=True)
class Road:
    """Every date of a campaign."""

    announced_on: date
    opens_at: datetime
    closes_at: datetime
    answer_by: date
    interviews_from: date
    interviews_to: date
    starts_on: date
    training: tuple[TrainingPlan, ...] = ()


class Problem(NamedTuple):
    """Something that cannot stand, and the date to put right."""

    field: str
    words: str


def road_of(campaign: Campaign) -> Road:
    return Road(
        campaign.announced_on,
        campaign.opens_at,
        campaign.closes_at,
        campaign.answer_by,
        campaign.interviews_from,
        campaign.interviews_to,
        campaign.starts_on,
        tuple(TrainingPlan(day.weekend, day.starts_at, day.ends_at) for day in campaign.training_days),
    )


def london_moment(day: date, at: time) -> datetime:
    """The instant when London's clocks show this. Of an hour that comes twice, the first.

    Raises NoSuchTime in the hour that is left out when the clocks go forward.
    """
    instant = clock.from_london(datetime.combine(day, at))
    if clock.london(instant).time().replace(tzinfo=None) != at:
        raise NoSuchTime(f"There is no {at:%H:%M} on {said(day)}: the clocks go forward")
    return instant


def said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def problems(road: Road) -> list[Problem]:
    """What is out of order, the first thing first; empty when the dates can stand."""
    return [*_window_problems(road), *training_problems(road.training), *_road_problems(road)]


def _window_problems(road: Road) -> Iterator[Problem]:
    opens = clock.london(road.opens_at).date()
    if road.announced_on > opens:
        yield Problem("announced_on", "Announce it on the day it opens, or before")
    if road.closes_at <= road.opens_at:
        yield Problem("closes_at", "It must close after it opens")
        return
    closes = last_day(road)
    if road.answer_by <= closes:
        yield Problem("answer_by", f"Answer after it has closed, on {said(closes + A_DAY)} or later")
    if road.interviews_from <= closes:
        yield Problem("interviews_from", f"Interviews come after it has closed, on {said(closes + A_DAY)} or later")
    if road.interviews_to < road.interviews_from:
        yield Problem("interviews_to", "The last interview cannot be before the first")


def training_problems(training: Sequence[TrainingPlan]) -> Iterator[Problem]:
    """Days of training by themselves: at weekends, ending after they start, never two at once."""
    for place, day in enumerate(training):
        starts = clock.london(day.starts_at)
        if day.ends_at <= day.starts_at:
            yield Problem(f"ends-{place}", f"{said(starts.date())} must end after it starts")
        if starts.weekday() < SATURDAY:
            yield Problem(f"day-{place}", f"{said(starts.date())} is not at a weekend")
    ordered = sorted(enumerate(training), key=lambda each: each[1].starts_at)
    for (_, before), (place, after) in pairwise(ordered):
        if clock.london(after.starts_at).date() == clock.london(before.starts_at).date():
            yield Problem(f"day-{place}", f"{said(clock.london(after.starts_at).date())} is there twice")


def _road_problems(road: Road) -> Iterator[Problem]:
    days = [clock.london(day.starts_at).date() for day in road.training]
    if days and min(days) <= road.interviews_to:
        yield Problem("training", f"Training comes after the last interview, which is on {said(road.interviews_to)}")
    if days and road.starts_on <= max(days):
        yield Problem("starts_on", f"The first duty comes after training, which ends on {said(max(days))}")
    if not days and road.starts_on <= road.interviews_to:
        yield Problem("starts_on", "The first duty comes after the interviews")


def warnings(road: Road, numbers: Mapping[str, int], *, medical: bool = False) -> list[str]:
    """What is allowed and may be a slip: windows that are short, days on or beside a bank holiday.

    `numbers`: the settings named in NUMBERS. `medical`: a certificate is asked for before training.
    """
    return [*_short(road, numbers, medical), *_on_holidays(road)]


def _short(road: Road, numbers: Mapping[str, int], medical: bool) -> Iterator[str]:
    opens, closes = clock.london(road.opens_at).date(), last_day(road)
    window = (closes - opens).days + 1
    if window < numbers["short_open_days"]:
        yield f"It is open for only {_days(window)}."
    reading = (road.answer_by - closes).days
    if reading < numbers["short_reading_days"]:
        yield f"Only {_days(reading)} from closing to read everything and answer."
    interviews = (road.interviews_to - road.interviews_from).days + 1
    if interviews < numbers["short_interview_days"]:
        yield f"Interviews go on for only {_days(interviews)}."
    if road.training and medical:
        notice = (min(clock.london(day.starts_at).date() for day in road.training) - road.interviews_to).days
        if notice < numbers["medical_notice_days"]:
            yield f"Only {_days(notice)} from the last interview to training, and a certificate takes time."


def _on_holidays(road: Road) -> Iterator[str]:
    for name, day in (("The answer is promised", road.answer_by), ("The first duty", road.starts_on)):
        if holiday := holiday_on(day):
            yield f"{name} on {said(day)}: that is {holiday}."
    for number in sorted({day.weekend for day in road.training}):
        days = [clock.london(day.starts_at).date() for day in road.training if day.weekend == number]
        if holiday := holiday_beside(days[0]):
            yield f"Training weekend {number}, from {said(days[0])}, is that of {holiday}."


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def with_weekends(days: Sequence[tuple[datetime, datetime]]) -> tuple[TrainingPlan, ...]:
    """Days of training, from and to, in order and with the number of their weekend, from 1."""
    found: list[TrainingPlan] = []
    weeks: dict[tuple[int, int], int] = {}
    for starts, ends in sorted(days):
        year, week, _ = clock.london(starts).isocalendar()
        number = weeks.setdefault((year, week), len(weeks) + 1)
        found.append(TrainingPlan(number, starts, ends))
    return tuple(found)


def pattern(
    first: date, weekends: int, weeks_apart: int, starts: time, ends: time, *, skip_holidays: bool
) -> list[tuple[date, time, time]]:
    """Saturdays and Sundays by a rule. `skip_holidays` leaves long weekends out and takes the week after instead.

    Raises ValueError when the first day is no Saturday.
    """
    if first.weekday() != SATURDAY:
        raise ValueError(f"{first} is not a Saturday")
    found: list[tuple[date, time, time]] = []
    saturday = first
    for _ in range(weekends):
        while skip_holidays and holiday_beside(saturday):
            saturday += timedelta(weeks=1)
        found += [(saturday, starts, ends), (saturday + A_DAY, starts, ends)]
        saturday += timedelta(weeks=weeks_apart)
    return found
