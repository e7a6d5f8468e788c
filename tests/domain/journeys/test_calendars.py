"""Days of training in people's own calendars: a trainee's, a guest's, a trainer's; moved ones replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.models import Application
from portal.domain.attendance.models import CatchUp, CatchUpWay
from portal.domain.interviews.feeds import renew
from portal.domain.journeys import training_days
from portal.domain.journeys.calendars import feed_of
from portal.domain.refusals import NotFound
from portal.domain.training.models import Module, SessionTrainer, Trainee
from portal.domain.training.moving import plan_of, trainers_of
from tests.support.people import a_staff_member
from tests.support.trainees import trainees
from tests.support.training import COHORT_AT, a_cohort, a_trainer, sessions_of

NOW = COHORT_AT + timedelta(hours=1)


def person_of(session: Session, trainee: Trainee) -> Applicant:
    return session.get_one(Application, trainee.application_id).applicant


def test_a_trainee_has_the_days_of_their_cohort(session: Session) -> None:
    cohort = a_cohort(session, room="Room 4")
    trainee = trainees(session, cohort, 1)[0]
    days = sessions_of(session, cohort)
    token = renew(session, person_of(session, trainee))
    with clock.at(NOW):
        found = feed_of(session, token)
    assert [event.uid for event, _ in found] == [f"{day.uid}-{trainee.id}" for day in days]
    event, path = found[0]
    assert event.summary == "Foundation course: The role" and "Room 4" in event.location
    reference = session.get_one(Application, trainee.application_id).reference
    assert path == f"/applications/{reference}/training" and reference in event.description


def test_a_moved_day_replaces_the_old_one_and_a_lost_one_goes(session: Session) -> None:
    recruiter, cohort = a_staff_member(session, Role.RECRUITER), a_cohort(session)
    trainee = trainees(session, cohort, 1)[0]
    first, second = sessions_of(session, cohort)[:2]
    token = renew(session, person_of(session, trainee))
    with clock.at(NOW):
        plan = replace(plan_of(first, trainers_of(session, [first.id])[first.id]), day=date(2018, 4, 21))
        training_days.move_day(session, recruiter, first.id, plan, seen=1)
        training_days.call_off(session, recruiter, second.id, "weather")
        found = [event for event, _ in feed_of(session, token)]
    assert (found[0].uid, found[0].sequence) == (f"{first.uid}-{trainee.id}", 1)
    assert clock.london(found[0].starts).date() == date(2018, 4, 21)  # type: ignore[arg-type]
    assert second.uid not in {event.uid.rpartition("-")[0] for event in found} and len(found) == 9


def test_a_guest_has_the_day_they_come_to_and_their_time_alone(session: Session) -> None:
    host, home = a_cohort(session), a_cohort(session, days=2, first=date(2018, 9, 1))
    guest = trainees(session, home, 1)[0]
    day = sessions_of(session, host)[2]
    module = session.scalars(select(Module).where(Module.version_id == home.version_id).order_by(Module.id)).all()
    trainer = a_trainer(session)
    with unit_of_work(session):
        same = {"trainee_id": guest.id, "booked_at": NOW}
        session.add_all(
            [
                CatchUp(
                    module_id=module[0].id, module_code="m1", way=CatchUpWay.SESSION, session_id=day.id, **same
                ),
                CatchUp(
                    module_id=module[1].id, module_code="m2", way=CatchUpWay.ONE_TO_ONE, staff_id=trainer.id,
                    starts_at=day.ends_at, place="Front desk", **same,
                ),
            ]
        )  # fmt: skip
    token = renew(session, person_of(session, guest))
    with clock.at(NOW):
        found = [event for event, _ in feed_of(session, token)]
    assert len(found) == 4 and found[0].uid == f"{day.uid}-{guest.id}"
    assert (found[1].summary, found[1].location) == ("With a trainer: Subject 2", "Front desk")


def test_nothing_of_a_place_that_ended_or_is_not_confirmed(session: Session) -> None:
    cohort = a_cohort(session)
    trainee = trainees(session, cohort, 1, started=False)[0]
    token = renew(session, person_of(session, trainee))
    with unit_of_work(session):
        trainee.confirmed_at, trainee.confirm_by = None, NOW
    with clock.at(NOW):
        assert feed_of(session, token) == []


def test_a_trainer_has_what_they_teach_and_stand_in_for_and_nobodys_name(session: Session) -> None:
    trainer, other = a_trainer(session), a_trainer(session)
    own = a_cohort(session, days=2, trainers=[trainer])
    foreign = a_cohort(session, days=2, trainers=[other], first=date(2018, 5, 5))
    a_cohort(session, days=2, trainers=[trainer], first=date(2018, 6, 2), published=False)
    people = trainees(session, own, 3)
    with unit_of_work(session):
        session.add(
            SessionTrainer(
                session_id=sessions_of(session, foreign)[0].id, staff_id=trainer.id, substitute=True,
                added_by=own.created_by, added_at=NOW,
            )
        )  # fmt: skip
    token = renew(session, trainer)
    with clock.at(NOW):
        found = feed_of(session, token)
    expected = [*sessions_of(session, own), sessions_of(session, foreign)[0]]
    assert [event.uid for event, _ in found] == [f"{day.uid}-{trainer.id}" for day in expected]
    assert found[0][1] == f"/staff/cohorts/{own.id}/register?session={expected[0].id}"
    told = " ".join(f"{event.summary} {event.description} {event.location}" for event, _ in found)
    for each in people:
        application = session.get_one(Application, each.application_id)
        assert application.family_name not in told and application.reference not in told


def test_an_address_that_shows_nothing(session: Session) -> None:
    with pytest.raises(NotFound):
        feed_of(session, "no-such-token")
