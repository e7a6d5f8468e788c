"""The outbox as whoever the mail is for would read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.messages.models import Delivery, OutboxMail

ON_A_PAGE = 10


@dataclass(frozen=True)
class ReadLetter:
    """A mail as it was sent. `paragraphs` are lists of lines; none while it waits to be sent."""

    id: int
    recipient: str
    subject: str
    at: datetime
    waiting: bool
    paragraphs: list[list[str]]


@dataclass(frozen=True)
class Mailbox:
    letters: list[ReadLetter]
    older: int | None  # the id to read on before, if there is more


def mailbox(session: Session, recipient: str = "", before: int | None = None) -> Mailbox:
    """The newest mail first, for every recipient whose address holds `recipient`."""
    query = select(OutboxMail).order_by(OutboxMail.id.desc()).limit(ON_A_PAGE + 1)
    if recipient:
        query = query.where(func.lower(OutboxMail.recipient).contains(recipient.lower(), autoescape=True))
    if before is not None:
        query = query.where(OutboxMail.id < before)
    found = session.scalars(query).all()
    page = found[:ON_A_PAGE]
    return Mailbox([_read(mail) for mail in page], page[-1].id if len(found) > ON_A_PAGE else None)


def _read(mail: OutboxMail) -> ReadLetter:
    return ReadLetter(
        id=mail.id,
        recipient=mail.recipient,
        subject=mail.subject or mail.name.replace("_", " ").capitalize(),
        at=mail.sent_at or mail.created_at,
        waiting=mail.state is Delivery.QUEUED,
        paragraphs=[part.strip().splitlines() for part in (mail.text or "").split("\n\n") if part.strip()],
    )
