"""What is held of somebody's certificates, agreement, appointment and powers, for them to take away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.attendance.models import Certificate
from portal.domain.training.models import Trainee
from portal.domain.volunteers.checklist import STEP_NAMES
from portal.domain.volunteers.models import Agreement, AgreementAccepted, Power, PowerGrant, Volunteer
from portal.domain.volunteers.steps import steps_done
from portal.services.crypto import KeyRing


def held_of(session: Session, keys: KeyRing, application_id: int) -> Iterator[tuple[str, str]]:
    """What each is, and when. Five statements."""
    certificates = select(Certificate).join(Trainee, Trainee.id == Certificate.trainee_id)
    for row in session.scalars(certificates.where(Trainee.application_id == application_id).order_by(Certificate.id)):
        gone = ", withdrawn" if row.withdrawn_at else ""
        yield f"Certificate {row.code} of {row.facts['course']}{gone}", row.completed_on.isoformat()
    accepted = select(AgreementAccepted.accepted_at, Agreement.number).join(Agreement)
    for at, number in session.execute(accepted.where(AgreementAccepted.application_id == application_id)):
        yield f"Volunteer agreement, version {number}, accepted", _day(at)
    for step in steps_done(session, keys, application_id):
        words = f", number {step.number}" if step.number else ""
        yield f"{STEP_NAMES[step.kind]}{words}", step.done_on.isoformat()
    volunteer = session.scalars(select(Volunteer).filter_by(application_id=application_id)).one_or_none()
    if volunteer is None:
        return
    yield f"Appointed: volunteer {volunteer.number}", volunteer.appointed_on.isoformat()
    given = select(PowerGrant, Power.title).join(Power).where(PowerGrant.volunteer_id == volunteer.id)
    for power, title in session.execute(given.order_by(PowerGrant.id)):
        yield f"Power: {title}, {_until(power.withdrawn_on or power.ends_on)}", power.starts_on.isoformat()


def _until(day: date | None) -> str:
    return f"until {day.isoformat()}" if day else "with no end"


def _day(moment: datetime) -> str:
    return clock.london(moment).date().isoformat()
