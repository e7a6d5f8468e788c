"""Courses and cohorts for tests: a cohort planned from a shipped course and published, with its trainers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.campaigns.actions import seed_catalogue
from portal.domain.campaigns.models import Campaign, Scheme
from portal.domain.training import cohorts
from portal.domain.training.models import Cohort, Course, CourseVersion, Pattern, TrainingSession
from portal.domain.training.planning import CohortPlan, plan_cohort
from portal.domain.training.shipped import CourseRow, DayRow, ModuleRow
from portal.domain.training.standard import add_course, seed_courses
from tests.support.interviews import a_venue
from tests.support.people import a_staff_member

_numbers = count(1)
COHORT_AT = clock.from_london(datetime(2018, 3, 1, 10))  # when tests' cohorts are planned and published
FIRST = date(2018, 4, 28)  # the pilot's first Saturday


def a_trainer(session: Session) -> StaffMember:
    return a_staff_member(session, Role.TRAINER)


def the_course(session: Session, slug: str = "cpv-foundation") -> CourseVersion:
    """The newest version of a shipped course."""
    seed_catalogue(session)
    seed_courses(session)
    query = select(CourseVersion).join(Course).where(Course.slug == slug).order_by(CourseVersion.number.desc())
    return session.scalars(query.limit(1)).one()


def a_course(
    session: Session,
    days: int = 2,
    *,
    pattern: Pattern = Pattern.WEEKENDS,
    every_weeks: int = 2,
    least_days: int | None = None,
    starts: int = 9 * 60,
    ends: int = 17 * 60,
    modules: Sequence[ModuleRow] | None = None,
    **changes: Any,
) -> CourseVersion:
    """A small published course of its own: one mandatory module a day, `m1`, `m2` …, unless `modules` gives them,
    one a day."""
    seed_catalogue(session)
    number = next(_numbers)
    each = modules or [ModuleRow(f"m{day}", f"Subject {day}", min(120, ends - starts)) for day in range(1, days + 1)]
    rows = tuple(
        DayRow((place + 1) // 2 if pattern is Pattern.WEEKENDS else place, f"Day {place}", starts, ends, (module,))
        for place, module in enumerate(each, 1)
    )
    row = CourseRow(
        f"course-{number}", f"Course {number}", "", pattern, len(rows) if least_days is None else least_days, rows,
        **changes,
    )  # fmt: skip
    scheme_id = session.scalar(select(Scheme.id).where(Scheme.slug == row.scheme))
    with unit_of_work(session):
        return add_course(session, row, scheme_id, every_weeks=every_weeks)


def a_cohort(
    session: Session,
    *,
    trainers: Sequence[StaffMember] = (),
    days: int | None = None,
    course: CourseVersion | None = None,
    campaign: Campaign | None = None,
    capacity: int = 24,
    first: date = FIRST,
    published: bool = True,
    planner: StaffMember | None = None,
    at: datetime = COHORT_AT,
    **changes: Any,
) -> Cohort:
    """A published cohort at a venue of its own. `days`: of a small course of so many days; none: the pilot's ten of
    the foundation course. `changes` are CohortPlan's."""
    version = course or (the_course(session) if days is None else a_course(session, days))
    recruiter = planner or a_staff_member(session, Role.RECRUITER)
    number = next(_numbers)
    given: dict[str, Any] = {
        "version_id": version.id, "campaign_id": campaign.id if campaign else None, "division_id": None,
        "name": f"Cohort {number}", "capacity": capacity, "first": first, "room": "Room 1",
        "trainer_ids": tuple(trainer.id for trainer in trainers),
    }  # fmt: skip
    if "venue_id" not in changes:
        given["venue_id"] = a_venue(session).id
    with clock.at(at):
        made = plan_cohort(session, recruiter, CohortPlan(**(given | changes)))
        return cohorts.publish(session, recruiter, made.id) if published else made


def sessions_of(session: Session, cohort: Cohort) -> list[TrainingSession]:
    """Every session of the cohort, in time's order."""
    query = select(TrainingSession).where(TrainingSession.cohort_id == cohort.id)
    return list(session.scalars(query.order_by(TrainingSession.starts_at, TrainingSession.id)))
