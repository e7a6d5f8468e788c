"""Reads of documents. Whose application it is, the caller has already asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.rules import neutral_name
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing

KEPT = (DocumentState.CHECKING, DocumentState.CLEAN)  # the states in which there is a file behind the row


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document as pages and downloads see it. `number` counts an application's files of one kind, for ever."""

    id: int
    public_id: str
    application_id: int
    kind: RequirementKind
    number: int
    media_type: str
    size: int  # bytes as received
    pages: int | None
    state: DocumentState
    refusal: str | None
    scanned: bool
    received_at: datetime
    checked_at: datetime | None
    storage_key: str
    wrapped_key: bytes | None
    name_sealed: bytes

    @property
    def readable(self) -> bool:
        """Only what was checked and found clean is ever shown again, to anybody."""
        return self.state is DocumentState.CLEAN

    @property
    def neutral_name(self) -> str:
        return neutral_name(self.kind, self.number, self.media_type)


def documents_of(
    session: Session, application_id: int, kinds: Collection[RequirementKind] | None = None
) -> list[DocumentRow]:
    """An application's documents, oldest first. Those removed are counted by the database and never read."""
    number = func.row_number().over(partition_by=Document.kind, order_by=Document.id).label("number")
    counted = select(Document.id, number).where(Document.application_id == application_id).subquery()
    query = (
        select(Document, counted.c.number)
        .join(counted, counted.c.id == Document.id)
        .where(Document.state != DocumentState.REMOVED)
        .order_by(Document.id)
    )
    if kinds is not None:
        query = query.where(Document.kind.in_(kinds))
    return [_row(document, number) for document, number in session.execute(query)]


def document_of(session: Session, application_id: int, public_id: str) -> DocumentRow:
    """One of an application's documents. Raises NotFound, also for one removed."""
    for row in documents_of(session, application_id):
        if row.public_id == public_id:
            return row
    raise NotFound()


def name_of(keys: KeyRing, row: DocumentRow) -> str:
    """The name its owner gave the file; for its owner's eyes alone."""
    return keys.unseal(row.name_sealed, table="document", row=row.public_id, column="name_sealed")


def live_documents(session: Session, application_id: int, kind: RequirementKind) -> list[Document]:
    """The files of one requirement that are being checked or were found clean."""
    query = select(Document).where(
        Document.application_id == application_id, Document.kind == kind, Document.state.in_(KEPT)
    )
    return list(session.scalars(query.order_by(Document.id)))


def kept_keys(session: Session, storage_keys: Collection[str]) -> set[str]:
    """Which of these storage keys have a document behind them."""
    query = select(Document.storage_key).where(Document.storage_key.in_(storage_keys), Document.state.in_(KEPT))
    return set(session.scalars(query))


def _row(document: Document, number: int) -> DocumentRow:
    copied = {name: getattr(document, name) for name in DocumentRow.__slots__ if name != "number"}
    return DocumentRow(number=number, **copied)
