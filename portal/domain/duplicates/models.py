"""Two applicants who may be one person, and what a recruiter decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Json, words


class PairState(StrEnum):
    OPEN = "open"
    SAME = "same"
    APART = "apart"


class MatchKey(Base):
    """What an application is compared by: a hash of a birth date, a telephone number, a name with a postcode.
    Two applications with one in common are looked at closely."""

    __tablename__ = "match_key"
    __table_args__ = (Index("ix_match_key_value", "value", "application_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Pair(Base):
    """Two applicants, the lower number first. `reasons` are codes of what they have in common."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided_by_somebody"),
        Index("ix_duplicate_pair_state", "state", "found_at"),
        Index("ix_duplicate_pair_second_id", "second_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("applicant.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("applicant.id", ondelete="CASCADE"))
    likeness: Mapped[int]  # out of 100
    reasons: Mapped[list[str]] = mapped_column(Json)
    state: Mapped[PairState] = mapped_column(words(PairState), default=PairState.OPEN)
    found_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[dict[str, Any] | None]  # field by field: whose value was kept
