"""Looking at an application as a recorded act: opening it, and having contact details shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application, ContactReveal
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.queries import last_done

SAME_LOOK = timedelta(hours=1)  # opening it again within this is the same look


class Purpose(StrEnum):
    """Why contact details are shown: a code that can be counted."""

    ANSWER = "answer"
    ARRANGE = "arrange"
    MISSING = "missing"
    WELFARE = "welfare"
    CORRECT = "correct"


PURPOSE_WORDS: dict[Purpose, str] = {
    Purpose.ANSWER: "To answer something they asked",
    Purpose.ARRANGE: "To arrange an interview, a test or training",
    Purpose.MISSING: "To ask for something that is missing",
    Purpose.WELFARE: "Because of a worry about somebody's welfare",
    Purpose.CORRECT: "To put their details right",
}


class StaffLooking(Actor, Protocol):
    """A signed-in member of staff, in one browser."""

    @property
    def id(self) -> int: ...

    @property
    def session_id(self) -> int: ...


def note_view(session: Session, viewer: StaffLooking, application_id: int, *, adjustments: bool) -> bool:
    """Records that somebody opened an application, and read its adjustments: once an hour. Says whether it did."""
    return _note(
        session,
        viewer,
        application_id,
        ["application.viewed"] + (["application.adjustments_viewed"] if adjustments else []),
    )


def note_checks_view(session: Session, viewer: StaffLooking, application_id: int) -> bool:
    """Records that somebody opened an application's medical and fitness checks: once an hour. Says whether it did."""
    return _note(session, viewer, application_id, ["application.checks_viewed"])


def note_sheets_view(session: Session, viewer: StaffLooking, application_id: int) -> bool:
    """Records that somebody read what interviewers wrote: once an hour. Says whether it did."""
    return _note(session, viewer, application_id, ["sheets.viewed"])


def note_compared(session: Session, viewer: StaffLooking, pair_id: int, application_ids: Sequence[int]) -> None:
    """Records that somebody compared two people's details side by side, on each of their applications: once an hour."""
    due = [key for key in application_ids if not _lately(session, "duplicate.compared", viewer.id, key)]
    if due:
        with unit_of_work(session):
            for key in due:
                subject = ("duplicate_pair", pair_id)
                record(session, viewer, "duplicate.compared", subject=subject, application_id=key)


def _note(session: Session, viewer: StaffLooking, application_id: int, actions: Sequence[str]) -> bool:
    due = [action for action in actions if not _lately(session, action, viewer.id, application_id)]
    if due:
        with unit_of_work(session):
            for action in due:
                record(session, viewer, action, subject=("application", application_id), application_id=application_id)
    return bool(due)


def _lately(session: Session, action: str, actor_id: int, application_id: int) -> bool:
    done = last_done(session, action, actor_id, application_id)
    return done is not None and abs(clock.now() - done) < SAME_LOOK


def contact_shown(session: Session, viewer: StaffLooking, application_id: int) -> bool:
    """Whether this sign-in has had these contact details shown."""
    return session.get(ContactReveal, (viewer.session_id, application_id)) is not None


def reveal_contact(session: Session, viewer: StaffLooking, application_id: int, purpose: Purpose) -> None:
    """Shows contact details to this person until they sign out. Asking twice is recorded once."""
    with unit_of_work(session):
        locked(session, Application, application_id)  # a second click waits here for the first
        if contact_shown(session, viewer, application_id):
            return
        session.add(
            ContactReveal(session_id=viewer.session_id, application_id=application_id, revealed_at=clock.wall())
        )
        record(
            session,
            viewer,
            "contact.revealed",
            subject=("application", application_id),
            application_id=application_id,
            purpose=purpose.value,
        )
