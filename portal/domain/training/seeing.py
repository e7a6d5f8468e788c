"""The cohorts a member of staff may open: planners those of their divisions, trainers those they teach.

A substitute reaches the register of the one session they were asked to, and nothing else of the cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.models import Division
from portal.domain.refusals import NotFound
from portal.domain.training.models import Cohort, CourseDay, CourseVersion, SessionTrainer, TrainingSession

P = Permission
TEACHING = frozenset({P.KEEP_REGISTER, P.SEE_EMERGENCY})  # what a trainer may do, in their own cohorts
Reading = TypeVar("Reading", bound=Select[Any])


def teaches(staff_id: int) -> ColumnElement[bool]:
    """Published cohorts with a session, not called off, that this member of staff teaches; not as a substitute."""
    taught = exists().where(
        TrainingSession.cohort_id == Cohort.id,
        TrainingSession.cancelled_at.is_(None),
        SessionTrainer.session_id == TrainingSession.id,
        SessionTrainer.staff_id == staff_id,
        SessionTrainer.substitute.is_(False),
    )
    return Cohort.published_at.is_not(None) & taught


def _planned(scope: Scope, *, strictly: bool) -> ColumnElement[bool]:
    """Cohorts of these divisions. The whole force's are theirs to look at; `strictly`: to change, only the force's."""
    if scope.force:
        return true()
    if not scope:
        return false()
    theirs = Cohort.division_id.in_(scope.divisions)
    return theirs if strictly else theirs | Cohort.division_id.is_(None)


def in_reach(query: Reading, viewer: StaffViewer, permission: Permission) -> Reading:
    """Of a query on cohorts, those this permission of the viewer's reaches.

    Source: trainers see their own cohorts, recruiters those of their divisions (docs/roles.md).
    """
    own = teaches(viewer.id) if viewer.scope(P.KEEP_REGISTER) else false()
    if permission in TEACHING:
        return query.where(own if viewer.scope(permission) else false())
    if permission is P.SEE_COHORTS:
        return query.where(or_(_planned(viewer.scope(P.PLAN_COHORTS), strictly=False), own))
    return query.where(_planned(viewer.scope(permission), strictly=permission is P.PLAN_COHORTS))


def cohort(session: Session, viewer: StaffViewer, cohort_id: int, permission: Permission = P.SEE_COHORTS) -> Cohort:
    """A cohort with its course, its template's days and modules, and its sessions with their venues, in time's order.

    Raises NotFound for one that this permission of the viewer's does not reach.
    """
    query = in_reach(select(Cohort).where(Cohort.id == cohort_id), viewer, permission)
    whole = (
        joinedload(Cohort.course).joinedload(CourseVersion.course),
        joinedload(Cohort.course).selectinload(CourseVersion.days).selectinload(CourseDay.modules),
        selectinload(Cohort.sessions).joinedload(TrainingSession.venue),
    )
    found = session.scalars(query.options(*whole)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def register_session(session: Session, viewer: StaffViewer, session_id: int) -> TrainingSession:
    """A session, with its cohort and venue, whose register the viewer keeps: of a cohort they teach, or as its
    substitute. Raises NotFound for any other, and for one called off."""
    stands_in = exists().where(
        SessionTrainer.session_id == TrainingSession.id,
        SessionTrainer.staff_id == viewer.id,
        SessionTrainer.substitute.is_(True),
    )
    query = select(TrainingSession).join(Cohort, Cohort.id == TrainingSession.cohort_id)
    query = query.where(
        TrainingSession.id == session_id,
        TrainingSession.cancelled_at.is_(None),
        Cohort.published_at.is_not(None),
        or_(teaches(viewer.id), stands_in) if viewer.scope(P.KEEP_REGISTER) else false(),
    )
    whole = (joinedload(TrainingSession.cohort), joinedload(TrainingSession.venue))
    found = session.scalars(query.options(*whole)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def may_plan(viewer: StaffViewer, found: Cohort) -> bool:
    """Whether the viewer may change this cohort, which they may open."""
    scope = viewer.scope(P.PLAN_COHORTS)
    return scope.force or found.division_id in scope.divisions


def divisions_to_plan(session: Session, viewer: StaffViewer) -> Sequence[Division]:
    """The divisions the viewer may plan cohorts for, by name."""
    scope = viewer.scope(P.PLAN_COHORTS)
    query = select(Division).order_by(Division.name)
    if not scope.force:
        query = query.where(Division.id.in_(scope.divisions))
    return session.scalars(query).all()
