"""Documents on their way out: decrypted as they are sent, as attachments that can do nothing, and on the record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from flask import Response
from sqlalchemy.orm import Session

from portal.domain.audit.actions import Actor
from portal.domain.documents.actions import record_opening
from portal.domain.documents.queries import DocumentRow
from portal.domain.refusals import NotFound
from portal.services.crypto import open_plain
from portal.services.outside import Outside

POLICY = "default-src 'none'; sandbox"


def send_document(session: Session, outside: Outside, actor: Actor, row: DocumentRow) -> Response:
    """The document as an attachment under a neutral name. Raises NotFound unless it was found clean.

    Its opening is committed before a byte leaves; the first bytes are fetched before the answer begins, so that a
    store that is down is told as such (StoreUnavailable).
    """
    if not row.readable or row.wrapped_key is None:
        raise NotFound()
    key = outside.keys.unwrap(row.wrapped_key, row.public_id)
    chunks = open_plain(outside.storage.open(row.storage_key), key)
    first = next(chunks, b"")
    record_opening(session, actor, row)
    response = Response(_closing(first, chunks), mimetype=row.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{row.neutral_name}"'
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _closing(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chain((first,), chunks)
