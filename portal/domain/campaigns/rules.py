"""Windows, ages, eligibility and training weekends: pure decisions over plain facts.

A campaign's window is computed from its stored instants and one `now`; nothing is stored or flipped.
The same eligibility rules serve the public check and the submission.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from portal import clock
from portal.domain.campaigns.models import AgeDay, Campaign
from portal.domain.settings.catalogue import shipped

SATURDAY = 5
INSTANT = timedelta(microseconds=1)


class Window(StrEnum):
    COMING = "coming"
    OPEN = "open"
    CLOSING_SOON = "closing_soon"
    CLOSED = "closed"

    @property
    def receiving(self) -> bool:
        return self in {Window.OPEN, Window.CLOSING_SOON}


class Opening(Protocol):
    """Anything that opens and closes at aware instants."""

    @property
    def opens_at(self) -> datetime: ...

    @property
    def closes_at(self) -> datetime: ...


def receives(campaign: Opening, received_at: datetime) -> bool:
    """Whether something that arrived at this instant is in time: the closing instant itself is too late."""
    return campaign.opens_at <= received_at < campaign.closes_at


def last_day(campaign: Opening) -> date:
    """The last London day on which an application is taken: closing at midnight belongs to the day before."""
    return clock.london(campaign.closes_at - INSTANT).date()


def days_left(campaign: Opening, now: datetime) -> int:
    """Whole London days from today to the last day; 0 on the last day itself and ever after."""
    return max(0, (last_day(campaign) - clock.london(now).date()).days)


def window(campaign: Opening, now: datetime, *, soon_days: int = shipped("closing_soon_days")) -> Window:
    """Where a campaign stands at an instant."""
    if now < campaign.opens_at:
        return Window.COMING
    if not receives(campaign, now):
        return Window.CLOSED
    return Window.CLOSING_SOON if days_left(campaign, now) <= soon_days else Window.OPEN


def next_boundary(campaigns: Iterable[Opening], now: datetime, *others: datetime | None) -> datetime:
    """The first instant after `now` at which a page about these says something else.

    Days left change at London's midnight; a campaign opens and closes at its own instants; `others`
    are further instants the page depends on, where there are any.
    """
    instants = [instant for campaign in campaigns for instant in (campaign.opens_at, campaign.closes_at)]
    midnight = clock.end_of(clock.london(now).date())
    return min(instant for instant in (*instants, *others, midnight) if instant is not None and instant > now)


def age_on(born: date, day: date) -> int:
    """Whole years. Somebody born on 29 February is a year older on 1 March where there is no 29th."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def may_apply_from(born: date, min_age: int) -> date:
    """The day on which somebody reaches an age."""
    year = born.year + min_age
    try:
        return born.replace(year=year)
    except ValueError:  # 29 February, and no such day that year
        return date(year, 3, 1)


@dataclass(frozen=True)
class TrainingPlan:
    """One day of training to be: `weekend` counts from 1; instants are aware UTC."""

    weekend: int
    starts_at: datetime
    ends_at: datetime


def training_weekends(
    first_saturday: date, pairs: int, weeks_apart: int, *, starts: time = time(9), ends: time = time(17)
) -> list[TrainingPlan]:
    """Saturday and Sunday pairs at London's own hours, whatever the clocks do between them.

    Source: five weekends over a ten-week period [000]; every other weekend is our arrangement.
    Bank-holiday weekends are not skipped. Raises ValueError when the first day is no Saturday.
    """
    if first_saturday.weekday() != SATURDAY:
        raise ValueError(f"{first_saturday} is not a Saturday")
    days = [
        (pair + 1, first_saturday + timedelta(weeks=pair * weeks_apart, days=sunday))
        for pair in range(pairs)
        for sunday in (0, 1)
    ]
    return [
        TrainingPlan(
            number,
            clock.from_london(datetime.combine(day, starts)),
            clock.from_london(datetime.combine(day, ends)),
        )
        for number, day in days
    ]


@dataclass(frozen=True)
class Terms:
    """What a campaign asks of everybody. `age_counted_on` is none when age is counted on applying."""

    scheme: str
    min_age: int
    max_age: int | None
    age_counted_on: date | None
    district_ids: frozenset[int]
    district_names: tuple[str, ...]
    hours_a_month: int | None
    weekends: int
    training_days: int
    may_miss_weekends: int
    last_day: date


def terms_of(campaign: Campaign, *, may_miss_weekends: int = shipped("weekends_may_miss")) -> Terms:
    """A campaign's terms, as plain facts."""
    days = campaign.training_days
    first = clock.london(days[0].starts_at).date() if days else campaign.starts_on
    return Terms(
        scheme=campaign.scheme.name,
        min_age=campaign.scheme.min_age,
        max_age=campaign.scheme.max_age,
        age_counted_on=first if campaign.age_day is AgeDay.TRAINING_START else None,
        district_ids=frozenset(district.id for district in campaign.districts),
        district_names=tuple(district.name for district in campaign.districts),
        hours_a_month=campaign.scheme.hours_a_month,
        weekends=len({day.weekend for day in days}),
        training_days=len(days),
        may_miss_weekends=may_miss_weekends,
        last_day=last_day(campaign),
    )


def can_train(weekends: Collection[int], terms: Terms) -> bool:
    """Whether being free on these training weekends (by number) is enough; the missed are made up later."""
    return len(set(weekends)) >= terms.weekends - terms.may_miss_weekends


@dataclass(frozen=True)
class EligibilityFacts:
    """What somebody tells us. `district_ids`: where they live, empty when outside the county."""

    born: date
    district_ids: frozenset[int]
    can_give_hours: bool
    can_train: bool


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way: `message` says it kindly, `instead` says what is possible and when."""

    code: str  # too_young | too_old | area | hours | training
    field: str  # the key of the question it is about
    message: str
    instead: str


def obstacles(facts: EligibilityFacts, terms: Terms, on_day: date) -> list[Obstacle]:
    """What stands between somebody and this campaign on a day; empty when nothing does.

    Source: age, hours and area are the campaign's own [000]; upper limits exist only for cadets [002].
    """
    found = (_age(facts.born, terms, on_day), _area(facts, terms), _hours(facts, terms), _training(facts, terms))
    return [obstacle for obstacle in found if obstacle is not None]


def _age(born: date, terms: Terms, on_day: date) -> Obstacle | None:
    counted = terms.age_counted_on or on_day
    age, first = age_on(born, counted), may_apply_from(born, terms.min_age)
    moment = "on the day you apply" if terms.age_counted_on is None else f"when training starts on {_day(counted)}"
    if age < terms.min_age:
        here = " This campaign is still open then." if terms.age_counted_on is None and first <= terms.last_day else ""
        return Obstacle(
            "too_young",
            "date_of_birth",
            f"You need to be {terms.min_age} or over {moment}.",
            f"You turn {terms.min_age} on {_day(first)} and can apply from that day.{here}",
        )
    if terms.max_age is not None and age > terms.max_age:
        return Obstacle(
            "too_old",
            "date_of_birth",
            f"This is for people aged {terms.min_age} to {terms.max_age}.",
            "There are roles for adults, and none of them has an upper age limit.",
        )
    return None


def _area(facts: EligibilityFacts, terms: Terms) -> Obstacle | None:
    if not terms.district_ids or facts.district_ids & terms.district_ids:
        return None
    return Obstacle(
        "area",
        "postcode",
        f"This campaign is for people who live in {_listed(terms.district_names)}.",
        "Other campaigns cover other parts of the county.",
    )


def _hours(facts: EligibilityFacts, terms: Terms) -> Obstacle | None:
    if facts.can_give_hours or not terms.hours_a_month:
        return None
    return Obstacle(
        "hours",
        "hours",
        f"This role takes {terms.hours_a_month} hours a month.",
        "Some other roles ask for less of your time.",
    )


def _training(facts: EligibilityFacts, terms: Terms) -> Obstacle | None:
    if facts.can_train or not terms.training_days:
        return None
    return Obstacle(
        "training",
        "weekends",
        f"You need to be free for at least {terms.weekends - terms.may_miss_weekends} "
        f"of the {terms.weekends} training weekends.",
        "The next campaign will train on other dates.",
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _listed(names: tuple[str, ...]) -> str:
    """Maidstone, Sevenoaks or Tonbridge"""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
