"""The day on which somebody's course was complete, which is seldom the day on which the certificate is issued."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.attendance.coverage import COVERED, DayState, Held, Standing
from portal.domain.attendance.models import Assessment, CatchUp, CatchUpEnd, Result
from portal.domain.training.models import CourseVersion, Module, Trainee, TrainingSession


def completed_day(session: Session, trainee: Trainee, standing: Standing, course_id: int) -> date:
    """The day of the last thing it took: a day of the course, something made good or signed off, an assessment. Of
    somebody who may complete. Two statements."""
    needed = _needed(standing)
    assessed = {module.of.code for module in standing.modules if module.of.assessed}
    found = [
        *(clock.london(held.starts_at).date() for held in _over(standing)),
        *_made_good(session, trainee.application_id, course_id, needed),
        *_passed(session, trainee.application_id, course_id, assessed),
    ]
    return min(max(found, default=clock.today()), clock.today())


def _over(standing: Standing) -> list[Held]:
    """Days of the cohort that have been: while one is to come the course is not complete, unless it was made good."""
    return [day.session for day in standing.days if day.session is not None and day.session.ends_at <= standing.at]


def _needed(standing: Standing) -> set[str]:
    """Mandatory modules; where days are short without what was made good, every module."""
    whole = sum(day.state is DayState.ATTENDED for day in standing.days) >= standing.least_days
    covered = [module.of for module in standing.modules if module.done in COVERED]
    return {each.code for each in covered if each.mandatory or not whole}


def _made_good(session: Session, application_id: int, course_id: int, codes: Collection[str]) -> Iterator[date]:
    """When each was: as a guest the day of that session, else when a trainer signed it off."""
    at = func.coalesce(TrainingSession.starts_at, CatchUp.ended_at)
    came = and_(CatchUp.ended_at.is_(None), TrainingSession.starts_at <= clock.now())
    query = (
        select(CatchUp.module_code, func.min(at).label("at"))
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .join(Module, Module.id == CatchUp.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .outerjoin(TrainingSession, TrainingSession.id == CatchUp.session_id)
        .where(Trainee.application_id == application_id, CourseVersion.course_id == course_id)
        .where(CatchUp.module_code.in_(codes), or_(CatchUp.ended_as == CatchUpEnd.SIGNED_OFF, came))
        .group_by(CatchUp.module_code)
    )
    for row in session.execute(query):
        yield clock.london(row.at).date()


def _passed(session: Session, application_id: int, course_id: int, codes: Collection[str]) -> Iterator[date]:
    query = (
        select(func.min(Assessment.assessed_on))
        .join(Trainee, Trainee.id == Assessment.trainee_id)
        .join(Module, Module.id == Assessment.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .where(Trainee.application_id == application_id, CourseVersion.course_id == course_id)
        .where(Assessment.module_code.in_(codes), Assessment.result == Result.PASSED)
        .where(Assessment.taken_back_at.is_(None))
        .group_by(Assessment.module_code)
    )
    yield from session.scalars(query)
