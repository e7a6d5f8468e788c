"""The order, the line and the agreement: pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.applications.models import State
from portal.domain.campaigns.criteria import CriterionNow
from portal.domain.casework.models import Verdict
from portal.domain.shortlisting.agreement import Agreement, alpha, judged
from portal.domain.shortlisting.cutting import Cut, falls, lowered, raised, suggested
from portal.domain.shortlisting.models import Settling, Triage
from portal.domain.shortlisting.ranking import Line, Mark, Said, feedback_for, ranked
from portal.domain.shortlisting.settling import Reading, standing

START = datetime(2018, 1, 10, tzinfo=UTC)
WEIGHTS = (1, 3, 2)


def criterion(number: int, weight: int) -> CriterionNow:
    return CriterionNow(
        number, number, 1, number, f"Criterion {number}", weight, ("",) * 5, f"Do more of {number}.", None, None
    )


CRITERIA = [criterion(number, weight) for number, weight in enumerate(WEIGHTS, 1)]


def mark(seat: int, points: Sequence[int]) -> Mark:
    given = dict(enumerate(points, 1))
    return Mark(seat, seat, given, sum(w * p for w, p in zip(WEIGHTS, points, strict=True)), True)


def line(number: int, *readings: Sequence[int], minutes: int = 0, gap: int = 99, said: Said | None = None) -> Line:
    marks = tuple(mark(seat, points) for seat, points in enumerate(readings, 1))
    found = [Reading(each.total) for each in marks]
    state, score = standing(found, wanted=len(readings) or 1, gap=gap)
    at = START + timedelta(minutes=minutes)
    return Line(number, f"Heron {number}", at, None, State.SUBMITTED, state, score, marks, said=said)


@pytest.mark.parametrize(
    ("readings", "wanted", "state", "score"),
    [
        ([], 2, Settling.READING, None),
        ([30], 2, Settling.READING, None),
        ([30], 1, Settling.AGREED, 3000),
        ([30, 37], 2, Settling.AGREED, 3350),
        ([30, 38], 2, Settling.DIFFERS, None),
        ([38, 30], 2, Settling.DIFFERS, None),
        ([0, 0], 2, Settling.AGREED, 0),
    ],
)
def test_two_totals_agree_under_the_gap(readings: list[int], wanted: int, state: Settling, score: int | None) -> None:
    assert standing([Reading(each) for each in readings], wanted=wanted, gap=8) == (state, score)


@pytest.mark.parametrize("wanted", [1, 2])
def test_a_veto_or_a_wish_goes_to_moderation_even_with_one_reader(wanted: int) -> None:
    calm = [Reading(30)] * (wanted - 1)
    assert standing([Reading(30, veto=True), *calm], wanted=wanted, gap=8)[0] is Settling.DIFFERS
    assert standing([Reading(30, asks=True), *calm], wanted=wanted, gap=8)[0] is Settling.DIFFERS


def test_ties_are_decided_by_the_heaviest_criterion_then_the_next_then_time() -> None:
    by_heavy = line(1, (5, 3, 3), minutes=1)  # 5+9+6 = 20
    best = line(2, (2, 4, 3), minutes=9)  # 2+12+6 = 20: more on the heaviest
    by_next = line(3, (3, 3, 4), minutes=9)  # 3+9+8 = 20: the same on the heaviest, more on the next
    late = line(4, (5, 3, 3), minutes=5)
    order = ranked([late, by_heavy, best, by_next], CRITERIA)
    assert [each.line.application_id for each in order] == [2, 3, 1, 4]
    assert [each.rank for each in order] == [1, 2, 3, 4]
    ties = [each.tie for each in order]
    assert ties[0] is None
    assert ties[1] is not None and ties[1].criterion == CRITERIA[1] and (ties[1].theirs, ties[1].own) == (4, 3)
    assert ties[2] is not None and ties[2].criterion == CRITERIA[2] and ties[2].above == "Heron 3"
    assert ties[3] is not None and ties[3].criterion is None and ties[3].above == "Heron 1"


def test_those_who_differ_have_a_place_and_those_still_read_or_stopped_have_none() -> None:
    differs = line(1, (5, 5, 5), (1, 1, 1), gap=8)
    reading = Line(2, "Teal 2", START, None, State.SUBMITTED, Settling.READING, None)
    triaged = Line(3, "Teal 3", START, None, State.SUBMITTED, Settling.READING, None, triage=Triage.DECLINE)
    agreed = line(4, (3, 3, 3), (3, 3, 3))
    order = ranked([reading, triaged, agreed, differs], CRITERIA)
    assert [each.line.application_id for each in order] == [1, 4] and order[0].score == 1800
    assert differs.differs and reading.waits and not triaged.waits and triaged.stopped


def test_feedback_is_about_what_cost_most() -> None:
    assert feedback_for(line(1, (1, 4, 3)), CRITERIA, 2) == "Do more of 1.\nDo more of 3."  # lost 4, 3, 4
    assert feedback_for(line(1, (5, 1, 5)), CRITERIA, 2) == "Do more of 2."
    assert feedback_for(line(1, (5, 5, 5)), CRITERIA, 2) == ""


points = st.tuples(*[st.integers(1, 5)] * 3)
people = st.lists(st.tuples(points, points), min_size=1, max_size=30)


def order_of(everybody: Sequence[tuple[Sequence[int], Sequence[int]]]):  # type: ignore[no-untyped-def]
    lines = [line(number, *both, minutes=number % 4) for number, both in enumerate(everybody, 1)]
    return ranked(lines, CRITERIA)


@given(people, st.integers(0, 3100), st.integers(0, 12))
def test_a_line_parts_nobody_with_the_same_score_and_keeps_the_order(everybody, score, reserves) -> None:  # type: ignore[no-untyped-def]
    order = order_of(everybody)
    made = falls(order, Cut(score, reserves))
    assert len(made) == len(everybody)
    seen = [(each.score, made[each.line.application_id]) for each in order]
    rank = [Verdict.SHORTLIST, Verdict.RESERVE, Verdict.DECLINE]
    assert [rank.index(fell.verdict) for _score, fell in seen] == sorted(rank.index(fell.verdict) for _s, fell in seen)
    for one in {score for score, _fell in seen}:
        assert len({fell.verdict for its, fell in seen if its == one}) == 1
    assert all((fell.verdict is Verdict.SHORTLIST) == (its >= score) for its, fell in seen)
    held = [(its, fell) for its, fell in seen if fell.verdict is Verdict.RESERVE]
    assert [fell.place for _its, fell in held] == list(range(1, len(held) + 1))
    below = sum(its < score for its, _fell in seen)
    assert len(held) >= min(reserves, below)
    if len(held) > reserves:  # longer only for the sake of a tie
        assert reserves > 0 and held[-1][0] == held[reserves - 1][0]


@given(people, st.integers(0, 3100))
def test_a_step_moves_the_people_it_says(everybody, score) -> None:  # type: ignore[no-untyped-def]
    order = order_of(everybody)

    def above(at: int) -> set[int]:
        return {key for key, fell in falls(order, Cut(at, 0)).items() if fell.verdict is Verdict.SHORTLIST}

    now = above(score)
    if (up := raised(order, score)) is not None:
        assert above(up.score) == now - {each.line.application_id for each in up.moved} and up.moved
    else:
        assert len({each.score for each in order if each.score >= score}) < 2
    if (down := lowered(order, score)) is not None:
        assert above(down.score) == now | {each.line.application_id for each in down.moved} and down.moved
    else:
        assert len(now) == len(order)


@given(people, st.integers(1, 40))
def test_the_suggested_line_fills_the_places_and_no_higher_one_does(everybody, places) -> None:  # type: ignore[no-untyped-def]
    order = order_of(everybody)
    score = suggested(order, places)
    assert score is not None
    assert sum(each.score >= score for each in order) >= min(places, len(order))
    assert sum(each.score > score for each in order) < places
    assert suggested([], places) is None


def test_whoever_was_told_keeps_their_place_and_by_hand_stays_by_hand() -> None:
    told = Said(Verdict.RESERVE, "line", 1, released=True)
    first = line(1, (4, 4, 4), said=told)
    by_hand = line(2, (5, 5, 5), said=Said(Verdict.DECLINE, "occupation", None))
    late = line(3, (4, 4, 5))  # settled after the others were told: above one in reserve
    low = line(4, (1, 1, 1))
    made = falls(ranked([first, by_hand, late, low], CRITERIA), Cut(2900, 1))
    assert (made[1].verdict, made[1].place, made[1].fixed) == (Verdict.RESERVE, 1, True)
    assert (made[2].verdict, made[2].fixed) == (Verdict.DECLINE, True)
    assert (made[3].verdict, made[3].place) == (Verdict.RESERVE, 2)
    assert made[4].verdict is Verdict.DECLINE


# Worked by hand. Ordinal distances between ranks c and k: (sum of the counts from c to k, less half of both ends)
# squared. Below: pairs (1,1) (2,2) (1,2), so 3 ones and 3 twos among n = 6 values; the distance 1-2 is (3+3 - 3)^2 = 9.
# Observed: 2 coincidences of unlike values over n: 2*9/6 = 3. Expected: 2*3*3*9/(6*5) = 5.4. alpha = 1 - 3/5.4.
@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1, 1), (2, 2), (1, 2)], 1 - 3 / 5.4),
        ([(1, 1), (2, 2), (3, 3)], 1.0),
        ([(4, 4), (4, 4)], 1.0),
        # (1,2) (2,1): two ones, two twos; distance (2+2-2)^2 = 4; observed 4*4/4 = 4; expected 2*2*2*4/12 = 8/3.
        ([(1, 2), (2, 1)], 1 - 4 / (8 / 3)),
        # (1,1) (3,3) (1,3) (2,2): counts 3, 2, 3 of n = 8. Distances 1-2: (3+2-2.5)^2 = 6.25; 2-3 the same; 1-3:
        # (3+2+3-3)^2 = 25. Observed 2*25/8 = 6.25. Expected 2*(3*2*6.25 + 2*3*6.25 + 3*3*25)/(8*7) = 600/56.
        ([(1, 1), (3, 3), (1, 3), (2, 2)], 1 - 6.25 / (600 / 56)),
    ],
)
def test_agreement_as_worked_by_hand(pairs: list[tuple[int, int]], expected: float) -> None:
    assert alpha(pairs, least=1) == pytest.approx(expected)


def test_too_few_is_said_and_the_bounds_hold() -> None:
    assert alpha([(1, 1)] * 9, least=10) is None and alpha([], least=0) is None
    assert judged(None) is Agreement.TOO_FEW
    assert [judged(each) for each in (0.8, 0.799, 0.667, 0.66, -0.2)] == [
        Agreement.CLOSE, Agreement.FAIR, Agreement.FAIR, Agreement.WEAK, Agreement.WEAK,
    ]  # fmt: skip
