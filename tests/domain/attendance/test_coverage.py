"""What one trainee has of a course: days, modules, what is missing, who is at risk. Nothing but facts in and out."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.attendance import coverage
from portal.domain.attendance.coverage import DayState, Done, Held, Limits, Outline, Risk, Sat, Standing, Taught
from portal.domain.attendance.models import Presence, Result
from portal.domain.attendance.risk import missing_of

P = Presence
START = datetime(2018, 4, 28, 8, tzinfo=UTC)
LIMITS = Limits(day_minutes=30, module_percent=25)
WEEK = timedelta(days=7)


def days_of(outline: Outline) -> list[Held]:
    return [held for held in outline.sessions if held.day is not None]


def outline(
    days: int = 4,
    *,
    begun: int = 4,
    least: int | None = None,
    elsewhere: Set[str] = frozenset(),
    assessed: Set[str] = frozenset(),
    optional: Set[str] = frozenset(),
    written: Set[str] = frozenset(),
    one_to_one: Set[str] = frozenset(),
) -> Outline:
    """A course of one day a week with two modules each, a1 of two hours and b1 of four, a2 and b2 …; `begun` over."""
    modules = tuple(
        Taught(code, code, day, minutes, code not in optional, code in assessed, code in written, code in one_to_one)
        for day in range(1, days + 1)
        for code, minutes in ((f"a{day}", 120), (f"b{day}", 240))
    )
    held = tuple(
        Held(day, day, START + WEEK * (day - 1), START + WEEK * (day - 1) + timedelta(hours=8), (f"a{day}", f"b{day}"))
        for day in range(1, days + 1)
    )
    now = START + WEEK * (begun - 1) + timedelta(hours=9) if begun else START - timedelta(days=1)
    numbered = tuple((day, (day + 1) // 2, f"Day {day}") for day in range(1, days + 1))
    return Outline(numbered, modules, held, days if least is None else least, LIMITS, now, frozenset(elsewhere))


def sat(day: int, presence: Presence = P.PRESENT, late: int = 0, left: int = 0) -> Sat:
    return Sat(day, presence, late, left, ((f"a{day}", 120), (f"b{day}", 240)))


def of(course: Outline, *marks: Sat, good: Set[str] = frozenset(), booked: Set[str] = frozenset()) -> Standing:
    return coverage.of(course, marks, good, {}, booked)


def states(standing: Standing) -> list[DayState]:
    return [day.state for day in standing.days]


def done(standing: Standing) -> dict[str, Done]:
    return {module.of.code: module.done for module in standing.modules}


def test_who_was_there_every_day_may_complete() -> None:
    standing = of(outline(), *map(sat, (1, 2, 3, 4)))
    assert standing.may_complete and standing.missing == () and standing.risk is Risk.NONE
    assert (standing.days_attended, standing.days_begun) == (4, 4)


@pytest.mark.parametrize(
    ("late", "left", "day", "followed"),
    [
        (0, 0, True, {"a1", "b1"}),
        (30, 0, True, {"a1", "b1"}),  # a quarter of two hours is thirty minutes: not more than a quarter
        (31, 0, False, {"b1"}),
        (0, 30, True, {"a1", "b1"}),
        (0, 60, False, {"a1", "b1"}),  # leaving early eats the last module: an hour of four
        (0, 61, False, {"a1"}),
        (10, 20, True, {"a1", "b1"}),
        (120, 0, False, {"b1"}),
        (180, 0, False, {"b1"}),  # all of the first, and a quarter of the second
        (181, 0, False, set()),
        (31, 61, False, set()),
    ],
)
def test_late_eats_the_first_module_and_leaving_early_the_last(
    late: int, left: int, day: bool, followed: set[str]
) -> None:
    mark = sat(1, late=late, left=left)
    assert set(coverage.followed(mark, LIMITS)) == followed
    standing = of(outline(days=1, begun=1), mark)
    state = DayState.ATTENDED if day else DayState.MADE_GOOD if len(followed) == 2 else DayState.MISSED
    assert standing.days[0].state is state


@pytest.mark.parametrize("presence", [P.ABSENT, P.EXCUSED])
def test_absent_and_excused_both_miss_the_whole_day(presence: Presence) -> None:
    course = outline(elsewhere={"a2", "b2"})
    standing = of(course, sat(1), sat(2, presence), sat(3), sat(4))
    assert done(standing)["a2"] is done(standing)["b2"] is Done.MISSED
    assert standing.risk is Risk.MODULE and not standing.may_complete
    assert [line.split(":")[0] for line in standing.missing] == ["a2", "b2", "3 of at least 4 days"]


def test_a_day_counts_once_all_of_it_is_made_good() -> None:
    course = outline(elsewhere={"a2", "b2"})
    marks = [sat(1), sat(2, P.ABSENT), sat(3), sat(4)]
    half = of(course, *marks, good={"a2"})
    assert half.days[1].state is DayState.MISSED and half.risk is Risk.MODULE
    whole = of(course, *marks, good={"a2", "b2"})
    assert whole.days[1].state is DayState.MADE_GOOD and whole.may_complete


def test_an_equal_session_of_another_cohort_makes_good_what_it_teaches() -> None:
    course = outline()
    guest = Sat(90, P.PRESENT, 0, 0, (("a2", 120), ("b2", 240)))
    standing = of(course, sat(1), sat(2, P.ABSENT), sat(3), sat(4), guest)
    assert standing.may_complete and standing.days[1].state is DayState.MADE_GOOD


def test_a_booked_catch_up_is_no_risk_any_more_and_no_certificate_yet() -> None:
    standing = of(outline(elsewhere={"a2"}), sat(1), sat(2, P.ABSENT), sat(3), sat(4), booked={"a2", "b2"})
    assert standing.risk is Risk.BOOKED and standing.days[1].state is DayState.BOOKED
    assert not standing.may_complete


def test_two_days_missed_in_a_row() -> None:
    ways = {"a1", "b1", "a2", "b2", "a3", "b3"}
    apart = of(outline(elsewhere=ways), sat(1, P.ABSENT), sat(2), sat(3, P.ABSENT), sat(4))
    assert apart.risk is Risk.MODULE
    row = of(outline(elsewhere=ways), sat(1), sat(2, P.EXCUSED), sat(3, P.ABSENT), sat(4))
    assert row.risk is Risk.IN_A_ROW
    mended = of(outline(elsewhere=ways), sat(1), sat(2, P.ABSENT), sat(3, P.ABSENT), sat(4), booked={"a2", "b2"})
    assert mended.risk is Risk.MODULE, "one of the two is booked: what is left is the other's modules"


def test_a_mandatory_module_with_no_way_left_cannot_be_completed() -> None:
    marks = [sat(1), sat(2, P.ABSENT), sat(3), sat(4)]
    assert of(outline(least=3), *marks).risk is Risk.CANNOT
    assert of(outline(least=3, written={"a2", "b2"}), *marks).risk is Risk.MODULE
    assert of(outline(least=3, written={"a2"}, one_to_one={"b2"}), *marks).risk is Risk.MODULE
    assert of(outline(least=3, written={"a2"}), *marks).risk is Risk.CANNOT
    assert of(outline(least=3, elsewhere={"a2", "b2"}), *marks).risk is Risk.MODULE


def test_optional_modules_matter_only_through_their_day() -> None:
    marks = [sat(1), sat(2, P.ABSENT), sat(3), sat(4)]
    free = outline(least=3, optional={"a2", "b2"})
    assert of(free, *marks).risk is Risk.NONE and of(free, *marks).may_complete
    assert of(outline(optional={"a2", "b2"}), *marks).risk is Risk.CANNOT
    repairable = of(outline(optional={"a2", "b2"}, written={"a2", "b2"}), *marks)
    assert repairable.risk is Risk.DAYS and not repairable.may_complete


def test_every_assessed_module_must_be_passed() -> None:
    course, marks = outline(assessed={"b2"}), [sat(day) for day in (1, 2, 3, 4)]
    untried = coverage.of(course, marks, set(), {})
    assert untried.risk is Risk.NONE and untried.missing == ("b2: assessment not passed",)
    failed = coverage.of(course, marks, set(), {"b2": Result.NOT_YET})
    assert failed.risk is Risk.ASSESSMENT and not failed.may_complete
    assert coverage.of(course, marks, set(), {"b2": Result.PASSED}).may_complete


def test_nothing_is_completed_before_the_last_day_that_matters_is_over() -> None:
    course = outline(begun=3, least=3)
    early = of(course, sat(1), sat(2), sat(3))
    assert early.risk is Risk.NONE and not early.may_complete and early.days[3].state is DayState.TO_COME
    assert early.missing[-1] == "Saturday 19 May 2018: still to come"
    now = course.sessions[3].starts_at + timedelta(minutes=5)
    running = Outline(course.days, course.modules, course.sessions, 3, LIMITS, now)
    here = of(running, *map(sat, (1, 2, 3, 4)))
    assert here.days_attended == 4 and not here.may_complete, "marked at five past eight, and the day is still on"


def test_credit_from_an_earlier_cohort_needs_no_waiting_for_the_same_day_again() -> None:
    course = outline(begun=0)
    earlier = [Sat(100 + day, P.PRESENT, 0, 0, ((f"a{day}", 120), (f"b{day}", 240))) for day in (1, 2, 3, 4)]
    standing = coverage.of(course, earlier, set(), {})
    assert standing.may_complete and {day.state for day in standing.days} == {DayState.MADE_GOOD}


def test_a_day_nobody_marked_is_neither_missed_nor_done() -> None:
    standing = of(outline(), sat(1), sat(2), sat(4))
    assert standing.days[2].state is DayState.UNMARKED and done(standing)["a3"] is Done.UNMARKED
    assert standing.risk is Risk.NONE and not standing.may_complete
    assert "Saturday 12 May 2018: not marked in the register" in standing.missing
    taken_back = of(outline(), sat(1), sat(2), sat(3, P.UNMARKED), sat(4))
    assert taken_back.days[2].state is DayState.UNMARKED


def test_a_day_called_off_has_to_be_made_good_somewhere() -> None:
    course = outline(begun=2)
    without = Outline(
        course.days, course.modules, course.sessions[:3], 4, LIMITS, course.now, frozenset({"a4", "b4"})
    )  # fmt: skip
    standing = of(without, sat(1), sat(2))
    assert standing.days[3].state is DayState.CANCELLED and standing.risk is Risk.MODULE
    gone = Outline(course.days, course.modules, course.sessions[:3], 4, LIMITS, course.now)
    assert of(gone, sat(1), sat(2)).risk is Risk.CANNOT


def test_an_extra_session_is_no_day_of_its_own_and_nobody_has_to_come() -> None:
    course = outline()
    extra = Held(50, None, course.now + WEEK, course.now + WEEK + timedelta(hours=2), ("a2",))
    with_extra = Outline(course.days, course.modules, (*course.sessions, extra), 4, LIMITS, course.now)
    standing = of(with_extra, *map(sat, (1, 2, 3, 4)))
    assert len(standing.days) == 4 and standing.may_complete
    missed = of(with_extra, sat(1), sat(2, P.ABSENT), sat(3), sat(4))
    assert done(missed)["a2"] is Done.MISSED, "it is booked, or it is not made good"


def test_a_day_of_which_only_an_optional_part_was_missed_has_nothing_to_repair() -> None:
    """However it was missed, once what is mandatory of it is covered; unless the days are short without it."""
    course = outline(optional={"a1", "a2"}, least=2)
    late = sat(1, late=120)
    assert states(of(course, late, sat(2), sat(3), sat(4)))[0] is DayState.OPTIONAL
    made_good = of(course, sat(1, P.ABSENT), sat(2, P.ABSENT), sat(3), sat(4), good={"b1", "b2"})
    assert states(made_good)[:2] == [DayState.OPTIONAL, DayState.OPTIONAL]
    assert made_good.risk is Risk.NONE, "two days in a row, and nothing of them is missing"
    assert made_good.to_repair == () and [each.of.code for each in made_good.to_book] == ["a1", "a2"]
    assert missing_of(made_good) == "" and made_good.may_complete and made_good.days_attended == 2
    short = of(replace(course, least_days=4), late, sat(2), sat(3), sat(4))
    assert states(short)[0] is DayState.MISSED and missing_of(short) == "a1" and short.risk is not Risk.NONE
    both = of(course, sat(1, P.ABSENT), sat(2), sat(3), sat(4))
    assert states(both)[0] is DayState.MISSED and missing_of(both) == "b1"
