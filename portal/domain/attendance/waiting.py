"""What of catch-ups waits for a trainer: since when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, not_, or_, select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.models import CatchUp, CatchUpWay
from portal.domain.training.models import Cohort, Trainee, TrainingSession
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
        select(since.label("since"))
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .join(Application, Application.id == Trainee.application_id)
        .outerjoin(TrainingSession, TrainingSession.id == CatchUp.session_id)
        .where(CatchUp.ended_at.is_(None), Trainee.ended_at.is_(None))
        .where(or_(asked, been, written, TrainingSession.ends_at <= now), not_(kept_from(viewer.id)))
        .where(Trainee.cohort_id.in_(in_reach(select(Cohort.id), viewer, Permission.KEEP_REGISTER)))
        .order_by(since)
    )
    return query
