"""The clock: London days, both clock changes, and an offset that ticks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock


def test_a_day_ends_at_london_midnight_in_winter_and_summer() -> None:
    assert clock.end_of(date(2018, 1, 26)) == datetime(2018, 1, 27, 0, 0, tzinfo=UTC)
    assert clock.end_of(date(2018, 7, 31)) == datetime(2018, 7, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2018, 3, 25), 23), (date(2018, 10, 28), 25), (date(2018, 6, 1), 24)])
def test_days_on_which_the_clocks_change(day: date, hours: int) -> None:
    assert clock.end_of(day) - clock.start_of(day) == timedelta(hours=hours)


def test_a_time_without_a_zone_is_londons() -> None:
    assert clock.from_london(datetime(2018, 7, 1, 9, 0)) == datetime(2018, 7, 1, 8, 0, tzinfo=UTC)
    assert clock.from_london(datetime(2018, 7, 1, 9, 0, tzinfo=UTC)) == datetime(2018, 7, 1, 9, 0, tzinfo=UTC)


def test_today_is_londons_date_after_midnight_in_summer() -> None:
    with clock.at(datetime(2018, 7, 31, 23, 30, tzinfo=UTC)):
        assert clock.today() == date(2018, 8, 1)


def test_moving_the_clock_leaves_the_wall_alone_and_ticks() -> None:
    before = clock.wall()
    with clock.at(datetime(2018, 1, 15, 10, 0)):
        first = clock.now()
        assert abs(first - datetime(2018, 1, 15, 10, 0, tzinfo=UTC)) < timedelta(seconds=5)
        assert clock.wall() - before < timedelta(minutes=1)
        assert clock.now() >= first
    assert clock.offset() == timedelta()


def test_the_stored_offset_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    assert clock.read_offset(file) == timedelta()
    clock.store_offset(file, timedelta(days=-3000, seconds=1))
    assert clock.read_offset(file) == timedelta(days=-3000, seconds=1)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2037, 12, 30)))
def test_days_follow_each_other_without_gap(day: date) -> None:
    assert clock.end_of(day) == clock.start_of(day + timedelta(days=1))
    assert clock.london(clock.start_of(day)).date() == day
