"""What staff find on their messages page: unread, held, and come back, in their scope. Two statements a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.models import Campaign
from portal.domain.correspondence.models import Direction, Message
from portal.domain.correspondence.queries import DeliveryState, delivery_of, reached
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.paging import FEW, PAGE, Cursor


class Part(StrEnum):
    UNREAD = "unread"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """One message as the desk lists it. `at`: when it came, is to leave, or was written."""

    id: int
    reference: str
    name: str
    campaign: str
    subject: str
    words: str
    at: datetime
    by: str
    state: DeliveryState | None
    bounce: str


@dataclass(frozen=True)
class Desk:
    entries: list[Entry]
    after: Cursor | None  # where the next page begins


ORDER: dict[Part, InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]] = {
    Part.UNREAD: Message.created_at,
    Part.HELD: Message.send_at,
    Part.FAILED: Message.created_at,
}


def _those(part: Part) -> ColumnElement[bool]:
    if part is Part.UNREAD:
        return and_(Message.direction == Direction.IN, Message.read_at.is_(None))
    if part is Part.HELD:
        held = Message.mail_id.is_(None), Message.cancelled_at.is_(None), Message.send_at.is_not(None)
        return and_(*held)
    lost = or_(OutboxMail.state == Delivery.FAILED, OutboxMail.bounced_at.is_not(None))
    return Message.mail_id.in_(select(OutboxMail.id).where(lost))


def counts(session: Session, viewer: StaffViewer) -> dict[Part, int]:
    """How many of each, exact to FEW, one more means "more". One statement."""
    scope = reached(viewer, Permission.WRITE_MESSAGES)
    parts = []
    for part in Part:
        some = select(Message.id).where(_those(part), scope).limit(FEW + 1).subquery()
        parts.append(select(literal(part.value).label("part"), func.count().label("found")).select_from(some))
    rows = session.execute(union_all(*parts))
    found = {row.part: row.found for row in rows}
    return {part: found[part.value] for part in Part}


def desk(session: Session, viewer: StaffViewer, part: Part, after: Cursor | None = None) -> Desk:
    """A page of one kind: what waits longest or leaves first comes first; of what failed, the last. One statement."""
    place, latest = ORDER[part], part is Part.FAILED
    query = _rows().where(_those(part), reached(viewer, Permission.WRITE_MESSAGES))
    if after is not None:
        here, there = tuple_(place, Message.id), tuple_(literal(after.at, place.type), literal(after.id))
        query = query.where(here < there if latest else here > there)
    order = (place.desc(), Message.id.desc()) if latest else (place, Message.id)
    rows = session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    entries = [_entry(part, *row) for row in rows[:PAGE]]
    more = len(rows) > PAGE
    return Desk(entries, Cursor(entries[-1].at, entries[-1].id) if more else None)


def _rows() -> Select[Message, OutboxMail, Application, str, str]:
    return (
        select(Message, OutboxMail, Application, Campaign.name, StaffMember.name)
        .join(Application, Application.id == Message.application_id)
        .join(Campaign, Campaign.id == Application.campaign_id)
        .outerjoin(OutboxMail, OutboxMail.id == Message.mail_id)
        .outerjoin(StaffMember, StaffMember.id == Message.author_id)
    )


def _entry(
    part: Part, message: Message, mail: OutboxMail | None, application: Application, campaign: str, author: str | None
) -> Entry:
    return Entry(
        id=message.id,
        reference=application.reference,
        name=f"{application.given_name} {application.family_name}".strip() or application.reference,
        campaign=campaign,
        subject=message.subject,
        words=" ".join(message.body.split())[:200],
        at=(message.send_at if part is Part.HELD else None) or message.created_at,
        by=author or "",
        state=delivery_of(message, mail),
        bounce=(mail.bounce or "") if mail is not None else "",
    )
