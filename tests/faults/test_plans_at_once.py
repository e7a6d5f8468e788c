"""Many planners want the same room and the same trainer for the same days at one moment: one has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.models import Cohort, TrainingSession
from portal.domain.training.moving import change_day, plan_of
from portal.domain.training.planning import CohortPlan, plan_cohort
from portal.extensions import db
from tests.support.crowd import together
from tests.support.interviews import a_venue
from tests.support.people import a_staff_member
from tests.support.training import COHORT_AT, FIRST, a_cohort, a_trainer, sessions_of, the_course

pytestmark = pytest.mark.faults
PLANNERS = 12


@pytest.mark.parametrize("what", ["room", "trainer"])
def test_one_plan_of_many_has_it(app: Flask, session: Session, what: str) -> None:
    recruiter, venues = a_staff_member(session, Role.RECRUITER).id, [a_venue(session).id for _ in range(PLANNERS)]
    version, trainer = the_course(session).id, a_trainer(session).id
    session.rollback()

    def act(number: int) -> bool:
        mine = {"venue_id": venues[0], "room": "Hall"} if what == "room" else {"venue_id": venues[number]}
        plan = CohortPlan(
            version_id=version, campaign_id=None, division_id=None, name=f"Cohort {number}", capacity=12, first=FIRST,
            trainer_ids=(trainer,) if what == "trainer" else (), **mine,  # type: ignore[arg-type]
        )  # fmt: skip
        with app.app_context(), clock.at(COHORT_AT):
            try:
                plan_cohort(db.session(), db.session().get_one(StaffMember, recruiter), plan)
                return True
            except DoubleBooked:
                return False

    assert together(PLANNERS, act).count(True) == 1
    session.rollback()
    assert len(session.scalars(select(Cohort.id)).all()) == 1
    assert len(session.scalars(select(TrainingSession.id)).all()) == 10


def test_days_of_many_cohorts_moved_to_one_room_and_day(app: Flask, session: Session) -> None:
    recruiter, venue = a_staff_member(session, Role.RECRUITER).id, a_venue(session).id
    days = [sessions_of(session, a_cohort(session, days=2))[0].id for _ in range(PLANNERS)]
    session.rollback()

    def act(number: int) -> bool:
        with app.app_context(), clock.at(COHORT_AT):
            found = db.session().get_one(TrainingSession, days[number])
            wish = replace(plan_of(found, ()), day=date(2018, 5, 20), venue_id=venue, room="Hall")
            try:
                change_day(db.session(), db.session().get_one(StaffMember, recruiter), found.id, wish, seen=1)
                return True
            except DoubleBooked:
                return False

    assert together(PLANNERS, act).count(True) == 1
    session.rollback()
    there = session.scalars(select(TrainingSession.id).where(TrainingSession.venue_id == venue)).all()
    assert len(there) == 1
