"""Whether dates make sense together, on both nights when the clocks change as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from portal import clock
from portal.domain.campaigns.bank_holidays import bank_holidays, holiday_beside, holiday_on
from portal.domain.campaigns.dates import (
    NoSuchTime,
    Road,
    london_moment,
    pattern,
    problems,
    warnings,
    with_weekends,
)
from portal.domain.campaigns.plans import the_pilot
from portal.domain.campaigns.rules import TrainingPlan
from portal.domain.settings.catalogue import shipped
from portal.web.written import day_shown, day_written, time_shown, time_written

NUMBERS = {key: shipped(key) for key in (
    "short_open_days", "short_reading_days", "short_interview_days", "medical_notice_days",
)}  # fmt: skip
PILOT = the_pilot()
ROAD = Road(
    PILOT.announced_on, PILOT.opens_at, PILOT.closes_at, PILOT.answer_by, PILOT.interviews_from, PILOT.interviews_to,
    PILOT.starts_on, PILOT.training,
)  # fmt: skip


def a_day(day: date, starts: int = 9, ends: int = 17) -> TrainingPlan:
    return TrainingPlan(1, london_moment(day, time(starts)), london_moment(day, time(ends)))


def test_the_pilots_dates_can_stand() -> None:
    assert problems(ROAD) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"announced_on": date(2018, 1, 10)}, "announced_on"),
        ({"closes_at": PILOT.opens_at}, "closes_at"),
        ({"answer_by": date(2018, 1, 26)}, "answer_by"),
        ({"interviews_from": date(2018, 1, 26)}, "interviews_from"),
        ({"interviews_to": date(2018, 1, 31)}, "interviews_to"),
        ({"interviews_to": date(2018, 4, 28)}, "training"),
        ({"starts_on": date(2018, 6, 24)}, "starts_on"),
        ({"training": (), "starts_on": date(2018, 2, 28)}, "starts_on"),
        ({"training": (a_day(date(2018, 5, 2)),)}, "day-0"),
        ({"training": (a_day(date(2018, 5, 5), 9, 9),)}, "ends-0"),
        ({"training": (a_day(date(2018, 5, 5)), a_day(date(2018, 5, 5), 12, 18))}, "day-1"),
    ],
)
def test_what_is_out_of_order_is_said_beside_its_date(change: dict[str, object], field: str) -> None:
    assert problems(replace(ROAD, **change))[0].field == field


@pytest.mark.parametrize("field", ["answer_by", "interviews_from"])
def test_the_day_after_closing_is_early_enough(field: str) -> None:
    assert problems(replace(ROAD, **{field: date(2018, 1, 27)})) == []


def test_closing_at_midnight_belongs_to_the_day_before() -> None:
    at_noon = replace(ROAD, closes_at=london_moment(date(2018, 1, 27), time(12)))
    assert [problem.field for problem in problems(replace(at_noon, answer_by=date(2018, 1, 27)))] == ["answer_by"]


def test_short_windows_and_holidays_are_pointed_out_and_allowed() -> None:
    assert warnings(ROAD, NUMBERS, medical=True) == [
        "Training weekend 3, from Saturday 26 May 2018, is that of the spring bank holiday."
    ]
    short = replace(
        ROAD,
        closes_at=clock.end_of(date(2018, 1, 14)),
        answer_by=date(2018, 1, 16),
        interviews_to=date(2018, 2, 1),
        starts_on=date(2018, 8, 27),
    )
    assert problems(short) == []
    said = warnings(short, NUMBERS)
    assert said[:3] == [
        "It is open for only 6 days.",
        "Only 2 days from closing to read everything and answer.",
        "Interviews go on for only 1 day.",
    ]
    assert "The first duty on Monday 27 August 2018: that is the summer bank holiday." in said
    late = replace(ROAD, interviews_to=date(2018, 4, 10))
    assert "Only 18 days from the last interview to training" in warnings(late, NUMBERS, medical=True)[0]
    assert "certificate" not in " ".join(warnings(late, NUMBERS))


def test_the_hour_that_is_left_out_does_not_exist() -> None:
    with pytest.raises(NoSuchTime) as refused:
        london_moment(date(2018, 3, 25), time(1, 30))
    assert "There is no 01:30 on Sunday 25 March 2018" in refused.value.message
    assert london_moment(date(2018, 3, 25), time(2)).isoformat() == "2018-03-25T01:00:00+00:00"
    assert london_moment(date(2018, 3, 25), time(0)).isoformat() == "2018-03-25T00:00:00+00:00"


def test_of_the_hour_that_comes_twice_the_first_is_meant() -> None:
    assert london_moment(date(2018, 10, 28), time(1, 30)).isoformat() == "2018-10-28T00:30:00+00:00"
    assert london_moment(date(2018, 10, 28), time(2)).isoformat() == "2018-10-28T02:00:00+00:00"
    assert clock.end_of(date(2018, 10, 28)).isoformat() == "2018-10-29T00:00:00+00:00"


@pytest.mark.parametrize(("day", "hours"), [(date(2018, 3, 25), 8), (date(2018, 10, 28), 8)])
def test_training_on_those_days_keeps_its_hours(day: date, hours: int) -> None:
    plan = a_day(day)
    assert plan.ends_at - plan.starts_at == timedelta(hours=hours)
    assert clock.london(plan.starts_at).hour == 9


def test_weekends_are_numbered_by_their_week_in_order() -> None:
    days = [(each.starts_at, each.ends_at) for each in reversed(PILOT.training)]
    assert with_weekends(days) == PILOT.training
    sunday_alone = with_weekends([(a_day(date(2018, 5, 6)).starts_at, a_day(date(2018, 5, 6)).ends_at), days[-1]])
    assert [plan.weekend for plan in sunday_alone] == [1, 2]


def test_a_pattern_may_leave_long_weekends_out() -> None:
    plain = pattern(date(2018, 4, 28), 5, 2, time(9), time(17), skip_holidays=False)
    assert [day for day, _, _ in plain][4:6] == [date(2018, 5, 26), date(2018, 5, 27)]
    skipped = pattern(date(2018, 4, 28), 5, 2, time(9), time(17), skip_holidays=True)
    assert [day for day, _, _ in skipped][4:8] == [
        date(2018, 6, 2), date(2018, 6, 3), date(2018, 6, 16), date(2018, 6, 17),
    ]  # fmt: skip
    with pytest.raises(ValueError):
        pattern(date(2018, 4, 29), 5, 2, time(9), time(17), skip_holidays=False)


def test_bank_holidays_by_their_rules() -> None:
    assert sorted(bank_holidays(2018)) == [
        date(2018, 1, 1), date(2018, 3, 30), date(2018, 4, 2), date(2018, 5, 7), date(2018, 5, 28), date(2018, 8, 27),
        date(2018, 12, 25), date(2018, 12, 26),
    ]  # fmt: skip
    assert {date(2021, 12, 27), date(2021, 12, 28)} <= set(bank_holidays(2021))
    assert date(2022, 1, 3) in bank_holidays(2022)
    assert holiday_on(date(2018, 8, 27)) == "the summer bank holiday" and holiday_on(date(2018, 8, 26)) is None
    assert holiday_beside(date(2018, 3, 31)) == "Good Friday" and holiday_beside(date(2018, 4, 8)) is None
    assert holiday_beside(date(2018, 5, 27)) == "the spring bank holiday"


@pytest.mark.parametrize(
    "typed", ["26 January 2018", "Fri 26 Jan 2018", "friday 26th january 2018", "26/1/2018", "26.01.2018", "2018-01-26"]
)
def test_days_are_read_as_people_write_them(typed: str) -> None:
    assert day_written(typed) == date(2018, 1, 26)
    assert day_written(day_shown(date(2018, 1, 26))) == date(2018, 1, 26)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("31 February 2018", "Enter a real date"),
        ("26 Smarch 2018", "Enter a real date"),
        ("26 1 18", "Enter a real date"),
        ("soon", "Enter a real date"),
        ("Sat 26 January 2018", "26 January 2018 is a Friday"),
        ("99999999-1-1", "Enter a real date"),
    ],
)
def test_what_is_no_day_is_said(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        day_written(typed)


@pytest.mark.parametrize(
    ("typed", "at"),
    [("9am", time(9)), ("9:30", time(9, 30)), ("17.30", time(17, 30)), ("12am", time(0)), ("12 pm", time(12)),
     ("midnight", time(0)), ("midday", time(12)), ("5:15pm", time(17, 15))],
)  # fmt: skip
def test_times_are_read_as_people_write_them(typed: str, at: time) -> None:
    assert time_written(typed) == at
    assert time_written(time_shown(at)) == at


@pytest.mark.parametrize("typed", ["25:00", "13pm", "0am", "9:61", "noonish"])
def test_what_is_no_time_is_said(typed: str) -> None:
    with pytest.raises(ValueError, match="Enter a time"):
        time_written(typed)


def test_a_moment_without_a_zone_is_londons() -> None:
    assert clock.from_london(datetime(2018, 7, 31, 12)) == london_moment(date(2018, 7, 31), time(12))
