"""A certificate withdrawn takes with it the powers that rest on it: no power without its training evidence."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, unit_of_work
from portal.domain.attendance import completing
from portal.domain.attendance.models import Certificate
from portal.domain.audit.actions import Actor, record
from portal.domain.volunteers.models import PowerGrant, Volunteer
from portal.domain.volunteers.powers import CERTIFICATE_GONE, end


def withdraw_certificate(session: Session, actor: Actor, certificate_id: int, reason: str) -> Certificate:
    """Withdraws a certificate and, in the same unit of work, every power that rests on it.

    Raises NotFound or ReasonNeeded.
    """
    with unit_of_work(session):
        certificate = completing.withdraw(session, actor, certificate_id, reason)
        resting = select(PowerGrant).where(
            PowerGrant.certificate_id == certificate_id, PowerGrant.withdrawn_at.is_(None)
        )
        for given in session.scalars(holding(resting.order_by(PowerGrant.id))):
            end(given, CERTIFICATE_GONE, max(clock.today(), given.starts_on), actor.actor_id)
            application_id = session.scalar(select(Volunteer.application_id).where(Volunteer.id == given.volunteer_id))
            record(
                session, actor, "power.withdrawn", subject=("power_grant", given.id), application_id=application_id,
                reason=CERTIFICATE_GONE,
            )  # fmt: skip
        return certificate


def resting_on(session: Session, certificate_id: int) -> int:
    """How many powers would go with a certificate."""
    query = select(PowerGrant.id).filter_by(certificate_id=certificate_id, withdrawn_at=None)
    return len(session.scalars(query).all())
