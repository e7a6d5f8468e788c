"""What a trainer writes down of a day or of somebody on it, and people who come without being on the register.

Sealed words, never changed: what was wrong is taken back. A walk-in waits until somebody has dealt with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, not_, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.keeping import held_place, staff_id
from portal.domain.attendance.marking import KEY
from portal.domain.attendance.models import RegisterNote
from portal.domain.attendance.words import BadMark
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training.models import Trainee, TrainingSession
from portal.services.crypto import KeyRing

LONGEST = 2_000  # characters


class NothingWritten(Refusal):
    message = "Write it first"


class TooLong(Refusal):
    message = f"Use {LONGEST:,} characters or fewer"


@dataclass(frozen=True)
class NoteWish:
    """Words about one trainee, about the day (neither), or a walk-in's name. `key` as a mark's."""

    key: str
    trainee_id: int | None
    walk_in: bool
    text: str
    made_at: datetime


@dataclass(frozen=True)
class Noted:
    """A note as a trainer reads it. `about`: whom; empty for the day's own and for a walk-in."""

    id: int
    session_id: int
    trainee_id: int | None
    about: str
    walk_in: bool
    text: str
    by: str
    own: bool
    at: datetime
    dealt_with: bool


def place_of_note(note_id: int) -> dict[str, str]:
    """Where a note's words belong: they open nowhere else."""
    return {"table": "register_note", "row": str(note_id), "column": "sealed"}


def write(session: Session, keys: KeyRing, actor: Actor, session_id: int, wish: NoteWish) -> RegisterNote:
    """Keeps a note; the same key again is the same note. Whose register it is, the caller has asked.

    Raises NothingWritten, TooLong, NotOnRegister, BadMark (a key that was another's, or of a wrong shape).
    """
    words = " ".join(wish.text.split()) if wish.walk_in else wish.text.replace("\r\n", "\n").strip()
    if not words:
        raise NothingWritten(field="text")
    if len(words) > LONGEST:
        raise TooLong(field="text")
    if not KEY.fullmatch(wish.key) or (wish.walk_in and wish.trainee_id is not None):
        raise BadMark()
    with unit_of_work(session):
        application_id = None
        if wish.trainee_id is not None:
            application_id = held_place(session, actor, session_id, wish.trainee_id)[0].application_id
        else:  # a second press waits here for the first
            session.execute(holding(select(TrainingSession.id).where(TrainingSession.id == session_id)))
        found = session.scalars(select(RegisterNote).where(RegisterNote.key == wish.key)).one_or_none()
        if found is not None:
            if (found.session_id, found.trainee_id) != (session_id, wish.trainee_id):
                raise BadMark()
            return found
        note = RegisterNote(
            key=wish.key, session_id=session_id, trainee_id=wish.trainee_id, walk_in=wish.walk_in, sealed=b"",
            staff_id=staff_id(actor), written_at=min(wish.made_at, clock.now()),
        )  # fmt: skip
        session.add(note)
        session.flush()
        note.sealed = keys.seal(words, **place_of_note(note.id))
        action = "register.walk_in_noted" if wish.walk_in else "register.note_written"
        record(
            session, actor, action, subject=("register_note", note.id), application_id=application_id, day=session_id
        )
        return note


def deal_with(session: Session, actor: Actor, session_id: int, note_id: int) -> None:
    """A walk-in was seen to; pressed twice it was so once. Raises NotFound."""
    with unit_of_work(session):
        note = _held(session, session_id, note_id)
        if not note.walk_in:
            raise NotFound()
        if note.dealt_with_at is None:
            note.dealt_with_at = clock.now()
            record(session, actor, "register.walk_in_dealt_with", subject=("register_note", note_id), day=session_id)


def take_back(session: Session, actor: Actor, session_id: int, note_id: int) -> None:
    """One's own note is read no more. Raises NotFound for somebody else's."""
    with unit_of_work(session):
        note = _held(session, session_id, note_id)
        if note.staff_id != staff_id(actor):
            raise NotFound()
        if note.taken_back_at is None:
            note.taken_back_at = clock.now()
            record(session, actor, "register.note_taken_back", subject=("register_note", note_id), day=session_id)


def _held(session: Session, session_id: int, note_id: int) -> RegisterNote:
    query = select(RegisterNote).where(RegisterNote.id == note_id, RegisterNote.session_id == session_id)
    note = session.scalars(holding(query)).one_or_none()
    if note is None:
        raise NotFound()
    return note


def _readable(viewer: StaffViewer) -> Select[RegisterNote, str, str | None, str | None]:
    """Notes with who wrote them and whom they are about; none about whom the viewer is kept from."""
    return (
        select(RegisterNote, StaffMember.name, Application.given_name, Application.family_name)
        .join(StaffMember, StaffMember.id == RegisterNote.staff_id)
        .outerjoin(Trainee, Trainee.id == RegisterNote.trainee_id)
        .outerjoin(Application, Application.id == Trainee.application_id)
        .where(RegisterNote.taken_back_at.is_(None))
        .where(or_(RegisterNote.trainee_id.is_(None), not_(kept_from(viewer.id))))
        .order_by(RegisterNote.id)
    )


def notes_of(
    session: Session, keys: KeyRing, viewer: StaffViewer, session_id: int, *, trainee_id: int | None = None
) -> list[Noted]:
    """A day's notes and walk-ins, oldest first; of one trainee where asked. Whose register it is, the caller asked."""
    query = _readable(viewer).where(RegisterNote.session_id == session_id)
    if trainee_id is not None:
        query = query.where(RegisterNote.trainee_id == trainee_id)
    return [_noted(keys, viewer, row) for row in session.execute(query)]


def _noted(keys: KeyRing, viewer: StaffViewer, row: Any) -> Noted:
    note, by, given, family = row[:4]
    return Noted(
        note.id,
        note.session_id,
        note.trainee_id,
        f"{given} {family}" if note.trainee_id is not None else "",
        note.walk_in,
        keys.unseal(note.sealed, **place_of_note(note.id)),
        by,
        note.staff_id == viewer.id,
        note.written_at,
        note.dealt_with_at is not None,
    )


def waiting_walk_ins(session: Session, session_ids: Collection[int]) -> dict[int, int]:
    """How many walk-ins wait to be dealt with, by session. One statement; whose registers, the caller has asked."""
    query = (
        select(RegisterNote.session_id, func.count())
        .where(
            RegisterNote.session_id.in_(session_ids),
            RegisterNote.walk_in,
            RegisterNote.dealt_with_at.is_(None),
            RegisterNote.taken_back_at.is_(None),
        )
        .group_by(RegisterNote.session_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def held_register_notes(session: Session, keys: KeyRing, application_id: int) -> list[dict[str, str]]:
    """What trainers wrote of a trainee, for the trainee to take away: no names, newest first."""
    query = (
        select(RegisterNote)
        .join(Trainee, Trainee.id == RegisterNote.trainee_id)
        .where(Trainee.application_id == application_id, RegisterNote.taken_back_at.is_(None))
        .order_by(RegisterNote.id.desc())
    )
    return [
        {
            "written": clock.london(each.written_at).isoformat(timespec="seconds"),
            "text": keys.unseal(each.sealed, **place_of_note(each.id)),
        }
        for each in session.scalars(query)
    ]


def walk_ins_of(session: Session, keys: KeyRing, viewer: StaffViewer, cohort_id: int) -> list[tuple[Noted, datetime]]:
    """Everybody who came to a cohort's days without being listed, with when the day began; who waits first, then the
    newest. One statement. Whose cohort it is, the caller has asked."""
    query = (
        _readable(viewer)
        .add_columns(TrainingSession.starts_at)
        .join(TrainingSession, TrainingSession.id == RegisterNote.session_id)
        .where(TrainingSession.cohort_id == cohort_id, RegisterNote.walk_in)
    )
    found = [(_noted(keys, viewer, row), row.starts_at) for row in session.execute(query)]
    return sorted(found, key=lambda each: (each[0].dealt_with, -each[0].id))


def walk_ins_waiting_in(session: Session, cohort_id: int) -> int:
    """How many wait in a cohort. One statement."""
    query = select(func.count()).select_from(RegisterNote).join(TrainingSession)
    waiting = query.where(
        TrainingSession.cohort_id == cohort_id,
        RegisterNote.walk_in,
        RegisterNote.dealt_with_at.is_(None),
        RegisterNote.taken_back_at.is_(None),
    )
    return session.scalar(waiting) or 0
