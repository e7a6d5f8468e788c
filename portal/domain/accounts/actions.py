"""Sessions of signed-in browsers: begun, noted, ended."""

from __future__ import annotations

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, SignInSession, StaffMember
from portal.domain.accounts.queries import hashed
from portal.domain.accounts.rules import SEEN_EVERY
from portal.domain.audit.actions import record


def begin_session(session: Session, person: Applicant | StaffMember, *, second_factor: bool) -> str:
    """A new session row; returns the token its cookie will hold. The row keeps only its hash."""
    token = secrets.token_urlsafe(32)
    now = clock.wall()
    with unit_of_work(session):
        row = SignInSession(
            token_hash=hashed(token),
            applicant_id=person.id if isinstance(person, Applicant) else None,
            staff_id=person.id if isinstance(person, StaffMember) else None,
            second_factor=second_factor,
            created_at=now,
            seen_at=now,
        )
        session.add(row)
        record(session, person, "session.began", subject=(person.actor_kind.value, person.id))
    return token


def note_use(session: Session, row: SignInSession) -> None:
    """Writes down that a session is in use, at most once a minute."""
    now = clock.wall()
    if now - row.seen_at < SEEN_EVERY:
        return
    with unit_of_work(session):
        row.seen_at = now


def end_session(session: Session, session_id: int) -> None:
    """Signs one browser out."""
    with unit_of_work(session):
        session.execute(
            update(SignInSession)
            .where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
            .values(ended_at=clock.wall())
        )


def end_sessions(session: Session, person: Applicant | StaffMember) -> None:
    """Signs every browser of this person out, as when their account is disabled or reset."""
    column = SignInSession.applicant_id if isinstance(person, Applicant) else SignInSession.staff_id
    with unit_of_work(session):
        session.execute(
            update(SignInSession)
            .where(column == person.id, SignInSession.ended_at.is_(None))
            .values(ended_at=clock.wall())
        )
