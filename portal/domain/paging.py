"""Paging newest first, by a place in the list, so that a deep page costs what the first one does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PAGE = 50
FEW = 1_000  # up to here matches are counted exactly; beyond is "1,000+"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in the list, newest first: an instant, then the row's number."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str | None) -> Cursor | None:
        """The cursor in an address; none for what is none."""
        at, _, key = (text or "").partition("-")
        if not (at.isascii() and at.isdigit() and key.isascii() and key.isdigit() and len(at) < 18 and len(key) < 10):
            return None
        return cls(EPOCH + timedelta(microseconds=int(at)), int(key))
