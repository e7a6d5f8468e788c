"""What staff add to an application: notes, calls, tags, provisional decisions; and how they look at lists."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, words


class Note(Base):
    """A note of staff's own. Sealed, since anything may be written in it; the applicant may ask to see it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]


class CallOutcome(StrEnum):
    SPOKE = "spoke"
    NO_ANSWER = "no_answer"
    LEFT_MESSAGE = "left_message"
    WRONG_NUMBER = "wrong_number"
    THEY_RANG = "they_rang"


class Call(Base):
    """One telephone call, made or taken."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    outcome: Mapped[CallOutcome] = mapped_column(words(CallOutcome))
    sealed: Mapped[bytes | None]  # what was said
    at: Mapped[datetime]


class Tag(Base):
    """A word that staff put on applications to find them again."""

    __tablename__ = "tag"
    __table_args__ = (CheckConstraint("name = lower(name)", name="name_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class ApplicationTag(Base):
    __tablename__ = "application_tag"
    __table_args__ = (Index("ix_application_tag_tag_id", "tag_id", "application_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)


class Verdict(StrEnum):
    """What a sift or an interview can come to."""

    SHORTLIST = "shortlist"
    OFFER = "offer"
    RESERVE = "reserve"
    DECLINE = "decline"


class Decision(Base):
    """A verdict on an application: provisional, and nobody outside knows, until it is released; until then it
    can be undone. At most one is provisional at a time. `reason` is a code; `feedback` is for the applicant."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_by_somebody"),
        CheckConstraint("undone_at IS NULL OR released_at IS NULL", name="undone_or_released"),
        CheckConstraint("verdict <> 'decline' OR reason IS NOT NULL", name="declined_with_reason"),
        Index(
            "uq_decision_provisional",
            "application_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL AND released_at IS NULL"),
            postgresql_where=text("undone_at IS NULL AND released_at IS NULL"),
        ),
        Index("ix_decision_application_id", "application_id"),
        Index("ix_decision_run_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    verdict: Mapped[Verdict] = mapped_column(words(Verdict))
    reason: Mapped[str | None]
    feedback: Mapped[str] = mapped_column(default="")
    reserve_place: Mapped[int | None]
    decided_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    decided_at: Mapped[datetime]
    run_id: Mapped[int | None]  # the bulk run that made it, if one did
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    undone_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    released_at: Mapped[datetime | None]


class SavedView(Base):
    """A list's filters under a name: the query string of its address. Shared ones everybody on the staff sees."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Presence(Base):
    """Who has which page open now: refreshed while it is, by the real clock, and forgotten after a minute."""

    __tablename__ = "presence"

    kind: Mapped[str] = mapped_column(primary_key=True)  # application | campaign | …
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), primary_key=True)
    editing: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime]
