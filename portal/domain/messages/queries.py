"""Reads of mail that was written to somebody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.messages.models import Delivery, OutboxMail


def letters_of(session: Session, application_id: int, recipient: str) -> Sequence[OutboxMail]:
    """What was written to this person about this application, newest first. A letter still waiting to leave
    has no subject or text yet; one that could not leave, or was taken back, was never theirs."""
    query = (
        select(OutboxMail)
        .where(
            OutboxMail.application_id == application_id,
            OutboxMail.recipient == recipient,
            OutboxMail.secret.is_(False),
            OutboxMail.state != Delivery.FAILED,
        )
        .order_by(OutboxMail.id.desc())
    )
    return session.scalars(query).all()
