"""Marks and their history, what trainees said beforehand, catch-ups, assessments, feedback, certificates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Json, words


class Presence(StrEnum):
    """What a register says of one person on one day."""

    UNMARKED = "unmarked"  # taken back: nobody has said yet
    PRESENT = "present"  # late or left early: with the minutes
    ABSENT = "absent"
    EXCUSED = "excused"  # absent, with a reason we accept: it still has to be made good


class Mark(Base):
    """What stands of one trainee at one session. Its version rises with each change, so that a second trainer's
    mark, made without having seen the first one's, is not lost and does not overwrite it."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("late_minutes >= 0 AND left_minutes >= 0", name="minutes"),
        CheckConstraint("presence = 'present' OR (late_minutes = 0 AND left_minutes = 0)", name="minutes_if_present"),
        CheckConstraint("(presence = 'excused') = (reason IS NOT NULL)", name="excused_with_reason"),
        Index("ix_mark_trainee_id", "trainee_id"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), primary_key=True)
    presence: Mapped[Presence] = mapped_column(words(Presence))
    late_minutes: Mapped[int] = mapped_column(default=0)
    left_minutes: Mapped[int] = mapped_column(default=0)  # before the end
    reason: Mapped[str | None]  # a code
    made_at: Mapped[datetime]  # when the trainer tapped, by the device's clock
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: checked in themselves
    version: Mapped[int] = mapped_column(default=1)


class MarkSource(StrEnum):
    REGISTER = "register"
    SCAN = "scan"  # the trainer read the trainee's code
    SELF = "self"  # the trainee read the trainer's
    PAPER = "paper"  # entered afterwards from a printed sheet
    CORRECTION = "correction"


class MarkOutcome(StrEnum):
    KEPT = "kept"
    CONFLICT = "conflict"  # somebody else had marked otherwise meanwhile: waits for a person
    CHOSEN = "chosen"  # was in conflict, and a person chose it
    SET_ASIDE = "set_aside"  # was in conflict, and a person chose the other


class MarkStep(Base):
    """One attempt to mark, whatever came of it. `key` is made on the device: sent again it is the same step."""

    __tablename__ = "mark_step"
    __table_args__ = (
        CheckConstraint("late_minutes >= 0 AND left_minutes >= 0", name="minutes"),
        CheckConstraint("(outcome IN ('chosen', 'set_aside')) = (settled_at IS NOT NULL)", name="settled"),
        CheckConstraint("source <> 'correction' OR why IS NOT NULL", name="corrected_with_reason"),
        Index("ix_mark_step_session_id", "session_id", "trainee_id", "id"),
        Index("ix_mark_step_trainee_id", "trainee_id"),
        Index(
            "ix_mark_step_conflict",
            "session_id",
            sqlite_where=text("outcome = 'conflict'"),
            postgresql_where=text("outcome = 'conflict'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    presence: Mapped[Presence] = mapped_column(words(Presence))
    late_minutes: Mapped[int] = mapped_column(default=0)
    left_minutes: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    seen: Mapped[int]  # the version of the mark the device knew; 0: none
    source: Mapped[MarkSource] = mapped_column(words(MarkSource))
    why: Mapped[str | None]  # a code: why late, or why corrected
    made_at: Mapped[datetime]
    received_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    outcome: Mapped[MarkOutcome] = mapped_column(words(MarkOutcome))
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    settled_at: Mapped[datetime | None]


class RegisterNote(Base):
    """Something a trainer wrote down of a day, or of one person on it, or a walk-in's name: sealed words."""

    __tablename__ = "register_note"
    __table_args__ = (
        CheckConstraint("NOT walk_in OR trainee_id IS NULL", name="walk_in_is_nobodys"),
        Index("ix_register_note_session_id", "session_id"),
        Index("ix_register_note_trainee_id", "trainee_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    trainee_id: Mapped[int | None] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    walk_in: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    written_at: Mapped[datetime]
    dealt_with_at: Mapped[datetime | None]  # a walk-in somebody has seen to
    taken_back_at: Mapped[datetime | None]


class CannotCome(Base):
    """A trainee said beforehand that they cannot come to a session, and why (a code; words sealed)."""

    __tablename__ = "cannot_come"
    __table_args__ = (Index("ix_cannot_come_session_id", "session_id"),)

    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), primary_key=True)
    reason: Mapped[str]
    sealed: Mapped[bytes | None]
    told_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class CatchUpWay(StrEnum):
    SESSION = "session"  # an equal session of any cohort
    ONE_TO_ONE = "one_to_one"
    WRITTEN = "written"


class CatchUpEnd(StrEnum):
    SIGNED_OFF = "signed_off"
    MISSED = "missed"
    CANCELLED = "cancelled"
    GONE = "gone"  # the application ended, or the session it was in was cancelled


class CatchUp(Base):
    """How one missed module is made good. One live for each module; a trainer signs it off."""

    __tablename__ = "catch_up"
    __table_args__ = (
        CheckConstraint("(way = 'session') = (session_id IS NOT NULL)", name="session_if_one"),
        CheckConstraint("way <> 'one_to_one' OR starts_at IS NOT NULL", name="one_to_one_when"),
        CheckConstraint("way <> 'written' OR due_on IS NOT NULL", name="written_until"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        CheckConstraint("(ended_as = 'signed_off') = (signed_off_by IS NOT NULL) OR ended_as IS NULL", name="signed"),
        Index(
            "uq_catch_up_live",
            "trainee_id",
            "module_code",
            unique=True,
            sqlite_where=text("ended_at IS NULL OR ended_as = 'signed_off'"),
            postgresql_where=text("ended_at IS NULL OR ended_as = 'signed_off'"),
        ),
        Index("ix_catch_up_session_id", "session_id"),
        Index("ix_catch_up_staff_id", "staff_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))  # of the trainee's own course version
    module_code: Mapped[str]
    way: Mapped[CatchUpWay] = mapped_column(words(CatchUpWay))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"))
    starts_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")  # where, one to one
    due_on: Mapped[date | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # the trainer who sees to it
    booked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: the trainee
    booked_at: Mapped[datetime]
    work: Mapped[bytes | None]  # sealed: what was written
    handed_in_at: Mapped[datetime | None]
    signed_off_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[CatchUpEnd | None] = mapped_column(words(CatchUpEnd))
    version: Mapped[int] = mapped_column(default=1)


class Result(StrEnum):
    PASSED = "passed"
    NOT_YET = "not_yet"


class Assessment(Base):
    """One attempt at an assessed module. A wrong entry is taken back and made again: nothing is overwritten."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("attempt > 0", name="attempt"),
        UniqueConstraint("trainee_id", "module_code", "attempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))
    module_code: Mapped[str]
    attempt: Mapped[int]
    result: Mapped[Result] = mapped_column(words(Result))
    sealed: Mapped[bytes | None]  # what to work on
    assessed_on: Mapped[date]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    recorded_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class FeedbackGiven(Base):
    """That somebody has answered for a weekend, so that nobody answers twice. What they said is not joined to it."""

    __tablename__ = "feedback_given"

    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"), primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)


class Feedback(Base):
    """What somebody thought of one weekend of a cohort. Nobody's: a random id, no time, no person."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("clear BETWEEN 1 AND 5 AND pace BETWEEN 1 AND 5 AND useful BETWEEN 1 AND 5", name="points"),
        Index("ix_feedback_cohort_id", "cohort_id", "block"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    block: Mapped[int]
    clear: Mapped[int]
    pace: Mapped[int]
    useful: Mapped[int]
    remarks: Mapped[str] = mapped_column(default="")


class Certificate(Base):
    """That somebody completed a course. `code` is its address for whoever wants to verify it: long and random.
    The paper's own digest tells an altered copy from the one that was issued."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_with_reason"),
        Index(
            "uq_certificate_live",
            "trainee_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)  # as printed: the course, its version, days, modules
    name: Mapped[str]  # as printed
    completed_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    stored_as: Mapped[str | None] = mapped_column(unique=True)  # the paper's key in the store; none: being printed
    wrapped_key: Mapped[bytes | None]
    digest: Mapped[str | None] = mapped_column(index=True)  # SHA-256 of the paper
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
