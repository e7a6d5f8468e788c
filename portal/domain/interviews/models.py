"""Interview and fitness sessions: where, when, with whom, who is invited, who sits where.

A seat is a row, and a booking refers to one: the database refuses a seat that is not there and a second
live booking of one that is.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Json, words


class SessionKind(StrEnum):
    INTERVIEW = "interview"
    FITNESS = "fitness"
    PRACTICE = "practice"


class Venue(Base):
    """A place people come to, or (`online`) a way to meet without one. None's division: the whole force's."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(default="")
    map_url: Mapped[str] = mapped_column(default="")
    access_notes: Mapped[str] = mapped_column(default="")
    step_free: Mapped[bool] = mapped_column(default=False)
    online: Mapped[bool] = mapped_column(default=False)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    archived_at: Mapped[datetime | None]


class InterviewSession(Base):
    """One day at one venue: panels side by side, each with the same slots. Nobody outside sees it unpublished."""

    __tablename__ = "interview_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("slot_minutes > 0 AND gap_minutes >= 0", name="minutes"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled_with_reason"),
        Index("ix_interview_session_campaign_id", "campaign_id", "starts_at"),
        Index("ix_interview_session_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    kind: Mapped[SessionKind] = mapped_column(words(SessionKind))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    slot_minutes: Mapped[int]
    gap_minutes: Mapped[int] = mapped_column(default=0)
    breaks: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # [{"from": "12:30", "minutes": 30}]
    what_to_bring: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    venue: Mapped[Venue] = relationship()
    panels: Mapped[list[Panel]] = relationship(back_populates="session", order_by="Panel.id", passive_deletes=True)


class Panel(Base):
    """Those who sit together, in one room or on one line, all session long."""

    __tablename__ = "panel"
    __table_args__ = (UniqueConstraint("session_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("interview_session.id", ondelete="CASCADE"))
    name: Mapped[str]
    room: Mapped[str] = mapped_column(default="")
    online_url: Mapped[str] = mapped_column(default="")
    late_minutes: Mapped[int] = mapped_column(default=0)  # running late, as said on the day

    session: Mapped[InterviewSession] = relationship(back_populates="panels")
    members: Mapped[list[PanelMember]] = relationship(order_by="PanelMember.staff_id", passive_deletes=True)
    slots: Mapped[list[Slot]] = relationship(back_populates="panel", order_by="Slot.starts_at", passive_deletes=True)


class PanelMember(Base):
    __tablename__ = "panel_member"
    __table_args__ = (Index("ix_panel_member_staff_id", "staff_id"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)


class Slot(Base):
    """A time with one panel: one seat for an interview, several for a fitness test."""

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        UniqueConstraint("panel_id", "starts_at"),
        Index("ix_slot_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # kept free by staff: nobody books it

    panel: Mapped[Panel] = relationship(back_populates="slots")
    seats: Mapped[list[Seat]] = relationship(order_by="Seat.number", passive_deletes=True)


class Seat(Base):
    __tablename__ = "seat"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class InvitationEnd(StrEnum):
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"  # by the applicant, who does not want another time
    TAKEN_BACK = "taken_back"  # by staff
    LAPSED = "lapsed"  # no answer, and a person decided so
    GONE = "gone"  # the application ended


class Invitation(Base):
    """Somebody may choose a time. One live at a time for each kind; a second chance is a second invitation.

    `uid` and `sequence` are the calendar entry's: the same through moves and cancelling, ever rising.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        UniqueConstraint("application_id", "kind", "attempt"),
        Index(
            "uq_invitation_live",
            "application_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_invitation_answer_by", "answer_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[SessionKind] = mapped_column(words(SessionKind))
    attempt: Mapped[int] = mapped_column(default=1)
    uid: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime]
    invited_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    answer_by: Mapped[datetime]
    moves: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[InvitationEnd | None] = mapped_column(words(InvitationEnd))
    version: Mapped[int] = mapped_column(default=1)


class Attendance(StrEnum):
    EXPECTED = "expected"
    ARRIVED = "arrived"
    IN_ROOM = "in_room"
    LEFT = "left"
    NO_SHOW = "no_show"


class BookingEnd(StrEnum):
    MOVED = "moved"
    CANCELLED = "cancelled"
    SESSION_CANCELLED = "session_cancelled"
    GONE = "gone"  # the application ended


class Booking(Base):
    """A seat taken. A moved one ends and another begins, so that the history stays. A no-show keeps its seat."""

    __tablename__ = "booking"
    __table_args__ = (
        ForeignKeyConstraint(["slot_id", "seat"], ["seat.slot_id", "seat.number"]),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        CheckConstraint("attendance = 'expected' OR ended_at IS NULL", name="attended_live"),
        Index(
            "uq_booking_seat",
            "slot_id",
            "seat",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_booking_invitation",
            "invitation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_booking_invitation_id", "invitation_id"),
        Index("ix_booking_application_id", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    slot_id: Mapped[int]
    seat: Mapped[int]
    booked_at: Mapped[datetime]
    booked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: the applicant
    attendance: Mapped[Attendance] = mapped_column(words(Attendance), default=Attendance.EXPECTED)
    arrived_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[BookingEnd | None] = mapped_column(words(BookingEnd))
    reason: Mapped[str | None]  # a code: why moved late or cancelled


class WishEnd(StrEnum):
    GRANTED = "granted"
    TAKEN_BACK = "taken_back"
    ANSWERED = "answered"  # by a person
    GONE = "gone"


class Wish(Base):
    """Somebody waits for a seat of a slot, or of any slot of a session, or asked for another time in words (sealed).

    A seat that comes free goes to whoever asked first of those who may take it.
    """

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("slot_id IS NOT NULL OR session_id IS NOT NULL OR sealed IS NOT NULL", name="for_something"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        Index("ix_wish_invitation_id", "invitation_id"),
        Index("ix_wish_slot_id", "slot_id", "asked_at"),
        Index("ix_wish_session_id", "session_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("interview_session.id", ondelete="CASCADE"))
    sealed: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[WishEnd | None] = mapped_column(words(WishEnd))


class NoConflict(Base):
    """Somebody said, before they saw more than a name, that they do not know this applicant."""

    __tablename__ = "no_conflict"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    declared_at: Mapped[datetime]


class InterviewQuestion(Base):
    """Something every panel of a campaign asks. Changed by retiring it and asking another: sheets keep its words."""

    __tablename__ = "interview_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    looks_for: Mapped[str] = mapped_column(default="")  # what a strong answer has
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Recommendation(StrEnum):
    OFFER = "offer"
    RESERVE = "reserve"
    NOT_THIS_TIME = "not_this_time"


class Sheet(Base):
    """What one interviewer made of one interview, or (nobody's) what the panel agreed afterwards."""

    __tablename__ = "sheet"
    __table_args__ = (
        UniqueConstraint("booking_id", "staff_id"),
        CheckConstraint("(completed_at IS NULL) = (completed_by IS NULL)", name="completed_by_somebody"),
        CheckConstraint("completed_at IS NULL OR recommendation IS NOT NULL", name="completed_says"),
        Index(
            "uq_sheet_agreed",
            "booking_id",
            unique=True,
            sqlite_where=text("staff_id IS NULL"),
            postgresql_where=text("staff_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    recommendation: Mapped[Recommendation | None] = mapped_column(words(Recommendation))
    sealed: Mapped[bytes | None]  # in their own words
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    version: Mapped[int] = mapped_column(default=1)


class SheetMark(Base):
    __tablename__ = "sheet_mark"
    __table_args__ = (
        CheckConstraint("points BETWEEN 1 AND 5", name="points"),
        CheckConstraint("points IS NOT NULL OR sealed IS NOT NULL", name="says_something"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("interview_question.id"), primary_key=True)
    points: Mapped[int | None]
    sealed: Mapped[bytes | None]


class SheetReopening(Base):
    """An agreed sheet opened again: sealed, why, and what had been agreed until then."""

    __tablename__ = "sheet_reopening"

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id", ondelete="CASCADE"), index=True)
    agreed_at: Mapped[datetime]
    agreed_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    reopened_at: Mapped[datetime]
    reopened_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    sealed: Mapped[bytes]


class CalendarFeed(Base):
    """The address of somebody's own calendar: whoever has it reads it, so it is stored hashed and can be renewed."""

    __tablename__ = "calendar_feed"
    __table_args__ = (CheckConstraint("(applicant_id IS NULL) <> (staff_id IS NULL)", name="one_person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("applicant.id", ondelete="CASCADE"), unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime]
