"""What people with an accepted offer say of a cohort's days, before they have a place."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value
from portal.domain.training.enrolling import must_be_theirs
from portal.domain.training.models import Availability, Cohort, Course, CourseVersion, TrainingSession
from portal.domain.training.places import WAIT, open_cohort
from portal.domain.training.rules import NotAccepted
from portal.domain.training.waiting_list import own_or_handled


def courses_to_come(session: Session, application: Application) -> list[Cohort]:
    """Published cohorts of the application's scheme that have not begun, the next first, with their days and venues.

    Three statements.
    """
    begins = (
        select(func.min(TrainingSession.starts_at))
        .where(TrainingSession.cohort_id == Cohort.id, TrainingSession.cancelled_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(Cohort)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.scheme_id == application.campaign.scheme_id, Cohort.cancelled_at.is_(None))
        .where(Cohort.published_at <= clock.now(), begins > clock.now())
        .order_by(begins, Cohort.id)
    )
    whole = (
        joinedload(Cohort.course).joinedload(CourseVersion.course),
        selectinload(Cohort.sessions).joinedload(TrainingSession.venue),
    )
    return list(session.scalars(query.options(*whole)))


def stated(session: Session, application_id: int) -> dict[int, Availability]:
    """What an application's applicant has said, by cohort."""
    query = select(Availability).where(Availability.application_id == application_id)
    return {row.cohort_id: row for row in session.scalars(query)}


def may_miss(session: Session) -> int:
    """How many weekends somebody may miss and make up later."""
    return setting_value(session, "weekends_may_miss", clock.today())


def state(
    session: Session, actor: Actor, application_id: int, cohort_id: int, *, suits: bool, misses: Collection[int] = ()
) -> Availability:
    """Keeps which days they cannot come to, or that the cohort does not suit them at all. The same again changes
    nothing. Raises NotFound, CohortNotOpen, NotAccepted or NotThisCourse."""
    with unit_of_work(session):
        cohort = open_cohort(session, cohort_id)
        application = own_or_handled(session, actor, application_id)
        if application.state not in WAIT:
            raise NotAccepted()
        must_be_theirs(cohort, application)
        days = {day.id for day in cohort.sessions if day.cancelled_at is None}
        if not set(misses) <= days:
            raise NotFound()
        wanted = sorted(set(misses)) if suits else []
        row = session.get(Availability, (application_id, cohort_id), populate_existing=True)
        if row is not None and (row.suits, row.misses) == (suits, wanted):
            return row
        if row is None:
            row = Availability(application_id=application_id, cohort_id=cohort_id)
            session.add(row)
        row.suits, row.misses, row.stated_at = suits, wanted, clock.now()
        record(
            session, actor, "trainee.availability", subject=("cohort", cohort_id), application_id=application_id,
            suits=suits, misses=len(wanted),
        )  # fmt: skip
        session.flush()
        return row
