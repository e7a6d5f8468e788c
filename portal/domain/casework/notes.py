"""Notes staff keep on an application, and calls they made or took: sealed words, added and never changed.

A mistake is put right by another note. Applicants may ask to see them, and find them in what they download.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import Actor, record
from portal.domain.casework.models import Call, CallOutcome, Note
from portal.domain.refusals import NotFound, Refusal
from portal.services.crypto import KeyRing

LONGEST = 4000  # characters
SAME_CLICK = timedelta(minutes=2)  # the same words again within this are the same note, sent twice

CALL_WORDS: dict[CallOutcome, str] = {
    CallOutcome.SPOKE: "We spoke",
    CallOutcome.NO_ANSWER: "No answer",
    CallOutcome.LEFT_MESSAGE: "Left a message",
    CallOutcome.WRONG_NUMBER: "Wrong number",
    CallOutcome.THEY_RANG: "They rang us",
}


class NothingWritten(Refusal):
    message = "Write the note first."


class TooLong(Refusal):
    message = f"Use {LONGEST:,} characters or fewer."


@dataclass(frozen=True)
class Noted:
    """A note as staff read it."""

    id: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Called:
    """A call as staff read it; `text` is what was said, if anybody wrote it down."""

    id: int
    at: datetime
    by: str
    outcome: CallOutcome
    text: str


def place_of_note(note_id: int) -> dict[str, str]:
    """Where a note's words belong: they open nowhere else."""
    return {"table": "note", "row": str(note_id), "column": "sealed"}


def place_of_call(call_id: int) -> dict[str, str]:
    return {"table": "call", "row": str(call_id), "column": "sealed"}


def write_note(session: Session, keys: KeyRing, actor: Actor, application_id: int, text: str) -> int:
    """Keeps a note and returns its number. The same words sent twice are kept once.

    Raises NothingWritten, TooLong, or NotFound for a draft.
    """
    words = _tidy(text, "text")
    if not words:
        raise NothingWritten(field="text")
    with unit_of_work(session):
        _hold(session, application_id)
        query = select(Note).filter_by(application_id=application_id, author_id=actor.actor_id)
        last = session.scalars(query.order_by(Note.id.desc()).limit(1)).one_or_none()
        if last is not None and _again(last.created_at) and keys.unseal(last.sealed, **place_of_note(last.id)) == words:
            return last.id
        note = Note(application_id=application_id, author_id=actor.actor_id, sealed=b"", created_at=clock.now())
        _add_sealed(session, keys, note, words, place_of_note)
        record(session, actor, "note.written", subject=("note", note.id), application_id=application_id)
        return note.id


def log_call(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, outcome: CallOutcome, text: str = ""
) -> int:
    """Keeps that somebody rang or was rung, and what came of it. The same call sent twice is kept once.

    Raises TooLong, or NotFound for a draft.
    """
    words = _tidy(text, "text")
    with unit_of_work(session):
        _hold(session, application_id)
        query = select(Call).filter_by(application_id=application_id, by_id=actor.actor_id)
        last = session.scalars(query.order_by(Call.id.desc()).limit(1)).one_or_none()
        if last is not None and _again(last.at) and (last.outcome, _words_of(keys, last)) == (outcome, words):
            return last.id
        call = Call(application_id=application_id, by_id=actor.actor_id, outcome=outcome, at=clock.now())
        _add_sealed(session, keys, call, words, place_of_call)
        record(
            session, actor, "call.logged", subject=("call", call.id), application_id=application_id,
            outcome=outcome.value,
        )  # fmt: skip
        return call.id


def notes_of(session: Session, keys: KeyRing, application_id: int) -> list[Noted]:
    """Every note on an application, newest first. Whose application it is, the caller has asked. One statement."""
    query = (
        select(Note.id, Note.created_at, StaffMember.name, Note.sealed)
        .join(StaffMember, StaffMember.id == Note.author_id)
        .where(Note.application_id == application_id)
        .order_by(Note.created_at.desc(), Note.id.desc())
    )
    return [
        Noted(key, at, by, keys.unseal(sealed, **place_of_note(key))) for key, at, by, sealed in session.execute(query)
    ]


def calls_of(session: Session, keys: KeyRing, application_id: int) -> list[Called]:
    """Every call about an application, newest first. Whose application it is, the caller has asked. One statement."""
    query = (
        select(Call, StaffMember.name)
        .join(StaffMember, StaffMember.id == Call.by_id)
        .where(Call.application_id == application_id)
        .order_by(Call.at.desc(), Call.id.desc())
    )
    rows = session.execute(query)
    return [Called(call.id, call.at, by, call.outcome, _words_of(keys, call)) for call, by in rows]


def held_notes(session: Session, keys: KeyRing, application_id: int) -> list[dict[str, str]]:
    """What staff wrote of an applicant, for the applicant to take away: no names, newest first."""
    written: list[Noted | Called] = [*notes_of(session, keys, application_id), *calls_of(session, keys, application_id)]
    newest = sorted((each for each in written if each.text), key=lambda each: each.at, reverse=True)
    return [{"written": clock.london(each.at).isoformat(timespec="seconds"), "text": each.text} for each in newest]


def _tidy(text: str, field: str) -> str:
    words = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
    if len(words) > LONGEST:
        raise TooLong(field=field)
    return words


def _hold(session: Session, application_id: int) -> None:
    """A second click waits here for the first."""
    application = locked(session, Application, application_id)
    if application is None or application.state is State.DRAFT:
        raise NotFound()


def _again(before: datetime) -> bool:
    return abs(clock.now() - before) < SAME_CLICK


def _words_of(keys: KeyRing, call: Call) -> str:
    return keys.unseal(call.sealed, **place_of_call(call.id)) if call.sealed is not None else ""


def _add_sealed(session: Session, keys: KeyRing, row: Any, words: str, place: Callable[[int], dict[str, str]]) -> None:
    """A row's number is part of where its words belong, so it is known first."""
    session.add(row)
    session.flush()
    if words:
        row.sealed = keys.seal(words, **place(row.id))
