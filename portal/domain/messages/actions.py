"""Queueing mail with the act it tells of, and delivering what is due.

Delivery is at least once, with a Message-ID that stays the same so that a mail program can drop
a second copy. A worker leases one row, sends it and says so; if it dies, the lease of that row runs out.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, holding, locked, unit_of_work
from portal.domain.messages.models import Delivery, Notice, OutboxMail
from portal.services.mail import (
    Letter,
    LetterBroken,
    LetterDelayed,
    LetterRefused,
    Letters,
    Post,
    PostUnavailable,
)

log = logging.getLogger(__name__)
REMINDERS = ("draft_reminder",)  # letters about a draft: of no use once it was sent
LEASE = timedelta(minutes=2)
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
    session: Session,
    name: str,
    *,
    to: str,
    subject: str,
    window: str,
    application_id: int | None = None,
    **context: Any,
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


def drop_waiting(session: Session, application_id: int, names: Collection[str]) -> None:
    """Takes back letters of these names that have not left, in the caller's unit of work: they would come too late.
    One that a worker holds at this moment leaves all the same."""
    session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.application_id == application_id,
            OutboxMail.name.in_(names),
            OutboxMail.state == Delivery.QUEUED,
            or_(OutboxMail.leased_until.is_(None), OutboxMail.leased_until <= clock.now()),
        )
        .values(state=Delivery.FAILED)
    )


def deliver_due(session: Session, post: Post, letters: Letters, *, keep_secrets: bool = False) -> int:
    """Sends what is due, one letter after another; returns how many left. Stops when the post is down.

    A letter that is refused, delayed or cannot be written holds up none of the others.
    """
    sent = 0
    while (mail := _lease(session)) is not None:
        try:
            letter = letters.write(mail.name, mail.context, recipient=mail.recipient, message_id=mail.message_id)
            post.send(letter)
        except (LetterRefused, LetterBroken) as error:
            log.error("mail failed", extra={"job": mail.name, "kind": str(error)})
            _fail(session, mail.id, keep_secrets)
        except (LetterDelayed, PostUnavailable) as error:
            log.warning("mail put off", extra={"job": mail.name, "kind": str(error)})
            _put_off(session, mail.id, keep_secrets)
            if isinstance(error, PostUnavailable):
                return sent
        else:
            _note_sent(session, mail.id, letter, keep_secrets)
            sent += 1
    return sent


def _lease(session: Session) -> OutboxMail | None:
    """The mail due longest, ours alone until the lease ends; none when nothing is due.

    Sign-in codes first: somebody waits for theirs, however many other letters fall due at once.
    """
    now = clock.now()
    with unit_of_work(session):
        mail = _due(session, now, secret=True) or _due(session, now, secret=False)
        if mail is not None:
            mail.leased_until = now + LEASE
    return mail


def _due(session: Session, now: datetime, *, secret: bool) -> OutboxMail | None:
    due = (
        select(OutboxMail)
        .where(
            OutboxMail.state == Delivery.QUEUED,
            OutboxMail.secret.is_(secret),
            OutboxMail.next_attempt_at <= now,
            or_(OutboxMail.leased_until.is_(None), OutboxMail.leased_until <= now),
        )
        .order_by(OutboxMail.next_attempt_at, OutboxMail.id)
        .limit(1)
    )
    return session.scalars(holding(due, skip_locked=True)).one_or_none()


def _note_sent(session: Session, mail_id: int, letter: Letter, keep_secrets: bool) -> None:
    with unit_of_work(session):
        if mail := locked(session, OutboxMail, mail_id):
            mail.state, mail.sent_at, mail.leased_until = Delivery.SENT, clock.now(), None
            mail.attempts += 1
            mail.subject, mail.text = letter.subject, letter.text
            if mail.secret and not keep_secrets:
                mail.context, mail.text = {}, None


def _fail(session: Session, mail_id: int, keep_secrets: bool) -> None:
    with unit_of_work(session):
        if mail := locked(session, OutboxMail, mail_id):
            mail.state, mail.leased_until = Delivery.FAILED, None
            mail.attempts += 1
            if mail.secret and not keep_secrets:
                mail.context = {}


def _put_off(session: Session, mail_id: int, keep_secrets: bool) -> None:
    """Waits twice as long each time, up to half an hour."""
    with unit_of_work(session):
        if mail := locked(session, OutboxMail, mail_id):
            mail.attempts += 1
            wait = min(LONGEST_WAIT, timedelta(seconds=5 * 2 ** min(mail.attempts, 12)))
            mail.next_attempt_at, mail.leased_until = clock.now() + wait, None
            if mail.attempts >= GIVE_UP_AFTER:
                mail.state = Delivery.FAILED
                mail.context = {} if mail.secret and not keep_secrets else mail.context
