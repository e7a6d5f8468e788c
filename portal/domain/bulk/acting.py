"""Whoever began a run, as the worker finds them when it goes on: their account and roles of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.deputies import roles_held
from portal.domain.accounts.models import StaffMember, StaffRole
from portal.domain.accounts.rules import Permission, Scope, scope_of
from portal.domain.audit.models import ActorKind


@dataclass(frozen=True)
class Acting:
    """A member of staff away from any browser: a viewer for queries, an actor for actions."""

    id: int
    roles: Sequence[StaffRole]

    kind = "staff"
    actor_kind = ActorKind.STAFF

    @property
    def actor_id(self) -> int:
        return self.id

    def scope(self, permission: Permission) -> Scope:
        """Where they hold the permission today."""
        return scope_of(permission, self.roles, clock.today())


def acting(session: Session, staff_id: int) -> Acting | None:
    """None for an account that is disabled."""
    member = session.get(StaffMember, staff_id, populate_existing=True)
    if member is None or member.disabled_at is not None:
        return None
    return Acting(staff_id, roles_held(session, staff_id, clock.today()))
