"""Reads about accounts and sign-ins."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant, SignInSession, StaffMember
from portal.domain.accounts.rules import SessionLimits, session_lives


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
    staff = session.get(StaffMember, row.staff_id)
    return staff if staff is not None and staff.disabled_at is None else None


def staff_by_email(session: Session, email: str) -> StaffMember | None:
    """The member of staff with this normal address, disabled or not."""
    return session.scalars(select(StaffMember).where(StaffMember.email == email)).one_or_none()
