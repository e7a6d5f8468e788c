"""Windows to the second, ages to the day, training weekends through both clock changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.campaigns.models import AgeDay
from portal.domain.campaigns.rules import (
    EligibilityFacts,
    Terms,
    Window,
    age_on,
    can_train,
    days_left,
    last_day,
    may_apply_from,
    next_boundary,
    obstacles,
    receives,
    terms_of,
    training_weekends,
    window,
)
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot


@dataclass(frozen=True)
class Times:
    opens_at: datetime
    closes_at: datetime


JANUARY = Times(datetime(2018, 1, 9, tzinfo=UTC), datetime(2018, 1, 27, tzinfo=UTC))
JULY = Times(datetime(2018, 7, 2, 23, tzinfo=UTC), datetime(2018, 7, 31, 23, tzinfo=UTC))  # London is an hour ahead
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("campaign", [JANUARY, JULY])
def test_both_ends_of_a_campaign_to_the_second(campaign: Times) -> None:
    around = [receives(campaign, campaign.closes_at + SECOND * step) for step in (-1, 0, 1)]
    assert around == [True, False, False]
    around = [receives(campaign, campaign.opens_at + SECOND * step) for step in (-1, 0, 1)]
    assert around == [False, True, True]
    assert window(campaign, campaign.opens_at - SECOND) is Window.COMING
    assert window(campaign, campaign.opens_at) is Window.OPEN
    assert window(campaign, campaign.closes_at - SECOND) is Window.CLOSING_SOON
    assert window(campaign, campaign.closes_at) is Window.CLOSED


def test_the_last_day_is_the_one_before_midnight_in_london() -> None:
    assert last_day(JANUARY) == date(2018, 1, 26)
    assert last_day(JULY) == date(2018, 7, 31)
    assert last_day(Times(JULY.opens_at, datetime(2018, 7, 31, 16, tzinfo=UTC))) == date(2018, 7, 31)


@pytest.mark.parametrize(
    ("campaign", "now", "left"),
    [
        (JANUARY, "2018-01-15T10:00Z", 11),
        (JANUARY, "2018-01-26T23:59Z", 0),
        (JANUARY, "2018-02-15T10:00Z", 0),
        (JULY, "2018-07-30T22:59Z", 1),  # one minute to midnight in London
        (JULY, "2018-07-30T23:00Z", 0),  # midnight in London: the 31st
    ],
)
def test_days_left_change_at_londons_midnight(campaign: Times, now: str, left: int) -> None:
    assert days_left(campaign, datetime.fromisoformat(now)) == left


def test_closing_soon_is_a_setting() -> None:
    now = datetime(2018, 1, 15, 10, tzinfo=UTC)
    assert window(JANUARY, now, soon_days=10) is Window.OPEN
    assert window(JANUARY, now, soon_days=11) is Window.CLOSING_SOON


def test_a_page_holds_until_midnight_or_the_next_instant_on_it() -> None:
    summer = datetime(2018, 7, 30, 21, tzinfo=UTC)
    assert next_boundary([JULY], summer) == datetime(2018, 7, 30, 23, tzinfo=UTC)
    early = Times(JULY.opens_at, summer + SECOND)
    assert next_boundary([JULY, early], summer) == summer + SECOND
    assert next_boundary([], summer, None, summer + 2 * SECOND) == summer + 2 * SECOND
    assert next_boundary([early], summer + SECOND) == datetime(2018, 7, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2000-01-26", "2018-01-25", 17),
        ("2000-01-26", "2018-01-26", 18),
        ("2000-02-29", "2018-02-28", 17),  # no 29th that year: a year older on 1 March
        ("2000-02-29", "2018-03-01", 18),
        ("2000-02-29", "2020-02-28", 19),
        ("2000-02-29", "2020-02-29", 20),
    ],
)
def test_age(born: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


@pytest.mark.parametrize(
    ("born", "first"), [("2001-09-03", "2019-09-03"), ("2004-02-29", "2022-03-01"), ("2002-02-28", "2020-02-28")]
)
def test_the_day_somebody_comes_of_age(born: str, first: str) -> None:
    start = may_apply_from(date.fromisoformat(born), 18)
    assert start == date.fromisoformat(first)
    ages = [age_on(date.fromisoformat(born), start - timedelta(days=days)) for days in (0, 1)]
    assert ages == [18, 17]


@pytest.mark.parametrize("first", [date(2018, 3, 17), date(2018, 10, 20)])  # both series cross a clock change
def test_training_keeps_londons_hours_when_the_clocks_change(first: date) -> None:
    days = training_weekends(first, 2, 1)
    assert [(clock.london(day.starts_at).hour, clock.london(day.ends_at).hour) for day in days] == [(9, 17)] * 4
    assert len({day.starts_at.hour for day in days}) == 2, "UTC hours differ on either side"
    assert [day.weekend for day in days] == [1, 1, 2, 2]


def test_training_weekends_begin_on_a_saturday() -> None:
    with pytest.raises(ValueError, match="Saturday"):
        training_weekends(date(2018, 4, 29), 5, 2)


TERMS = Terms(
    scheme="Community Policing Volunteer",
    min_age=18,
    max_age=None,
    age_counted_on=None,
    district_ids=frozenset({1, 2}),
    district_names=("Maidstone", "Sevenoaks"),
    hours_a_month=16,
    weekends=5,
    training_days=10,
    may_miss_weekends=1,
    last_day=date(2018, 1, 26),
)
FACTS = EligibilityFacts(date(1981, 9, 3), frozenset({1}), True, True)
TODAY = date(2018, 1, 15)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"born": date(2001, 9, 3)}, [("too_young", "date_of_birth")]),
        ({"born": date(1920, 1, 1)}, []),
        ({"district_ids": frozenset()}, [("area", "postcode")]),
        ({"district_ids": frozenset({3})}, [("area", "postcode")]),
        ({"can_give_hours": False}, [("hours", "hours")]),
        ({"can_train": False}, [("training", "weekends")]),
        (
            {"can_train": False, "can_give_hours": False, "born": date(2005, 1, 1)},
            [("too_young", "date_of_birth"), ("hours", "hours"), ("training", "weekends")],
        ),
    ],
)
def test_obstacles(changes: dict[str, object], found: list[tuple[str, str]]) -> None:
    seen = obstacles(replace(FACTS, **changes), TERMS, TODAY)  # type: ignore[arg-type]
    assert [(item.code, item.field) for item in seen] == found
    assert all(item.message and item.instead for item in seen)


def test_somebody_too_young_hears_from_when() -> None:
    late = obstacles(replace(FACTS, born=date(2001, 9, 3)), TERMS, TODAY)[0].instead
    assert "3 September 2019" in late and "still open" not in late
    soon = obstacles(replace(FACTS, born=date(2000, 1, 26)), TERMS, TODAY)[0].instead
    assert "26 January 2018" in soon and "still open" in soon, "the birthday is the last day to apply"
    assert obstacles(replace(FACTS, born=date(2000, 1, 26)), TERMS, date(2018, 1, 26)) == []


def test_only_cadets_are_ever_too_old() -> None:
    cadet = replace(TERMS, scheme="Volunteer Police Cadet", min_age=13, max_age=17)
    codes = [
        [item.code for item in obstacles(replace(FACTS, born=born), cadet, TODAY)]
        for born in (date(2000, 1, 16), date(2000, 1, 15))
    ]
    assert codes == [[], ["too_old"]], "17 until the day before the birthday"


def test_age_may_be_counted_when_training_starts(session: Session) -> None:
    terms = terms_of(a_campaign(session, age_day=AgeDay.TRAINING_START))
    assert terms.age_counted_on == date(2018, 4, 28)
    facts = replace(FACTS, district_ids=terms.district_ids)
    assert obstacles(replace(facts, born=date(2000, 4, 28)), terms, TODAY) == []
    assert [item.code for item in obstacles(replace(facts, born=date(2000, 4, 29)), terms, TODAY)] == ["too_young"]


def test_the_pilots_terms(session: Session) -> None:
    terms = terms_of(the_pilot(session))
    assert (terms.min_age, terms.max_age, terms.hours_a_month) == (18, None, 16)
    assert (terms.weekends, terms.training_days, terms.last_day) == (5, 10, date(2018, 1, 26))
    assert can_train({1, 2, 4, 5}, terms) and not can_train({1, 2, 4}, terms)
    assert a_july_campaign(session).closes_at == JULY.closes_at
