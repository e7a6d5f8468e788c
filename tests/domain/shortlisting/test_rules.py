"""Dealing out seats: every seat that can be filled is, nobody reads one twice, and no deal is more even."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.shortlisting.rules import Proposal, Wanted, balance, due_on, total


def wanted_of(barred: list[frozenset[int]], seats: int = 2) -> list[Wanted]:
    return [Wanted(number, tuple(range(1, seats + 1)), each) for number, each in enumerate(barred, 1)]


def loads_after(deal: Proposal, loads: dict[int, int]) -> dict[int, int]:
    counts = Counter(each.staff_id for each in deal.given)
    return {staff_id: load + counts[staff_id] for staff_id, load in loads.items()}


@settings(max_examples=200, deadline=None)
@given(
    readers=st.integers(1, 6),
    seats=st.integers(1, 2),
    data=st.data(),
)
def test_every_seat_that_can_be_filled_is_and_by_somebody_who_may(
    readers: int, seats: int, data: st.DataObject
) -> None:
    staff = list(range(1, readers + 1))
    barred = data.draw(st.lists(st.frozensets(st.sampled_from(staff)), max_size=12))
    loads = {one: data.draw(st.integers(0, 5)) for one in staff}
    wanted = wanted_of(barred, seats)
    deal = balance(wanted, loads)
    for each in wanted:
        here = [one for one in deal.given if one.application_id == each.application_id]
        assert len({one.staff_id for one in here}) == len(here), "nobody twice on one application"
        assert not {one.staff_id for one in here} & each.barred
        assert len(here) == min(seats, readers - len(each.barred)), "every seat filled when possible"
        left = {seat for application_id, seat in deal.unfilled if application_id == each.application_id}
        assert {one.seat for one in here} | left == set(each.seats) and not {one.seat for one in here} & left


@settings(max_examples=60, deadline=None)
@given(
    barred=st.lists(st.frozensets(st.sampled_from([1, 2, 3]), max_size=2), max_size=5),
    loads=st.fixed_dictionaries({1: st.integers(0, 3), 2: st.integers(0, 3), 3: st.integers(0, 3)}),
    seats=st.integers(1, 2),
)
def test_no_deal_is_more_even(barred: list[frozenset[int]], loads: dict[int, int], seats: int) -> None:
    """Against every deal there is: the sum of squares is least exactly when the loads are as even as can be."""
    wanted = wanted_of(barred, seats)
    got = sum(load**2 for load in loads_after(balance(wanted, loads), loads).values())
    choices = []
    for each in wanted:
        open_to = sorted(loads.keys() - each.barred)
        choices.append(list(combinations(open_to, min(seats, len(open_to)))))
    best = min(
        sum((load + sum(one in picked for picked in deal)) ** 2 for one, load in loads.items())
        for deal in product(*choices)
    )
    assert got == best


@settings(max_examples=50, deadline=None)
@given(readers=st.integers(2, 9), applications=st.integers(0, 40), seats=st.integers(1, 2))
def test_without_conflicts_nobody_has_more_than_one_more(readers: int, applications: int, seats: int) -> None:
    loads = dict.fromkeys(range(1, readers + 1), 0)
    deal = balance(wanted_of([frozenset()] * applications, seats), loads)
    after = loads_after(deal, loads).values()
    assert max(after) - min(after) <= 1 and not deal.unfilled


def test_pairs_are_mixed_and_the_same_question_has_the_same_answer() -> None:
    wanted = wanted_of([frozenset()] * 60)
    deal = balance(wanted, dict.fromkeys(range(1, 6), 0))
    pairs = {
        frozenset(one.staff_id for one in deal.given if one.application_id == each.application_id) for each in wanted
    }
    assert len(pairs) == 10, "each of five meets each"
    assert balance(wanted, dict.fromkeys(range(1, 6), 0)) == deal


def test_nobody_to_read() -> None:
    deal = balance(wanted_of([frozenset()]), {})
    assert deal.given == () and deal.unfilled == ((1, 1), (1, 2))


def test_many_applications_are_dealt_out_quickly() -> None:
    """Ten thousand seats with conflicts here and there: even to one."""
    barred = [frozenset({number % 20 + 1}) if number % 7 == 0 else frozenset() for number in range(5_000)]
    loads = dict.fromkeys(range(1, 21), 0)
    after = loads_after(balance(wanted_of(barred), loads), loads).values()
    assert sum(after) == 10_000 and max(after) - min(after) <= 1


def test_a_reading_is_promised_before_the_applicants_answer() -> None:
    today = date(2018, 1, 27)
    assert due_on(today, 7, date(2018, 2, 2)) == date(2018, 2, 2)
    assert due_on(today, 3, date(2018, 2, 2)) == date(2018, 1, 30)
    assert due_on(today, 7, date(2018, 1, 20)) == date(2018, 2, 3), "the answer is late already"


def test_totals_weigh_points() -> None:
    assert total({1: 4, 2: 5, 9: 5}, {1: 2, 2: 1, 3: 2}) == 13
