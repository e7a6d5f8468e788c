"""The table of moves against a matrix written by hand, and the promises of each state."""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.applications.models import ENDED, RequirementState, State
from portal.domain.applications.rules import LIVE, Act, By, after, may_move, moves_from
from portal.domain.applications.waiting import Dates, checks, road, waiting_on
from portal.domain.campaigns.models import RequirementKind, Stage

A, R, T = "A", "R", "T"
WHO = {A: By.APPLICANT, R: By.RECRUITER, T: By.TRAINER}

# state → act → (who may, state afterwards). Written from the lifecycle table, not from the code.
SAME = {"pause": ("AR", "same"), "resume": ("AR", "same"), "withdraw": ("A", "withdrawn"),
        "turn down": ("R", "unsuccessful"), "join to the same person's other one": ("R", "withdrawn")}  # fmt: skip
AGAIN = {"reopen": ("R", None)}
EXPECTED: dict[str, dict[str, tuple[str, str | None]]] = {
    "draft": {"submit": ("A", "submitted"), "discard": ("A", None)},
    "submitted": {"shortlist": ("R", "shortlisted"), "hold in reserve": ("R", "reserve"), **SAME},
    "shortlisted": {"invite": ("R", "interview"), "let lapse": ("R", "lapsed"), **SAME},
    "interview": {
        "offer": ("R", "offered"),
        "hold in reserve": ("R", "reserve"),
        "let lapse": ("R", "lapsed"),
        **SAME,
    },
    "reserve": {"offer": ("R", "offered"), "let lapse": ("R", "lapsed"), **SAME},
    "offered": {
        "accept": ("A", "accepted"),
        "decline": ("A", "declined"),
        "defer": ("A", "deferred"),
        "put back on the reserve list": ("R", "reserve"),
        "let lapse": ("R", "lapsed"),
        **SAME,
    },
    "deferred": {"offer": ("R", "offered"), **SAME},
    "accepted": {"begin training": ("R", "training"), "defer": ("A", "deferred"), **SAME},
    "training": {"appoint": ("R", "appointed"), "transfer to a later cohort": ("RT", "accepted"), **SAME},
    "appointed": {},
    "unsuccessful": AGAIN,
    "lapsed": AGAIN,
    "declined": AGAIN,
    "withdrawn": AGAIN,
}


def test_the_matrix_knows_every_state() -> None:
    assert set(EXPECTED) == {state.value for state in State}


@pytest.mark.parametrize("state", list(State))
def test_every_move_is_as_the_matrix_says(state: State) -> None:
    for act in Act:
        expected = EXPECTED[state.value].get(act.value)
        for who, by in WHO.items():
            assert may_move(state, act, by) == (expected is not None and who in expected[0]), (act, by)


@pytest.mark.parametrize("state", list(State))
def test_every_move_leads_where_the_matrix_says(state: State) -> None:
    for act in Act:
        expected = EXPECTED[state.value].get(act.value)
        if expected is None:
            with pytest.raises(ValueError, match="nothing lets one"):
                after(state, act)
            continue
        target = state.value if expected[1] == "same" else expected[1]
        assert after(state, act) == (State(target) if target else None), act


def test_buttons_are_the_same_table() -> None:
    assert [move.act for move in moves_from(State.DRAFT, By.APPLICANT)] == [Act.SUBMIT, Act.DISCARD]
    assert moves_from(State.DRAFT, By.RECRUITER) == []
    assert {move.act.value for move in moves_from(State.TRAINING, By.TRAINER)} == {"transfer to a later cohort"}


def test_live_and_ended_leave_only_drafts_and_volunteers() -> None:
    assert set(State) - LIVE - set(ENDED) == {State.DRAFT, State.APPOINTED}


DATES = Dates(
    answer_by=date(2018, 2, 2),
    interviews_from=date(2018, 2, 1),
    interviews_to=date(2018, 2, 28),
    training_from=date(2018, 4, 28),
    training_to=date(2018, 6, 24),
    starts_on=date(2018, 7, 1),
    training_days=10,
)


@pytest.mark.parametrize("state", list(State))
def test_each_state_promises_something(state: State) -> None:
    promise = waiting_on(state, DATES, date(2018, 1, 20))
    assert promise.title and promise.lead and promise.waiting_for and promise.from_whom
    assert not promise.late


def test_a_promise_is_late_the_day_after_and_not_before() -> None:
    assert not waiting_on(State.SUBMITTED, DATES, date(2018, 2, 2)).late
    late = waiting_on(State.SUBMITTED, DATES, date(2018, 2, 3))
    assert late.late and "late" in late.lead


def test_a_pause_is_waiting_for_the_applicant_until_its_day() -> None:
    assert waiting_on(State.SUBMITTED, DATES, date(2018, 1, 20), paused_until=date(2018, 1, 21)).from_whom == "You"
    assert waiting_on(State.SUBMITTED, DATES, date(2018, 1, 22), paused_until=date(2018, 1, 21)).from_whom != "You"


def test_the_road_has_one_now() -> None:
    for state in LIVE:
        assert [stop.state for stop in road(state, DATES, date(2018, 1, 25), "Received")].count("now") == 1
    assert [stop.state for stop in road(State.APPOINTED, DATES, date(2018, 1, 25), "")] == ["done"] * 6
    assert road(State.WITHDRAWN, DATES, date(2018, 1, 25), "") == []


def test_the_road_of_whoever_put_a_course_off_has_none_of_its_days() -> None:
    days = [stop.when for stop in road(State.DEFERRED, DATES, date(2018, 1, 25), "")[-2:]]
    assert days == ["A later course", "After it"]


def test_requirements_say_when_they_are_asked() -> None:
    rows = [
        (RequirementKind.REFERENCES, Stage.TRAINING, RequirementState.NOT_ASKED),
        (RequirementKind.MEDICAL, Stage.TRAINING, RequirementState.MET),
    ]
    later, met = checks(rows)
    assert (later.status, later.hint, later.flag) == ("Later", "We ask after an offer", None)
    assert (met.status, met.hint, met.flag) == ("Done", "", "ok")
