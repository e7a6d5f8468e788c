"""The blind sift: who reads what under which alias, their scores, and where two readers differ."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, words
from portal.domain.applications.models import Relation


class KnownPerson(Base):
    """Somebody a member of staff says they know before any application is seen. Applications under that
    name are kept from them; they are not told whether there is one."""

    __tablename__ = "known_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    name_sealed: Mapped[bytes]
    relation: Mapped[Relation] = mapped_column(words(Relation))
    created_at: Mapped[datetime]


class Settling(StrEnum):
    """Where an application stands between its readers and the ranking."""

    READING = "reading"  # scores are missing
    AGREED = "agreed"
    DIFFERS = "differs"  # a gap, a veto, or a reader asked: a moderator settles it
    SETTLED = "settled"


class Triage(StrEnum):
    READ_ON = "read_on"
    DECLINE = "decline"


class Entry(Base):
    """One application in its campaign's sift. `alias` is how moderators know it; each reader has another.

    Totals and `score` are hundredths of a point: points times weight, summed, averaged over the readers.
    """

    __tablename__ = "shortlist_entry"
    __table_args__ = (
        UniqueConstraint("campaign_id", "alias"),
        CheckConstraint("(state = 'settled') = (settled_by IS NOT NULL)", name="settled_by_somebody"),
        CheckConstraint("(state IN ('agreed', 'settled')) = (score IS NOT NULL)", name="scored"),
        Index("ix_shortlist_entry_rank", "campaign_id", "score"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    alias: Mapped[str]
    state: Mapped[Settling] = mapped_column(words(Settling), default=Settling.READING)
    triage: Mapped[Triage | None] = mapped_column(words(Triage))
    score: Mapped[int | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    settled_at: Mapped[datetime | None]
    settled_reason: Mapped[str | None]
    veto_upheld: Mapped[bool] = mapped_column(default=False)  # it does not go on, whatever the points
    version: Mapped[int] = mapped_column(default=1)


class Round(StrEnum):
    TRIAGE = "triage"
    SCORE = "score"


class Assignment(Base):
    """One reader's blind reading of one application. `public_id` and `alias` are all they know of it."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("seat IN (1, 2)", name="seat"),
        CheckConstraint("(stepped_down_at IS NULL) = (stepped_down_reason IS NULL)", name="stepped_down_reason"),
        CheckConstraint("stepped_down_at IS NULL OR completed_at IS NULL", name="completed_or_stepped_down"),
        Index(
            "uq_assignment_seat", "application_id", "round", "seat", unique=True,
            sqlite_where=text("stepped_down_at IS NULL"), postgresql_where=text("stepped_down_at IS NULL"),
        ),
        Index("uq_assignment_reader", "staff_id", "application_id", "round", unique=True),
        Index("uq_assignment_alias", "staff_id", "alias", unique=True),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    alias: Mapped[str]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    round: Mapped[Round] = mapped_column(words(Round), default=Round.SCORE)
    seat: Mapped[int]
    assigned_at: Mapped[datetime]
    due_on: Mapped[date]
    completed_at: Mapped[datetime | None]
    stepped_down_at: Mapped[datetime | None]
    stepped_down_reason: Mapped[str | None]
    asks_moderation: Mapped[bool] = mapped_column(default=False)
    veto: Mapped[str | None]  # why it must not go on whatever the points, in the reader's words
    shows_who: Mapped[str | None]  # the piece a reader says still tells who it is, until it is masked
    version: Mapped[int] = mapped_column(default=1)


class Score(Base):
    """Points for one criterion, with the words relied on, which the applicant may ask to see."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("assignment_id", "criterion_id"),
        CheckConstraint("points BETWEEN 1 AND 5", name="points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    criterion_version_id: Mapped[int] = mapped_column(ForeignKey("criterion_version.id"))
    points: Mapped[int]
    words: Mapped[str] = mapped_column(default="")
    scored_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class SettledScore(Base):
    """Points a moderator settled on for one criterion."""

    __tablename__ = "settled_score"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("shortlist_entry.application_id", ondelete="CASCADE"), primary_key=True
    )
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), primary_key=True)
    points: Mapped[int]


class Mask(Base):
    """A piece of text hidden by hand from an application's readers, after one said that it tells who it is."""

    __tablename__ = "mask"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]


class CutOff(Base):
    """Where a campaign's line falls: from `score` (hundredths) on people are shortlisted, and the next
    `reserves` are held in reserve. Provisional like the decisions it makes."""

    __tablename__ = "cut_off"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    score: Mapped[int]
    reserves: Mapped[int] = mapped_column(default=0)
    set_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    set_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
