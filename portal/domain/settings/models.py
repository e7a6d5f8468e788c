"""Numbers and choices that are policy: each has a start date, and the newest started one holds."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Json


class Setting(Base):
    """One value of one setting from a day on."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("key", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    starts_on: Mapped[date]
    value: Mapped[object] = mapped_column(Json)
    created_at: Mapped[datetime]
