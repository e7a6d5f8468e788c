"""What medical reviewers read: requirements waiting for them, and the documents they may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session, selectinload

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, Requirement, RequirementState
from portal.domain.applications.queries import StaffViewer, in_scope, visible_application
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.clearances.rules import TO_OPEN
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.queries import DocumentRow, document_of
from portal.domain.documents.rules import due_instant
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import NotFound

PAGE = 50


class Waiting(StrEnum):
    """The tabs of the list."""

    WITH_US = "with_us"
    WITH_APPLICANT = "with_applicant"
    NOT_ASKED = "not_asked"
    MET = "met"
    NOT_MET = "not_met"


@dataclass(frozen=True)
class Line:
    """One requirement of one application. `due_at` is the first instant at which it is late."""

    reference: str
    name: str
    campaign: str
    kind: RequirementKind
    clean: int
    checking: int
    received_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    after: Cursor | None  # where the next page begins


def counts(session: Session, viewer: StaffViewer) -> dict[Waiting, int]:
    """How many requirements stand where, exact to FEW (one more means "more"), in one statement."""
    parts = {tab: _listed(viewer, tab, Requirement.id).limit(FEW + 1).subquery(tab.value) for tab in Waiting}
    columns = [select(func.count()).select_from(part).scalar_subquery().label(tab.value) for tab, part in parts.items()]
    row = session.execute(select(*columns)).one()
    return {tab: getattr(row, tab.value) for tab in Waiting}


def page(session: Session, viewer: StaffViewer, tab: Waiting, after: Cursor | None) -> Page:
    """Requirements of applications that were sent, longest waiting first, with how many files each has."""
    of_this = (Document.application_id == Requirement.application_id, Document.kind == Requirement.kind)
    clean, checking = (
        select(func.count()).where(*of_this, Document.state == state).correlate(Requirement).scalar_subquery()
        for state in (DocumentState.CLEAN, DocumentState.CHECKING)
    )
    columns = (
        Requirement.id,
        Requirement.kind,
        Requirement.due,
        Requirement.due_at,
        Application.reference,
        Application.given_name,
        Application.family_name,
        Application.received_at,
        Application.campaign_id,
        clean.label("clean"),
        checking.label("checking"),
    )
    query = _listed(viewer, tab, *columns)
    if after is not None:
        query = query.where(tuple_(Application.received_at, Requirement.id) > (after.at, after.id))
    query = query.order_by(Application.received_at, Requirement.id).limit(PAGE + 1)
    rows = list(session.execute(query))
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None
    return Page(_lines(session, shown), Cursor(last.received_at, last.id) if last is not None else None)


def _lines(session: Session, rows: Sequence[Row[Any]]) -> list[Line]:
    wanted = select(Campaign).where(Campaign.id.in_({row.campaign_id for row in rows}))
    campaigns = {one.id: one for one in session.scalars(wanted.options(selectinload(Campaign.training_days)))}
    return [
        Line(
            reference=row.reference,
            name=f"{row.given_name} {row.family_name}".strip() or row.reference,
            campaign=campaigns[row.campaign_id].name,
            kind=row.kind,
            clean=row.clean,
            checking=row.checking,
            received_at=row.received_at,
            due_at=due_instant(campaigns[row.campaign_id], row.due, row.due_at),
        )
        for row in rows
    ]


def reviewable_application(session: Session, viewer: StaffViewer, reference: str) -> Application:
    """An application that was sent, for those who see its medical and fitness requirements; raises NotFound."""
    found = visible_application(session, viewer, Permission.SEE_CLEARANCES, reference)
    if found.received_at is None:
        raise NotFound()
    return found


def openable_document(session: Session, viewer: StaffViewer, public_id: str) -> DocumentRow:
    """A document this member of staff may open: of a sent application, with that kind's own permission, found clean.

    Raises NotFound for any other.
    """
    query = (
        select(Document.application_id, Document.kind)
        .join(Application)
        .where(Document.public_id == public_id, Application.received_at.is_not(None))
    )
    found = session.execute(query).one_or_none()
    if found is None or found.kind not in TO_OPEN:
        raise NotFound()
    this_one = select(Application.id).where(Application.id == found.application_id)
    if session.scalar(in_scope(this_one, viewer, TO_OPEN[found.kind])) is None:
        raise NotFound()
    row = document_of(session, found.application_id, public_id)
    if not row.readable:
        raise NotFound()
    return row


def _listed(viewer: StaffViewer, tab: Waiting, *columns: Any) -> Select[Any]:
    query = (
        select(*columns)
        .select_from(Requirement)
        .join(Application, Application.id == Requirement.application_id)
        .where(
            Requirement.kind.in_(kinds_open_to(viewer)),
            Requirement.state == RequirementState(tab.value),
            Application.received_at.is_not(None),
            Application.state.not_in(ENDED),
        )
    )
    return in_scope(query, viewer, Permission.SEE_CLEARANCES)


def kinds_open_to(viewer: StaffViewer) -> list[RequirementKind]:
    """The kinds whose documents this viewer may open somewhere."""
    return [kind for kind, permission in TO_OPEN.items() if viewer.scope(permission)]
