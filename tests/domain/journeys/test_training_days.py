"""A training day that moves, gets other trainers or falls away: who is hit, who is told, and what is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Relation, State
from portal.domain.attendance.models import CannotCome, CatchUp, CatchUpEnd, CatchUpWay
from portal.domain.audit.models import AuditEvent
from portal.domain.journeys import training_days
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound, Refusal
from portal.domain.shortlisting.conflicts import declare_conflict
from portal.domain.training import moving
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.models import Cohort, Module, SessionModule, SessionTrainer, Trainee, TrainingSession
from portal.domain.training.moving import DayPlan, plan_of, trainers_of
from tests.support.bulk_runs import as_viewer
from tests.support.interviews import a_venue
from tests.support.people import a_staff_member
from tests.support.trainees import trainees
from tests.support.training import COHORT_AT, a_cohort, a_trainer, sessions_of

LATER = COHORT_AT + timedelta(hours=1)
NEW_DAY = date(2018, 5, 20)  # a Sunday between two weekends of the course


def a_recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def standing(session: Session, day: TrainingSession) -> DayPlan:
    return plan_of(day, trainers_of(session, [day.id])[day.id])


def mails(session: Session, name: str) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).filter_by(name=name).order_by(OutboxMail.id)))


def a_guest(session: Session, day: TrainingSession) -> CatchUp:
    """Somebody of another cohort who makes something good on this day."""
    other = a_cohort(session, days=2, first=date(2018, 9, 1))
    trainee = trainees(session, other, 1)[0]
    module = session.scalars(select(Module).join(SessionModule).where(SessionModule.session_id == day.id)).first()
    assert module is not None
    with unit_of_work(session):
        made = CatchUp(
            trainee_id=trainee.id, module_id=module.id, module_code=module.code, way=CatchUpWay.SESSION,
            session_id=day.id, booked_at=clock.now(),
        )  # fmt: skip
        session.add(made)
    return made


def test_moving_a_day_shows_whom_it_hits_and_keeps_nothing(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session)
    day = sessions_of(session, cohort)[2]
    people = trainees(session, cohort, 3)
    a_guest(session, day)
    with unit_of_work(session):
        session.add(CannotCome(trainee_id=people[0].id, session_id=day.id, reason="work", told_at=LATER))
    declare_conflict(session, recruiter, people[1].application_id, Relation.FRIEND)
    plan = replace(standing(session, day), day=NEW_DAY)
    with clock.at(LATER):
        found = training_days.preview(session, as_viewer(session, recruiter), day, plan)
    assert (found.trainees, found.guests, found.hidden) == (3, 1, 1)
    assert [each.application.id for each in found.people if each.cannot] == [people[0].application_id]
    assert people[1].application_id not in {each.application.id for each in found.people}
    assert found.clashes == [] and session.get_one(TrainingSession, day.id).starts_at == day.starts_at


def test_a_preview_says_what_is_odd_about_the_day(session: Session) -> None:
    viewer, cohort = as_viewer(session, a_recruiter(session)), a_cohort(session)
    second, fourth = sessions_of(session, cohort)[1], sessions_of(session, cohort)[3]

    def notes(day: TrainingSession, to: date) -> list[str]:
        with clock.at(LATER):
            return training_days.preview(session, viewer, day, replace(standing(session, day), day=to)).notes

    assert notes(fourth, date(2018, 5, 23)) == ["A Wednesday is not one of the days of this course"]
    assert notes(fourth, date(2018, 5, 6)) == [
        "It is the weekend of the early May bank holiday",
        "“First aid 2: wounds, burns and shock” would come before “First aid 1: saving a life”, which it needs",
    ]
    assert notes(second, date(2018, 7, 1)) == [
        "“Asking for a name and address” would come after “A patrol from start to finish”, which needs it"
    ]
    assert notes(fourth, date(2018, 10, 28)) == ["The clocks went back in the night before"]


def test_everybody_who_comes_is_told_with_their_calendars_entry(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session)
    day = sessions_of(session, cohort)[2]
    people = trainees(session, cohort, 2)
    a_guest(session, day)
    with unit_of_work(session):
        session.add(CannotCome(trainee_id=people[0].id, session_id=day.id, reason="work", told_at=LATER))
    plan = replace(standing(session, day), day=NEW_DAY, starts=time(10))
    with clock.at(LATER):
        training_days.move_day(session, recruiter, day.id, plan, seen=1)
    told = mails(session, "training_day_moved")
    assert len(told) == 3
    says = told[0].context["calendar"]
    assert (says["method"], says["sequence"], says["uid"]) == ("REQUEST", 1, f"{day.uid}-{people[0].id}")
    assert says["starts"] == "2018-05-20T09:00:00+00:00"
    assert told[0].context["before"] == "Saturday 12 May, 9am to 5pm"
    assert session.scalars(select(CannotCome)).one().taken_back_at is not None  # said of the day that was


def test_other_trainers_or_materials_are_nobody_elses_business(session: Session) -> None:
    recruiter, one, other = a_recruiter(session), a_trainer(session), a_trainer(session)
    cohort = a_cohort(session, days=2, trainers=[one])
    trainees(session, cohort, 2)
    day = sessions_of(session, cohort)[0]
    plan = replace(standing(session, day), trainer_ids=(other.id,), materials="Twelve manikins")
    with clock.at(day.ends_at + timedelta(hours=1)):  # afterwards: who was really there
        changed = training_days.move_day(session, recruiter, day.id, plan, seen=1)
    assert changed.before is None and changed.day.materials == "Twelve manikins" and changed.day.sequence == 0
    assert trainers_of(session, [day.id]) == {day.id: [other.id]}
    assert mails(session, "training_day_moved") == []


def test_a_substitute_who_is_asked_to_teach_is_one_no_longer(session: Session) -> None:
    recruiter, substitute = a_recruiter(session), a_trainer(session)
    day = sessions_of(session, a_cohort(session, days=2))[0]
    with unit_of_work(session):
        session.add(
            SessionTrainer(
                session_id=day.id, staff_id=substitute.id, substitute=True, added_by=recruiter.id, added_at=LATER
            )
        )
    with clock.at(LATER):
        moving.change_day(
            session, recruiter, day.id, replace(standing(session, day), trainer_ids=(substitute.id,)), seen=1
        )
    assert session.scalars(select(SessionTrainer.substitute)).all() == [False]


def test_a_draft_moves_in_silence(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session, published=False)
    trainees(session, cohort, 1)
    day = sessions_of(session, cohort)[0]
    with clock.at(LATER):
        training_days.move_day(session, recruiter, day.id, replace(standing(session, day), day=NEW_DAY), seen=1)
    assert mails(session, "training_day_moved") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"day": date(2018, 2, 3)}, "day"),
        ({"ends": time(8)}, "ends"),
        ({"venue_id": None}, "venue_id"),
        ({"room_places": 3}, "room_places"),
        ({"trainer_ids": (999999,)}, "trainer_ids"),
        ({"day": date(2018, 4, 29)}, "clashes"),  # the cohort's own Sunday
    ],
)
def test_what_cannot_be(session: Session, change: dict[str, object], field: str) -> None:
    recruiter = a_recruiter(session)
    day = sessions_of(session, a_cohort(session, days=2))[0]
    plan = replace(standing(session, day), **change)  # type: ignore[arg-type]
    with clock.at(LATER), pytest.raises(Refusal) as refused:
        training_days.move_day(session, recruiter, day.id, plan, seen=1)
    assert refused.value.field == field
    assert session.get_one(TrainingSession, day.id).version == 1


def test_what_was_shown_is_not_what_stands(session: Session) -> None:
    recruiter = a_recruiter(session)
    day = sessions_of(session, a_cohort(session, days=2))[0]
    plan = replace(standing(session, day), title="Another")
    with clock.at(LATER):
        moving.change_day(session, recruiter, day.id, plan, seen=1)
        with pytest.raises(moving.DayChanged):
            moving.change_day(session, recruiter, day.id, plan, seen=1)


def test_a_day_that_has_begun_is_not_moved(session: Session) -> None:
    recruiter = a_recruiter(session)
    day = sessions_of(session, a_cohort(session, days=2))[0]
    plan = replace(standing(session, day), day=NEW_DAY)
    with clock.at(day.starts_at), pytest.raises(moving.HasBegun):
        training_days.move_day(session, recruiter, day.id, plan, seen=1)
    with clock.at(day.starts_at), pytest.raises(moving.HasBegun):
        training_days.call_off(session, recruiter, day.id, "weather")


def test_a_trainer_is_not_moved_into_two_places(session: Session) -> None:
    recruiter, trainer = a_recruiter(session), a_trainer(session)
    a_cohort(session, days=2, trainers=[trainer])
    day = sessions_of(session, a_cohort(session, days=2, trainers=[trainer], first=date(2018, 5, 5)))[0]
    plan = replace(standing(session, day), day=date(2018, 4, 28))
    with clock.at(LATER), pytest.raises(DoubleBooked, match="is at Cohort"):
        training_days.move_day(session, recruiter, day.id, plan, seen=1)


def test_a_day_called_off_is_told_once_and_guests_may_book_again(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session)
    day = sessions_of(session, cohort)[2]
    trainees(session, cohort, 2)
    guest = a_guest(session, day)
    with clock.at(LATER):
        assert training_days.call_off(session, recruiter, day.id, "weather") == 3
        assert training_days.call_off(session, recruiter, day.id, "weather") == 0
    told = mails(session, "training_day_off")
    assert [each.context["guest"] for each in told] == [False, False, True]
    assert {each.context["calendar"]["method"] for each in told} == {"CANCEL"}
    assert session.get_one(CatchUp, guest.id).ended_as is CatchUpEnd.GONE
    assert session.scalar(select(func.count()).where(AuditEvent.action == "catch_up.gone")) == 1
    with clock.at(LATER), pytest.raises(moving.DayCancelled):
        moving.change_day(session, recruiter, day.id, standing(session, day), seen=2)


def test_a_reason_is_needed(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session, days=2)
    day = sessions_of(session, cohort)[0]
    for act, key in ((training_days.call_off, day.id), (training_days.cancel_cohort, cohort.id)):
        with clock.at(LATER), pytest.raises(moving.NoSuchReason):
            act(session, recruiter, key, "because")


def test_an_extra_day_teaches_what_is_chosen_and_is_held_like_any(session: Session) -> None:
    recruiter, trainer = a_recruiter(session), a_trainer(session)
    cohort = a_cohort(session, trainers=[trainer])
    modules = session.scalars(select(Module.id).where(Module.code.in_(["first-aid-1", "radio"]))).all()
    plan = DayPlan("First aid again", NEW_DAY, time(10), time(16), a_venue(session).id, trainer_ids=(trainer.id,))
    with clock.at(LATER):
        made = moving.add_day(session, recruiter, cohort.id, plan, modules)
        with pytest.raises(DoubleBooked):
            moving.add_day(session, recruiter, cohort.id, plan, modules)
        with pytest.raises(moving.NotADay, match="what is taught"):
            moving.add_day(session, recruiter, cohort.id, replace(plan, day=date(2018, 5, 19)), [999999])
    assert made.day_id is None and len(sessions_of(session, cohort)) == 11
    taught = session.scalars(select(SessionModule.module_id).where(SessionModule.session_id == made.id)).all()
    assert sorted(taught) == sorted(modules)


def test_a_cohort_called_off_frees_everybody_and_keeps_their_offers(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session)
    begun, waiting = trainees(session, cohort, 2), trainees(session, cohort, 1, started=False)
    guest = a_guest(session, sessions_of(session, cohort)[4])
    after_two = clock.from_london(datetime(2018, 4, 30, 9))
    with clock.at(after_two):
        assert training_days.cancel_cohort(session, recruiter, cohort.id, "numbers") == 4
        assert training_days.cancel_cohort(session, recruiter, cohort.id, "numbers") == 0
    days = sessions_of(session, cohort)
    assert [each.cancelled_at is None for each in days] == [True, True] + [False] * 8
    ended = session.scalars(select(Trainee).where(Trainee.cohort_id == cohort.id)).all()
    assert len(ended) == 3 and all(each.ended_at is not None for each in ended)
    states = {session.get_one(Application, each.application_id).state for each in [*begun, *waiting]}
    assert states == {State.ACCEPTED}
    assert len(mails(session, "training_cohort_cancelled")) == 3 and len(mails(session, "training_day_off")) == 1
    assert session.get_one(CatchUp, guest.id).ended_as is CatchUpEnd.GONE
    assert session.get_one(Cohort, cohort.id).cancelled_reason == "numbers"


def test_a_course_that_is_over_is_not_called_off(session: Session) -> None:
    recruiter, cohort = a_recruiter(session), a_cohort(session, days=2)
    with clock.at(clock.from_london(datetime(2018, 5, 1))), pytest.raises(moving.HasBegun):
        training_days.cancel_cohort(session, recruiter, cohort.id, "numbers")


def test_what_is_not_there(session: Session) -> None:
    recruiter, plan = a_recruiter(session), DayPlan("A", NEW_DAY, time(9), time(10))
    for act in (
        lambda: training_days.move_day(session, recruiter, 999999, plan, seen=1),
        lambda: training_days.call_off(session, recruiter, 999999, "weather"),
        lambda: training_days.cancel_cohort(session, recruiter, 999999, "weather"),
        lambda: moving.add_day(session, recruiter, 999999, plan, [1]),
    ):
        with pytest.raises(NotFound):
            act()
