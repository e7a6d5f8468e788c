"""Reads about accounts and sign-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from portal import clock
from portal.domain.accounts.models import Applicant, Passkey, RecoveryCode, SignInSession, StaffMember
from portal.domain.accounts.rules import SessionLimits, session_lives
from portal.domain.refusals import NotFound


def hashed(token: str) -> str:
    """How random tokens are stored: they have 128 bits or more, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def live_session(session: Session, token: str, limits: SessionLimits) -> SignInSession | None:
    """The session behind a cookie, unless ended, idle too long or too old."""
    row = session.scalars(select(SignInSession).where(SignInSession.token_hash == hashed(token))).one_or_none()
    return row if row is not None and session_lives(row, limits, clock.wall()) else None


def person_of(session: Session, row: SignInSession) -> Applicant | StaffMember | None:
    """The person signed in; a disabled member of staff is nobody at the next request."""
    if row.applicant_id is not None:
        return session.get(Applicant, row.applicant_id)
    staff = session.get(StaffMember, row.staff_id, options=[lazyload(StaffMember.roles)])  # read with lent ones later
    return staff if staff is not None and staff.disabled_at is None else None


def applicant_by_email(session: Session, email: str) -> Applicant | None:
    """The applicant with this normal address, or the one they turned out to be."""
    found = session.scalars(select(Applicant).where(Applicant.email == email)).one_or_none()
    return session.get_one(Applicant, found.merged_into_id) if found and found.merged_into_id else found


def staff_by_email(session: Session, email: str) -> StaffMember | None:
    """The member of staff with this normal address, disabled or not."""
    return session.scalars(select(StaffMember).where(StaffMember.email == email)).one_or_none()


def staff_members(session: Session) -> list[StaffMember]:
    """Everybody on the staff, by name, the disabled last."""
    order = (StaffMember.disabled_at.is_not(None), func.lower(StaffMember.name), StaffMember.id)
    return list(session.scalars(select(StaffMember).order_by(*order)))


def staff_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The names of these members of staff, for staff to read. One statement, whatever the number."""
    rows = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(ids)))
    return {row.id: row.name for row in rows}


def staff_member(session: Session, member_id: int) -> StaffMember:
    """Raises `NotFound`."""
    member = session.get(StaffMember, member_id)
    if member is None:
        raise NotFound()
    return member


def passkeys_of(session: Session, member: StaffMember) -> list[Passkey]:
    return list(session.scalars(select(Passkey).filter_by(staff_id=member.id).order_by(Passkey.id)))


def recovery_codes_left(session: Session, member: StaffMember) -> int:
    left = select(func.count()).where(RecoveryCode.staff_id == member.id, RecoveryCode.used_at.is_(None))
    return session.scalar(left.select_from(RecoveryCode)) or 0


def live_sessions_of(session: Session, member: StaffMember, limits: SessionLimits) -> list[SignInSession]:
    """This member's signed-in browsers, the last used first."""
    rows = session.scalars(
        select(SignInSession)
        .filter_by(staff_id=member.id, ended_at=None, second_factor=True)
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
    )
    return [row for row in rows if session_lives(row, limits, clock.wall())]
