"""Marks: kept once, never silently overwritten, taken back, late ones with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Conflict, Relation
from portal.domain.attendance import marking, settling
from portal.domain.attendance.marking import NothingToUndo, Outcome
from portal.domain.attendance.models import CannotCome, Mark, MarkOutcome, MarkSource, MarkStep, Presence
from portal.domain.attendance.words import (
    BadMark,
    NotOnRegister,
    NotStarted,
    TooEarly,
    TooManyMinutes,
    UnknownReason,
    WhyNeeded,
)
from portal.domain.audit.models import AuditEvent
from portal.domain.training.models import Trainee, TraineeEnd
from tests.support.registers import A_MORNING, Day, a_day, said, wish
from tests.support.trainees import a_trainee

P = Presence


def marks(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Mark)) or 0


def steps(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MarkStep)) or 0


def trail(session: Session) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.action.startswith("mark.")).order_by(AuditEvent.id)
    return list(session.scalars(query))


@pytest.fixture
def day(app: Flask, session: Session) -> Day:
    return a_day(session, app)


def test_a_mark_is_kept_with_its_step_and_its_trail(session: Session, day: Day) -> None:
    made = marking.mark(session, day.trainer, day.session_id, wish(day.people[0], late=12))
    assert made.outcome is Outcome.KEPT and said(made.mark) == (P.PRESENT, 12, 0) and made.mark.version == 1
    assert made.mark.marked_by == day.trainer.id
    assert (marks(session), steps(session), trail(session)) == (1, 1, ["mark.made"])


def test_the_same_key_again_is_the_same_mark(session: Session, day: Day) -> None:
    once = wish(day.people[0], P.ABSENT)
    marking.mark(session, day.trainer, day.session_id, once)
    again = marking.mark(session, day.trainer, day.session_id, once)
    assert again.outcome is Outcome.AGAIN and again.mark.presence is P.ABSENT
    assert (marks(session), steps(session), trail(session)) == (1, 1, ["mark.made"])


def test_somebody_elses_key_is_refused(session: Session, day: Day) -> None:
    first = wish(day.people[0])
    marking.mark(session, day.trainer, day.session_id, first)
    with pytest.raises(BadMark):
        marking.mark(session, day.trainer, day.session_id, wish(day.people[1], key=first.key))
    assert marks(session) == 1


@pytest.mark.parametrize("key", ["", "short", "undo:12345678", "all:12345678:1", "x" * 81, "has a space"])
def test_a_key_of_another_shape_is_refused(session: Session, day: Day, key: str) -> None:
    with pytest.raises(BadMark):
        marking.mark(session, day.trainer, day.session_id, wish(day.people[0], key=key))


def test_what_was_seen_may_be_changed(session: Session, day: Day) -> None:
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0]))
    made = marking.mark(session, day.other, day.session_id, wish(day.people[0], P.ABSENT, seen=1))
    assert (made.outcome, made.mark.presence, made.mark.version) == (Outcome.KEPT, P.ABSENT, 2)
    assert made.mark.marked_by == day.other.id


def test_what_was_not_seen_is_not_overwritten(session: Session, day: Day) -> None:
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0]))
    made = marking.mark(session, day.other, day.session_id, wish(day.people[0], P.ABSENT, seen=0))
    assert (made.outcome, made.mark.presence, made.mark.version) == (Outcome.CONFLICT, P.PRESENT, 1)
    waiting = session.scalars(select(MarkStep).where(MarkStep.outcome == MarkOutcome.CONFLICT)).one()
    assert (waiting.presence, waiting.staff_id) == (P.ABSENT, day.other.id)
    assert trail(session) == ["mark.made", "mark.conflict"]


def test_two_who_say_the_same_do_not_differ(session: Session, day: Day) -> None:
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0]))
    made = marking.mark(session, day.other, day.session_id, wish(day.people[0]))
    assert (made.outcome, made.mark.version, steps(session)) == (Outcome.KEPT, 1, 2)


def test_ones_own_later_word_is_no_conflict_but_an_older_one_is(session: Session, day: Day) -> None:
    now = clock.now()
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0], made_at=now - timedelta(minutes=5)))
    later = wish(day.people[0], P.ABSENT, seen=0, made_at=now)
    assert marking.mark(session, day.trainer, day.session_id, later).outcome is Outcome.KEPT
    older = wish(day.people[0], late=3, seen=0, made_at=now - timedelta(minutes=9))
    assert marking.mark(session, day.trainer, day.session_id, older).outcome is Outcome.CONFLICT


def test_a_newer_word_takes_the_place_of_ones_own_that_waits(session: Session, day: Day) -> None:
    person = day.people[0]
    marking.mark(session, day.trainer, day.session_id, wish(person))
    marking.mark(session, day.other, day.session_id, wish(person, P.ABSENT))
    marking.mark(session, day.other, day.session_id, wish(person, late=9))
    waiting = session.scalars(select(MarkStep).where(MarkStep.outcome == MarkOutcome.CONFLICT)).all()
    assert [step.late_minutes for step in waiting] == [9]


def test_whoever_agrees_with_what_waits_has_settled_it(session: Session, day: Day) -> None:
    person = day.people[0]
    marking.mark(session, day.trainer, day.session_id, wish(person))
    marking.mark(session, day.other, day.session_id, wish(person, P.ABSENT))
    marking.mark(session, day.trainer, day.session_id, wish(person, P.ABSENT, seen=1))
    assert settling.conflicts(session, day.viewer, day.session_id) == []


@pytest.mark.parametrize("choose", [True, False])
def test_a_person_settles_what_differs(session: Session, day: Day, choose: bool) -> None:
    person = day.people[0]
    marking.mark(session, day.trainer, day.session_id, wish(person))
    marking.mark(session, day.other, day.session_id, wish(person, P.EXCUSED, reason="work"))
    (found,) = settling.conflicts(session, day.viewer, day.session_id)
    assert (found.stands.said.choice, found.other.said.choice) == ("here", "excused")
    for _ in range(2):  # pressed twice
        mark = settling.settle(session, day.trainer, found.step_id, choose)
    assert (mark.presence, mark.version) == ((P.EXCUSED, 2) if choose else (P.PRESENT, 1))
    assert settling.conflicts(session, day.viewer, day.session_id) == []
    with pytest.raises(settling.SettledMeanwhile):
        settling.settle(session, day.trainer, found.step_id, not choose)
    assert trail(session).count("mark.settled") == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"late": -1}, TooManyMinutes),
        ({"late": 480}, TooManyMinutes),
        ({"late": 240, "left": 240}, TooManyMinutes),
        ({"presence": P.ABSENT, "late": 5}, BadMark),
        ({"presence": P.EXCUSED}, UnknownReason),
        ({"presence": P.EXCUSED, "reason": "because"}, UnknownReason),
        ({"reason": "work"}, BadMark),
        ({"why": "because"}, WhyNeeded),
        ({"made_at": A_MORNING - timedelta(days=1)}, TooEarly),
    ],
)
def test_what_makes_no_sense_is_refused(
    session: Session, day: Day, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        marking.mark(session, day.trainer, day.session_id, wish(day.people[0], **changes))
    assert (marks(session), steps(session)) == (0, 0)


def test_who_may_not_take_part_is_not_present_but_may_be_absent(session: Session, day: Day) -> None:
    waiting = a_trainee(session, day.cohort, started=False)
    with pytest.raises(NotStarted):
        marking.mark(session, day.trainer, day.session_id, wish(waiting))
    assert marking.mark(session, day.trainer, day.session_id, wish(waiting, P.ABSENT)).mark.presence is P.ABSENT


def test_nobody_of_another_register_nor_whom_the_trainer_knows(session: Session, app: Flask, day: Day) -> None:
    elsewhere = a_day(session, app, people=1)
    with pytest.raises(NotOnRegister):
        marking.mark(session, day.trainer, day.session_id, wish(elsewhere.people[0]))
    known = day.people[0]
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=day.trainer.id, application_id=known.application_id, relation=Relation.FRIEND,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(NotOnRegister):
        marking.mark(session, day.trainer, day.session_id, wish(known))
    assert marking.mark(session, day.other, day.session_id, wish(known)).outcome is Outcome.KEPT


def test_after_the_day_a_reason_is_needed_unless_a_phone_kept_it(session: Session, day: Day) -> None:
    with clock.at(datetime(2018, 4, 29, 20)):
        on_the_day = wish(day.people[0], made_at=A_MORNING + timedelta(minutes=5))
        assert marking.mark(session, day.trainer, day.session_id, on_the_day).outcome is Outcome.KEPT
        with pytest.raises(WhyNeeded):
            marking.mark(session, day.trainer, day.session_id, wish(day.people[1]))
        late = marking.mark(session, day.trainer, day.session_id, wish(day.people[1], why="forgotten"))
        assert late.outcome is Outcome.KEPT
        changed = wish(day.people[0], P.ABSENT, seen=1, why="wrong")
        assert marking.mark(session, day.trainer, day.session_id, changed).mark.presence is P.ABSENT
    assert trail(session) == ["mark.made", "mark.corrected", "mark.corrected"]
    last = session.scalars(select(MarkStep).order_by(MarkStep.id.desc())).first()
    assert last is not None and (last.source, last.why) == (MarkSource.CORRECTION, "wrong")


def test_no_phone_keeps_a_mark_for_ever(session: Session, day: Day) -> None:
    with clock.at(datetime(2018, 5, 3, 9)), pytest.raises(WhyNeeded):  # 72 hours after the day, and more
        marking.mark(session, day.trainer, day.session_id, wish(day.people[0], made_at=A_MORNING))


def test_a_phone_that_runs_ahead_is_not_believed(session: Session, day: Day) -> None:
    made = marking.mark(
        session, day.trainer, day.session_id, wish(day.people[0], made_at=A_MORNING + timedelta(days=3))
    )
    assert made.mark.made_at < A_MORNING + timedelta(hours=1)


def test_everyone_else_is_who_is_expected_and_once(session: Session, day: Day) -> None:
    here, away, told, *others = day.people
    waiting = a_trainee(session, day.cohort, started=False)
    marking.mark(session, day.trainer, day.session_id, wish(here, late=4))
    marking.mark(session, day.other, day.session_id, wish(away, P.ABSENT))
    with unit_of_work(session):
        session.add(CannotCome(trainee_id=told.id, session_id=day.session_id, reason="work", told_at=clock.now()))
    made = marking.everyone_else(session, day.trainer, day.session_id, "press-0001")
    assert {mark.trainee_id for mark in made} == {each.id for each in others}
    assert marking.everyone_else(session, day.trainer, day.session_id, "press-0001") == []
    assert marking.everyone_else(session, day.trainer, day.session_id, "press-0002") == []
    assert marks(session) == len(day.people) - 1 and session.get(Mark, (day.session_id, waiting.id)) is None
    assert trail(session).count("mark.made") == len(day.people) - 1


def test_everyone_else_is_nobody_who_gave_their_place_up_that_day(session: Session, day: Day) -> None:
    gone = day.people[0]
    with unit_of_work(session):
        row = session.get_one(Trainee, gone.id)
        row.ended_at, row.ended_as = clock.now(), TraineeEnd.REMOVED
    made = marking.everyone_else(session, day.trainer, day.session_id, "press-0001")
    assert {mark.trainee_id for mark in made} == {each.id for each in day.people[1:]}


def test_everyone_else_waits_for_the_day_and_later_says_why(session: Session, day: Day) -> None:
    with clock.at(A_MORNING - timedelta(days=1)), pytest.raises(TooEarly):
        marking.everyone_else(session, day.trainer, day.session_id, "press-0001")
    with clock.at(A_MORNING + timedelta(days=1)):
        with pytest.raises(WhyNeeded):
            marking.everyone_else(session, day.trainer, day.session_id, "press-0001")
        assert len(marking.everyone_else(session, day.trainer, day.session_id, "press-0001", "paper")) == len(
            day.people
        )


def last_step(session: Session, day: Day) -> MarkStep | None:
    return next(iter(marking.last_act(session, day.trainer.id, day.session_id)), None)


def undo_last(session: Session, day: Day) -> list[Mark]:
    last = last_step(session, day)
    return marking.undo(session, day.trainer, day.session_id, last.id if last else 0).marks


def test_undo_goes_back_step_by_step(session: Session, day: Day) -> None:
    person = day.people[0]
    for step in (wish(person), wish(person, late=9, seen=1), wish(person, P.ABSENT, seen=2)):
        marking.mark(session, day.trainer, day.session_id, step)
    found = [said(undo_last(session, day)[0]) for _ in range(3)]
    assert found == [(P.PRESENT, 9, 0), (P.PRESENT, 0, 0), (P.UNMARKED, 0, 0)]
    with pytest.raises(NothingToUndo):
        undo_last(session, day)


def test_undo_takes_everyone_else_back_at_once_but_not_who_was_marked_since(session: Session, day: Day) -> None:
    marking.everyone_else(session, day.trainer, day.session_id, "press-0001")
    changed = day.people[0]
    marking.mark(session, day.other, day.session_id, wish(changed, P.ABSENT, seen=1))
    assert len(undo_last(session, day)) == len(day.people) - 1
    standing = {mark.trainee_id: mark.presence for mark in session.scalars(select(Mark))}
    assert standing.pop(changed.id) is P.ABSENT
    assert set(standing.values()) == {P.UNMARKED}


def test_undo_says_what_it_leaves_and_is_not_offered_for_that_again(session: Session, day: Day) -> None:
    """By whichever step the page showed; what a colleague has marked since is neither undone nor offered."""
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0]))
    marking.everyone_else(session, day.trainer, day.session_id, "press-0001")
    shown = last_step(session, day)
    assert shown is not None
    changed = next(each for each in day.people if each.id == shown.trainee_id)
    marking.mark(session, day.other, day.session_id, wish(changed, P.ABSENT, seen=1))
    assert len(marking.last_act(session, day.trainer.id, day.session_id)) == len(day.people) - 2
    done = marking.undo(session, day.trainer, day.session_id, shown.id)
    assert (len(done.marks), done.changed, done.left) == (len(day.people) - 2, len(day.people) - 2, [changed.id])
    before = trail(session)
    with pytest.raises(NothingToUndo):
        marking.undo(session, day.trainer, day.session_id, shown.id)
    assert trail(session) == before
    offered = last_step(session, day)
    assert offered is not None and offered.trainee_id == day.people[0].id, "the act before it"


def test_an_undo_that_changes_nothing_says_so_and_leaves_no_trace_in_the_trail(session: Session, day: Day) -> None:
    marking.mark(session, day.other, day.session_id, wish(day.people[0]))
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0], seen=1))
    before, last = trail(session), last_step(session, day)
    assert last is not None
    done = marking.undo(session, day.trainer, day.session_id, last.id)
    assert (done.changed, done.left, trail(session)) == (0, [], before)


def test_undo_pressed_twice_undoes_once(session: Session, day: Day) -> None:
    for person in day.people[:2]:
        marking.mark(session, day.trainer, day.session_id, wish(person))
    last = last_step(session, day)
    assert last is not None
    marking.undo(session, day.trainer, day.session_id, last.id)
    with pytest.raises(NothingToUndo):
        marking.undo(session, day.trainer, day.session_id, last.id)
    assert session.get_one(Mark, (day.session_id, day.people[0].id)).presence is P.PRESENT


def test_after_the_day_nothing_is_undone_without_a_reason(session: Session, day: Day) -> None:
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0]))
    with clock.at(A_MORNING + timedelta(days=1)), pytest.raises(NothingToUndo):
        undo_last(session, day)
    late = A_MORNING.replace(hour=22)  # eleven at night in London: two hours on it is another day
    with clock.at(late):
        marking.mark(session, day.trainer, day.session_id, wish(day.people[1]))
    with clock.at(late + timedelta(hours=2)):
        assert last_step(session, day) is None
        marking.mark(session, day.trainer, day.session_id, wish(day.people[1], P.ABSENT, why="wrong"))
        assert said(undo_last(session, day)[0]) == (P.PRESENT, 0, 0)


def test_undo_is_ones_own(session: Session, day: Day) -> None:
    marking.mark(session, day.other, day.session_id, wish(day.people[0]))
    assert last_step(session, day) is None
