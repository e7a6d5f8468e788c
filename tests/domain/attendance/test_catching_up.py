"""Making good what was missed: booked once, in the ways the module allows, signed off for what really was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.attendance import catching_up, signing_off
from portal.domain.attendance.coverage import Risk
from portal.domain.attendance.crowding import make_room
from portal.domain.attendance.keeping import on_register
from portal.domain.attendance.ledger import (
    BookedAlready,
    Changed,
    NoPlaceThere,
    NoSuchCatchUp,
    NothingWritten,
    NotMissed,
    NotOnRegister,
    NotThisWay,
    NotYetDone,
    TooLate,
    WhenNeeded,
)
from portal.domain.attendance.models import CatchUpEnd, CatchUpWay, Presence
from portal.domain.attendance.standing import standings
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training.models import Trainee, TraineeEnd, TrainingSession
from portal.domain.training.rules import CompletedAlready
from portal.extensions import db
from tests.support.catch_ups import AFTER_TWO, another, came, catch_ups, first_weekend, marked, on
from tests.support.make_applications import keys_of
from tests.support.people import an_applicant
from tests.support.trainees import trainees

P = Presence


@pytest.fixture(autouse=True)
def after_the_first_weekend() -> Iterator[None]:
    with clock.at(AFTER_TWO):
        yield


def person_of(session: Session, trainee: Trainee) -> Applicant:
    return session.get_one(Application, trainee.application_id).applicant


def risk_of(session: Session, trainee: Trainee) -> Risk:
    return standings(session, [trainee.id])[trainee.id].risk


def trail(session: Session) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.action.startswith("catch_up.")).order_by(AuditEvent.id)
    return list(session.scalars(query))


def test_a_missed_day_is_booked_in_the_same_session_of_another_cohort(app: Flask, session: Session) -> None:
    group = first_weekend(session)
    missed, fine, _ = group.people
    assert risk_of(session, missed) is Risk.CANNOT or risk_of(session, missed) is Risk.MODULE
    other = another(session, group)
    ways = catching_up.ways(session, missed.id)
    assert [each.session_id for each, _ in ways.sessions] == [other.days[0].id]
    assert [module.of.code for module in ways.written] == ["law-1"]
    assert catching_up.ways(session, fine.id).sessions == ()
    made = catching_up.book_session(session, person_of(session, missed), missed.id, other.days[0].id)
    again = catching_up.book_session(session, person_of(session, missed), missed.id, other.days[0].id)
    assert [each.id for each in made] == [each.id for each in again] and trail(session) == ["catch_up.booked"]
    assert risk_of(session, missed) is Risk.BOOKED and made[0].booked_by is None
    with clock.at(on(5, 5, 18)):
        marked(session, missed, other.days[0])
        assert standings(session, [missed.id])[missed.id].days_attended == 2
        signing_off.sign_off(session, group.trainer, made[0].id)
        assert catch_ups(session, missed)[0].ended_as is CatchUpEnd.SIGNED_OFF


def test_only_what_was_missed_is_made_good(session: Session, app: Flask) -> None:
    group = first_weekend(session)
    other, fine = another(session, group), group.people[1]
    with pytest.raises(NotMissed):
        catching_up.book_session(session, group.trainer, fine.id, other.days[0].id)
    with pytest.raises(NotMissed):
        catching_up.set_written(session, group.trainer, fine.id, "law-1")
    with pytest.raises(NoPlaceThere):
        catching_up.book_session(session, group.trainer, group.people[0].id, other.days[1].id)
    with pytest.raises(NotMissed):
        catching_up.set_written(session, group.trainer, group.people[0].id, "aid-1")
    assert catch_ups(session, group.people[0]) == []


def test_nobody_books_for_somebody_else(session: Session, app: Flask) -> None:
    group = first_weekend(session)
    other, missed = another(session, group), group.people[0]
    for stranger in (an_applicant(session), person_of(session, group.people[1])):
        with pytest.raises(NotFound):
            catching_up.book_session(session, stranger, missed.id, other.days[0].id)
    with unit_of_work(session):
        session.add(
            Conflict(
                application_id=missed.application_id, staff_id=group.trainer.id, relation=Relation.FRIEND,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(NotFound):
        catching_up.book_session(session, group.trainer, missed.id, other.days[0].id)


def test_a_place_in_the_cohort_comes_before_a_guest_s_and_the_newest_guest_chooses_again(session: Session) -> None:
    group = first_weekend(session, missing=(0,))
    came(session, group.people[1], group.days[:2], (0,))
    other = another(session, group, capacity=3, people=1)
    for guest in group.people[:2]:
        catching_up.book_session(session, group.trainer, guest.id, other.days[0].id)
    assert make_room(session, most=9) == 0
    trainees(session, other.cohort, 1)
    assert make_room(session, most=9) == 1 and make_room(session, most=9) == 0
    assert [each.ended_as for each in catch_ups(session, group.people[0])] == [None]
    assert [each.ended_as for each in catch_ups(session, group.people[1])] == [CatchUpEnd.GONE]
    assert session.scalars(select(OutboxMail.name).where(OutboxMail.name == "catch_up_gone")).all() == ["catch_up_gone"]


def test_an_extra_session_s_register_has_its_guests_alone(session: Session) -> None:
    group = first_weekend(session, missing=(0,))
    other = another(session, group, people=2)
    day, missed = other.days[0].id, group.people[0].id
    with unit_of_work(session):
        session.get_one(TrainingSession, day).day_id = None
    assert set(session.scalars(on_register(day))) == set()
    catching_up.book_session(session, group.trainer, missed, day)
    assert set(session.scalars(on_register(day))) == {missed}


def test_a_full_or_cancelled_session_is_not_offered(session: Session, app: Flask) -> None:
    group = first_weekend(session)
    missed = group.people[0]
    full = another(session, group, capacity=2, people=2)
    with pytest.raises(NoPlaceThere):
        catching_up.book_session(session, group.trainer, missed.id, full.days[0].id)
    other = another(session, group, first=date(2018, 5, 19))
    made = catching_up.book_session(session, group.trainer, missed.id, other.days[0].id)
    with unit_of_work(session):
        day = session.get_one(TrainingSession, other.days[0].id)
        day.cancelled_at, day.cancelled_reason = clock.now(), "venue"
    assert risk_of(session, missed) >= Risk.MODULE, "what was called off is booked no more"
    assert catching_up.let_go(session) == 1 and catching_up.let_go(session) == 0
    row = catch_ups(session, missed)[0]
    assert row.id == made[0].id and row.ended_as is CatchUpEnd.GONE
    assert session.scalars(select(OutboxMail.name).where(OutboxMail.name == "catch_up_gone")).all() == ["catch_up_gone"]


def test_two_people_never_have_the_last_place(app: Flask, session: Session) -> None:
    group = first_weekend(session)
    second = group.people[1]
    marked(session, second, group.days[0], P.ABSENT)
    other = another(session, group, capacity=1)
    day_id, told = other.days[0].id, []
    ids = [(group.people[0].id, group.people[0].application_id), (second.id, second.application_id)]
    together = threading.Barrier(2)

    def book(trainee_id: int, application_id: int) -> None:
        with app.app_context(), clock.at(AFTER_TWO):
            own = db.session()
            actor = own.get_one(Application, application_id).applicant
            together.wait(timeout=20)
            try:
                catching_up.book_session(own, actor, trainee_id, day_id)
                told.append("booked")
            except Refusal as refusal:
                told.append(type(refusal).__name__)
            db.session.remove()

    threads = [threading.Thread(target=book, args=each) for each in ids]
    session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(told) == ["NoPlaceThere", "booked"]


def test_written_work_is_due_handed_in_handed_back_and_signed_off(app: Flask, session: Session) -> None:
    group, keys = first_weekend(session), keys_of(app)
    missed = group.people[0]
    own = person_of(session, missed)
    row = catching_up.set_written(session, own, missed.id, "law-1")
    assert row.due_on == date(2018, 5, 13) and row.way is CatchUpWay.WRITTEN
    with pytest.raises(BookedAlready):
        catching_up.set_written(session, own, missed.id, "law-1")
    with pytest.raises(NotYetDone):
        signing_off.sign_off(session, group.trainer, row.id)
    with pytest.raises(NothingWritten):
        catching_up.hand_in(session, keys, own, row.id, "  \n ")
    with pytest.raises(NotFound):
        catching_up.hand_in(session, keys, an_applicant(session), row.id, "Mine")
    catching_up.hand_in(session, keys, own, row.id, "What the law says.\r\n")
    catching_up.hand_in(session, keys, own, row.id, "What the law says.")
    kept = catch_ups(session, missed)[0]
    assert kept.work is not None and b"law says" not in kept.work and signing_off.work_of(keys, kept).endswith("says.")
    with pytest.raises(Changed):
        signing_off.hand_back(session, group.trainer, row.id, date(2018, 5, 20), seen=kept.version - 1)
    with pytest.raises(WhenNeeded):
        signing_off.hand_back(session, group.trainer, row.id, date(2018, 4, 1))
    signing_off.hand_back(session, group.trainer, row.id, date(2018, 5, 20), seen=kept.version)
    assert catch_ups(session, missed)[0].handed_in_at is None
    catching_up.hand_in(session, keys, own, row.id, "What the law says, and why.")
    signing_off.sign_off(session, group.trainer, row.id)
    signing_off.sign_off(session, group.trainer, row.id)
    assert standings(session, [missed.id])[missed.id].days_attended == 2
    assert trail(session) == [f"catch_up.{act}" for act in ("booked", "handed_in", "handed_back", "handed_in",
                                                            "signed_off")]  # fmt: skip
    signing_off.take_back(session, group.trainer, row.id)
    assert risk_of(session, missed) is Risk.BOOKED


def test_a_time_alone_is_asked_for_taken_on_and_signed_off_once_it_has_been(app: Flask, session: Session) -> None:
    group = first_weekend(session, missing=(1,))
    missed = group.people[0]
    own = person_of(session, missed)
    with pytest.raises(WhenNeeded):
        catching_up.ask_one_to_one(session, own, missed.id, "law-2", on(20, 4))
    with pytest.raises(WhenNeeded, match="Enter a day up to 10 June"):
        catching_up.ask_one_to_one(session, own, missed.id, "law-2", on(1, 12))
    asked = catching_up.ask_one_to_one(session, own, missed.id, "law-2", on(8, 5, 18))
    with pytest.raises(NotYetDone):
        signing_off.sign_off(session, group.trainer, asked.id)
    with pytest.raises(NotThisWay):
        catching_up.set_one_to_one(session, group.trainer, missed.id, "law-2", on(8, 5, 18), "Room 2", 1_000_000)
    given = missed.id, "law-2", on(9, 5, 18), "Room 2", group.trainer.id
    taken = catching_up.set_one_to_one(session, group.trainer, *given)
    again = catching_up.set_one_to_one(session, group.trainer, *given)
    assert taken.id == again.id == asked.id and again.place == "Room 2"
    assert trail(session) == ["catch_up.booked", "catch_up.set"]
    with clock.at(on(9, 5, 19)):
        with pytest.raises(TooLate):
            catching_up.cancel(session, own, asked.id)
        signing_off.sign_off(session, group.trainer, asked.id)
    assert standings(session, [missed.id])[missed.id].days_attended == 2


def test_a_module_is_made_good_only_in_its_own_ways(session: Session, app: Flask) -> None:
    group = first_weekend(session, missing=(0, 1))
    missed = group.people[0]
    with pytest.raises(NotThisWay):
        catching_up.set_written(session, group.trainer, missed.id, "law-2")
    with clock.at(on(14, 5)):
        marked(session, missed, group.days[2], P.ABSENT)
        with pytest.raises(NotThisWay):
            catching_up.ask_one_to_one(session, group.trainer, missed.id, "aid-1", on(15, 5))
        with pytest.raises(NotThisWay):
            catching_up.set_one_to_one(
                session, group.trainer, missed.id, "aid-1", on(15, 5), "Room 2", group.trainer.id
            )
        assert risk_of(session, missed) is Risk.CANNOT


def test_who_does_not_come_to_the_catch_up_either_books_again(app: Flask, session: Session) -> None:
    group = first_weekend(session)
    other, missed = another(session, group), group.people[0]
    first = catching_up.book_session(session, group.trainer, missed.id, other.days[0].id)[0]
    with clock.at(on(5, 5, 18)):
        with pytest.raises(NotOnRegister):
            signing_off.sign_off(session, group.trainer, first.id)
        marked(session, missed, other.days[0], P.ABSENT)
        assert risk_of(session, missed) is Risk.MODULE
        catching_up.set_written(session, person_of(session, missed), missed.id, "law-1")
    rows = catch_ups(session, missed)
    assert [row.ended_as for row in rows] == [CatchUpEnd.MISSED, None]


def test_giving_up_a_catch_up_opens_the_module_again(app: Flask, session: Session) -> None:
    group = first_weekend(session)
    other, missed = another(session, group), group.people[0]
    row = catching_up.book_session(session, person_of(session, missed), missed.id, other.days[0].id)[0]
    with pytest.raises(NotFound):
        catching_up.cancel(session, person_of(session, group.people[1]), row.id)
    catching_up.cancel(session, person_of(session, missed), row.id)
    catching_up.cancel(session, person_of(session, missed), row.id)
    assert trail(session) == ["catch_up.booked", "catch_up.cancelled"] and risk_of(session, missed) is Risk.MODULE
    with pytest.raises(NoSuchCatchUp):
        signing_off.sign_off(session, group.trainer, row.id)
    assert catching_up.book_session(session, group.trainer, missed.id, other.days[0].id)[0].id != row.id


def test_a_transfer_keeps_what_was_signed_off_and_lets_go_what_was_booked(app: Flask, session: Session) -> None:
    group = first_weekend(session, missing=(0, 1))
    other, missed = another(session, group), group.people[0]
    alone = catching_up.set_one_to_one(
        session, group.trainer, missed.id, "law-2", on(1, 5), "Room 2", group.trainer.id
    )  # fmt: skip
    catching_up.book_session(session, group.trainer, missed.id, other.days[0].id)
    with clock.at(on(2, 5)):
        signing_off.sign_off(session, group.trainer, alone.id)
        with unit_of_work(session):
            old = session.get_one(Trainee, missed.id)
            old.ended_at, old.ended_as = clock.now(), TraineeEnd.TRANSFERRED
            session.flush()
            new = Trainee(
                application_id=old.application_id, cohort_id=other.cohort.id, seat=1, enrolled_at=clock.now(),
                confirmed_at=clock.now(), started_at=clock.now(), check_in="another code entirely",
            )  # fmt: skip
            session.add(new)
        standing = standings(session, [new.id])[new.id]
        assert [day.state.value for day in standing.days] == ["to_come", "made_good", "to_come", "to_come"]
        assert standing.risk is Risk.NONE
        assert catching_up.let_go(session) == 1
    assert [row.ended_as for row in catch_ups(session, missed)] == [CatchUpEnd.SIGNED_OFF, CatchUpEnd.GONE]


def test_nothing_of_somebody_who_has_completed_changes(app: Flask, session: Session) -> None:
    group = first_weekend(session)
    missed = group.people[0]
    row = catching_up.set_written(session, group.trainer, missed.id, "law-1")
    with unit_of_work(session):
        session.get_one(Trainee, missed.id).completed_at = clock.now()
    with pytest.raises(CompletedAlready):
        catching_up.hand_in(session, keys_of(app), group.trainer, row.id, "Words")
    with pytest.raises(CompletedAlready):
        signing_off.missed(session, group.trainer, row.id)


def test_what_is_still_to_come_was_not_missed(app: Flask, session: Session) -> None:
    group = first_weekend(session)
    missed = group.people[0]
    row = catching_up.set_written(session, group.trainer, missed.id, "law-1")
    with pytest.raises(NotYetDone):
        signing_off.missed(session, group.trainer, row.id)
    with clock.at(AFTER_TWO + timedelta(days=20)):
        signing_off.missed(session, group.trainer, row.id)
        signing_off.missed(session, group.trainer, row.id)
    assert catch_ups(session, missed)[0].ended_as is CatchUpEnd.MISSED
    [guest] = catching_up.book_session(session, group.trainer, missed.id, another(session, group).days[0].id)
    with pytest.raises(NotYetDone):
        signing_off.missed(session, group.trainer, guest.id)


def test_being_there_counts_whatever_is_marked_under_a_second_place_of_the_cohort(session: Session) -> None:
    group = first_weekend(session, missing=())
    first = group.people[0]
    with unit_of_work(session):
        row = session.get_one(Trainee, first.id)
        row.ended_at, row.ended_as = clock.now(), TraineeEnd.REMOVED
        session.flush()
        second = Trainee(
            application_id=first.application_id, cohort_id=group.cohort.id, seat=first.seat, enrolled_at=clock.now(),
            confirmed_at=clock.now(), started_at=clock.now(), check_in="a second place",
        )  # fmt: skip
        session.add(second)
    marked(session, second, group.days[0], P.ABSENT)
    assert standings(session, [second.id])[second.id].days_attended == 2
