"""What waits for trainers and for whoever issues certificates: registers, catch-ups, courses that are over.

Each query gives since when a piece of work waits, its cohort as `place`, and what it is about as `thing`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, in_scope, kept_from
from portal.domain.attendance.models import CatchUp, CatchUpWay, Mark, Presence
from portal.domain.training.models import Cohort, SessionTrainer, Trainee, TrainingSession
from portal.domain.training.seeing import in_reach

AnySelect = Select[*tuple[Any, ...]]
W = CatchUpWay


def to_see_to(viewer: StaffViewer) -> AnySelect:
    """A time alone nobody took on, work handed in or late, and what has been and is not signed off, in the cohorts
    the viewer teaches."""
    now = clock.now()
    asked = and_(CatchUp.way == W.ONE_TO_ONE, CatchUp.staff_id.is_(None))
    been = and_(CatchUp.way == W.ONE_TO_ONE, CatchUp.starts_at <= now)
    written = and_(CatchUp.way == W.WRITTEN, or_(CatchUp.handed_in_at.is_not(None), CatchUp.due_on < clock.today()))
    since = func.coalesce(CatchUp.handed_in_at, CatchUp.booked_at)
    query: AnySelect = (
        select(since.label("since"), Trainee.id.label("thing"), Trainee.cohort_id.label("place"))
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .join(Application, Application.id == Trainee.application_id)
        .outerjoin(TrainingSession, TrainingSession.id == CatchUp.session_id)
        .where(CatchUp.ended_at.is_(None), Trainee.ended_at.is_(None))
        .where(or_(asked, been, written, TrainingSession.ends_at <= now), not_(kept_from(viewer.id)))
        .where(Trainee.cohort_id.in_(in_reach(select(Cohort.id), viewer, Permission.KEEP_REGISTER)))
        .order_by(since)
    )
    return query


def registers_today(viewer: StaffViewer) -> AnySelect:
    """Today's sessions that the viewer teaches, a substitute too, until everybody is marked."""
    today = clock.today()
    return _registers(viewer).where(
        TrainingSession.starts_at >= clock.start_of(today), TrainingSession.starts_at < clock.end_of(today)
    )


def registers_with_gaps(viewer: StaffViewer) -> AnySelect:
    """Sessions of the viewer's, before today, on whose register somebody is not marked."""
    return _registers(viewer).where(TrainingSession.starts_at < clock.start_of(clock.today()))


def _registers(viewer: StaffViewer) -> AnySelect:
    mine = exists().where(SessionTrainer.session_id == TrainingSession.id, SessionTrainer.staff_id == viewer.id)
    return (
        select(
            TrainingSession.starts_at.label("since"),
            TrainingSession.id.label("thing"),
            TrainingSession.cohort_id.label("place"),
        )
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .where(Cohort.published_at.is_not(None), TrainingSession.cancelled_at.is_(None), mine, _unmarked(viewer))
        .order_by(TrainingSession.starts_at)
    )


def _unmarked(viewer: StaffViewer) -> ColumnElement[bool]:
    """Whether somebody in training, who had a place when the session began, has no mark of it."""
    marked = (
        exists()
        .where(Mark.session_id == TrainingSession.id, Mark.trainee_id == Trainee.id)
        .where(Mark.presence != Presence.UNMARKED)
        .correlate(TrainingSession, Trainee)
    )
    return (
        select(Trainee.id)
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.cohort_id == TrainingSession.cohort_id, Trainee.ended_at.is_(None))
        .where(Trainee.started_at.is_not(None), Trainee.confirmed_at <= TrainingSession.starts_at)
        .where(~marked, not_(kept_from(viewer.id)))
        .correlate(TrainingSession)
        .exists()
    )


def to_complete(viewer: StaffViewer) -> AnySelect:
    """Since when the course of somebody in training is over, for those who hold no certificate of it."""
    over = (
        select(func.max(TrainingSession.ends_at))
        .where(TrainingSession.cohort_id == Trainee.cohort_id, TrainingSession.cancelled_at.is_(None))
        .scalar_subquery()
    )
    theirs = Trainee.cohort_id.in_(in_reach(select(Cohort.id), viewer, Permission.COMPLETE_TRAINING))
    query: AnySelect = (
        select(over.label("since"), case((theirs, Trainee.cohort_id)).label("place"))
        .select_from(Trainee)
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.started_at.is_not(None), Trainee.completed_at.is_(None), Trainee.ended_at.is_(None))
        .where(over <= clock.now())
        .order_by(over)
    )
    return in_scope(query, viewer, Permission.COMPLETE_TRAINING)
