"""Writing to applicants, and applicants writing to us."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, holding, locked, unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.correspondence.models import Direction, Message, TemplateVersion
from portal.domain.correspondence.queries import DeliveryState, delivery_of
from portal.domain.messages.actions import queue_mail
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_value, setting_values

SUBJECT = 150  # characters: what a list of mails shows
SAME_CLICK = timedelta(minutes=10)  # the same words again within this are one act, done twice
BATCH = 100  # held messages that leave in one unit of work


class WordsMissing(Refusal):
    pass


class TooLong(Refusal):
    pass


class HeldTooLong(Refusal):
    pass


class AlreadyWritten(Refusal):
    """The same notice is not sent twice."""

    def __init__(self, at: datetime) -> None:
        day = clock.london(at)
        super().__init__(
            f"These very words were written to them on {day.day} {day:%B}. Change them, or resend that message",
            field="body",
        )


class NotHeld(Conflict):
    title = "It has left already"
    message = "This message is not held any more: it was sent or cancelled while you had the page open."


class TooManyMessages(Refusal):
    status = 429
    title = "That is a lot of messages for one day"
    message = "You have written to us many times today. We read every message. Please write again tomorrow, or ring us."

    def __init__(self) -> None:
        super().__init__(field="body")


def write(
    session: Session,
    actor: Actor,
    application_id: int,
    *,
    subject: str,
    body: str,
    template_version_id: int | None = None,
    send_at: datetime | None = None,
    run_id: int | None = None,
) -> Message:
    """One message from us, placeholders already filled. It leaves now, or at `send_at` unless cancelled before.

    The same words by the same person within some minutes, or of the same bulk run, are the message there already.
    Raises WordsMissing, TooLong, HeldTooLong, AlreadyWritten, and NotFound for a draft.
    """
    subject, body, now = " ".join(subject.split()), plain(body), clock.now()
    with unit_of_work(session):
        application = _sent_application(session, application_id)
        check_words(session, subject, body)
        leaves = _leaves_at(session, send_at, now)
        if template_version_id is not None and session.get(TemplateVersion, template_version_id) is None:
            template_version_id = None
        known = _same_words(session, application_id, subject, body, actor, run_id, now)
        if known is not None:
            return known
        message = Message(
            application_id=application_id, direction=Direction.OUT, author_id=actor.actor_id,
            template_version_id=template_version_id, run_id=run_id, subject=subject, body=body,
            created_at=now, send_at=leaves,
        )  # fmt: skip
        session.add(message)
        session.flush()
        held = leaves > now
        _note(session, actor, "message.held" if held else "message.written", message)
        if not held:
            _queue(session, message, application)
        announce(session, WORK)
    return message


def cancel(session: Session, actor: Actor, message_id: int) -> Message:
    """Takes back a message that is held. Twice is once; raises NotHeld for one that has left."""
    with unit_of_work(session):
        message = _held_row(session, message_id)
        if message.mail_id is not None or message.direction is Direction.IN:
            raise NotHeld()
        if message.cancelled_at is None:
            message.cancelled_at = clock.now()
            _note(session, actor, "message.cancelled", message)
    return message


def resend(session: Session, actor: Actor, message_id: int) -> Message:
    """Sends a failed or bounced message again, to the present address. A second click finds it queued
    and changes nothing."""
    with unit_of_work(session):
        message = _held_row(session, message_id)
        mail = session.get(OutboxMail, message.mail_id) if message.mail_id is not None else None
        if delivery_of(message, mail) in {DeliveryState.FAILED, DeliveryState.BOUNCED}:
            application = _sent_application(session, message.application_id)
            _queue(session, message, application)
            _note(session, actor, "message.resent", message)
    return message


def release_due(session: Session) -> int:
    """Queues held messages whose time has come; returns how many. Idempotent, and two workers queue each once.

    One to somebody whose application has ended since it was written is cancelled instead.
    """
    released = 0
    while True:
        now = clock.now()
        due = Message.mail_id.is_(None), Message.cancelled_at.is_(None), Message.send_at <= now
        if session.scalar(select(Message.id).where(*due).limit(1)) is None:
            return released
        with unit_of_work(session):
            query = select(Message).where(*due).order_by(Message.send_at, Message.id).limit(BATCH)
            rows = session.scalars(holding(query, skip_locked=True)).all()
            for message in rows:
                released += _release(session, message, now)
        if not rows:
            return released


def _release(session: Session, message: Message, now: datetime) -> bool:
    application = session.get_one(Application, message.application_id, populate_existing=True)
    if application.state in ENDED and application.state_since > message.created_at:
        message.cancelled_at = now
        _note(session, SYSTEM, "message.cancelled", message, reason="application_ended")
        return False
    _queue(session, message, application)
    return True


def write_to_us(session: Session, applicant: Applicant, application_id: int, body: str) -> Message:
    """A message from the applicant about an application of theirs that was sent.

    The same words within some minutes are the message there already. Raises NotFound, WordsMissing,
    TooLong or TooManyMessages.
    """
    body, now = plain(body), clock.now()
    applicant_id = applicant.id
    with unit_of_work(session):
        application = _sent_application(session, application_id)
        if application.applicant_id != applicant_id:
            raise NotFound()
        check_words(session, "-", body)
        mine = select(Message).where(Message.application_id == application_id, Message.direction == Direction.IN)
        same = mine.where(Message.body == body, Message.created_at > now - SAME_CLICK).limit(1)
        if (known := session.scalars(same).one_or_none()) is not None:
            return known
        _refuse_too_many(session, application_id, now)
        message = Message(application_id=application_id, direction=Direction.IN, subject="", body=body, created_at=now)
        session.add(message)
        session.flush()
        _note(session, applicant, "message.received", message)
    return message


def mark_read(session: Session, actor: Actor, application_id: int) -> int:
    """Notes that somebody on the staff has read what the applicant wrote; returns how many were unread."""
    unread = (
        Message.application_id == application_id, Message.direction == Direction.IN, Message.read_at.is_(None)
    )  # fmt: skip
    if session.scalar(select(Message.id).where(*unread).limit(1)) is None:
        return 0
    with unit_of_work(session):
        marked = update(Message).where(*unread).values(read_at=clock.now(), read_by=actor.actor_id)
        count = len(session.scalars(marked.returning(Message.id)).all())
        if count:
            record(
                session, actor, "message.read", subject=("application", application_id),
                application_id=application_id, count=count,
            )  # fmt: skip
    return count


def mark_seen(session: Session, applicant_id: int, application_id: int) -> None:
    """Notes that the applicant has opened the thread: what has left is no longer new to them."""
    new = (
        Message.application_id == application_id, Message.direction == Direction.OUT,
        Message.mail_id.is_not(None), Message.read_at.is_(None),
    )  # fmt: skip
    owned = select(Application.id).where(Application.id == application_id, Application.applicant_id == applicant_id)
    if session.scalar(select(Message.id).where(*new, Message.application_id.in_(owned)).limit(1)) is None:
        return
    with unit_of_work(session):
        session.execute(update(Message).where(*new).values(read_at=clock.now()))


def plain(text: str) -> str:
    """One kind of line end, no blank edges: what two browsers send of the same words is the same."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


def _sent_application(session: Session, application_id: int) -> Application:
    application = locked(session, Application, application_id)
    if application is None or application.state is State.DRAFT:
        raise NotFound()
    return application


def _held_row(session: Session, message_id: int) -> Message:
    message = locked(session, Message, message_id)
    if message is None:
        raise NotFound()
    return message


def check_words(session: Session, subject: str, body: str) -> None:
    """Raises WordsMissing or TooLong, beside the field."""
    most = setting_value(session, "message_characters", clock.today())
    if not subject:
        raise WordsMissing("Enter a subject", field="subject")
    if not body:
        raise WordsMissing("Enter your message", field="body")
    if len(subject) > SUBJECT:
        raise TooLong(f"Use {SUBJECT} characters or fewer: this is {len(subject)}", field="subject")
    if len(body) > most:
        raise TooLong(f"Use {most:,} characters or fewer: this is {len(body):,}", field="body")


def _leaves_at(session: Session, send_at: datetime | None, now: datetime) -> datetime:
    if send_at is None or send_at <= now:
        return now
    days = setting_value(session, "message_hold_days", clock.today())
    if send_at > now + timedelta(days=days):
        raise HeldTooLong(f"Choose a time within the next {days} days", field="send_at")
    return send_at


def _same_words(
    session: Session, application_id: int, subject: str, body: str, actor: Actor, run_id: int | None, now: datetime
) -> Message | None:
    """The message this one would repeat, when it is the same act; raises AlreadyWritten when it is another."""
    alive = select(Message).where(
        Message.application_id == application_id, Message.direction == Direction.OUT, Message.cancelled_at.is_(None)
    )
    if run_id is not None:
        known = session.scalars(alive.where(Message.run_id == run_id).limit(1)).one_or_none()
        if known is not None:
            return known
    days = setting_value(session, "same_message_days", clock.today())
    same = alive.where(
        Message.subject == subject, Message.body == body, Message.created_at > now - timedelta(days=days)
    )
    last = session.scalars(same.order_by(Message.id.desc()).limit(1)).one_or_none()
    if last is not None and (last.author_id != actor.actor_id or last.created_at <= now - SAME_CLICK):
        raise AlreadyWritten(last.created_at)
    return last


def _refuse_too_many(session: Session, application_id: int, now: datetime) -> None:
    most = setting_values(session, ["applicant_messages_a_day"], clock.today())["applicant_messages_a_day"]
    lately = select(func.count()).where(
        Message.application_id == application_id,
        Message.direction == Direction.IN,
        Message.created_at > now - timedelta(days=1),
    )
    if (session.scalar(lately) or 0) >= most:
        raise TooManyMessages()


def _queue(session: Session, message: Message, application: Application) -> None:
    """Into the outbox, to the address of now."""
    author = session.get(StaffMember, message.author_id)
    mail = queue_mail(
        session, "staff_message", to=application.applicant.email, application_id=application.id,
        message_subject=message.subject, body=message.body, reference=application.reference,
        team=author.team if author is not None else RECRUITERS,
    )  # fmt: skip
    session.flush()
    message.mail_id = mail.id


def _note(session: Session, actor: Actor, action: str, message: Message, **detail: object) -> None:
    record(
        session, actor, action, subject=("message", message.id), application_id=message.application_id,
        **({"run": message.run_id} if message.run_id is not None else {}), **detail,
    )  # fmt: skip
