"""Documents on their way out: decrypted as they are sent, as attachments that can do nothing, and on the record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from flask import Response
from sqlalchemy.orm import Session

from portal.domain.audit.actions import Actor
from portal.domain.documents.actions import note_opening, record_opening
from portal.domain.documents.queries import DocumentRow
from portal.domain.refusals import NotFound, Refusal
from portal.services.crypto import open_plain
from portal.services.outside import Outside
from portal.services.rendering import CannotDraw, page_picture

PDF = "application/pdf"
POLICY = "default-src 'none'; sandbox"


class CannotShow(Refusal):
    title = "This page cannot be shown here"
    message = "Download the file to read it."


def send_page(session: Session, outside: Outside, actor: Actor, row: DocumentRow, number: int) -> Response:
    """One page of a document as a picture to show in a page: drawn here from a PDF, or the picture itself.

    A reading is on record before anything of it leaves. Raises NotFound, or CannotShow for what cannot be drawn.
    """
    if not row.readable or row.wrapped_key is None or not 1 <= number <= (row.pages or 1):
        raise NotFound()
    key = outside.keys.unwrap(row.wrapped_key, row.public_id)
    chunks = open_plain(outside.storage.open(row.storage_key), key)
    first = next(chunks, b"")
    note_opening(session, actor, row)
    if row.media_type != PDF:
        return _guarded(Response(_closing(first, chunks), mimetype=row.media_type), "inline")
    try:
        return _guarded(
            Response(page_picture(b"".join(chain((first,), chunks)), number), mimetype="image/png"), "inline"
        )
    except CannotDraw:
        raise CannotShow() from None


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
    return _guarded(response, f'attachment; filename="{row.neutral_name}"')


def _guarded(response: Response, disposition: str) -> Response:
    """With every header that keeps it from doing anything but be looked at, here and now."""
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _closing(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chain((first,), chunks)
