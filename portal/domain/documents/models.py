"""Files people give us, encrypted one by one, and what the background check found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, words
from portal.domain.campaigns.models import RequirementKind


class DocumentState(StrEnum):
    CHECKING = "checking"
    CLEAN = "clean"
    REFUSED = "refused"
    REMOVED = "removed"


class Document(Base):
    """One file. Its stored key is random; the name the applicant gave is sealed.

    `wrapped_key` is the file's own key, wrapped by a master; destroying it disposes of the file
    and of every backup of it. A refused file is not kept either: only what was wrong with it is.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_with_reason"),
        CheckConstraint("(state = 'removed') = (removed_at IS NOT NULL)", name="removed_at"),
        CheckConstraint("(state IN ('refused', 'removed')) = (wrapped_key IS NULL)", name="key_destroyed"),
        Index("ix_document_application", "application_id", "kind"),
        Index("ix_document_state", "state", "next_check_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)  # in addresses; says nothing
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[RequirementKind] = mapped_column(words(RequirementKind))
    name_sealed: Mapped[bytes]
    media_type: Mapped[str]
    size: Mapped[int]  # bytes as received
    pages: Mapped[int | None]
    storage_key: Mapped[str] = mapped_column(unique=True)
    wrapped_key: Mapped[bytes | None]
    state: Mapped[DocumentState] = mapped_column(words(DocumentState), default=DocumentState.CHECKING)
    refusal: Mapped[str | None]
    scanned: Mapped[bool] = mapped_column(default=False)  # false in a demonstration without a scanner
    received_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]  # while it is checked: when another worker may take it
    attempts: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None]
    uploaded_by_staff: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
