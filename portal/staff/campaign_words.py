"""A campaign's values as staff read them: on its page, and side by side when two people changed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from portal import clock
from portal.domain.campaigns.dates import road_of
from portal.domain.campaigns.managing import Phase
from portal.domain.campaigns.models import AgeDay, Campaign, Division
from portal.domain.campaigns.parts import Part
from portal.domain.campaigns.publishing import Missing
from portal.domain.campaigns.rules import TrainingPlan, last_day
from portal.staff.forms.campaigns import AGE_DAYS, DUE, REQUIREMENTS
from portal.staff.opening import Difference
from portal.web.wording import clock_time, day, plural, short_day
from portal.web.written import day_shown

PHASES = {
    Phase.OPEN: ("Open", "now"),
    Phase.COMING: ("Coming", ""),
    Phase.SCHEDULED: ("Scheduled", "warn"),
    Phase.DRAFT: ("Draft", "soft"),
    Phase.CLOSED: ("Closed", "soft"),
    Phase.ARCHIVED: ("Archived", "soft"),
}
TITLES = {
    Part.ABOUT: "About",
    Part.DATES: "Dates",
    Part.PLACES: "Places and where",
    Part.TRAINING: "Training days",
    Part.REQUIREMENTS: "What is asked for",
    Part.SHORTLISTING: "Shortlisting",
}
LABELS = {
    "name": "Name",
    "lead": "Sentence under the name",
    "slug": "Address",
    "age_day": "Age is counted",
    "announced_on": "Announced",
    "opens_at": "Opens",
    "closes_at": "Closes",
    "answer_by": "Answer by",
    "interviews_from": "First interview",
    "interviews_to": "Last interview",
    "starts_on": "First duty",
    "places": "Places",
    "target": "Applications hoped for",
    "districts": "Where",
    "training": "Training",
    "requirements": "Asked for",
    "assessors_each": "Readers of each application",
    "triage": "A quick look first",
    "gap": "Points apart that a moderator settles",
}


@dataclass(frozen=True)
class Card:
    """One part on the campaign's page. `href` is none where nothing can change."""

    key: str
    title: str
    lines: list[tuple[str, str]]
    href: str | None
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stop:
    """One date on the campaign's road. state: done | now | next."""

    title: str
    when: str
    state: str


def said(name: str, value: Any) -> str:
    """One value in words; several lines for a list."""
    if name in WRITTEN:
        words: str = WRITTEN[name](value)
        return words
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return moment(value)
    return day_shown(value) if isinstance(value, date) else str(value)


def moment(value: datetime) -> str:
    """Fri 26 January 2018, midnight: the end of the day for a closing, the beginning for an opening."""
    there = clock.london(value)
    return f"{there:%a} {there.day} {there:%B %Y}, {clock_time(value)}"


def closing(value: datetime) -> str:
    """The closing instant by the day it belongs to."""
    last = last_day(_Closes(value))
    return f"End of {day_shown(last)}" if clock_time(value) == "midnight" else moment(value)


@dataclass(frozen=True)
class _Closes:
    closes_at: datetime

    @property
    def opens_at(self) -> datetime:
        return self.closes_at


def opening(value: datetime) -> str:
    """The opening instant; midnight is the beginning of its day."""
    return f"Start of {day_shown(clock.london(value).date())}" if clock_time(value) == "midnight" else moment(value)


def _districts(value: Mapping[str, int | None]) -> str:
    named = [f"{slug.replace('-', ' ').title()}{f' ({places})' if places else ''}" for slug, places in value.items()]
    return ", ".join(named)


def _training(value: Sequence[TrainingPlan]) -> str:
    return "\n".join(f"{label}: {words}" for label, words in weekends(value))


def weekends(days: Sequence[TrainingPlan]) -> list[tuple[str, str]]:
    """Weekend 1: Sat 28 and Sun 29 Apr, 9am to 5pm"""
    found = []
    for number, group in groupby(days, key=lambda each: each.weekend):
        of_it = list(group)
        hours = {f"{clock_time(each.starts_at)} to {clock_time(each.ends_at)}" for each in of_it}
        if len(hours) == 1:
            words = f"{' and '.join(short_day(each.starts_at) for each in of_it)}, {hours.pop()}"
        else:
            words = "\n".join(
                f"{short_day(each.starts_at)}, {clock_time(each.starts_at)} to {clock_time(each.ends_at)}"
                for each in of_it
            )
        found.append((f"Weekend {number}", words))
    return found


def requirements(value: Mapping[Any, tuple[Any, bool]]) -> list[tuple[str, str]]:
    """Medical certificate: before training; may come with the application"""
    return [
        (REQUIREMENTS[kind], DUE[value[kind][0]] + ("; may come with the application" if value[kind][1] else ""))
        for kind in REQUIREMENTS
        if kind in value
    ]


def _requirements(value: Mapping[Any, tuple[Any, bool]]) -> str:
    return "\n".join(f"{label}: {words}" for label, words in requirements(value))


def areas(campaign: Campaign, divisions: Sequence[Division]) -> str:
    """Where people must live, whole divisions by their name."""
    covered = {district.id for district in campaign.districts}
    whole = [each for each in divisions if each.districts and {one.id for one in each.districts} <= covered]
    if whole and len(whole) == len(divisions):
        return "The whole county"
    inside = {one.id for each in whole for one in each.districts}
    rest = [district.name for district in campaign.districts if district.id not in inside]
    return ", ".join([*(each.name for each in whole), *rest]) or "Nowhere yet"


WRITTEN: dict[str, Any] = {
    "opens_at": opening,
    "closes_at": closing,
    "districts": _districts,
    "training": _training,
    "requirements": _requirements,
    "age_day": lambda value: AGE_DAYS[AgeDay(value)],
}


def differences(theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> list[Difference]:
    """What two people said differently, in words."""
    return [
        Difference(LABELS[name], said(name, theirs[name]), said(name, yours[name]))
        for name in theirs
        if name in yours and theirs[name] != yours[name]
    ]


def lines_of(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A part's values, each with its label."""
    if "training" in values:
        return weekends(values["training"])
    if "requirements" in values:
        return requirements(values["requirements"])
    return [(LABELS[name], said(name, value)) for name, value in values.items()]


def missing_of(missing: Sequence[Missing], page: str) -> list[str]:
    return [each.words for each in missing if each.page == page]


def stops_of(campaign: Campaign, now: datetime) -> list[Stop]:
    """The road from announcing to the first duty, as far as it has gone."""
    road, today = road_of(campaign), clock.london(now).date()
    opens, closes = clock.london(road.opens_at).date(), last_day(campaign)
    found = [
        ("Announced", short_day(road.announced_on), road.announced_on, road.announced_on),
        ("Open", f"{short_day(opens)} to {short_day(closes)}", opens, closes),
        ("Answer by", short_day(road.answer_by), closes, road.answer_by),
        ("Interviews", f"{short_day(road.interviews_from)} to {short_day(road.interviews_to)}",
         road.interviews_from, road.interviews_to),
    ]  # fmt: skip
    if road.training:
        first, last = road.training[0].starts_at, road.training[-1].starts_at
        weekends = plural(len({each.weekend for each in road.training}), "weekend")
        words = f"{short_day(first)} to {short_day(last)}, {weekends}"
        found.append(("Training", words, clock.london(first).date(), clock.london(last).date()))
    found.append(("First duty", short_day(road.starts_on), road.starts_on, date.max))
    return [
        Stop(title, words, "done" if today > ends else "now" if today >= starts else "next")
        for title, words, starts, ends in found
    ]


def when_words(campaign: Campaign, phase: Phase, now: datetime) -> str:
    """What comes next for a campaign, for a list."""
    if phase is Phase.OPEN:
        return f"Closes {day(last_day(campaign))}"
    if phase is Phase.SCHEDULED and campaign.published_at is not None:
        return f"Appears {moment(campaign.published_at)}"
    if phase in {Phase.COMING, Phase.DRAFT}:
        return f"Opens {day(campaign.opens_at)}"
    return f"Closed {day(last_day(campaign))}"
