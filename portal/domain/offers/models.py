"""Offers of a numbered place on a course, what came of each, and where somebody will serve."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Json, words


class OfferAnswer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DEFERRED = "deferred"
    LAPSED = "lapsed"  # no answer in time, and a person said so; a promoted one's by its confirm-by date
    TAKEN_BACK = "taken_back"


class Offer(Base):
    """One place of one course, held for one person. A place's number belongs to one live offer at a time: the
    database refuses another. `freed_at`: the place is somebody else's to have."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at"),
        CheckConstraint("answer IS NULL OR answer = 'accepted' OR freed_at IS NOT NULL", name="freed_unless_taken"),
        CheckConstraint("answer IS NOT NULL OR freed_at IS NULL", name="held_while_open"),
        CheckConstraint("answer <> 'declined' OR reason IS NOT NULL", name="declined_with_reason"),
        CheckConstraint("confirmed_at IS NULL OR answer = 'accepted'", name="confirmed_when_accepted"),
        Index(
            "uq_offer_open",
            "application_id",
            unique=True,
            sqlite_where=text("freed_at IS NULL"),
            postgresql_where=text("freed_at IS NULL"),
        ),
        Index(
            "uq_offer_place",
            "campaign_id",
            "place",
            unique=True,
            sqlite_where=text("freed_at IS NULL"),
            postgresql_where=text("freed_at IS NULL"),
        ),
        Index("ix_offer_application_id", "application_id"),
        Index("ix_offer_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))  # whose course it is: a later one's, deferred
    place: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: promoted by the rule
    promoted: Mapped[bool] = mapped_column(default=False)  # from the reserve list
    expires_at: Mapped[datetime]
    answer: Mapped[OfferAnswer | None] = mapped_column(words(OfferAnswer))
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # a code
    defer_to_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))  # none: the next there is
    confirmed_at: Mapped[datetime | None]  # everything is met: unconditional
    freed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class PromotionStop(Base):
    """Somebody stopped the reserve list of a campaign from moving by itself; the row going lets it move again."""

    __tablename__ = "promotion_stop"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    stopped_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    stopped_at: Mapped[datetime]


class Placement(Base):
    """Where somebody will serve: proposed from what they want, can do and are needed for; confirmed by a person."""

    __tablename__ = "placement"
    __table_args__ = (CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    strand: Mapped[str | None]  # a strand's slug
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    reasons: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # codes: why this area, strand, supervisor
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    confirmed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
