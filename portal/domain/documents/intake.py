"""A file on its way in: sniffed, measured, encrypted as it arrives, and never in the clear on any disk."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.queries import kept_keys
from portal.domain.documents.rules import SORTS, FileRefused, FileTooLarge, tidy_name
from portal.services.crypto import KeyRing, Reader, encrypt_stream
from portal.services.inspection import HEAD, sniff
from portal.services.storage import Storage, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file as somebody sends it. `content` is read once, and may raise when the connection is lost."""

    name: str
    content: Reader


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies encrypted in the store and has no row yet."""

    public_id: str
    storage_key: str
    wrapped_key: bytes
    name_sealed: bytes
    media_type: str
    size: int


class _Measured:
    """What was already read, then the rest; raises FileTooLarge one byte past the limit."""

    def __init__(self, head: bytes, rest: Reader, limit: int) -> None:
        self._head, self._rest, self._limit = head, rest, limit
        self._taken = 0

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            data, self._head = self._head, b""
        else:
            data = self._rest.read(size)
        self._taken += len(data)
        if self._taken > self._limit:
            raise FileTooLarge(self._limit)
        return data


def store(storage: Storage, keys: KeyRing, kind: RequirementKind, incoming: Incoming, limit: int) -> Stored:
    """Encrypts a file into the store, 64 KiB at a time.

    Raises FileRefused (empty, not a kind we take) before storing anything, FileTooLarge past `limit` bytes,
    StoreUnavailable, and whatever `incoming.content` raises; then nothing is stored.
    """
    head = _head(incoming.content)
    if not head:
        raise FileRefused("empty")
    found = sniff(head)
    if found is None:
        raise FileRefused("not_accepted_type")
    public_id = secrets.token_urlsafe(16)
    storage_key = f"{SORTS[kind].prefix}/{secrets.token_hex(16)}"
    key = keys.new_document_key(public_id)
    with storage.write(storage_key) as writer:
        size = encrypt_stream(_Measured(head, incoming.content, limit), writer, key)
    name = keys.seal(tidy_name(incoming.name), table="document", row=public_id, column="name_sealed")
    return Stored(public_id, storage_key, key.wrapped, name, found.media_type, size)


def discard_unless_kept(session: Session, storage: Storage, storage_key: str) -> None:
    """Deletes an object whose row was not committed.

    A commit whose answer was lost may have happened all the same, so the row is looked for first. What
    cannot be deleted now, the sweep deletes later.
    """
    if not kept_keys(session, [storage_key]):
        delete_quietly(storage, storage_key)


def delete_quietly(storage: Storage, storage_key: str) -> None:
    """Deletes an object nothing refers to any more; a store that is down leaves it to the sweep."""
    with suppress(StoreUnavailable):
        storage.delete(storage_key)


def _head(content: Reader) -> bytes:
    head = b""
    while len(head) < HEAD and (more := content.read(HEAD - len(head))):
        head += more
    return head
