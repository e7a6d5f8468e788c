"""Document rows: added, removed, taken and settled by the check; and objects without a row swept away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, holding, unit_of_work
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.audit.models import ActorKind, AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.examining import Specimen
from portal.domain.documents.intake import Stored, delete_quietly
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.queries import DocumentRow, kept_keys
from portal.domain.documents.rules import SORTS
from portal.services.storage import Storage

SAME_READING = timedelta(minutes=10)
YOUNGEST_ORPHAN = timedelta(hours=1)  # an upload under way has an object and no row yet
_SWEPT_AT_ONCE = 500


def add_document(
    session: Session, actor: Actor, application_id: int, kind: RequirementKind, stored: Stored, received_at: datetime
) -> Document:
    """A row for a stored file, to be checked at once. In the caller's unit of work."""
    document = Document(
        public_id=stored.public_id,
        application_id=application_id,
        kind=kind,
        name_sealed=stored.name_sealed,
        media_type=stored.media_type,
        size=stored.size,
        storage_key=stored.storage_key,
        wrapped_key=stored.wrapped_key,
        received_at=received_at,
        next_check_at=clock.now(),
        uploaded_by_staff=actor.actor_id if actor.actor_kind is ActorKind.STAFF else None,
    )
    session.add(document)
    session.flush()
    _record(session, actor, "document.received", document)
    announce(session, WORK)
    return document


def remove_document(session: Session, actor: Actor, document: Document) -> None:
    """Removes a document and destroys its key: afterwards its object, wherever it lies, cannot be read."""
    document.state, document.removed_at = DocumentState.REMOVED, clock.now()
    document.wrapped_key = document.refusal = document.next_check_at = None
    _record(session, actor, "document.removed", document)


def refuse_document(session: Session, document: Document, code: str) -> None:
    """The check's no: the reason stays, the file's key is destroyed."""
    document.state, document.refusal = DocumentState.REFUSED, code
    document.checked_at, document.wrapped_key, document.next_check_at = clock.now(), None, None
    _record(session, SYSTEM, "document.refused", document, reason=code)


def accept_document(
    session: Session, document: Document, *, storage_key: str, media_type: str, pages: int, scanned: bool
) -> None:
    """The check's yes: the row points at the clean copy from now on."""
    document.state, document.storage_key, document.media_type = DocumentState.CLEAN, storage_key, media_type
    document.pages, document.scanned = pages, scanned
    document.checked_at, document.next_check_at = clock.now(), None
    _record(session, SYSTEM, "document.checked", document, scanned=scanned)


def record_opening(session: Session, actor: Actor, row: DocumentRow) -> None:
    """Writes down who is about to read a document; committed before any byte of it leaves."""
    with unit_of_work(session):
        detail = {"kind": row.kind.value, "number": row.number}
        record(
            session, actor, "document.opened", subject=("document", row.id), application_id=row.application_id, **detail
        )


def note_opening(session: Session, actor: Actor, row: DocumentRow) -> None:
    """Writes the same down once for the pages of one reading: again after a while."""
    opened = select(func.max(AuditEvent.at)).where(
        AuditEvent.subject_kind == "document",
        AuditEvent.subject_id == row.id,
        AuditEvent.action == "document.opened",
        AuditEvent.actor_kind == actor.actor_kind,
        AuditEvent.actor_id == actor.actor_id,
    )
    last = session.scalar(opened)
    if last is None or abs(clock.now() - last) > SAME_READING:
        record_opening(session, actor, row)


def sweep_orphans(session: Session, storage: Storage, wall: datetime) -> int:
    """Deletes what is older than an hour and no row refers to; returns how many. `wall` is the real time.

    They are left by a process that was killed, or a store that was down, between an object and its row.
    """
    swept, batch = storage.forget_unfinished(wall - YOUNGEST_ORPHAN), list[str]()
    for sort in SORTS.values():
        for key, written in storage.written(sort.prefix):
            if wall - written > YOUNGEST_ORPHAN:
                batch.append(key)
            if len(batch) >= _SWEPT_AT_ONCE:
                swept += _sweep(session, storage, batch)
                batch = []
    return swept + _sweep(session, storage, batch)


def take_next(session: Session, lease: timedelta) -> Specimen | None:
    """Leases the document that has waited longest for its check; none when nothing is due.

    A worker that dies leaves the row to be taken again when the lease is over.
    """
    now = clock.now()
    with unit_of_work(session):
        due = select(Document).where(
            Document.state == DocumentState.CHECKING,
            or_(Document.next_check_at.is_(None), Document.next_check_at <= now),
        )
        query = due.order_by(Document.next_check_at, Document.id).limit(1)
        document = session.scalars(holding(query, skip_locked=True)).one_or_none()
        if document is None or document.wrapped_key is None:
            return None
        document.next_check_at, document.attempts = now + lease, document.attempts + 1
        key = document.storage_key
        return Specimen(document.id, document.public_id, key, document.wrapped_key, document.media_type)


def _sweep(session: Session, storage: Storage, keys: list[str]) -> int:
    if not keys:
        return 0
    with unit_of_work(session):  # a fresh view: one from before the listing would miss rows, and files would be lost
        orphans = set(keys) - kept_keys(session, keys)
    for key in orphans:
        delete_quietly(storage, key)
    return len(orphans)


def _record(session: Session, actor: Actor, action: str, document: Document, **detail: object) -> None:
    record(
        session,
        actor,
        action,
        subject=("document", document.id),
        application_id=document.application_id,
        kind=document.kind.value,
        **detail,
    )
