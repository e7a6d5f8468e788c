"""People who sign in: applicants by a mailed code, staff by password and a second factor.

Times of sign-in (codes, sessions, failures) are the real clock's, which the demonstration never
moves. Codes, tokens and recovery codes are stored hashed only.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from portal.db import Base, Json, words
from portal.domain.audit.models import ActorKind


class Role(StrEnum):
    """Who may see and do what: the table in `rules.py` gives each its permissions."""

    RECRUITER = "recruiter"
    ASSESSOR = "assessor"
    LIAISON = "liaison"
    VETTING = "vetting"
    MEDICAL = "medical"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Applicant(Base):
    """A member of the public with an e-mail address they have shown to be theirs."""

    __tablename__ = "applicant"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    # Found to be the same person as that one: whoever signs in with this address is let in as them.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("applicant.id"))

    @property
    def actor_kind(self) -> ActorKind:
        return ActorKind.APPLICANT

    @property
    def actor_id(self) -> int:
        return self.id


class SignInCode(Base):
    """A mailed code and link: one use, a few minutes, a few tries."""

    __tablename__ = "sign_in_code"
    __table_args__ = (Index("ix_sign_in_code_email_created_at", "email", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_hash: Mapped[str] = mapped_column(unique=True)  # the browser that asked holds the token
    link_hash: Mapped[str] = mapped_column(unique=True)
    code_hash: Mapped[str]
    email: Mapped[str]
    client_hash: Mapped[str]  # keyed: from where it was asked, to count by
    next_url: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)


SINGLE_KEYS = "single_keys"


class StaffPreference(Base):
    """How one member of staff likes a page: `columns`, `single_keys`; `last_here`, by which "changed since" counts."""

    __tablename__ = "staff_preference"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[object] = mapped_column(Json)


class StaffMember(Base):
    """A member of staff. Without a confirmed second factor an account can only enrol one."""

    __tablename__ = "staff_member"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    team: Mapped[str] = mapped_column(default="Recruitment team")  # what applicants see instead of the name
    password_hash: Mapped[str | None]
    totp_sealed: Mapped[bytes | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)  # a step is accepted once
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    sso_subject: Mapped[str | None] = mapped_column(index=True, unique=True)  # issuer and subject of single sign-on

    roles: Mapped[list[StaffRole]] = relationship(back_populates="staff", lazy="selectin")
    # Read with the row itself: every page must know before it is drawn. None: on, as for everybody.
    single_keys: Mapped[object] = column_property(
        select(StaffPreference.value)
        .where(StaffPreference.staff_id == id, StaffPreference.key == SINGLE_KEYS)  # noqa: A003  the column above
        .correlate_except(StaffPreference)
        .scalar_subquery()
    )

    @property
    def actor_kind(self) -> ActorKind:
        return ActorKind.STAFF

    @property
    def actor_id(self) -> int:
        return self.id


class StaffRole(Base):
    """A role held from a day, perhaps until a day, in one division or (none) the whole force."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("staff_id", "role", "division_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(words(Role))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    from_group: Mapped[str | None]  # the sign-on provider's group that gives it; it goes when they leave the group

    staff: Mapped[StaffMember] = relationship(back_populates="roles")


class GroupRole(Base):
    """What belonging to a group of the single sign-on provider gives somebody."""

    __tablename__ = "group_role"
    __table_args__ = (UniqueConstraint("group_name", "role", "division_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_name: Mapped[str]
    role: Mapped[Role] = mapped_column(words(Role))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"))


class Deputy(Base):
    """Somebody stands in for somebody away: from `starts_on` to `ends_on` they hold the other's roles too."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("staff_id <> deputy_id", name="two_people"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        Index("ix_deputy_deputy_id", "deputy_id"),
        Index("ix_deputy_staff_id", "staff_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """One of ten codes that stand in for a lost second factor, once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class SetUpLink(Base):
    """A mailed link by which a member of staff chooses a password: one use, a day."""

    __tablename__ = "set_up_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A WebAuthn credential: stands for password and second factor together."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime]


class UsedChallenge(Base):
    """A passkey challenge that was answered. Browsers hold challenges themselves; this is why each works once."""

    __tablename__ = "used_challenge"

    challenge_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime] = mapped_column(index=True)  # forgotten once the challenge is too old anyway


class SignInFailure(Base):
    """A failed staff sign-in; enough of them in a while and nobody may try for a while."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]  # a keyed hash: of what was typed (known or not), the account, the client, or two of them
    at: Mapped[datetime]


class SignInSession(Base):
    """A signed-in browser; ending the row signs it out wherever it is."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        CheckConstraint("(applicant_id IS NULL) <> (staff_id IS NULL)", name="one_person"),
        Index("ix_sign_in_session_staff_id", "staff_id"),
        Index("ix_sign_in_session_applicant_id", "applicant_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("applicant.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"))
    second_factor: Mapped[bool] = mapped_column(default=False)  # staff may do nothing until it is true
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stepped_up_at: Mapped[datetime | None]  # when the second factor was last given again, for a sensitive act


class UnsentForm(Base):
    """What somebody on the staff sent from a page after their sign-in had run out, sealed, for them alone. One an
    address: the same page sent again replaces it, under a new key. Forgotten when it was sent, or after a day."""

    __tablename__ = "unsent_form"
    __table_args__ = (UniqueConstraint("staff_id", "address"),)

    key: Mapped[str] = mapped_column(primary_key=True)  # random: an older page's button finds nothing to send
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]  # where it was going; nothing personal stands in an address
    page: Mapped[str]  # where it was typed
    sealed: Mapped[bytes]
    with_files: Mapped[bool]  # files are not kept: they have to be chosen again
    kept_at: Mapped[datetime] = mapped_column(index=True)
    sending: Mapped[bool] = mapped_column(default=False)  # on its way since `tried_at`, and not heard of yet
    tried_at: Mapped[datetime | None]  # begun to be sent, and nobody knows whether it arrived
