"""Notes and walk-ins, who stands in, codes, checking in, paper, history, and the roster behind the pages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.attendance import checking_in, codes, marking, notes, roster, settling, substitutes
from portal.domain.attendance.checking_in import NotNow, SaidOtherwise
from portal.domain.attendance.history import history
from portal.domain.attendance.models import CannotCome, CatchUp, CatchUpWay, Mark, Presence, RegisterNote
from portal.domain.attendance.notes import NoteWish, NothingWritten, TooLong
from portal.domain.attendance.paper_sheet import read_line, read_lines
from portal.domain.attendance.substitutes import DayIsOver, NotATrainer
from portal.domain.attendance.words import BadMark, NotOnRegister, NotStarted, Said
from portal.domain.refusals import NotFound
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.models import Module, Trainee, TrainingSession
from portal.web.sessions import Viewer
from tests.support.make_applications import keys_of
from tests.support.registers import A_MORNING, Day, a_day, as_viewer, wish
from tests.support.stage import put_clock
from tests.support.trainees import a_trainee
from tests.support.training import a_cohort, a_trainer, sessions_of

P = Presence


@pytest.fixture
def day(app: Flask, session: Session) -> Day:
    return a_day(session, app)


def note(text: str = "Rain", key: str = "note-00001", *, trainee: int | None = None, walk_in: bool = False) -> NoteWish:
    return NoteWish(key, trainee, walk_in, text, clock.now())


def the_roster(session: Session, app: Flask, day: Day, viewer: Viewer | None = None) -> roster.Roster:
    return roster.roster(session, keys_of(app), viewer or day.viewer, day.session_id)


# Notes


def test_a_note_is_sealed_kept_once_and_read_by_colleagues(session: Session, app: Flask, day: Day) -> None:
    keys, person = keys_of(app), day.people[0]
    for _ in range(2):
        written = notes.write(session, keys, day.trainer, day.session_id, note("Train late\r\n", trainee=person.id))
    assert b"Train" not in written.sealed
    (found,) = notes.notes_of(session, keys, as_viewer(day.other), day.session_id)
    assert (found.text, found.by, found.own, found.trainee_id) == ("Train late", day.trainer.name, False, person.id)
    assert session.scalar(select(func.count()).select_from(RegisterNote)) == 1
    held = notes.held_register_notes(session, keys, person.application_id)
    assert [each["text"] for each in held] == ["Train late"]


def test_what_is_no_note_is_refused(session: Session, app: Flask, day: Day) -> None:
    keys, elsewhere = keys_of(app), a_day(session, app, people=1)
    notes.write(session, keys, day.trainer, day.session_id, note())
    for wrong, refusal in (
        (note("  ", "note-00002"), NothingWritten),
        (note("x" * 2001, "note-00002"), TooLong),
        (note(key="x"), BadMark),
        (note(trainee=day.people[0].id), BadMark),  # that key was the day's own note
        (note(key="note-00002", trainee=day.people[0].id, walk_in=True), BadMark),
        (note(key="note-00002", trainee=elsewhere.people[0].id), NotOnRegister),
    ):
        with pytest.raises(refusal):
            notes.write(session, keys, day.trainer, day.session_id, wrong)
    assert session.scalar(select(func.count()).select_from(RegisterNote)) == 1


def test_a_walk_in_waits_until_somebody_deals_with_them(session: Session, app: Flask, day: Day) -> None:
    walk_in = notes.write(session, keys_of(app), day.trainer, day.session_id, note("Sam  Lee", walk_in=True))
    assert notes.waiting_walk_ins(session, [day.session_id]) == {day.session_id: 1}
    for _ in range(2):
        notes.deal_with(session, day.other, day.session_id, walk_in.id)
    assert notes.waiting_walk_ins(session, [day.session_id]) == {}
    (found,) = notes.notes_of(session, keys_of(app), day.viewer, day.session_id)
    assert (found.text, found.walk_in, found.dealt_with) == ("Sam Lee", True, True)
    plain = notes.write(session, keys_of(app), day.trainer, day.session_id, note(key="note-00002"))
    with pytest.raises(NotFound):
        notes.deal_with(session, day.trainer, day.session_id, plain.id)


def test_only_ones_own_note_is_taken_back(session: Session, app: Flask, day: Day) -> None:
    written = notes.write(session, keys_of(app), day.trainer, day.session_id, note())
    with pytest.raises(NotFound):
        notes.take_back(session, day.other, day.session_id, written.id)
    notes.take_back(session, day.trainer, day.session_id, written.id)
    assert notes.notes_of(session, keys_of(app), day.viewer, day.session_id) == []


# Who stands in


def test_a_substitute_reaches_the_one_day(session: Session, app: Flask, day: Day) -> None:
    stands_in = a_trainer(session)
    viewer = as_viewer(stands_in)
    with pytest.raises(NotFound):
        the_roster(session, app, day, viewer)
    for _ in range(2):
        substitutes.add(session, day.trainer, day.session_id, stands_in.id)
    assert len(the_roster(session, app, day, viewer).entries) == len(day.people)
    assert [each.id for each in roster.days_of(session, viewer, day.cohort.id)] == [day.session_id]
    assert len(roster.days_of(session, day.viewer, day.cohort.id)) == 2
    second = sessions_of(session, day.cohort)[1]
    with pytest.raises(NotFound):
        roster.roster(session, keys_of(app), viewer, second.id)
    substitutes.remove(session, day.trainer, day.session_id, stands_in.id)
    with pytest.raises(NotFound):
        the_roster(session, app, day, viewer)


def test_nobody_stands_in_who_teaches_elsewhere_or_is_no_trainer_or_too_late(
    session: Session, app: Flask, day: Day
) -> None:
    busy, free = a_trainer(session), a_trainer(session)
    a_cohort(session, trainers=[busy], days=2)  # the same days
    with pytest.raises(DoubleBooked):
        substitutes.add(session, day.trainer, day.session_id, busy.id)
    with pytest.raises(NotATrainer):
        substitutes.add(session, day.trainer, day.session_id, 999_999)
    with pytest.raises(NotFound):
        substitutes.remove(session, day.trainer, day.session_id, day.other.id)
    assert free.id in dict(substitutes.who_could(session, day.session_id))
    with clock.at(A_MORNING + timedelta(days=1)), pytest.raises(DayIsOver):
        substitutes.add(session, day.trainer, day.session_id, free.id)


# The roster


def test_the_roster_says_who_is_on_it_and_what_is_to_know(session: Session, app: Flask, day: Day) -> None:
    away, _ = day.people[:2]
    with unit_of_work(session):
        session.add(CannotCome(trainee_id=away.id, session_id=day.session_id, reason="work", told_at=clock.now()))
    guest = _a_guest(session, app, day)
    with clock.at(A_MORNING - timedelta(days=1)):
        unconfirmed, ended = a_trainee(session, day.cohort, started=False), a_trainee(session, day.cohort)
    with unit_of_work(session):
        unconfirmed.confirmed_at = None
        ended.ended_at, ended.ended_as = A_MORNING - timedelta(hours=5), "removed"
    found = {each.trainee_id: each for each in the_roster(session, app, day).entries}
    assert set(found) == {each.id for each in day.people} | {guest.id}
    assert found[away.id].hint == "Told us at 09:10" and not found[away.id].expected
    assert found[guest.id].hint == "Catch-up from day 1" and found[guest.id].expected


def _a_guest(session: Session, app: Flask, day: Day) -> Trainee:
    """Somebody of another cohort who makes good here what they missed there."""
    theirs = a_day(session, app, people=1)
    put_clock(app, A_MORNING)
    person = theirs.people[0]
    module = session.scalars(select(Module).where(Module.version_id == theirs.cohort.version_id)).first()
    assert module is not None
    with unit_of_work(session):
        session.add(
            CatchUp(
                trainee_id=person.id, module_id=module.id, module_code=module.code, way=CatchUpWay.SESSION,
                session_id=day.session_id, booked_at=clock.now(),
            )
        )  # fmt: skip
    return person


def test_a_guest_may_be_marked_and_stays_on_the_register(session: Session, app: Flask, day: Day) -> None:
    guest = _a_guest(session, app, day)
    marking.mark(session, day.trainer, day.session_id, wish(guest))
    with unit_of_work(session):
        booking = session.scalars(select(CatchUp)).one()
        booking.ended_at, booking.ended_as = clock.now(), "cancelled"
    assert guest.id in {each.trainee_id for each in the_roster(session, app, day).entries}


def test_whoever_the_trainer_knows_is_not_there(session: Session, app: Flask, day: Day) -> None:
    known = day.people[0]
    marking.mark(session, day.other, day.session_id, wish(known))
    third = a_trainer(session)
    substitutes.add(session, day.other, day.session_id, third.id)
    marking.mark(session, third, day.session_id, wish(known, P.ABSENT))
    notes.write(session, keys_of(app), day.other, day.session_id, note(trainee=known.id))
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=day.trainer.id, application_id=known.application_id, relation=Relation.FAMILY,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    found = the_roster(session, app, day)
    assert known.id not in {each.trainee_id for each in found.entries} and found.conflicts == []
    assert notes.notes_of(session, keys_of(app), day.viewer, day.session_id) == []
    step = settling.conflicts(session, as_viewer(day.other), day.session_id)[0].step_id
    with pytest.raises(NotOnRegister):
        settling.settle(session, day.trainer, step, True)


def test_the_day_to_open_is_todays_else_the_next_else_the_last() -> None:
    def a_session(number: int, day: int) -> TrainingSession:
        starts = clock.from_london(datetime(2018, 4, day, 9))
        return TrainingSession(id=number, starts_at=starts, ends_at=starts + timedelta(hours=8))

    days = [a_session(1, 14), a_session(2, 15), a_session(3, 28)]
    for now, wanted in ((10, 1), (14, 1), (15, 2), (16, 3), (29, 3)):
        found = roster.day_to_open(days, clock.from_london(datetime(2018, 4, now, 20)))
        assert found.id == wanted, now


# Codes and checking in


def test_a_code_is_good_while_it_is_shown_and_half_a_minute_longer(app: Flask) -> None:
    keys, wall = keys_of(app), datetime(2018, 4, 28, 8, 0, 5, tzinfo=clock.wall().tzinfo)
    code = codes.code_at(keys, 12, wall)
    for seconds, wanted in ((0, 12), (20, 12), (50, 12), (60, None), (-10, None)):
        assert codes.session_of(keys, code, wall + timedelta(seconds=seconds)) == wanted, seconds
    assert codes.session_of(keys, f" {code.lower()} ", wall) == 12
    other = code.replace("12-", "13-")
    for wrong in (other, "", "12-", "x", code + "A", "12-" + "A" * 8, "१२-" + code[3:]):
        assert codes.session_of(keys, wrong, wall) is None
    assert codes.code_at(keys, 12, wall + timedelta(seconds=30)) != code


def test_a_ticket_is_its_holders_for_ten_minutes(app: Flask) -> None:
    keys, wall = keys_of(app), clock.wall()
    ticket = codes.ticket(keys, 12, 7, wall)
    assert codes.ticket_holds(keys, 12, 7, ticket, wall + timedelta(minutes=9))
    assert not codes.ticket_holds(keys, 12, 7, ticket, wall + timedelta(minutes=11))
    assert not codes.ticket_holds(keys, 12, 8, ticket, wall) and not codes.ticket_holds(keys, 13, 7, ticket, wall)
    for wrong in ("", "x", "1-", "9" * 20 + "-a", f"{int(ticket.split('-')[0]) + 5}-{ticket.split('-')[1]}", "5-é"):
        assert not codes.ticket_holds(keys, 12, 7, wrong, wall)


def test_a_trainees_code_is_known_whole_and_short() -> None:
    short = codes.short_code("a-random-code")
    assert len(short) == 7 and short[3] == "-"
    for typed in ("a-random-code", short, short.lower(), short.replace("-", " ")):
        assert codes.is_code_of("a-random-code", typed)
    assert not codes.is_code_of("a-random-code", codes.short_code("another"))
    assert "<svg" in codes.picture("a-random-code", "A code")


def own_viewer(session: Session, trainee: Trainee) -> Viewer:
    person = session.get_one(Application, trainee.application_id).applicant
    return Viewer("applicant", person, 0, False, None, "")


def test_a_trainee_checks_in_once_with_the_minutes_they_are_late(session: Session, day: Day) -> None:
    me = own_viewer(session, day.people[0])
    for _ in range(2):
        found = checking_in.check_in(session, me, day.session_id)
    assert found.said == Said(P.PRESENT, late=10)
    mark = session.get_one(Mark, (day.session_id, day.people[0].id))
    assert (mark.marked_by, mark.version) == (None, 1)


def test_a_trainee_in_good_time_is_not_late(session: Session, app: Flask, day: Day) -> None:
    put_clock(app, A_MORNING - timedelta(minutes=40))
    assert checking_in.check_in(session, own_viewer(session, day.people[0]), day.session_id).said == Said(P.PRESENT)


@pytest.mark.parametrize("minutes", [-71, 8 * 60])
def test_nobody_checks_in_long_before_or_after(session: Session, app: Flask, day: Day, minutes: int) -> None:
    put_clock(app, A_MORNING + timedelta(minutes=minutes))
    with pytest.raises(NotNow):
        checking_in.check_in(session, own_viewer(session, day.people[0]), day.session_id)


def test_a_trainee_does_not_overrule_the_trainer(session: Session, day: Day) -> None:
    person = day.people[0]
    marking.mark(session, day.trainer, day.session_id, wish(person, P.ABSENT))
    for _ in range(2):
        with pytest.raises(SaidOtherwise):
            checking_in.check_in(session, own_viewer(session, person), day.session_id)
    (found,) = settling.conflicts(session, day.viewer, day.session_id)
    assert (found.stands.said.choice, found.other.by) == ("absent", settling.YOURSELF)


def test_nobody_checks_in_elsewhere_or_before_they_may_take_part(session: Session, app: Flask, day: Day) -> None:
    stranger = a_day(session, app, people=1).people[0]
    with pytest.raises(NotFound):
        checking_in.check_in(session, own_viewer(session, stranger), day.session_id)
    waiting = a_trainee(session, day.cohort, started=False)
    with pytest.raises(NotStarted):
        checking_in.check_in(session, own_viewer(session, waiting), day.session_id)


# Paper and history


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("p", Said(P.PRESENT)), (" P ", Said(P.PRESENT)), ("a", Said(P.ABSENT)), ("l 10", Said(P.PRESENT, 10)),
        ("L10", Said(P.PRESENT, 10)), ("e 30", Said(P.PRESENT, 0, 30)), ("l10 e30", Said(P.PRESENT, 10, 30)),
        ("x w", Said(P.EXCUSED, reason="work")), ("XP", Said(P.EXCUSED, reason="personal")), ("  ", None),
    ],
)  # fmt: skip
def test_a_line_of_the_paper_sheet(typed: str, said: Said | None) -> None:
    assert read_line(typed) == said


def test_what_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    said, problems = read_lines({1: "p", 2: "late", 3: "x", 4: "x z", 5: "", 6: "l 1000", 7: "10"})
    assert set(said) == {1} and set(problems) == {2, 3, 4, 6, 7}


def test_the_history_tells_everything_that_was_said(session: Session, day: Day) -> None:
    person = day.people[0]
    marking.mark(session, day.trainer, day.session_id, wish(person))
    marking.mark(session, day.other, day.session_id, wish(person, P.ABSENT))
    step = settling.conflicts(session, day.viewer, day.session_id)[0].step_id
    settling.settle(session, day.trainer, step, True)
    found = history(session, day.session_id, person.id)
    assert [(each.said.choice, each.word, each.stands) for each in found] == [
        ("absent", "chosen", True), ("here", "", False),
    ]  # fmt: skip
    assert (found[0].settled_by, found[0].by) == (day.trainer.name, day.other.name)
