"""An application, its answers as rows, and its requirements, which run in parallel to stages."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, words
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.campaigns.models import Campaign, District, QuestionVersion, RequirementKind, Stage


class State(StrEnum):
    """Where an application is. `lapsed` for a draft is computed and never stored."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SHORTLISTED = "shortlisted"
    RESERVE = "reserve"
    INTERVIEW = "interview"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    TRAINING = "training"
    APPOINTED = "appointed"
    UNSUCCESSFUL = "unsuccessful"
    LAPSED = "lapsed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ENDED = (State.UNSUCCESSFUL, State.LAPSED, State.DECLINED, State.WITHDRAWN)


class Channel(StrEnum):
    ONLINE = "online"
    TELEPHONE = "telephone"
    PAPER = "paper"


class RequirementState(StrEnum):
    NOT_ASKED = "not_asked"
    WITH_APPLICANT = "with_applicant"
    WITH_US = "with_us"
    MET = "met"
    NOT_MET = "not_met"


def _ordered(name: str, key: str) -> list[Index]:
    """A state is never a draft's here; where no state is named, drafts are left out of the index itself."""
    sent = text("received_at IS NOT NULL")
    return [
        Index(f"ix_application_{name}", key, "id", sqlite_where=sent, postgresql_where=sent),
        Index(f"ix_application_campaign_{name}", "campaign_id", key, "id", sqlite_where=sent, postgresql_where=sent),
        Index(f"ix_application_state_{name}", "state", key, "id"),
        Index(f"ix_application_campaign_state_{name}", "campaign_id", "state", key, "id"),
    ]


class Application(Base):
    """One person's application to one campaign. Names, postcode and district are copied from the
    answers in the same unit of work, so that lists read one table."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("(state = 'draft') = (received_at IS NULL)", name="received_when_submitted"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name="withdrawn_with_reason"),
        CheckConstraint("(channel = 'online') = (entered_by IS NULL)", name="entered_by_staff"),
        Index(
            "uq_application_live",
            "applicant_id",
            "campaign_id",
            unique=True,
            sqlite_where=text("state NOT IN ('unsuccessful', 'lapsed', 'declined', 'withdrawn')"),
            postgresql_where=text("state NOT IN ('unsuccessful', 'lapsed', 'declined', 'withdrawn')"),
        ),
        # Lists page by (received_at, id); what follows it lets a row be kept or left without being read.
        Index("ix_application_received", "received_at", "id"),
        Index("ix_application_state", "state", "received_at", "id", "district_id"),
        Index("ix_application_campaign", "campaign_id", "received_at", "id", "district_id"),
        Index("ix_application_campaign_state", "campaign_id", "state", "received_at", "id", "district_id"),
        Index("ix_application_district", "district_id", "received_at", "id"),
        Index("ix_application_district_state", "district_id", "state", "campaign_id"),
        Index("ix_application_owner", "owner_id", "state", "received_at", "id"),
        Index("ix_application_next_contact", "next_contact_on"),
        Index("ix_application_applicant", "applicant_id"),
        Index(
            "ix_application_unmatched",
            "id",
            sqlite_where=text("matched_at IS NULL AND received_at IS NOT NULL"),
            postgresql_where=text("matched_at IS NULL AND received_at IS NOT NULL"),
        ),
        # The other orders of a list: of all, of a stage's states, of a campaign, of a campaign's stage.
        *_ordered("still", "state_since"),
        *_ordered("score", "score"),
        *_ordered("promised", "next_contact_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    state: Mapped[State] = mapped_column(words(State), default=State.DRAFT)
    channel: Mapped[Channel] = mapped_column(words(Channel), default=Channel.ONLINE)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    created_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    state_since: Mapped[datetime]
    paused_until: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    version: Mapped[int] = mapped_column(default=1)
    state_before: Mapped[State | None] = mapped_column(words(State, check=False))  # where a reopening leads back to
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # who answers for it
    next_contact_on: Mapped[date | None]  # promised: the applicant sees it, and that it is late
    score: Mapped[int | None]  # of the sift, in hundredths of a point
    reserve_place: Mapped[int | None]  # order on the reserve list, from 1
    matched_at: Mapped[datetime | None]  # when it was last compared with others; none: since sent or corrected, not

    applicant: Mapped[Applicant] = relationship()
    campaign: Mapped[Campaign] = relationship()
    district: Mapped[District | None] = relationship()
    owner: Mapped[StaffMember | None] = relationship(foreign_keys=[owner_id])
    answers: Mapped[list[Answer]] = relationship(back_populates="application", passive_deletes=True)
    requirements: Mapped[list[Requirement]] = relationship(
        back_populates="application", order_by="Requirement.id", passive_deletes=True
    )


class Answer(Base):
    """One answer to one wording. Ordinary answers are JSON text; sealed ones are encrypted bytes."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("application_id", "question_id"),
        CheckConstraint("(value IS NULL) <> (sealed IS NULL)", name="value_or_sealed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    value: Mapped[str | None]  # JSON: a string, a list of strings, a boolean or an ISO date
    sealed: Mapped[bytes | None]
    answered_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="answers")
    wording: Mapped[QuestionVersion] = relationship()


class Requirement(Base):
    """Something the application must satisfy, with who has it now and until when."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("application_id", "kind"),
        CheckConstraint(
            "(state IN ('met', 'not_met')) = (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_by_somebody",
        ),
        Index("ix_requirement_kind_state", "kind", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    kind: Mapped[RequirementKind] = mapped_column(words(RequirementKind))
    due: Mapped[Stage] = mapped_column(words(Stage))
    state: Mapped[RequirementState] = mapped_column(words(RequirementState), default=RequirementState.NOT_ASKED)
    asked_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # a code: why so decided, or why it went back to the applicant
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id"))  # who sees to it
    expires_on: Mapped[date | None]  # the last day on which what was met holds
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    application: Mapped[Application] = relationship(back_populates="requirements")


FULL_TEXT = "application_fts"  # each database's own index over the words below; made by hand in migration 0002


class ApplicationSearch(Base):
    """The words staff find an application by, each after a space: of the names, the reference, the e-mail
    address, the postcode. Kept in the unit of work that changes what they come from."""

    __tablename__ = "application_search"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[str]


class ApplicationStrand(Base):
    """A strand the applicant chose, copied from the answers in the same unit of work, so that lists find it."""

    __tablename__ = "application_strand"
    __table_args__ = (
        Index("ix_application_strand_strand", "strand", "application_id"),
        {"sqlite_with_rowid": False},
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    strand: Mapped[str] = mapped_column(primary_key=True)  # the strand's slug, as the answer has it


class Relation(StrEnum):
    """Why somebody must not judge somebody, as a code."""

    SELF = "self"
    FAMILY = "family"
    FRIEND = "friend"
    WORK = "work"
    OTHER = "other"


class Conflict(Base):
    """A member of staff and an application they must not act on."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("staff_id", "application_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    relation: Mapped[Relation] = mapped_column(words(Relation))
    declared_at: Mapped[datetime]


class ContactReveal(Base):
    """Contact details shown to one person for one purpose, for as long as that sign-in lasts."""

    __tablename__ = "contact_reveal"

    session_id: Mapped[int] = mapped_column(ForeignKey("sign_in_session.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    revealed_at: Mapped[datetime]


class KeptForm(Base):
    """What somebody sent from a question page after their session had expired, sealed, for the browser
    that holds the token. One a page, given back once they have signed in, forgotten after a day."""

    __tablename__ = "kept_form"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    sealed: Mapped[bytes]
    kept_at: Mapped[datetime] = mapped_column(index=True)  # the real clock's
