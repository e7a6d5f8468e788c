"""One file looked at, in memory and never more than one: decrypted, inspected, cleaned, scanned."""

from __future__ import annotations

import io
from dataclasses import dataclass

from portal.domain.documents.rules import INFECTED
from portal.services.crypto import decrypt_stream, encrypt_stream
from portal.services.inspection import Kind, Unacceptable, inspect
from portal.services.outside import Outside
from portal.services.scanning import Verdict

_CLEAN = "-clean"


@dataclass(frozen=True, slots=True)
class Specimen:
    """What a look at a file needs of its row, so that no transaction stays open meanwhile."""

    id: int
    public_id: str
    storage_key: str
    wrapped_key: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The file is not taken, for this reason's code."""

    code: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A clean copy lies in the store."""

    storage_key: str
    media_type: str
    pages: int
    scanned: bool


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The scanner did not say: ask again later."""


Finding = Refused | Accepted | NoAnswer


def examine(outside: Outside, specimen: Specimen) -> Finding:
    """What a document's file is; a clean one is written anew beside it, under the same key of its own.

    The clean copy's place follows from the original's, so that a check begun twice leaves one copy. Raises
    StoreUnavailable or NoSuchObject, and SealBroken when the masters in the settings do not open it: none of these is
    the file's fault, so none refuses it.
    """
    key = outside.keys.unwrap(specimen.wrapped_key, specimen.public_id)
    plain = io.BytesIO()
    decrypt_stream(outside.storage.open(specimen.storage_key), plain, key)
    data = plain.getvalue()
    try:
        clean = inspect(data, Kind(specimen.media_type))
    except Unacceptable as problem:
        return Refused(problem.reason.name.lower())
    verdict = outside.scanner.scan(data)
    if verdict is Verdict.UNAVAILABLE:
        return NoAnswer()
    if verdict is Verdict.INFECTED:
        return Refused(INFECTED)
    place = specimen.storage_key + _CLEAN
    with outside.storage.write(place) as writer:
        encrypt_stream(io.BytesIO(clean.data), writer, key)
    return Accepted(place, clean.kind.media_type, clean.pages, scanned=verdict is Verdict.CLEAN)
