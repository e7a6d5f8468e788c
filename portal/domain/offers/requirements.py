"""What a conditional offer still depends on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Requirement, RequirementState
from portal.domain.campaigns.models import RequirementKind, Stage

# A place on a course depends on what is due by its first day; what is due at appointment comes after the course.
BY_TRAINING = (Stage.SUBMISSION, Stage.INTERVIEW, Stage.OFFER, Stage.TRAINING)


def open_requirement() -> ColumnElement[bool]:
    """Due by the first training day and not met, or met once and run out since."""
    run_out = Requirement.expires_on < clock.today()
    return Requirement.due.in_(BY_TRAINING) & or_(Requirement.state != RequirementState.MET, run_out)


def outstanding(session: Session, application_id: int) -> list[RequirementKind]:
    """What an application's place still depends on, in the order it is asked for. One statement."""
    query = select(Requirement.kind).where(Requirement.application_id == application_id, open_requirement())
    return list(session.scalars(query.order_by(Requirement.id)))


def due_later(session: Session, application_id: int) -> list[RequirementKind]:
    """What is not met yet and is due only before appointment. One statement."""
    query = select(Requirement.kind).where(
        Requirement.application_id == application_id,
        Requirement.due == Stage.APPOINTMENT,
        Requirement.state != RequirementState.MET,
    )
    return list(session.scalars(query.order_by(Requirement.id)))
