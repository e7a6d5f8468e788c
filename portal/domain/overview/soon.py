"""What is about to happen, and what happened since one was last here. A fixed number of statements each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import SignInSession
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign
from portal.domain.correspondence.models import Direction, Message
from portal.domain.documents.models import Document
from portal.domain.paging import FEW
from portal.domain.settings.queries import setting_value
from portal.domain.shortlisting.models import Entry

P = Permission
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Closing:
    """A campaign that closes soon, with the drafts people have not sent; or one whose answers are promised soon, with
    the applications nobody reads yet. `by` is the London day."""

    kind: str  # closes | unread
    slug: str
    name: str
    count: int
    by: date


def closing_soon(session: Session, viewer: StaffViewer) -> list[Closing]:
    """What is about to close, soonest first; nothing happens by itself on these days. Two statements."""
    if not viewer.scope(P.SEE_APPLICATIONS):
        return []
    now = clock.now()
    until = now + timedelta(days=setting_value(session, "closing_soon_days", clock.today()))
    here: AnySelect = select(
        literal("closes").label("kind"), Campaign.slug, Campaign.name, Campaign.closes_at, Campaign.answer_by,
        func.count(Application.id).label("found"),
    ).join(Application, Application.campaign_id == Campaign.id)  # fmt: skip
    drafts = in_scope(here, viewer, P.SEE_APPLICATIONS).where(
        Application.state == State.DRAFT, Campaign.closes_at > now, Campaign.closes_at <= until
    )
    unread = in_scope(here, viewer, P.SEE_APPLICATIONS).where(
        Application.state == State.SUBMITTED,
        Campaign.closes_at <= now,
        Campaign.answer_by >= clock.today(),
        ~select(Entry.application_id).where(Entry.application_id == Application.id).exists(),
    )
    rows = session.execute(union_all(*(each.group_by(Campaign.id) for each in (drafts, _as(unread, "unread"))))).all()
    found = [_closing(row) for row in rows]
    return sorted(found, key=lambda each: (each.by, each.name))


def _as(query: AnySelect, kind: str) -> AnySelect:
    first, *others = query.selected_columns
    return query.with_only_columns(literal(kind).label(first.key), *others)


def _closing(row: Any) -> Closing:
    by = row.answer_by if row.kind == "unread" else clock.london(row.closes_at - timedelta(microseconds=1)).date()
    return Closing(row.kind, row.slug, row.name, row.found, by)


@dataclass(frozen=True)
class Since:
    """What happened since an instant, in what the viewer may see."""

    at: datetime
    sent: int
    withdrawn: int
    messages: int
    files: int


def last_here(session: Session, viewer_id: int, session_id: int) -> datetime | None:
    """When this person last used another sign-in of theirs, by the service's clock; none the first time."""
    seen = session.scalar(
        select(func.max(SignInSession.seen_at)).where(
            SignInSession.staff_id == viewer_id, SignInSession.id != session_id, SignInSession.second_factor
        )
    )
    return seen + clock.offset() if seen is not None else None


def changed_since(session: Session, viewer: StaffViewer, at: datetime) -> Since | None:
    """Counts up to FEW and one more; none for those who see no applications. One statement."""
    if not viewer.scope(P.SEE_APPLICATIONS):
        return None
    applications = in_scope(select(Application.id), viewer, P.SEE_APPLICATIONS)
    messages = in_scope(
        select(Message.id).join(Application, Application.id == Message.application_id), viewer, P.SEE_APPLICATIONS
    )
    files = in_scope(
        select(Document.id).join(Application, Application.id == Document.application_id), viewer, P.SEE_APPLICATIONS
    )
    parts = {
        "sent": applications.where(Application.received_at > at),
        "withdrawn": applications.where(Application.state == State.WITHDRAWN, Application.state_since > at),
        "messages": messages.where(Message.direction == Direction.IN, Message.created_at > at),
        "files": files.where(Document.received_at > at),
    }
    rows = session.execute(
        union_all(
            *(
                select(literal(name).label("name"), func.count().label("found")).select_from(
                    query.limit(FEW + 1).subquery()
                )
                for name, query in parts.items()
            )
        )
    )
    return Since(at, **{row.name: row.found for row in rows})
