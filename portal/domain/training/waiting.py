"""What about places in cohorts waits for a planner: since when, and whether it is one's own to see to or nobody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.requirements import open_requirement
from portal.domain.training.models import Course, Trainee, TrainingSession

AnySelect = Select[*tuple[Any, ...]]
P = Permission.PLAN_COHORTS
SOON = timedelta(days=14)  # before the first day: from then on whoever may begin should


def _own(viewer: StaffViewer) -> ColumnElement[int]:
    mine = or_(Application.owner_id.is_(None), Application.owner_id == viewer.id)
    return case((mine, 1), else_=0).label("own")


def to_enrol(viewer: StaffViewer) -> AnySelect:
    """People who have accepted a place on a course, and have none in a cohort yet; of roles that have a course."""
    placed = exists().where(Trainee.application_id == Application.id, Trainee.ended_at.is_(None))
    taught = exists().where(Course.scheme_id == Campaign.scheme_id, Course.archived_at.is_(None))
    query = (
        select(Offer.answered_at.label("since"), _own(viewer))
        .join(Application, Application.id == Offer.application_id)
        .join(Campaign, Campaign.id == Offer.campaign_id)
        .where(Offer.answer == OfferAnswer.ACCEPTED, Offer.freed_at.is_(None), Application.state == State.ACCEPTED)
        .where(~placed, taught, or_(Application.paused_until.is_(None), Application.paused_until < clock.today()))
        .order_by(Offer.answered_at)
    )
    return in_scope(query, viewer, P)


def to_begin(viewer: StaffViewer) -> AnySelect:
    """People whose course begins soon or has begun, who could begin training, and for whom nobody has begun it."""
    begins = (
        select(func.min(TrainingSession.starts_at))
        .where(TrainingSession.cohort_id == Trainee.cohort_id, TrainingSession.cancelled_at.is_(None))
        .scalar_subquery()
    )
    open_still = exists().where(Requirement.application_id == Application.id, open_requirement())
    query = (
        select(Trainee.confirmed_at.label("since"), _own(viewer))
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None), Trainee.started_at.is_(None))
        .where(Application.state == State.ACCEPTED, begins <= clock.now() + SOON, ~open_still)
        .order_by(Trainee.confirmed_at)
    )
    return in_scope(query, viewer, P)
