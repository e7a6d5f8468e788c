"""What waits for whom: each member of staff's work, composed from the features that know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, Channel, Requirement, RequirementState, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.paging import FEW

AnySelect = Select[*tuple[Any, ...]]
P = Permission


class Work(StrEnum):
    """The kinds of waiting work there are."""

    LATE = "late"  # the promised day of an answer has passed
    SIFT = "sift"
    ENTERING = "entering"
    MEDICAL = "medical"
    FITNESS = "fitness"


@dataclass(frozen=True)
class Waiting:
    """Some work: how many (exact to FEW, one more means "more"), and since when the oldest waits."""

    work: Work
    count: int
    oldest: datetime | None


def waiting_for(session: Session, viewer: StaffViewer) -> list[Waiting]:
    """What this member of staff's permissions give them to do, late first; empty kinds are left out. One statement."""
    parts = _parts(viewer)
    if not parts:
        return []
    rows = session.execute(union_all(*(_counted(work, query) for work, query in parts.items())))
    found = [Waiting(Work(row.work), row.found, row.oldest) for row in rows if row.found]
    return sorted(found, key=lambda each: list(Work).index(each.work))


def _parts(viewer: StaffViewer) -> dict[Work, AnySelect]:
    """For each kind of work, since when each piece of it waits."""
    parts: dict[Work, AnySelect] = {}
    if viewer.scope(P.SEE_APPLICATIONS):
        sent = select(Application.received_at.label("since")).where(Application.state == State.SUBMITTED)
        sent = sent.join(Campaign, Campaign.id == Application.campaign_id).order_by(Application.received_at)
        here = in_scope(sent, viewer, P.SEE_APPLICATIONS)
        parts[Work.LATE] = here.where(Campaign.answer_by < clock.today())
        parts[Work.SIFT] = here.where(Campaign.answer_by >= clock.today())
    if viewer.scope(P.ENTER_APPLICATIONS):
        begun = select(Application.created_at.label("since")).order_by(Application.created_at)
        mine = begun.where(Application.state == State.DRAFT, Application.channel != Channel.ONLINE)
        parts[Work.ENTERING] = mine.where(Application.entered_by == viewer.id)
    if viewer.scope(P.SEE_CLEARANCES):
        parts[Work.MEDICAL] = _with_us(viewer, RequirementKind.MEDICAL)
        parts[Work.FITNESS] = _with_us(viewer, RequirementKind.FITNESS)
    return parts


def _with_us(viewer: StaffViewer, kind: RequirementKind) -> AnySelect:
    query = (
        select(func.coalesce(Requirement.asked_at, Application.received_at).label("since"))
        .join(Application, Application.id == Requirement.application_id)
        .where(Requirement.kind == kind, Requirement.state == RequirementState.WITH_US)
        .where(Application.received_at.is_not(None), Application.state.not_in(ENDED))
    )
    return in_scope(query, viewer, P.SEE_CLEARANCES)


def _counted(work: Work, query: AnySelect) -> AnySelect:
    some = query.limit(FEW + 1).subquery()
    counted: AnySelect = select(
        literal(work.value).label("work"), func.count().label("found"), func.min(some.c.since).label("oldest")
    ).select_from(some)
    return counted
