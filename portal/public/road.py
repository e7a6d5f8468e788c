"""The whole road of a campaign, from the form to the first day: its stops, its scale and its weekends.

The road is drawn to scale on a grid of a hundred columns. A leg too short for its words is given
room, and the months above bend with it, so that marks and months always agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from portal import clock
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.rules import last_day
from portal.public.words import capital, counted, joined, month_starts, months, span
from portal.web.wording import clock_time, day_month

COLUMNS = 100
LEAST = 12  # columns a stop's words need
LABEL = 5  # columns a month's name needs
AFTER = timedelta(days=21)  # the road goes on a little past the first day

NUMBERS = ("interview_minutes", "medical_notice_days", "references_wanted", "assessors", "application_minutes")


@dataclass(frozen=True)
class Stop:
    """`leg`: the road to the next stop is itself the activity. `span`: columns to the next stop."""

    title: str
    when: str
    text: str
    starts: date
    ends: date
    leg: bool = False
    state: str = "next"  # done | now | next
    span: int = 0


@dataclass(frozen=True)
class Month:
    label: str
    span: int


@dataclass(frozen=True)
class Weekend:
    month: str
    days: str
    label: str
    on: bool


def whole_road(campaign: Campaign, numbers: Mapping[str, int], now: datetime) -> list[Stop]:
    """Every stop, with its state on the clock's day and its columns."""
    stops = [_apply(campaign), _interview(campaign, numbers), *_checks(campaign, numbers), *_training(campaign)]
    stops.append(_first_day(campaign))
    today = clock.london(now).date()
    widths = columns([(after.starts - stop.starts).days for stop, after in pairwise(stops)] + [AFTER.days])
    return [replace(stop, span=width, state=_state(stop, today)) for stop, width in zip(stops, widths, strict=True)]


def short_road(campaign: Campaign, numbers: Mapping[str, int], now: datetime) -> list[Stop]:
    """The front page's road: the same dates in fewer words, with the reading in between."""
    stops = whole_road(campaign, numbers, now)
    apply, interview = stops[0], stops[1]
    reading = Stop(
        "We read it",
        f"By {day_month(campaign.answer_by)}",
        f"{capital(counted(numbers['assessors'], 'person', 'people'))} score it without seeing your name or age.",
        last_day(campaign) + timedelta(days=1),
        campaign.answer_by,
    )
    reading = replace(reading, state=_state(reading, clock.london(now).date()))
    minutes = f"About {numbers['application_minutes']} minutes on a phone. It saves as you go."
    return [replace(apply, text=minutes, when=f"By {day_month(last_day(campaign))}"), reading, interview, *stops[-2:]]


def _state(stop: Stop, today: date) -> str:
    if today > stop.ends:
        return "done"
    return "now" if today >= stop.starts else "next"


def _apply(campaign: Campaign) -> Stop:
    opens = clock.london(campaign.opens_at).date()
    return Stop(
        "Apply",
        span(opens, last_day(campaign)),
        f"We answer by {day_month(campaign.answer_by)}.",
        opens,
        last_day(campaign),
    )


def _interview(campaign: Campaign, numbers: Mapping[str, int]) -> Stop:
    return Stop(
        "Interview",
        span(campaign.interviews_from, campaign.interviews_to),
        f"You choose the day and time. It takes {numbers['interview_minutes']} minutes.",
        campaign.interviews_from,
        campaign.interviews_to,
    )


def _checks(campaign: Campaign, numbers: Mapping[str, int]) -> list[Stop]:
    """Between the last interview and training; nothing where nothing is checked or no time lies between."""
    ends = _training_starts(campaign) - timedelta(days=1)
    starts = campaign.interviews_to + timedelta(days=1)
    kinds = {requirement.kind for requirement in campaign.requirements}
    wording = {
        RequirementKind.REFERENCES: counted(numbers["references_wanted"], "reference"),
        RequirementKind.VETTING: "vetting",
        RequirementKind.FITNESS: "a fitness test",
        RequirementKind.MEDICAL: "a medical certificate",
    }
    asked = [words for kind, words in wording.items() if kind in kinds]
    if not asked or ends < starts:
        return []
    text = f"{capital(joined(asked))}."
    if RequirementKind.MEDICAL in kinds:
        text += f" You get at least {numbers['medical_notice_days']} days for the certificate."
    return [Stop("Offer and checks", months(starts, ends), text, starts, ends)]


def _training(campaign: Campaign) -> list[Stop]:
    days = campaign.training_days
    if not days:
        return []
    first, last = clock.london(days[0].starts_at).date(), clock.london(days[-1].starts_at).date()
    weekends = len({day.weekend for day in days})
    text = (
        f"{capital(counted(len(days), 'day'))} over {counted(weekends, 'weekend')}, "
        f"{clock_time(days[0].starts_at)} to {clock_time(days[0].ends_at)}."
    )
    return [Stop("Training", span(first, last), text, first, last, leg=True)]


def _first_day(campaign: Campaign) -> Stop:
    starts = campaign.starts_on
    when = f"From {starts:%B}" if starts.day == 1 else f"From {day_month(starts)}"
    return Stop(campaign.scheme.content["start"], when, "With a colleague beside you.", starts, date.max)


def _training_starts(campaign: Campaign) -> date:
    days = campaign.training_days
    return clock.london(days[0].starts_at).date() if days else campaign.starts_on


def columns(days: Sequence[int], *, least: int = LEAST, whole: int = COLUMNS) -> list[int]:
    """Days → columns in proportion, none under `least`, together `whole`."""
    sizes = [max(1, count) for count in days]
    small: set[int] = set()
    while True:
        rest = whole - least * len(small)
        total = sum(size for place, size in enumerate(sizes) if place not in small)
        shares = [least if place in small else rest * size / total for place, size in enumerate(sizes)]
        fresh = {place for place, share in enumerate(shares) if share < least}
        if not fresh:
            break
        small |= fresh
    edges = [round(sum(shares[:place])) for place in range(len(shares) + 1)]
    return [after - before for before, after in pairwise(edges)]


def months_of(stops: Sequence[Stop]) -> list[Month]:
    """The months above the road, on the same grid; a sliver of a month keeps its column and loses its name."""
    end = stops[-1].starts + AFTER
    starts = month_starts(stops[0].starts, end - timedelta(days=1))
    edges = [_column(stops, day) for day in starts] + [COLUMNS]
    widths = [after - before for before, after in pairwise(edges)]
    return [
        Month(f"{day:%b}" if width >= LABEL else "", width)
        for day, width in zip(starts, widths, strict=True)
        if width > 0
    ]


def _column(stops: Sequence[Stop], day: date) -> int:
    """Where a day lies on the grid: in proportion within its own leg."""
    before = 0
    ends = [stop.starts for stop in stops[1:]] + [stops[-1].starts + AFTER]
    for stop, end in zip(stops, ends, strict=True):
        if day < end:
            return before + round(stop.span * (day - stop.starts).days / max(1, (end - stop.starts).days))
        before += stop.span
    return before


def weekends_of(campaign: Campaign) -> list[Weekend]:
    """Training weekends and the free ones between them, in order; none without training."""
    firsts: dict[date, int] = {}
    for day in campaign.training_days:
        starts = clock.london(day.starts_at).date()
        firsts.setdefault(starts - timedelta(days=starts.weekday()), day.weekend)
    if not firsts:
        return []
    monday, last = min(firsts), max(firsts)
    found = []
    while monday <= last:
        saturday, sunday = monday + timedelta(days=5), monday + timedelta(days=6)
        number = firsts.get(monday)
        label = "Free" if number is None else f"Weekend {number}"
        found.append(Weekend(f"{saturday:%b}", f"{saturday.day}\N{EN DASH}{sunday.day}", label, number is not None))
        monday += timedelta(weeks=1)
    return found


def training_hours(campaign: Campaign) -> int:
    """Hours of training in all, breaks included."""
    seconds = sum((day.ends_at - day.starts_at).total_seconds() for day in campaign.training_days)
    return round(seconds / timedelta(hours=1).total_seconds())


def training_words(campaign: Campaign) -> str:
    """Five Saturdays and five Sundays, 9am to 5pm. The weekends between are yours."""
    days = campaign.training_days
    if not days:
        return ""
    names = [f"{clock.london(day.starts_at):%A}" for day in days]
    kinds = joined([counted(names.count(name), name) for name in dict.fromkeys(names)])
    hours = f"{clock_time(days[0].starts_at)} to {clock_time(days[0].ends_at)}"
    between = " The weekends between are yours." if any(not weekend.on for weekend in weekends_of(campaign)) else ""
    return f"{capital(kinds)}, {hours}: {training_hours(campaign)} hours in all.{between}"


def weekend_days(campaign: Campaign) -> str:
    """The training weekends in one sentence's part, by their days and months."""
    return joined([f"{weekend.days} {weekend.month}" for weekend in weekends_of(campaign) if weekend.on])
