"""What waits for whoever appoints and gives powers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Requirement, RequirementState, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.attendance.models import Certificate
from portal.domain.campaigns.models import RequirementKind
from portal.domain.training.models import Trainee
from portal.domain.volunteers.models import PowerGrant, Volunteer
from portal.domain.volunteers.powers import in_force_on
from portal.domain.volunteers.queries import in_reach

AnySelect = Select[*tuple[Any, ...]]


def to_appoint(viewer: StaffViewer) -> AnySelect:
    """Since when somebody holds a certificate and is not appointed yet."""
    query: AnySelect = (
        select(Certificate.issued_at.label("since"))
        .join(Trainee, Trainee.id == Certificate.trainee_id)
        .join(Application, Application.id == Trainee.application_id)
        .where(Certificate.withdrawn_at.is_(None), Application.state == State.TRAINING)
        .order_by(Certificate.issued_at)
    )
    return in_scope(query, viewer, Permission.APPOINT)


def powers_in_doubt(viewer: StaffViewer) -> AnySelect:
    """Powers in force today whose holder's vetting stands no longer, by when each was given."""
    today = clock.today()
    vetting = and_(Requirement.application_id == Application.id, Requirement.kind == RequirementKind.VETTING)
    fails = or_(Requirement.id.is_(None), Requirement.state != RequirementState.MET, Requirement.expires_on < today)
    query: AnySelect = (
        select(PowerGrant.granted_at.label("since"), Volunteer.number.label("thing"))
        .join(Volunteer, Volunteer.id == PowerGrant.volunteer_id)
        .join(Application, Application.id == Volunteer.application_id)
        .outerjoin(Requirement, vetting)
        .where(in_force_on(today), Volunteer.ended_on.is_(None), fails)
        .order_by(PowerGrant.granted_at)
    )
    return in_reach(query, viewer, Permission.GRANT_POWERS)
