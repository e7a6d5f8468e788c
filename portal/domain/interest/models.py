"""People who ask to be told when a scheme next takes applications."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Interest(Base):
    """An address that wants to hear of a scheme's campaigns. Nothing but the confirmation is sent before it
    is confirmed."""

    __tablename__ = "interest"
    __table_args__ = (
        UniqueConstraint("email", "scheme_id"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_interest_scheme_id", "scheme_id", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id", ondelete="CASCADE"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    confirm_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
