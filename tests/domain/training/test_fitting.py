"""Who fits a cohort, and the best fill of its places that is still fair."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.training.fitting import Fit, Wanting, best_fill, fit_of


def test_what_was_said_decides_how_the_days_suit() -> None:
    assert fit_of(None, [], 1) is Fit.UNSAID
    assert fit_of(True, [], 1) is Fit.ALL
    assert fit_of(True, [2, 2], 1) is Fit.SOME  # both days of one weekend
    assert fit_of(True, [2, 3], 1) is Fit.NOT
    assert fit_of(False, [], 1) is Fit.NOT


def test_whoever_could_also_go_elsewhere_leaves_the_place_to_whoever_could_not() -> None:
    people = [Wanting(1, (10, 20)), Wanting(2, (10,))]
    assert best_fill(people, {10: 1, 20: 1}) == {1: 20, 2: 10}


def test_nobody_is_moved_out_for_somebody_further_down() -> None:
    people = [Wanting(1, (10,)), Wanting(2, (10,))]
    assert best_fill(people, {10: 1, 20: 5}) == {1: 10}


def test_a_full_cohort_takes_nobody() -> None:
    assert best_fill([Wanting(1, (10,))], {10: 0}) == {}


PEOPLE = st.lists(st.sets(st.sampled_from([10, 20, 30]), max_size=3), max_size=5)
ROOM = st.fixed_dictionaries({cohort: st.integers(0, 2) for cohort in (10, 20, 30)})


def _possible(wants: list[set[int]], chosen: tuple[int, ...], room: dict[int, int]) -> bool:
    """Whether all of these can be placed at once: every way of handing out the places is tried."""
    places = [cohort for cohort, count in room.items() for _ in range(count)]
    if len(chosen) > len(places):
        return False
    return any(
        all(place in wants[person] for person, place in zip(chosen, order, strict=True))
        for order in permutations(places, len(chosen))
    )


@settings(max_examples=150, deadline=None)
@given(wants=PEOPLE, room=ROOM)
def test_the_fill_serves_everybody_who_can_be_served_without_harm_to_those_before(
    wants: list[set[int]], room: dict[int, int]
) -> None:
    people = [Wanting(number, tuple(sorted(each))) for number, each in enumerate(wants)]
    found = best_fill(people, room)
    assert all(cohort in wants[person] for person, cohort in found.items())
    assert all(list(found.values()).count(cohort) <= room[cohort] for cohort in room)
    served: tuple[int, ...] = ()
    for person in range(len(wants)):
        if _possible(wants, (*served, person), room):
            served += (person,)
    assert tuple(sorted(found)) == served
