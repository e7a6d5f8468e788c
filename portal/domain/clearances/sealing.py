"""Words only some may read: tidied, sealed into exactly their own row and column, opened there and nowhere else."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.db import Base
from portal.domain.refusals import Refusal
from portal.services.crypto import KeyRing

LONGEST = 4_000  # characters


class NothingWritten(Refusal):
    message = "Write it first."


class TooLong(Refusal):
    message = f"Use {LONGEST:,} characters or fewer."


def tidy(text: str | None, field: str, *, missing: str = NothingWritten.message) -> str:
    """The words without stray space. Raises NothingWritten (saying `missing`) or TooLong, beside `field`."""
    words = "\n".join(line.rstrip() for line in (text or "").replace("\r\n", "\n").split("\n")).strip()
    if not words:
        raise NothingWritten(missing, field=field)
    if len(words) > LONGEST:
        raise TooLong(field=field)
    return words


def place_of(model: type[Base], key: int, column: str) -> dict[str, str]:
    """Where a row's sealed words belong."""
    return {"table": model.__tablename__, "row": str(key), "column": column}


def seal(keys: KeyRing, words: str, model: type[Base], key: int, column: str = "sealed") -> bytes:
    return keys.seal(words, **place_of(model, key, column))


def unseal(keys: KeyRing, sealed: bytes | None, model: type[Base], key: int, column: str = "sealed") -> str:
    """The words; empty where there are none. Raises SealBroken for bytes of another place."""
    return keys.unseal(sealed, **place_of(model, key, column)) if sealed is not None else ""


def add_sealed(session: Session, keys: KeyRing, row: Base, words: str, column: str = "sealed") -> None:
    """Adds a row with sealed words. Its number is part of where they belong, so it is known first."""
    setattr(row, column, b"")
    session.add(row)
    session.flush()
    setattr(row, column, seal(keys, words, type(row), row.id, column))  # type: ignore[attr-defined]
