"""Whom many applications can be given to: the rule of `owning.may_own`, as one condition over applications."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal import clock
from portal.domain.accounts.models import StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.casework.owning import may_own

_CASEWORK = tuple(role for role, granted in GRANTS.items() if Permission.SEE_APPLICATIONS in granted)


def _holds(owner_id: int | InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
    """A role of theirs that opens applications, in force today."""
    today = clock.today()
    return [
        StaffRole.staff_id == owner_id,
        StaffRole.role.in_(_CASEWORK),
        StaffRole.starts_on <= today,
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
    ]


def could_own(owner_id: int) -> ColumnElement[bool]:
    """Applications this member of staff could answer for: an account in use, within reach, kept from none of them."""
    return may_own(owner_id)


def owners(session: Session) -> list[StaffMember]:
    """Everybody who could answer for some application, by name."""
    query = select(StaffMember).where(StaffMember.disabled_at.is_(None), exists().where(*_holds(StaffMember.id)))
    return list(session.scalars(query.order_by(StaffMember.name, StaffMember.id)))
