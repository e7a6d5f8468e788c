"""The outbox: a mail is a row written with the act it tells of, and sent afterwards."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, words


class Delivery(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutboxMail(Base):
    """One mail to one address, with a Message-ID that never changes.

    Queued as a template's name and its context; the text is written down when it is rendered for
    sending. `secret` mails (sign-in codes) lose context and text once sent. `leased_until` keeps two workers off
    the same row; a worker that dies leaves the row to be taken again.
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        Index("ix_outbox_mail_due", "state", "next_attempt_at"),
        Index("ix_outbox_mail_due_kind", "state", "secret", "next_attempt_at"),
        Index("ix_outbox_mail_application", "application_id"),
        Index(
            "ix_outbox_mail_bounced",
            "bounced_at",
            sqlite_where=text("bounced_at IS NOT NULL"),
            postgresql_where=text("bounced_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id", ondelete="SET NULL"))
    name: Mapped[str]  # the folder under templates/mail
    recipient: Mapped[str]
    context: Mapped[dict[str, Any]]
    subject: Mapped[str | None]
    text: Mapped[str | None]
    secret: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Delivery] = mapped_column(words(Delivery), default=Delivery.QUEUED)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]  # taken by the mail server, and come back since
    bounce: Mapped[str | None]  # the status code it came back with: 5.1.1


class MailStop(Base):
    """Somebody asked for no more mail of one kind: `reminders` of a draft, or `campaigns` that open."""

    __tablename__ = "mail_stop"

    email: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class StopLink(Base):
    """What a mail's unsubscribe link holds: whose, and of which kind. Stored hashed; it never runs out."""

    __tablename__ = "stop_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    created_at: Mapped[datetime]


class Notice(Base):
    """Says that a notice has been queued: the same one is never queued twice."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("recipient", "kind", "subject", "window"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    window: Mapped[str]
    mail_id: Mapped[int] = mapped_column(ForeignKey("outbox_mail.id"))
