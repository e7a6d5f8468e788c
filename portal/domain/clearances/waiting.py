"""What waits for vetting and liaison officers: for each kind of work, since when each piece of it waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, literal, select

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.clearances.changes import AT, READS, Desk
from portal.domain.clearances.criteria import Tab, listed
from portal.domain.clearances.models import CircumstanceChange, VettingCase, VettingState

AnySelect = Select[*tuple[Any, ...]]
OWN = literal(1).label("own")
V = VettingState


def desk_work(viewer: StaffViewer) -> dict[str, AnySelect]:
    """By the work's name; nothing for those who neither vet nor check. What one may not decide is left out."""
    found: dict[str, AnySelect] = {}
    if viewer.scope(Permission.RUN_VETTING):
        theirs = VettingCase.proposed_by != viewer.id
        found["vetting"] = _cases(viewer).where(VettingCase.state == V.READY)
        found["second"] = _cases(viewer).where(VettingCase.state == V.REFUSAL_PROPOSED, theirs)
        appeals = and_(VettingCase.state == V.APPEALED, theirs, VettingCase.refused_by != viewer.id)
        found["appeals"] = _cases(viewer).where(appeals)
        found["told_vetting"] = _changes(viewer, Desk.VETTING)
    if viewer.scope(Permission.CHECK_CRITERIA):
        columns = Application.received_at.label("since"), OWN
        found["criteria"] = listed(viewer, Tab.TO_CHECK, *columns).order_by(Application.received_at)
    if viewer.scope(Permission.TAKE_CHANGES):
        found["told"] = _changes(viewer, Desk.LIAISON)
    return found


def _cases(viewer: StaffViewer) -> AnySelect:
    opened: AnySelect = select(VettingCase.opened_at.label("since"), OWN)
    query = opened.join(Application, Application.id == VettingCase.application_id)
    query = query.where(Application.state.not_in(ENDED)).order_by(VettingCase.opened_at)
    return in_scope(query, viewer, Permission.RUN_VETTING)


def _changes(viewer: StaffViewer, desk: Desk) -> AnySelect:
    told: AnySelect = select(CircumstanceChange.told_at.label("since"), OWN)
    query = told.join(Application, Application.id == CircumstanceChange.application_id)
    unseen = CircumstanceChange.seen_at.is_(None), CircumstanceChange.kind.in_(AT[desk])
    query = query.where(*unseen, Application.state.not_in(ENDED)).order_by(CircumstanceChange.told_at)
    return in_scope(query, viewer, READS[desk])
