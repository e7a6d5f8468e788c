"""Courses as versioned templates, cohorts with dated sessions, who has a place, who was there, what is left to do.

A place is a number, as an offer's is: a partial unique index lets each be held once at a time. A mark is a row with
a version, and every attempt to set one is a step that stays, known by a key made on the device that sent it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Json, words
from portal.domain.interviews.models import Venue


class Course(Base):
    """What is taught, whatever the dates. No scheme: anybody's (induction, Data Safe)."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"), index=True)
    archived_at: Mapped[datetime | None]
    versions: Mapped[list[CourseVersion]] = relationship(back_populates="course", order_by="CourseVersion.number")


class Pattern(StrEnum):
    """How a course's days lie in the calendar, counted from its first day."""

    WEEKENDS = "weekends"  # Saturday and Sunday together, every so many weeks
    WEEKLY = "weekly"  # one day or evening a week, on the first day's weekday
    DAYS = "days"  # one working day after another


class CourseVersion(Base):
    """One way the course is taught. A draft until published; then it never changes, and the next is a new version."""

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("every_weeks > 0", name="every_weeks"),
        CheckConstraint("least_days >= 0", name="least_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    number: Mapped[int]
    pattern: Mapped[Pattern] = mapped_column(words(Pattern))
    every_weeks: Mapped[int] = mapped_column(default=1)  # weeks from one weekend, or evening, to the next
    least_days: Mapped[int]  # days that must have been attended or made good
    bring: Mapped[str] = mapped_column(default="")  # what a trainee brings, one thing a line
    change_note: Mapped[str] = mapped_column(default="")  # what is new in this version
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: shipped
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    course: Mapped[Course] = relationship(back_populates="versions")
    days: Mapped[list[CourseDay]] = relationship(order_by="CourseDay.number", passive_deletes=True)


class CourseDay(Base):
    """One day or evening of the template, in minutes after midnight in London."""

    __tablename__ = "course_day"
    __table_args__ = (
        UniqueConstraint("version_id", "number"),
        CheckConstraint("number > 0 AND block > 0", name="numbers"),
        CheckConstraint("starts_minute >= 0 AND ends_minute > starts_minute AND ends_minute <= 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id", ondelete="CASCADE"))
    number: Mapped[int]  # from 1
    block: Mapped[int]  # the weekend (or week) it belongs to, from 1
    title: Mapped[str]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]
    modules: Mapped[list[Module]] = relationship(order_by="Module.position", passive_deletes=True)


class Module(Base):
    """Something taught on one day. `code` is the same in every version of the course: a module attended
    anywhere makes good the one of the same code missed elsewhere."""

    __tablename__ = "module"
    __table_args__ = (
        UniqueConstraint("version_id", "code"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_module_code", "code"),
        Index("ix_module_day_id", "day_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id", ondelete="CASCADE"))
    day_id: Mapped[int] = mapped_column(ForeignKey("course_day.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    minutes: Mapped[int]
    mandatory: Mapped[bool] = mapped_column(default=True)
    assessed: Mapped[bool] = mapped_column(default=False)
    written: Mapped[bool] = mapped_column(default=False)  # may be made good by written work
    one_to_one: Mapped[bool] = mapped_column(default=True)  # may be made good with a trainer alone
    materials: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # [{"title": …, "url": …}]


class ModuleNeed(Base):
    """A module that must have been done before another of the same version."""

    __tablename__ = "module_need"
    __table_args__ = (CheckConstraint("module_id <> needs_id", name="not_itself"),)

    module_id: Mapped[int] = mapped_column(ForeignKey("module.id", ondelete="CASCADE"), primary_key=True)
    needs_id: Mapped[int] = mapped_column(ForeignKey("module.id", ondelete="CASCADE"), primary_key=True)


class Cohort(Base):
    """People on one run of a course. Its campaign: whose accepted offers fill it, and every later one's of the
    scheme; none: a course anybody of the scheme may join. No division: the whole force's."""

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled_with_reason"),
        Index("ix_cohort_campaign_id", "campaign_id"),
        Index("ix_cohort_version_id", "version_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"), index=True)
    name: Mapped[str] = mapped_column(unique=True)
    capacity: Mapped[int]
    skip_holidays: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    course: Mapped[CourseVersion] = relationship()
    sessions: Mapped[list[TrainingSession]] = relationship(
        back_populates="cohort", order_by="TrainingSession.starts_at", passive_deletes=True
    )


class TrainingSession(Base):
    """One dated day or evening of a cohort. `uid` and `sequence` are its calendar entry's. Beyond the template's
    days a cohort may have extra ones (`day_id` none), for catching up."""

    __tablename__ = "training_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("room_places IS NULL OR room_places > 0", name="room_places"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled_with_reason"),
        Index("ix_training_session_cohort_id", "cohort_id", "starts_at"),
        Index("ix_training_session_starts_at", "starts_at"),
        Index("ix_training_session_venue_id", "venue_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    day_id: Mapped[int | None] = mapped_column(ForeignKey("course_day.id"))
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))  # none: not fixed yet, so not published
    room: Mapped[str] = mapped_column(default="")
    room_places: Mapped[int | None]  # how many the room seats; none: the cohort's capacity
    materials: Mapped[str] = mapped_column(default="")  # what trainers bring or print
    uid: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    cohort: Mapped[Cohort] = relationship(back_populates="sessions")
    venue: Mapped[Venue | None] = relationship()


class SessionModule(Base):
    """What a session teaches: its template day's modules, unless a person changed it."""

    __tablename__ = "session_module"

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id", ondelete="CASCADE"), primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), primary_key=True, index=True)


class SessionTrainer(Base):
    """Who teaches a session. A substitute, added on the morning, sees that day only; others see the whole cohort."""

    __tablename__ = "session_trainer"
    __table_args__ = (Index("ix_session_trainer_staff_id", "staff_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    substitute: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    added_at: Mapped[datetime]


class Availability(Base):
    """Which of a cohort's days somebody said they cannot come to, before they had a place; none of them: all suit."""

    __tablename__ = "availability"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, index=True)
    misses: Mapped[list[int]] = mapped_column(Json, default=list)  # ids of sessions
    suits: Mapped[bool] = mapped_column(default=True)  # false: not this cohort at all
    stated_at: Mapped[datetime]


class TraineeEnd(StrEnum):
    TRANSFERRED = "transferred"  # to a later cohort, keeping credit
    DECLINED = "declined"  # did not want the place offered from the waiting list
    LAPSED = "lapsed"  # did not confirm in time
    REMOVED = "removed"  # by staff, with a reason
    GONE = "gone"  # the application ended


class Trainee(Base):
    """A place in a cohort, held. `confirm_by`: offered from the waiting list and not confirmed yet.
    `started_at`: training began, every gate met; who has not started may not be marked present.

    What somebody attended under an earlier place of the same application stays theirs: that is their credit.
    """

    __tablename__ = "trainee"
    __table_args__ = (
        CheckConstraint("seat > 0", name="seat"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        CheckConstraint("started_at IS NULL OR confirmed_at IS NOT NULL", name="started_when_confirmed"),
        CheckConstraint("completed_at IS NULL OR started_at IS NOT NULL", name="completed_when_started"),
        Index(
            "uq_trainee_live",
            "application_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_trainee_seat",
            "cohort_id",
            "seat",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_trainee_application_id", "application_id"),
        Index("ix_trainee_cohort_id", "cohort_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    seat: Mapped[int]
    enrolled_at: Mapped[datetime]
    enrolled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: by the rule, from the list
    confirm_by: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[TraineeEnd | None] = mapped_column(words(TraineeEnd))
    reason: Mapped[str | None]  # a code: why transferred or removed
    adjustments: Mapped[bytes | None]  # sealed: what helps them in class, in words a trainer may read
    check_in: Mapped[str] = mapped_column(unique=True)  # what their own code says when a trainer scans it: random
    version: Mapped[int] = mapped_column(default=1)


class WaitingEnd(StrEnum):
    OFFERED = "offered"
    TAKEN_BACK = "taken_back"
    GONE = "gone"


class Waiting(Base):
    """Somebody waits for a place in a cohort. The order is computed (when their offer was accepted), never stored."""

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_somehow"),
        Index(
            "uq_waiting_live",
            "application_id",
            "cohort_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_waiting_cohort_id", "cohort_id"),
        Index("ix_waiting_application_id", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[WaitingEnd | None] = mapped_column(words(WaitingEnd))


class EmergencyContact(Base):
    """Whom to ring if something happens to a trainee in class: name, telephone, relation, sealed as one JSON."""

    __tablename__ = "emergency_contact"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes]
    given_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
