"""Who sees to which check: by kind a permission, by check a person who took it on."""

from __future__ import annotations

from sqlalchemy import not_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import District, RequirementKind
from portal.domain.clearances.steps import Code, held, step
from portal.domain.refusals import Conflict, Refusal

K, P = RequirementKind, Permission
SEES_TO: dict[RequirementKind, Permission] = {
    K.MEDICAL: P.SEE_MEDICAL_DOCUMENTS,
    K.FITNESS: P.SEE_FITNESS_DOCUMENTS,
    K.REFERENCES: P.RUN_CHECKS,
    K.IDENTITY: P.RUN_CHECKS,
    K.OCCUPATION: P.RUN_CHECKS,
    K.VETTING: P.RUN_VETTING,
    K.GUARDIAN: P.RUN_CHECKS,
}
TEAMS: dict[RequirementKind, str] = {
    K.MEDICAL: "Medical team",
    K.FITNESS: "Medical team",
    K.VETTING: "Vetting team",
}
RECRUITMENT = "Recruitment team"


class OwnerChanged(Conflict):
    title = "Somebody took it on while you had this open"


class NotTheirs(Refusal):
    def __init__(self) -> None:
        super().__init__("Choose somebody who sees to this kind of check.", field="owner")


def team_of(kind: RequirementKind) -> str:
    return TEAMS.get(kind, RECRUITMENT)


def sees_to(viewer: StaffViewer, kind: RequirementKind) -> bool:
    """Whether this kind is anybody's work whose permission this viewer holds somewhere."""
    return bool(viewer.scope(SEES_TO[kind]))


def colleagues(session: Session, application_id: int, kind: RequirementKind) -> list[tuple[int, str]]:
    """Number and name of everybody who may see to this check of this application, by name. One statement."""
    today = clock.today()
    granting = [role for role in Role if SEES_TO[kind] in GRANTS[role]]
    division = (
        select(District.division_id)
        .join(Application, Application.district_id == District.id)
        .where(Application.id == application_id)
        .scalar_subquery()
    )
    them = aliased(StaffMember)
    here = select(Application.id).where(Application.id == application_id, not_(kept_from(them.id)))  # type: ignore[arg-type]
    query = (
        select(them.id, them.name)
        .join(StaffRole, StaffRole.staff_id == them.id)
        .where(them.disabled_at.is_(None), StaffRole.role.in_(granting), StaffRole.starts_on <= today)
        .where(StaffRole.ends_on.is_(None) | (StaffRole.ends_on >= today))
        .where(StaffRole.division_id.is_(None) | (StaffRole.division_id == division))
        .where(here.correlate(them).exists())
        .distinct()
        .order_by(them.name, them.id)
    )
    return [(row.id, row.name) for row in session.execute(query)]


def give(
    session: Session,
    actor: Actor,
    application_id: int,
    kind: RequirementKind,
    staff_id: int | None,
    *,
    seen: int | None,
) -> bool:
    """Somebody sees to this check from now on, or nobody (none); says whether that changed anything. `seen` is who had
    it on the page.

    Raises NotFound, NotTheirs or OwnerChanged.
    """
    with unit_of_work(session):
        _application, requirement = held(session, application_id, kind)
        if requirement.owner_id == staff_id:
            return False
        if requirement.owner_id != seen:
            raise OwnerChanged()
        if staff_id is not None and staff_id not in {key for key, _name in colleagues(session, application_id, kind)}:
            raise NotTheirs()
        requirement.owner_id = staff_id
        requirement.version += 1
        step(session, requirement, actor, Code.OWNED)
        record(
            session, actor, "check.owned", subject=("requirement", requirement.id), application_id=application_id,
            kind=kind.value, owner=staff_id,
        )  # fmt: skip
        return True
