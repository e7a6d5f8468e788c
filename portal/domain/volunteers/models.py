"""What must be done before appointment, the volunteer it makes, and the dated register of their powers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Json, words


class Agreement(Base):
    """One version of the volunteer agreement. The last published is the one to accept. No scheme: every scheme's."""

    __tablename__ = "agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"), index=True)
    number: Mapped[int]
    body: Mapped[str]  # paragraphs; a line beginning "- " is an item
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    published_at: Mapped[datetime | None]


class AgreementAccepted(Base):
    __tablename__ = "agreement_accepted"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True, index=True)
    accepted_at: Mapped[datetime]


class StepKind(StrEnum):
    """What a person does by hand before an appointment; the rest of the checklist is read from where it stands."""

    INDUCTION = "induction"
    IDENTIFICATION = "identification"
    BARRED_LIST = "barred_list"


class AppointmentStep(Base):
    """One done; taken back where it was wrong. The identification's number is sealed."""

    __tablename__ = "appointment_step"
    __table_args__ = (
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_by IS NULL)", name="taken_back_by_somebody"),
        Index(
            "uq_appointment_step_live",
            "application_id",
            "kind",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
        Index("ix_appointment_step_application_id", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[StepKind] = mapped_column(words(StepKind))
    done_on: Mapped[date]
    sealed: Mapped[bytes | None]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    recorded_at: Mapped[datetime]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    taken_back_at: Mapped[datetime | None]


class Volunteer(Base):
    """An appointed person."""

    __tablename__ = "volunteer"
    __table_args__ = (
        CheckConstraint("(ended_on IS NULL) = (ended_reason IS NULL)", name="ended_with_reason"),
        Index("ix_volunteer_district_id", "district_id"),
        Index("ix_volunteer_supervisor_id", "supervisor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # as a reference: no meaning, checkable by voice
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    appointed_on: Mapped[date]
    appointed_at: Mapped[datetime]
    appointed_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))  # none: the scheme has no course
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    strand: Mapped[str | None]
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class Power(Base):
    """Something the law lets the chief officer designate. Dated configuration: changed by ending one and adding one."""

    __tablename__ = "power"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    law: Mapped[str]  # the Act it rests on
    limits: Mapped[str] = mapped_column(default="")  # the usual ones, offered when it is granted
    module_codes: Mapped[list[str]] = mapped_column(Json, default=list)  # training that must have been done for it
    scheme_ids: Mapped[list[int]] = mapped_column(Json, default=list)  # whose volunteers may have it; none: any scheme
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class PowerGrant(Base):
    """One power of one volunteer, from a day to a day. Never changed: withdrawn, and granted again otherwise."""

    __tablename__ = "power_grant"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawn_by_somebody",
        ),
        Index(
            "uq_power_grant_live",
            "volunteer_id",
            "power_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_power_grant_volunteer_id", "volunteer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    power_id: Mapped[int] = mapped_column(ForeignKey("power.id"))
    limits: Mapped[str]
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))  # the training it rests on
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    granted_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]
