"""What stands behind a requirement: each check's own records, with who did what and until when it holds.

Whatever may say something of somebody's health, record, money or character is sealed.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, words


class RequirementStep(Base):
    """One line of a requirement's history. `step` is a code; nobody's: the applicant's or a referee's own act."""

    __tablename__ = "requirement_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    step: Mapped[str]
    sealed: Mapped[bytes | None]  # a reviewer's words


class FitnessStandard(Base):
    """What a test asks, from a day on: an attempt is judged by the one in force on its own day."""

    __tablename__ = "fitness_standard"
    __table_args__ = (
        UniqueConstraint("test", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    test: Mapped[str]  # a code: the multi-stage fitness test, or an alternative to it
    name: Mapped[str]
    level: Mapped[int]  # in hundredths of the test's own unit: level 5.4 is 540
    unit: Mapped[str]
    alternative: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class FitnessAttempt(Base):
    __tablename__ = "fitness_attempt"
    __table_args__ = (
        UniqueConstraint("application_id", "standard_id", "taken_on"),
        Index("ix_fitness_attempt_application_id", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    standard_id: Mapped[int] = mapped_column(ForeignKey("fitness_standard.id"))
    taken_on: Mapped[date]
    sealed: Mapped[bytes]  # the result, in hundredths of the test's unit: a fact of health
    reached: Mapped[bool]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))  # at a session of ours
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))  # shown by evidence
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    recorded_at: Mapped[datetime]


class Referee(Base):
    """Somebody an applicant named to speak for them. They have no account: a private link, stored hashed."""

    __tablename__ = "referee"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (sealed IS NULL)", name="answered_sealed"),
        CheckConstraint("answered_at IS NULL OR declined_at IS NULL", name="answered_or_declined"),
        Index(
            "uq_referee_current",
            "application_id",
            "position",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_referee_application_id", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    position: Mapped[int]  # from 1
    name: Mapped[str]
    email: Mapped[str]
    relation: Mapped[str]  # a code
    years_known: Mapped[int]
    consent_at: Mapped[datetime]  # the applicant's, to our asking
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]  # the answers, JSON
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    replaced_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class IdentityEvidence(Base):
    """A document somebody showed: its kind alone, never its number."""

    __tablename__ = "identity_evidence"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    seen_on: Mapped[date]
    seen_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))


class DeclarationKind(StrEnum):
    CRIMINAL = "criminal"
    FINANCE = "finance"


class Declaration(Base):
    """What somebody told us for vetting, sealed. Once sent its owner cannot read it back; a later one adds to it."""

    __tablename__ = "declaration"
    __table_args__ = (UniqueConstraint("application_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[DeclarationKind] = mapped_column(words(DeclarationKind))
    number: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class VettingState(StrEnum):
    WITH_APPLICANT = "with_applicant"  # the declarations are not in
    READY = "ready"
    SENT = "sent"
    QUERY = "query"
    PASSED = "passed"
    REFUSAL_PROPOSED = "refusal_proposed"
    REFUSED = "refused"
    APPEALED = "appealed"


class VettingCase(Base):
    """One person's vetting for one application. It takes two people to refuse; why, only vetting reads."""

    __tablename__ = "vetting_case"
    __table_args__ = (
        CheckConstraint("(refused_by IS NULL) = (refused_at IS NULL)", name="refused_by_somebody"),
        CheckConstraint("refused_by IS NULL OR refused_by <> proposed_by", name="two_people"),
        CheckConstraint("refused_by IS NULL OR proposed_by IS NOT NULL", name="proposed_first"),
        CheckConstraint("state <> 'refused' OR refused_by IS NOT NULL", name="refused_state"),
        CheckConstraint("state <> 'passed' OR expires_on IS NOT NULL", name="passed_until"),
        CheckConstraint("(appeal_decided_by IS NULL) = (appeal_decided_at IS NULL)", name="appeal_by_somebody"),
        CheckConstraint(
            "appeal_decided_by IS NULL OR (appeal_decided_by <> proposed_by AND appeal_decided_by <> refused_by)",
            name="appeal_by_another",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), unique=True)
    level: Mapped[str]  # a code
    state: Mapped[VettingState] = mapped_column(words(VettingState), default=VettingState.WITH_APPLICANT)
    opened_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    result_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    proposed_at: Mapped[datetime | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    refused_at: Mapped[datetime | None]
    sealed_reason: Mapped[bytes | None]
    appeal_until: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    sealed_appeal: Mapped[bytes | None]
    appeal_decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    appeal_decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class VettingQuery(Base):
    """Something vetting asks the applicant through the portal; both sides sealed."""

    __tablename__ = "vetting_query"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (sealed_answer IS NULL)", name="answered_sealed"),
        Index("ix_vetting_query_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("vetting_case.id", ondelete="CASCADE"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    sealed_question: Mapped[bytes]
    sealed_answer: Mapped[bytes | None]
    answered_at: Mapped[datetime | None]


class CircumstanceChange(Base):
    """Something in somebody's life that a check may hang on; told by them, or by a liaison officer for them."""

    __tablename__ = "circumstance_change"
    __table_args__ = (
        CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen_by_somebody"),
        Index("ix_circumstance_change_application_id", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[str]  # a code
    sealed: Mapped[bytes]
    told_at: Mapped[datetime]
    told_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # none: the applicant
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))


class CriteriaAnswer(StrEnum):
    MEETS = "meets"
    CONCERN = "concern"


class CriteriaCheck(Base):
    """The liaison officer's word: whether the applicant meets the criteria for volunteering in their division."""

    __tablename__ = "criteria_check"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    answer: Mapped[CriteriaAnswer] = mapped_column(words(CriteriaAnswer))
    sealed: Mapped[bytes | None]
    checked_by: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    checked_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
