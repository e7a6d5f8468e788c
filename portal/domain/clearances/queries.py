"""What those who see to checks read: requirements late first, and the documents reviewers may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, Requirement, RequirementState, State
from portal.domain.applications.queries import StaffViewer, in_scope, visible_application
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.clearances.rules import TO_OPEN
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.queries import DocumentRow, document_of
from portal.domain.documents.rules import due_instant
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import NotFound

PAGE = 50
LISTS: dict[Permission, tuple[RequirementKind, ...]] = {  # which kinds a permission lists
    Permission.SEE_CHECKS: tuple(RequirementKind),
    Permission.SEE_CLEARANCES: (RequirementKind.MEDICAL, RequirementKind.FITNESS),
}


class Waiting(StrEnum):
    """The tabs of the list."""

    WITH_US = "with_us"
    WITH_APPLICANT = "with_applicant"
    NOT_ASKED = "not_asked"
    MET = "met"
    NOT_MET = "not_met"


@dataclass(frozen=True)
class Wanted:
    """What of the list is asked for: a state, one kind or all, one's own or everybody's."""

    tab: Waiting = Waiting.WITH_US
    kind: RequirementKind | None = None
    mine: bool = False


@dataclass(frozen=True)
class Line:
    """One requirement of one application. `due_at` is the first instant at which it is late."""

    reference: str
    name: str
    campaign: str
    kind: RequirementKind
    state: RequirementState
    clean: int
    checking: int
    received_at: datetime
    due_at: datetime
    late: bool
    owner: str


@dataclass(frozen=True)
class Place:
    """A place in the list: among the late (0) or the others (1), then by day and number."""

    rank: int
    cursor: Cursor

    def __str__(self) -> str:
        return f"{self.rank}.{self.cursor}"

    @classmethod
    def parse(cls, text: str | None) -> Place | None:
        """The place in an address; none for what is none."""
        rank, _, rest = (text or "").partition(".")
        cursor = Cursor.parse(rest)
        return cls(int(rank), cursor) if rank in {"0", "1"} and cursor is not None else None


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    after: Place | None  # where the next page begins


def kinds_listed(viewer: StaffViewer) -> list[RequirementKind]:
    """The kinds of check this viewer's list has."""
    found = {kind for permission, kinds in LISTS.items() if viewer.scope(permission) for kind in kinds}
    return [kind for kind in RequirementKind if kind in found]


def counts(session: Session, viewer: StaffViewer, wanted: Wanted) -> dict[Waiting, int]:
    """How many requirements stand where, exact to FEW (one more means "more"), in one statement."""
    each = {tab: Wanted(tab, wanted.kind, wanted.mine) for tab in Waiting}
    parts = {tab: _listed(viewer, one, Requirement.id).limit(FEW + 1).subquery(tab.value) for tab, one in each.items()}
    columns = [select(func.count()).select_from(part).scalar_subquery().label(tab.value) for tab, part in parts.items()]
    row = session.execute(select(*columns)).one()
    return {tab: getattr(row, tab.value) for tab in Waiting}


def page(session: Session, viewer: StaffViewer, wanted: Wanted, after: Place | None) -> Page:
    """Requirements of applications that were sent: late ones first, then by their day, with how many files each has.
    What has no day of its own stands by when it was sent."""
    of_this = (Document.application_id == Requirement.application_id, Document.kind == Requirement.kind)
    clean, checking = (
        select(func.count()).where(*of_this, Document.state == state).correlate(Requirement).scalar_subquery()
        for state in (DocumentState.CLEAN, DocumentState.CHECKING)
    )
    waits = Requirement.state.in_((RequirementState.WITH_US, RequirementState.WITH_APPLICANT))
    rank = case((and_(waits, Requirement.due_at <= clock.now()), 0), else_=1)
    at = func.coalesce(Requirement.due_at, Application.received_at)
    columns = (
        Requirement.id,
        Requirement.kind,
        Requirement.state,
        Requirement.due,
        Requirement.due_at,
        Application.reference,
        Application.given_name,
        Application.family_name,
        Application.received_at,
        Application.campaign_id,
        StaffMember.name.label("owner"),
        clean.label("clean"),
        checking.label("checking"),
        rank.label("rank"),
        at.label("at"),
    )
    query = _listed(viewer, wanted, *columns).outerjoin(StaffMember, StaffMember.id == Requirement.owner_id)
    if after is not None:
        query = query.where(tuple_(rank, at, Requirement.id) > (after.rank, after.cursor.at, after.cursor.id))
    query = query.order_by(rank, at, Requirement.id).limit(PAGE + 1)
    rows = list(session.execute(query))
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None
    return Page(_lines(session, shown), Place(last.rank, Cursor(last.at, last.id)) if last is not None else None)


def _lines(session: Session, rows: Sequence[Row[Any]]) -> list[Line]:
    wanted = select(Campaign).where(Campaign.id.in_({row.campaign_id for row in rows}))
    campaigns = {one.id: one for one in session.scalars(wanted.options(selectinload(Campaign.training_days)))}
    now, found = clock.now(), []
    for row in rows:
        due_at = due_instant(campaigns[row.campaign_id], row.due, row.due_at)
        waits = row.state in {RequirementState.WITH_US, RequirementState.WITH_APPLICANT}
        found.append(
            Line(
                reference=row.reference,
                name=f"{row.given_name} {row.family_name}".strip() or row.reference,
                campaign=campaigns[row.campaign_id].name,
                kind=row.kind,
                state=row.state,
                clean=row.clean,
                checking=row.checking,
                received_at=row.received_at,
                due_at=due_at,
                late=waits and due_at <= now,
                owner=row.owner or "",
            )
        )
    return found


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


def _listed(viewer: StaffViewer, wanted: Wanted, *columns: Any) -> Select[Any]:
    query = (
        select(*columns)
        .select_from(Requirement)
        .join(Application, Application.id == Requirement.application_id)
        .where(
            Requirement.state == RequirementState(wanted.tab.value),
            Application.received_at.is_not(None),
            Application.state.not_in(ENDED),
        )
    )
    if wanted.kind is not None:
        query = query.where(Requirement.kind == wanted.kind)
    if wanted.mine:
        query = query.where(Requirement.owner_id == viewer.id)
    if wanted.tab is Waiting.NOT_ASKED:  # nobody waits for what a sift may yet make needless
        query = query.where(Application.state != State.SUBMITTED)
    held = {permission: kinds for permission, kinds in LISTS.items() if viewer.scope(permission)}
    if len(held) == 1:  # the usual case, which an index serves
        [(permission, kinds)] = held.items()
        return in_scope(query.where(Requirement.kind.in_(kinds)), viewer, permission)
    return query.where(or_(*(_reached(viewer, *each) for each in held.items())))


def _reached(viewer: StaffViewer, permission: Permission, kinds: Sequence[RequirementKind]) -> ColumnElement[bool]:
    here = in_scope(select(Application.id), viewer, permission)
    return and_(Requirement.kind.in_(kinds), Application.id.in_(here))


def kinds_open_to(viewer: StaffViewer) -> list[RequirementKind]:
    """The kinds whose documents this viewer may open somewhere."""
    return [kind for kind, permission in TO_OPEN.items() if viewer.scope(permission)]
