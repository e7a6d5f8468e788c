"""Mail that came back after the mail server had taken it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.messages.models import OutboxMail
from portal.services.bounces import Undelivered


def note_bounce(session: Session, report: Undelivered) -> bool:
    """Notes that a letter of ours came back; false for one that is not ours. The same report twice is one."""
    mail_id = session.scalar(select(OutboxMail.id).where(OutboxMail.message_id == report.message_id))
    if mail_id is None:
        return False
    with unit_of_work(session):
        mail = locked(session, OutboxMail, mail_id)
        if mail is not None and mail.bounced_at is None:
            mail.bounced_at, mail.bounce = clock.now(), report.status
            record(
                session, SYSTEM, "mail.bounced", subject=("mail", mail.id),
                application_id=mail.application_id, status=report.status,
            )  # fmt: skip
    return True
