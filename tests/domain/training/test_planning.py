"""A cohort comes out of its course: right to the day and the minute, and holding nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.refusals import Refusal
from portal.domain.training import cohorts
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.models import Course, Module, SessionModule, SessionTrainer, TrainingSession
from portal.domain.training.planning import CohortPlan, plan_cohort
from portal.domain.training.standard import seed_courses
from tests.domain.training.test_patterns import PILOT
from tests.support.interviews import a_day, a_venue
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member
from tests.support.training import FIRST, a_cohort, a_course, a_trainer, sessions_of, the_course

NINE, FIVE = time(9), time(17)


def times(found: list[TrainingSession]) -> list[tuple[date, time, time]]:
    there = [(clock.london(each.starts_at), clock.london(each.ends_at)) for each in found]
    return [(starts.date(), starts.time(), ends.time()) for starts, ends in there]


def test_the_pilots_dates_come_out_exactly(session: Session) -> None:
    found = sessions_of(session, a_cohort(session))
    assert times(found) == [(day, NINE, FIVE) for day in PILOT]
    assert found[0].starts_at.isoformat() == "2018-04-28T08:00:00+00:00"  # summer: London is an hour ahead


@pytest.mark.parametrize(
    ("first", "hours"), [(date(2018, 3, 10), [9, 9, 9, 8, 8, 8]), (date(2018, 10, 13), [8, 8, 8, 9, 9, 9])]
)
def test_a_course_over_a_clock_change_keeps_its_hours(session: Session, first: date, hours: list[int]) -> None:
    found = sessions_of(session, a_cohort(session, course=a_course(session, 6), first=first))
    assert {each[1:] for each in times(found)} == {(NINE, FIVE)}
    assert [each.starts_at.hour for each in found] == hours
    assert {each.ends_at - each.starts_at for each in found} == {timedelta(hours=8)}


def test_an_evening_in_the_night_of_the_change_ends_by_the_clock_on_the_wall(session: Session) -> None:
    course = a_course(session, 2, starts=22 * 60, ends=24 * 60)
    found = sessions_of(session, a_cohort(session, course=course, first=date(2018, 3, 24)))
    assert [each.ends_at.isoformat() for each in found] == ["2018-03-25T00:00:00+00:00", "2018-03-25T23:00:00+00:00"]


def test_an_hour_that_the_clocks_leave_out_is_refused(session: Session) -> None:
    course = a_course(session, 2, starts=60 + 30, ends=5 * 60)
    with pytest.raises(Refusal, match="the clocks go forward"):
        a_cohort(session, course=course, first=date(2018, 3, 24))


def test_skipping_bank_holidays(session: Session) -> None:
    found = sessions_of(session, a_cohort(session, skip_holidays=True))
    assert [each[0] for each in times(found)][4:6] == [date(2018, 6, 2), date(2018, 6, 3)]


def test_every_session_teaches_its_days_modules_and_has_its_trainers(session: Session) -> None:
    trainers = [a_trainer(session), a_trainer(session)]
    found = sessions_of(session, a_cohort(session, trainers=trainers))
    taught = session.execute(
        select(Module.code).join(SessionModule).where(SessionModule.session_id == found[0].id).order_by(Module.position)
    )
    assert [row.code for row in taught] == ["role", "standards", "fairness"]
    assert session.scalars(select(SessionTrainer.session_id)).all().count(found[0].id) == 2
    assert len({each.uid for each in found}) == 10


def test_the_shipped_courses_are_there_once(session: Session) -> None:
    the_course(session)
    seed_courses(session)
    names = session.scalars(select(Course.slug).order_by(Course.slug)).all()
    assert names == ["cadet-start", "citizens-academy", "cpv-foundation", "data-safe", "induction"]
    assert [len(the_course(session, slug).days) for slug in names] == [15, 9, 10, 1, 1]
    for slug in names:
        for day in the_course(session, slug).days:
            assert 0 < sum(module.minutes for module in day.modules) <= day.ends_minute - day.starts_minute


def test_a_trainer_is_never_in_two_places(session: Session) -> None:
    trainer = a_trainer(session)
    first = a_cohort(session, trainers=[trainer], days=2)
    with pytest.raises(DoubleBooked, match=f"Saturday 28 April 2018: Robin Officer.* is at {first.name}, 09:00"):
        a_cohort(session, trainers=[trainer], days=2)
    assert len(sessions_of(session, a_cohort(session, trainers=[trainer], days=2, first=date(2018, 5, 5)))) == 2


def test_a_room_is_never_used_twice(session: Session) -> None:
    venue = a_venue(session)
    a_cohort(session, days=2, venue_id=venue.id, room="Room  one")
    with pytest.raises(DoubleBooked, match="ROOM ONE is used for"):
        a_cohort(session, days=2, venue_id=venue.id, room="ROOM ONE")
    a_cohort(session, days=2, venue_id=venue.id, room="Room two")


def test_days_of_interviews_hold_people_and_rooms_too(session: Session) -> None:
    trainer, venue = a_trainer(session), a_venue(session, name="Hall")
    a_day(session, a_campaign(session), day=FIRST, staff=[trainer], venue=venue)  # in Room 1, 09:30 to 11:30
    with pytest.raises(DoubleBooked, match="is at interviews at Hall, 09:30 to 11:30"):
        a_cohort(session, days=2, trainers=[trainer])
    with pytest.raises(DoubleBooked, match="room 1 is used for interviews for"):
        a_cohort(session, days=2, venue_id=venue.id, room="room 1")
    a_cohort(session, days=2, venue_id=venue.id, room="Room 2")


def test_an_online_place_is_used_as_often_as_wanted(session: Session) -> None:
    venue = a_venue(session, online=True)
    a_cohort(session, days=2, venue_id=venue.id)
    a_cohort(session, days=2, venue_id=venue.id)


def a_plan(session: Session) -> CohortPlan:
    return CohortPlan(
        version_id=the_course(session).id, campaign_id=None, division_id=None, name="West 1", capacity=24,
        first=FIRST, venue_id=a_venue(session).id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version_id": 999999}, "version_id"),
        ({"name": "  "}, "name"),
        ({"capacity": 0}, "capacity"),
        ({"room_places": 23}, "room_places"),
        ({"venue_id": 999999}, "venue_id"),
        ({"trainer_ids": (999999,)}, "trainer_ids"),
        ({"first": date(2018, 4, 29)}, "first"),
    ],
)
def test_what_cannot_be_planned_is_told_beside_its_field(
    session: Session, change: dict[str, object], field: str
) -> None:
    recruiter = a_staff_member(session, Role.RECRUITER)
    with pytest.raises(Refusal) as refused:
        plan_cohort(session, recruiter, replace(a_plan(session), **change))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert session.scalars(select(TrainingSession.id)).all() == []


def test_two_cohorts_of_one_name_are_refused(session: Session) -> None:
    recruiter, plan = a_staff_member(session, Role.RECRUITER), a_plan(session)
    plan_cohort(session, recruiter, plan)
    with pytest.raises(cohorts.NameTaken):
        plan_cohort(session, recruiter, replace(plan, first=FIRST + timedelta(weeks=1)))


def test_publishing_needs_a_place_for_each_day_and_happens_once(session: Session) -> None:
    recruiter = a_staff_member(session, Role.RECRUITER)
    found = a_cohort(session, days=2, published=False, venue_id=None)
    with pytest.raises(cohorts.NotReady, match="2 days have no venue"):
        cohorts.publish(session, recruiter, found.id)
    venue = a_venue(session)
    with unit_of_work(session):
        for each in sessions_of(session, found):
            each.venue_id = venue.id
    moment = clock.from_london(datetime(2018, 3, 2))
    with clock.at(moment):
        published = cohorts.publish(session, recruiter, found.id).published_at
        assert cohorts.publish(session, recruiter, found.id).published_at == published
