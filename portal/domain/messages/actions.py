"""Queueing mail with the act it tells of, and delivering what is due.

Delivery is at least once, with a Message-ID that stays the same so that a mail program can drop
a second copy. A worker leases rows before it sends; if it dies, the lease runs out.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, unit_of_work
from portal.domain.messages.models import Delivery, Notice, OutboxMail
from portal.services.mail import LetterRefused, Letters, Post, PostUnavailable

LEASE = timedelta(minutes=2)
BATCH = 50
LONGEST_WAIT = timedelta(minutes=30)
GIVE_UP_AFTER = 200  # attempts: some four days at the longest wait


def queue_mail(
    session: Session,
    name: str,
    *,
    to: str,
    application_id: int | None = None,
    secret: bool = False,
    **context: Any,
) -> OutboxMail:
    """Adds a mail to the outbox, in the caller's unit of work. `context` must be JSON."""
    now = clock.now()
    mail = OutboxMail(
        message_id=f"<{secrets.token_hex(16)}@volunteer.portal>",
        application_id=application_id,
        name=name,
        recipient=to,
        context=context,
        secret=secret,
        created_at=now,
        next_attempt_at=now,
    )
    session.add(mail)
    announce(session, WORK)
    return mail


def notify_once(
    session: Session, name: str, *, to: str, subject: str, window: str, application_id: int | None = None, **context: Any
) -> bool:
    """Queues a notice unless the same (recipient, kind, subject, window) was queued before."""
    known = select(Notice.id).filter_by(recipient=to, kind=name, subject=subject, window=window)
    if session.scalar(known) is not None:
        return False
    mail = queue_mail(session, name, to=to, application_id=application_id, **context)
    session.flush()
    session.add(Notice(recipient=to, kind=name, subject=subject, window=window, mail_id=mail.id))
    session.flush()
    return True


def deliver_due(session: Session, post: Post, letters: Letters, *, keep_secrets: bool = False) -> int:
    """Sends what is due, a leased batch at a time; returns how many left. Stops when the post is down."""
    sent = 0
    while batch := _lease(session):
        for mail_id in batch:
            if not _deliver(session, mail_id, post, letters, keep_secrets):
                return sent
            sent += 1
    return sent


def _lease(session: Session) -> list[int]:
    now = clock.now()
    with unit_of_work(session):
        due = (
            select(OutboxMail)
            .where(
                OutboxMail.state == Delivery.QUEUED,
                OutboxMail.next_attempt_at <= now,
                or_(OutboxMail.leased_until.is_(None), OutboxMail.leased_until <= now),
            )
            .order_by(OutboxMail.next_attempt_at, OutboxMail.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        mails = session.scalars(due).all()
        for mail in mails:
            mail.leased_until = now + LEASE
        return [mail.id for mail in mails]


def _deliver(session: Session, mail_id: int, post: Post, letters: Letters, keep_secrets: bool) -> bool:
    """One mail. False when the post is down: the rest of the batch waits for its lease to end."""
    mail = session.get_one(OutboxMail, mail_id, populate_existing=True)
    name, context, recipient = mail.name, mail.context, mail.recipient
    letter = letters.write(name, context, recipient=recipient, message_id=mail.message_id)
    try:
        post.send(letter)
    except PostUnavailable:
        _put_off(session, mail)
        return False
    except LetterRefused:
        with unit_of_work(session):
            mail.state, mail.attempts, mail.leased_until = Delivery.FAILED, mail.attempts + 1, None
        return True
    with unit_of_work(session):
        mail.state, mail.sent_at, mail.leased_until = Delivery.SENT, clock.now(), None
        mail.attempts += 1
        forget = mail.secret and not keep_secrets
        mail.subject, mail.text = letter.subject, None if forget else letter.text
        mail.context = {} if forget else context
    return True


def _put_off(session: Session, mail: OutboxMail) -> None:
    """Waits twice as long each time, up to half an hour; the whole batch is free to be tried again."""
    with unit_of_work(session):
        now = clock.now()
        mail.attempts += 1
        wait = min(LONGEST_WAIT, timedelta(seconds=5 * 2 ** min(mail.attempts, 12)))
        mail.next_attempt_at, mail.leased_until = now + wait, None
        if mail.attempts >= GIVE_UP_AFTER:
            mail.state = Delivery.FAILED
