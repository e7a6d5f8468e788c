"""Criminal-record and finance declarations: asked when vetting begins and not before, sealed from the first word.

On the way they are a sealed draft its writer may read. Once sent nobody reads them but vetting, not even their
writer, who may add a statement. Words and answers stand nowhere but in the sealed column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.clearances.declaring import QUESTIONS, Given, missing_in
from portal.domain.clearances.models import Declaration, DeclarationKind, VettingCase
from portal.domain.clearances.sealing import add_sealed, seal, tidy, unseal
from portal.domain.clearances.vetting import all_in, live_case
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.services.crypto import KeyRing


class AlreadySent(Conflict):
    title = "You have sent this"
    message = "You have sent this declaration. To put something right, add a statement to it."


class ChangedSince(Conflict):
    title = "Your answers changed"
    message = "Your answers changed since this page was opened. Check them again, then send them."


class NotAllAnswered(Refusal):
    message = "Answer every question before you send it."


@dataclass(frozen=True)
class Standing:
    """How one declaration stands for its writer: `given` is their draft, none once it is sent."""

    kind: DeclarationKind
    given: Given | None
    saved_at: datetime | None
    sent_at: datetime | None
    added: Sequence[datetime] = ()  # when statements were added


@dataclass(frozen=True)
class Answered:
    """A question as it was put, and what was answered."""

    question: str
    answer: str
    more: str


@dataclass(frozen=True)
class Declared:
    """What vetting reads: the declaration itself, or a statement added to it (`text`)."""

    kind: DeclarationKind
    sent_at: datetime
    answers: Sequence[Answered] = ()
    text: str = ""


def standings(session: Session, keys: KeyRing, application_id: int) -> list[Standing]:
    """Both declarations of one's own application; whose it is, the caller has asked. Raises NotFound where vetting
    has not begun: nobody is asked earlier. Two statements."""
    if session.scalar(select(VettingCase.id).filter_by(application_id=application_id)) is None:
        raise NotFound()
    rows = _rows(session, application_id)
    return [_standing(keys, kind, [row for row in rows if row.kind is kind]) for kind in DeclarationKind]


def _standing(keys: KeyRing, kind: DeclarationKind, rows: Sequence[Declaration]) -> Standing:
    if not rows:
        return Standing(kind, Given({}, {}), None, None)
    first = rows[0]
    given = Given.read(unseal(keys, first.sealed, Declaration, first.id)) if first.sent_at is None else None
    added = [row.sent_at for row in rows[1:] if row.sent_at is not None]
    return Standing(kind, given, first.saved_at, first.sent_at, added)


def keep(session: Session, keys: KeyRing, application_id: int, kind: DeclarationKind, given: Given) -> None:
    """Keeps a draft as it stands, sealed. Raises NotFound, AlreadySent, or TooLong beside its field."""
    given.check_lengths()
    with unit_of_work(session):
        live_case(session, application_id)
        row = _first(session, application_id, kind)
        if row is None:
            row = Declaration(application_id=application_id, kind=kind, saved_at=clock.now())
            add_sealed(session, keys, row, given.written())
            return
        if row.sent_at is not None:
            raise AlreadySent()
        row.sealed, row.saved_at = seal(keys, given.written(), Declaration, row.id), clock.now()


def send(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, kind: DeclarationKind, *, shown: str
) -> None:
    """Sends the draft that the check page showed (`shown`: when it was saved, in ISO form). Again is once.

    Raises NotFound, NotAllAnswered, ChangedSince.
    """
    with unit_of_work(session):
        case = live_case(session, application_id)[0]
        row = _first(session, application_id, kind)
        if row is None:
            raise NotAllAnswered()
        if row.sent_at is not None:
            return
        if row.saved_at.isoformat() != shown:
            raise ChangedSince()
        given = Given.read(unseal(keys, row.sealed, Declaration, row.id))
        if missing_in(kind, given):
            raise NotAllAnswered()
        row.sealed, row.sent_at = seal(keys, _as_asked(kind, given), Declaration, row.id), clock.now()
        _note(session, actor, case, "declaration.sent", kind)
        session.flush()
        sent = {each.kind for each in _rows(session, application_id) if each.sent_at is not None}
        if sent == set(DeclarationKind):
            all_in(session, actor, case)


def add_statement(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, kind: DeclarationKind, text: str
) -> None:
    """Adds to what was sent, which stays as it is. The same words sent twice are kept once.

    Raises NotFound (nothing was sent to add to), NothingWritten or TooLong.
    """
    words = tidy(text, "text", missing="Write what you want to add")
    with unit_of_work(session):
        case = live_case(session, application_id)[0]
        rows = [row for row in _rows(session, application_id) if row.kind is kind]
        if not rows or rows[0].sent_at is None:
            raise NotFound()
        written = json.dumps({"text": words})
        if unseal(keys, rows[-1].sealed, Declaration, rows[-1].id) == written:
            return
        now = clock.now()
        row = Declaration(application_id=application_id, kind=kind, number=rows[-1].number + 1, saved_at=now)
        add_sealed(session, keys, row, written)
        row.sent_at = now
        _note(session, actor, case, "declaration.added", kind)


def declared(session: Session, keys: KeyRing, application_id: int) -> list[Declared]:
    """What somebody sent, in the order they sent it. Only `reading.open_case`, which records it, calls this."""
    rows = [row for row in _rows(session, application_id) if row.sent_at is not None]
    return [_declared(row, json.loads(unseal(keys, row.sealed, Declaration, row.id))) for row in rows]


def _declared(row: Declaration, words: Mapping[str, object]) -> Declared:
    sent_at = row.sent_at or row.saved_at
    if "text" in words:
        return Declared(row.kind, sent_at, text=str(words["text"]))
    answers: list[Mapping[str, str]] = words["answers"]  # type: ignore[assignment]
    return Declared(row.kind, sent_at, [Answered(**each) for each in answers])


def _as_asked(kind: DeclarationKind, given: Given) -> str:
    """What is sealed for good: each question's own wording beside its answer."""
    answers = [
        {
            "question": question.label,
            "answer": given.answers[question.key],
            "more": given.more.get(question.key, "") if given.answers[question.key] == "yes" else "",
        }
        for question in QUESTIONS[kind]
    ]
    return json.dumps({"answers": answers})


def _rows(session: Session, application_id: int) -> list[Declaration]:
    query = select(Declaration).filter_by(application_id=application_id).order_by(Declaration.number, Declaration.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _first(session: Session, application_id: int, kind: DeclarationKind) -> Declaration | None:
    return next((row for row in _rows(session, application_id) if row.kind is kind), None)


def _note(session: Session, actor: Actor, case: VettingCase, action: str, kind: DeclarationKind) -> None:
    subject = ("vetting_case", case.id)
    record(session, actor, action, subject=subject, application_id=case.application_id, kind=kind.value)
