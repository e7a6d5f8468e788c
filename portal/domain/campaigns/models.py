"""Areas, schemes, campaigns and their questions: what a person may apply for, where and when."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Json, words


class Stage(StrEnum):
    """The stages of the road, in order; a requirement is due at one of them."""

    SUBMISSION = "submission"
    INTERVIEW = "interview"
    OFFER = "offer"
    TRAINING = "training"
    APPOINTMENT = "appointment"


class RequirementKind(StrEnum):
    MEDICAL = "medical"
    FITNESS = "fitness"
    VETTING = "vetting"
    REFERENCES = "references"
    IDENTITY = "identity"
    OCCUPATION = "occupation"
    GUARDIAN = "guardian"


class AgeDay(StrEnum):
    """The day on which age is counted."""

    APPLICATION = "application"
    TRAINING_START = "training_start"


class QuestionKind(StrEnum):
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    DISTRICT = "district"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


class Care(StrEnum):
    """How carefully an answer is kept: special-category answers are sealed one by one."""

    ORDINARY = "ordinary"
    PERSONAL = "personal"  # names, contact: never shown to an assessor
    SEALED = "sealed"  # health: encrypted, own permission


class Division(Base):
    __tablename__ = "division"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    districts: Mapped[list[District]] = relationship(back_populates="division", order_by="District.name")


class District(Base):
    __tablename__ = "district"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    division: Mapped[Division] = relationship(back_populates="districts")


class OutwardCode(Base):
    """Outward postcode → district. A code that spans two has two rows, and the applicant chooses."""

    __tablename__ = "outward_code"

    outward: Mapped[str] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), primary_key=True)


class Scheme(Base):
    """A kind of volunteering. `content` holds the page's own paragraphs and lists."""

    __tablename__ = "scheme"
    __table_args__ = (CheckConstraint("max_age IS NULL OR max_age >= min_age", name="ages"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str]  # the letters before the dash in a reference
    name: Mapped[str]
    plural: Mapped[str]
    summary: Mapped[str]
    commitment: Mapped[str]
    min_age: Mapped[int]
    max_age: Mapped[int | None]
    hours_a_month: Mapped[int | None]
    applies_here: Mapped[bool]  # false: page and enquiry only
    art: Mapped[str]
    position: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    strands: Mapped[list[Strand]] = relationship(back_populates="scheme", order_by="Strand.position")


class Strand(Base):
    __tablename__ = "strand"
    __table_args__ = (UniqueConstraint("scheme_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    slug: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str]
    position: Mapped[int]
    scheme: Mapped[Scheme] = relationship(back_populates="strands")


class Campaign(Base):
    """One scheme, some districts, and a road of dates. Open, closing and closed are computed."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("interviews_to >= interviews_from", name="interview_window"),
        CheckConstraint("places > 0", name="places"),
        Index("ix_campaign_closes_at", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    lead: Mapped[str]
    announced_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    answer_by: Mapped[date]
    interviews_from: Mapped[date]
    interviews_to: Mapped[date]
    starts_on: Mapped[date]  # first patrol, duty or day
    places: Mapped[int]
    target: Mapped[int]
    age_day: Mapped[AgeDay] = mapped_column(words(AgeDay), default=AgeDay.APPLICATION)
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    assessors_each: Mapped[int] = mapped_column(default=2, server_default="2")  # one or two read each application
    triage: Mapped[bool] = mapped_column(default=False, server_default=false())  # a quick look by one comes first
    gap: Mapped[int] = mapped_column(default=8, server_default="8")  # points apart at which scores are moderated

    scheme: Mapped[Scheme] = relationship()
    districts: Mapped[list[District]] = relationship(secondary="campaign_district", order_by="District.name")
    training_days: Mapped[list[TrainingDay]] = relationship(order_by="TrainingDay.starts_at")
    requirements: Mapped[list[CampaignRequirement]] = relationship(order_by="CampaignRequirement.id")


class CampaignDistrict(Base):
    __tablename__ = "campaign_district"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), primary_key=True)
    places: Mapped[int | None]  # of the campaign's places, those meant for this district


class TrainingDay(Base):
    """One day of training; `weekend` numbers the pair it belongs to, from 1."""

    __tablename__ = "training_day"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        UniqueConstraint("campaign_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    weekend: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class CampaignRequirement(Base):
    """What this campaign asks for and by which stage."""

    __tablename__ = "campaign_requirement"
    __table_args__ = (UniqueConstraint("campaign_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    kind: Mapped[RequirementKind] = mapped_column(words(RequirementKind))
    due: Mapped[Stage] = mapped_column(words(Stage))
    may_upload_early: Mapped[bool] = mapped_column(default=False)


class Question(Base):
    """Something asked: by every campaign (no campaign) or by one. Its wording has versions."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("campaign_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    key: Mapped[str]
    section: Mapped[str]
    position: Mapped[int]
    care: Mapped[Care] = mapped_column(words(Care), default=Care.ORDINARY)
    strand_id: Mapped[int | None] = mapped_column(ForeignKey("strand.id"))  # asked only of those who chose it
    retired_at: Mapped[datetime | None]  # no longer asked; what was answered stays
    versions: Mapped[list[QuestionVersion]] = relationship(
        back_populates="question", order_by="QuestionVersion.number", lazy="selectin"
    )


class QuestionVersion(Base):
    """One wording. Answers point here, so an old answer keeps the words it answered."""

    __tablename__ = "question_version"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(words(QuestionKind))
    label: Mapped[str]
    hint: Mapped[str] = mapped_column(default="")
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    required: Mapped[bool] = mapped_column(default=True)
    word_limit: Mapped[int | None]
    created_at: Mapped[datetime]
    question: Mapped[Question] = relationship(back_populates="versions")


class Criterion(Base):
    """Something every application to a campaign is judged by. Its wording, anchors and weight have versions."""

    __tablename__ = "criterion"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))  # the answer it judges; none: all
    retired_at: Mapped[datetime | None]
    versions: Mapped[list[CriterionVersion]] = relationship(
        back_populates="criterion", order_by="CriterionVersion.number", lazy="selectin"
    )


class CriterionVersion(Base):
    """One wording. Scores point here, so a score keeps the words and the weight it was given under."""

    __tablename__ = "criterion_version"
    __table_args__ = (
        UniqueConstraint("criterion_id", "number"),
        CheckConstraint("weight BETWEEN 1 AND 5", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    weight: Mapped[int]
    anchors: Mapped[list[str]] = mapped_column(Json)  # what 1, 2, 3, 4 and 5 points look like: five sentences
    feedback: Mapped[str] = mapped_column(default="")  # to somebody it kept back: what a stronger answer has
    created_at: Mapped[datetime]
    criterion: Mapped[Criterion] = relationship(back_populates="versions")


class Assessor(Base):
    """Somebody who reads for a campaign. Until they have finished they can open none of its applications."""

    __tablename__ = "assessor"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]  # all their scores are in, and no more are to come
    ended_at: Mapped[datetime | None]  # taken off the campaign
