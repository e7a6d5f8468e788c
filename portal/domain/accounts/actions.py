"""Sessions of signed-in browsers: begun, noted, ended."""

from __future__ import annotations

import secrets

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.addresses import normal_email
from portal.domain.accounts.models import Applicant, SignInSession, StaffMember
from portal.domain.accounts.queries import hashed
from portal.domain.accounts.rules import SEEN_EVERY
from portal.domain.audit.actions import Actor, record
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import NotFound, Refusal


class AddressInUse(Refusal):
    message = "Somebody else applies with this address. Ask for another one."

    def __init__(self) -> None:
        super().__init__(field="email")


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
            stepped_up_at=now if second_factor else None,
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


def end_sessions(session: Session, person: Applicant | StaffMember, *, but: int | None = None) -> None:
    """Signs every browser of this person out (`but` one session), as when their account is disabled or reset."""
    column = SignInSession.applicant_id if isinstance(person, Applicant) else SignInSession.staff_id
    with unit_of_work(session):
        session.execute(
            update(SignInSession)
            .where(column == person.id, SignInSession.ended_at.is_(None), SignInSession.id != (but or 0))
            .values(ended_at=clock.wall())
        )


def end_other_sessions(session: Session, person: StaffMember, session_id: int) -> None:
    """Signs this person out everywhere but here."""
    with unit_of_work(session):
        end_sessions(session, person, but=session_id)
        record(session, person, "session.others_ended", subject=("staff", person.id))


def correct_email(session: Session, actor: Actor, applicant_id: int, new_email: str) -> None:
    """A lost or mistyped address, put right by staff. Both addresses are told; the trail holds neither.

    Raises `NotAnAddress`, or `AddressInUse` when another applicant signs in with it.
    """
    address = normal_email(new_email)
    with unit_of_work(session):
        applicant = locked(session, Applicant, applicant_id)
        if applicant is None:
            raise NotFound()
        if applicant.email == address:
            return
        old, applicant.email = applicant.email, address
        try:
            session.flush()
        except IntegrityError:
            raise AddressInUse() from None
        end_sessions(session, applicant)
        for recipient in (old, address):
            queue_mail(session, "address_changed", to=recipient, kept=recipient == address)
        record(session, actor, "applicant.address_corrected", subject=("applicant", applicant.id))
