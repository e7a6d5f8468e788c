"""What a ledger of places is made of, in plain Python: people, their checks, the offers made to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(eq=False)
class Offer:
    person: int
    course: int
    place: int
    made_at: datetime
    expires: datetime
    promoted: bool
    answer: str | None = None
    freed: bool = False
    confirmed: bool = False
    to: int | None = None
    reminded: set[tuple[datetime, str]] = field(default_factory=set)

    @property
    def key(self) -> tuple[int, int, int, bool, str | None, bool, bool]:
        return self.person, self.course, self.place, self.promoted, self.answer, self.freed, self.confirmed


@dataclass
class Case:
    state: str = "with_applicant"
    declared: set[str] = field(default_factory=set)
    proposed: int | None = None
    refused: int | None = None
    appeal_until: datetime | None = None
    appealed: bool = False


@dataclass
class Person:
    state: str
    reserve: int | None = None
    before: str | None = None
    paused: date | None = None
    provisional: bool = False
    needs: dict[str, tuple[str, date | None]] = field(default_factory=dict)
    case: Case | None = None
