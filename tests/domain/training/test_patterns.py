"""Where a course's days lie: the pilot's to the day, and every pattern over holidays."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.campaigns.bank_holidays import holiday_beside, holiday_on
from portal.domain.training.models import Pattern
from portal.domain.training.patterns import NotAFirstDay, days, fits

PILOT = [
    date(2018, 4, 28), date(2018, 4, 29), date(2018, 5, 12), date(2018, 5, 13), date(2018, 5, 26), date(2018, 5, 27),
    date(2018, 6, 9), date(2018, 6, 10), date(2018, 6, 23), date(2018, 6, 24),
]  # fmt: skip
ANY_DAY = st.dates(date(2017, 1, 1), date(2030, 12, 31))


def test_the_pilots_ten_days() -> None:
    assert days(Pattern.WEEKENDS, 10, date(2018, 4, 28), every_weeks=2, skip_holidays=False) == PILOT


def test_skipping_long_weekends_takes_the_week_after_and_goes_on_from_there() -> None:
    found = days(Pattern.WEEKENDS, 10, date(2018, 4, 28), every_weeks=2, skip_holidays=True)
    assert found[::2] == [
        date(2018, 4, 28), date(2018, 5, 12), date(2018, 6, 2), date(2018, 6, 16), date(2018, 6, 30),
    ]  # fmt: skip


def test_a_first_weekend_that_is_long_is_left_out_too() -> None:
    found = days(Pattern.WEEKENDS, 2, date(2018, 5, 5), every_weeks=2, skip_holidays=True)
    assert found == [date(2018, 5, 12), date(2018, 5, 13)]


def test_evenings_leave_out_bank_holidays_and_nothing_else() -> None:
    monday = date(2018, 4, 30)
    kept = days(Pattern.WEEKLY, 4, monday, every_weeks=1, skip_holidays=False)
    assert kept == [monday + timedelta(weeks=week) for week in range(4)]
    skipped = days(Pattern.WEEKLY, 4, monday, every_weeks=1, skip_holidays=True)
    assert skipped == [date(2018, 4, 30), date(2018, 5, 14), date(2018, 5, 21), date(2018, 6, 4)]


def test_working_days_go_round_weekends_and_when_asked_round_easter() -> None:
    thursday = date(2018, 3, 29)
    asked = days(Pattern.DAYS, 3, thursday, every_weeks=1, skip_holidays=True)
    assert asked == [thursday, date(2018, 4, 3), date(2018, 4, 4)]
    assert days(Pattern.DAYS, 3, thursday, every_weeks=1, skip_holidays=False)[1] == date(2018, 3, 30)


@pytest.mark.parametrize(
    ("pattern", "first", "day"),
    [(Pattern.WEEKENDS, date(2018, 4, 29), "Sunday"), (Pattern.DAYS, date(2018, 4, 28), "Saturday")],
)
def test_a_first_day_that_cannot_be(pattern: Pattern, first: date, day: str) -> None:
    with pytest.raises(NotAFirstDay, match=day) as refused:
        days(pattern, 2, first, every_weeks=1, skip_holidays=False)
    assert refused.value.field == "first"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(Pattern), ANY_DAY, st.integers(1, 20), st.integers(1, 4), st.booleans())
def test_days_rise_lie_in_the_pattern_and_on_no_holiday_that_is_skipped(
    pattern: Pattern, first: date, count: int, every_weeks: int, skip: bool
) -> None:
    if pattern is Pattern.WEEKENDS:
        first += timedelta(days=(5 - first.weekday()) % 7)
    if pattern is Pattern.DAYS and first.weekday() >= 5:
        first += timedelta(days=7 - first.weekday())
    found = days(pattern, count, first, every_weeks=every_weeks, skip_holidays=skip)
    assert len(found) == count and found == sorted(set(found)) and found[0] >= first
    assert all(fits(pattern, day, first) for day in found)
    if pattern is Pattern.WEEKENDS:
        assert found[1::2] == [saturday + timedelta(days=1) for saturday in found[::2]][: count // 2]
        assert all((later - day).days % 7 == 0 for day, later in pairwise(found[::2]))
    if skip:
        assert not any(holiday_beside(day) if day.weekday() >= 5 else holiday_on(day) for day in found)
    elif pattern is not Pattern.DAYS:
        step = found[::2] if pattern is Pattern.WEEKENDS else found
        assert all(later - day == timedelta(weeks=every_weeks) for day, later in pairwise(step))
