"""What a diary of interviews is made of, in plain Python: times, who may choose one, who has one, who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Slot:
    id: int
    day: int
    panel: int
    kind: str
    starts: datetime
    seats: int

    @property
    def time(self) -> tuple[int, datetime]:
        """Slots of panels side by side are one time."""
        return self.day, self.starts


@dataclass(eq=False)
class Call:
    """Somebody may choose a time."""

    person: int
    kind: str
    attempt: int
    answer_by: datetime
    moves: int = 0
    ended: str | None = None
    ended_at: datetime | None = None

    @property
    def key(self) -> tuple[int, str, int]:
        return self.person, self.kind, self.attempt


@dataclass(eq=False)
class Chair:
    """A seat taken."""

    call: Call
    slot: Slot
    attendance: str = "expected"
    ended: str | None = None


@dataclass(eq=False)
class Hope:
    """Somebody waits for a slot, or for any of a day."""

    call: Call
    slot: Slot | None
    day: int | None

    def covers(self, slot: Slot) -> bool:
        return self.day == slot.day or (self.slot is not None and self.slot.time == slot.time)
