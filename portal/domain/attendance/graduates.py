"""A cohort at its end: who has met every rule, who lacks what, who holds a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, not_, or_, select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.completing import MAY_COMPLETE
from portal.domain.attendance.coverage import Standing
from portal.domain.attendance.models import Certificate
from portal.domain.attendance.standing import standings
from portal.domain.refusals import NotFound
from portal.domain.training.models import Trainee


@dataclass(frozen=True)
class Graduate:
    """One trainee. `ready`: every rule is met, and no certificate issued yet."""

    trainee_id: int
    reference: str
    name: str
    state: State
    started: bool
    standing: Standing
    certificate_id: int | None
    completed_on: date | None
    code: str

    @property
    def ready(self) -> bool:
        return (
            self.certificate_id is None and self.started and self.state in MAY_COMPLETE and self.standing.may_complete
        )


def graduates(session: Session, viewer: StaffViewer, cohort_id: int) -> list[Graduate]:
    """Everybody with a place or a certificate in a cohort, but for those the viewer is kept from: the ready first, then
    by what is missing.

    That the cohort is in reach, the caller has asked. A fixed number of statements.
    """
    live = (Certificate.trainee_id == Trainee.id) & Certificate.withdrawn_at.is_(None)
    query = (
        select(Trainee, Application, Certificate)
        .join(Application, Application.id == Trainee.application_id)
        .outerjoin(Certificate, live)
        .where(Trainee.cohort_id == cohort_id, not_(kept_from(viewer.id)))
        .where(or_(Trainee.ended_at.is_(None), Certificate.id.is_not(None)))
        .order_by(func.lower(Application.family_name), func.lower(Application.given_name), Trainee.id)
    )
    rows = session.execute(query).all()
    stand = standings(session, [trainee.id for trainee, _, _ in rows])
    found = [
        Graduate(
            trainee_id=trainee.id,
            reference=application.reference,
            name=f"{application.given_name} {application.family_name}".strip(),
            state=application.state,
            started=trainee.started_at is not None,
            standing=stand[trainee.id],
            certificate_id=certificate.id if certificate else None,
            completed_on=certificate.completed_on if certificate else None,
            code=certificate.code if certificate else "",
        )
        for trainee, application, certificate in rows
    ]
    return sorted(found, key=lambda each: (not each.ready, each.certificate_id is not None, len(each.standing.missing)))


def graduate(session: Session, viewer: StaffViewer, cohort_id: int, *, certificate_id: int) -> Graduate:
    """Whose certificate it is, among those of this cohort. Raises NotFound."""
    found = graduates(session, viewer, cohort_id)
    one = next((each for each in found if each.certificate_id == certificate_id), None)
    if one is None:
        raise NotFound()
    return one
