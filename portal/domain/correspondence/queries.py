"""Reads of messages both ways. To load one is to be allowed to see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import ApplicantViewer, StaffViewer, in_scope, visible_application
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.correspondence.models import Direction, Message
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.refusals import NotFound


class DeliveryState(StrEnum):
    """How far one of our messages has come."""

    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Line:
    """One message of a thread. `state` is none for one from the applicant. `by` is an officer's name to staff, and
    the team's to the applicant; `bounce` the status code it came back with."""

    id: int
    direction: Direction
    subject: str
    body: str
    at: datetime
    by: str
    state: DeliveryState | None = None
    send_at: datetime | None = None
    read_at: datetime | None = None
    bounce: str | None = None

    @property
    def ours(self) -> bool:
        return self.direction is Direction.OUT

    @property
    def unread(self) -> bool:
        return self.direction is Direction.IN and self.read_at is None


@dataclass(frozen=True)
class Bounced:
    """Mail to the address on record came back: when, and with which status code (RFC 3463)."""

    at: datetime
    code: str


def reached(viewer: StaffViewer, permission: Permission) -> ColumnElement[bool]:
    """Messages of applications this permission of the viewer's reaches."""
    return Message.application_id.in_(in_scope(select(Application.id), viewer, permission))


def to_write_to(session: Session, viewer: StaffViewer, reference: str) -> Application:
    """A sent application this member of staff may write about; raises NotFound for any other."""
    found = visible_application(session, viewer, Permission.WRITE_MESSAGES, reference)
    if found.state is State.DRAFT:
        raise NotFound()
    return found


def why_bounced(code: str) -> str:
    """A status code in words (RFC 3463): why a mail came back."""
    detail = code.partition(".")[2]
    words = {"1.1": "there is no such mailbox", "1.2": "there is no such mail server", "2.1": "the mailbox is closed"}
    if detail in {"2.2", "3.1"}:
        return "the mailbox is full"
    if detail in words:
        return words[detail]
    return "the mail server refused it" if detail.startswith("7") else "it could not be delivered"


def delivery_of(message: Message, mail: OutboxMail | None) -> DeliveryState | None:
    """Where one of our messages is; none for one from an applicant."""
    if message.direction is Direction.IN:
        return None
    if message.cancelled_at is not None:
        return DeliveryState.CANCELLED
    if mail is None:
        return DeliveryState.HELD
    if mail.bounced_at is not None:
        return DeliveryState.BOUNCED
    states = {
        Delivery.QUEUED: DeliveryState.QUEUED, Delivery.SENT: DeliveryState.SENT, Delivery.FAILED: DeliveryState.FAILED
    }  # fmt: skip
    return states[mail.state]


def thread(session: Session, viewer: ApplicantViewer | StaffViewer, application_id: int) -> list[Line]:
    """Every message about an application this viewer may see, newest first, in one statement.

    The applicant sees what has left, never what is held or was cancelled, and the team instead of a name.
    """
    own = viewer.kind == "applicant"
    query = (
        select(Message, OutboxMail, StaffMember.name, StaffMember.team, Application.given_name)
        .join(Application, Application.id == Message.application_id)
        .outerjoin(OutboxMail, OutboxMail.id == Message.mail_id)
        .outerjoin(StaffMember, StaffMember.id == Message.author_id)
        .where(Message.application_id == application_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
    )
    if own:
        left = or_(Message.direction == Direction.IN, Message.mail_id.is_not(None))
        query = query.where(Application.applicant_id == viewer.id, left)
    else:
        query = query.where(reached(viewer, Permission.SEE_APPLICATIONS))  # type: ignore[arg-type]
    return [
        _line(message, mail, (team or RECRUITERS) if own else (name or given), own=own)
        for message, mail, name, team, given in session.execute(query)
    ]


def _line(message: Message, mail: OutboxMail | None, by: str, *, own: bool) -> Line:
    ours = message.direction is Direction.OUT
    return Line(
        id=message.id,
        direction=message.direction,
        subject=message.subject,
        body=message.body,
        at=(message.send_at if ours and mail is not None else None) or message.created_at,
        by=by if ours or not own else "You",
        state=None if own else delivery_of(message, mail),
        send_at=message.send_at,
        read_at=message.read_at,
        bounce=mail.bounce if mail is not None and not own else None,
    )


def bounced(session: Session, application_id: int) -> Bounced | None:
    """Whether mail to the applicant's present address came back and none has arrived since. One statement."""
    later = aliased(OutboxMail)
    arrived = exists().where(
        later.recipient == OutboxMail.recipient, later.sent_at > OutboxMail.bounced_at, later.bounced_at.is_(None)
    )
    query = (
        select(OutboxMail.bounced_at, OutboxMail.bounce)
        .join(Application, Application.id == OutboxMail.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            OutboxMail.application_id == application_id,
            OutboxMail.recipient == Applicant.email,
            OutboxMail.bounced_at.is_not(None),
            ~arrived,
        )
        .order_by(OutboxMail.bounced_at.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return Bounced(row.bounced_at, row.bounce or "") if row is not None else None


def message_in_scope(session: Session, viewer: StaffViewer, message_id: int) -> tuple[Message, str]:
    """One message this member of staff may act on, with its application's reference; raises NotFound."""
    query = (
        select(Message, Application.reference)
        .join(Application, Application.id == Message.application_id)
        .where(Message.id == message_id, reached(viewer, Permission.WRITE_MESSAGES))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    return row.Message, row.reference


def new_for(session: Session, applicant_id: int, application_id: int) -> int:
    """How many of our messages the applicant has not opened on the page yet. One statement."""
    query = (
        select(func.count())
        .select_from(Message)
        .join(Application, Application.id == Message.application_id)
        .where(Message.application_id == application_id, Application.applicant_id == applicant_id)
        .where(Message.direction == Direction.OUT, Message.mail_id.is_not(None), Message.read_at.is_(None))
    )
    return session.scalar(query) or 0


def held_messages(session: Session, applicant: ApplicantViewer, application_id: int) -> list[dict[str, str]]:
    """What the applicant wrote, for their download, oldest first; ours are among the letters."""
    lines = [line for line in thread(session, applicant, application_id) if not line.ours]
    return [{"written": line.at.isoformat(), "text": line.body} for line in reversed(lines)]
