"""What about places in cohorts waits for a planner: since when, whether it is one's own to see to or nobody's, and in
which cohort it is done where that is one they may change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign, District
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.requirements import open_requirement
from portal.domain.training.models import Cohort, Course, CourseVersion, Trainee, TrainingSession
from portal.domain.training.seeing import in_reach

AnySelect = Select[*tuple[Any, ...]]
P = Permission.PLAN_COHORTS
SOON = timedelta(days=14)  # before the first day: from then on whoever may begin should


def _own(viewer: StaffViewer) -> ColumnElement[int]:
    mine = or_(Application.owner_id.is_(None), Application.owner_id == viewer.id)
    return case((mine, 1), else_=0).label("own")


def to_enrol(viewer: StaffViewer) -> AnySelect:
    """People who have accepted a place on a course, and have none in a cohort yet; of roles that have a course."""
    fits = _takes_people(viewer).where(_would_take()).correlate(Application, Campaign)
    only = fits.with_only_columns(case((func.count() == 1, func.min(Cohort.id)))).scalar_subquery()
    query = select(Offer.answered_at.label("since"), _own(viewer), only.label("place")).select_from(Offer)
    return _without_a_place(query, viewer).order_by(Offer.answered_at)


def cohorts_to_fill(viewer: StaffViewer) -> AnySelect:
    """The ids of cohorts that still take people, and that somebody without a place could be enrolled in."""
    somebody = _without_a_place(select(Offer.id), viewer).where(_would_take()).correlate(Cohort, Course)
    return _takes_people(viewer).where(somebody.exists())


def _without_a_place(query: AnySelect, viewer: StaffViewer) -> AnySelect:
    placed = exists().where(Trainee.application_id == Application.id, Trainee.ended_at.is_(None))
    course = select(Course.id).where(Course.scheme_id == Campaign.scheme_id, Course.archived_at.is_(None))
    taught = exists(course.correlate(Campaign))
    query = (
        query.join(Application, Application.id == Offer.application_id)
        .join(Campaign, Campaign.id == Offer.campaign_id)
        .where(Offer.answer == OfferAnswer.ACCEPTED, Offer.freed_at.is_(None), Application.state == State.ACCEPTED)
        .where(~placed, taught, or_(Application.paused_until.is_(None), Application.paused_until < clock.today()))
    )
    return in_scope(query, viewer, P)


def _takes_people(viewer: StaffViewer) -> AnySelect:
    """Published cohorts the viewer may fill, with a place left and a day to come."""
    held = select(func.count(Trainee.id)).where(Trainee.cohort_id == Cohort.id, Trainee.ended_at.is_(None))
    comes = exists().where(
        TrainingSession.cohort_id == Cohort.id,
        TrainingSession.cancelled_at.is_(None),
        TrainingSession.starts_at > clock.now(),
    )
    query: AnySelect = (
        select(Cohort.id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Cohort.published_at.is_not(None), Cohort.cancelled_at.is_(None), comes)
        .where(Cohort.capacity > held.correlate(Cohort).scalar_subquery())
    )
    return in_reach(query, viewer, P)


def _would_take() -> ColumnElement[bool]:
    """Whether a cohort is for this application: of the course's scheme, and of the cohort's division if it has one."""
    near = exists(
        select(District.id)
        .where(District.id == Application.district_id, District.division_id == Cohort.division_id)
        .correlate(Application, Cohort)
    )
    return and_(Course.scheme_id == Campaign.scheme_id, or_(Cohort.division_id.is_(None), near))


def to_begin(viewer: StaffViewer) -> AnySelect:
    """People whose course begins soon or has begun, who could begin training, and for whom nobody has begun it."""
    begins = (
        select(func.min(TrainingSession.starts_at))
        .where(TrainingSession.cohort_id == Trainee.cohort_id, TrainingSession.cancelled_at.is_(None))
        .scalar_subquery()
    )
    open_still = exists().where(Requirement.application_id == Application.id, open_requirement())
    theirs = Trainee.cohort_id.in_(in_reach(select(Cohort.id), viewer, P))
    query = (
        select(Trainee.confirmed_at.label("since"), _own(viewer), case((theirs, Trainee.cohort_id)).label("place"))
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None), Trainee.started_at.is_(None))
        .where(Application.state == State.ACCEPTED, begins <= clock.now() + SOON, ~open_still)
        .order_by(Trainee.confirmed_at)
    )
    return in_scope(query, viewer, P)
