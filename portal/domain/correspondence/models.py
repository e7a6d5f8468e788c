"""What staff and applicants write to each other, and the wordings staff begin from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, words


class MessageTemplate(Base):
    """A wording staff begin a message from. Its text has versions."""

    __tablename__ = "message_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    archived_at: Mapped[datetime | None]
    versions: Mapped[list[TemplateVersion]] = relationship(
        back_populates="template", order_by="TemplateVersion.number", lazy="selectin"
    )


class TemplateVersion(Base):
    """One wording, with named placeholders such as {given_name}."""

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("message_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    template: Mapped[MessageTemplate] = relationship(back_populates="versions")


class Direction(StrEnum):
    OUT = "out"  # from us
    IN = "in"  # from the applicant


class Message(Base):
    """One message about an application. One of ours leaves as mail at `send_at` unless cancelled before;
    then it has a row in the outbox, whose state is its delivery."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(direction = 'out') = (author_id IS NOT NULL)", name="author"),
        CheckConstraint("(direction = 'out') = (send_at IS NOT NULL)", name="send_at"),
        CheckConstraint("cancelled_at IS NULL OR mail_id IS NULL", name="cancelled_or_queued"),
        Index("ix_message_application_id", "application_id", "created_at"),
        Index("ix_message_due", "mail_id", "cancelled_at", "send_at"),
        Index("ix_message_unread", "direction", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    direction: Mapped[Direction] = mapped_column(words(Direction))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"))
    run_id: Mapped[int | None]  # the bulk run it belongs to, if one
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_mail.id"))
    read_at: Mapped[datetime | None]  # by staff of one from the applicant, by the applicant of one of ours
    read_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
