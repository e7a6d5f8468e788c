"""What a class is made of, in plain Python: days and what they teach, people, places, marks, what was made good."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Why = set[str]
LONDON, DAY = ZoneInfo("Europe/London"), timedelta(days=1)


@dataclass(frozen=True)
class Subject:
    code: str
    day: int
    minutes: int
    mandatory: bool = True
    assessed: bool = False
    written: bool = False
    alone: bool = True


SUBJECTS = (
    Subject("law", 1, 200, written=True),
    Subject("kit", 1, 120, mandatory=False, alone=False),
    Subject("aid", 2, 300, assessed=True, alone=False),
    Subject("powers-traffic", 3, 240),
)
BY_CODE = {each.code: each for each in SUBJECTS}
CODES = tuple(BY_CODE)
LEAST_DAYS = 2
APPLIED_ON = date(2018, 1, 10)


@dataclass(eq=False)
class Day:
    id: int
    group: int
    number: int
    starts: datetime
    ends: datetime
    off: bool = False

    @property
    def subjects(self) -> list[Subject]:
        return [each for each in SUBJECTS if each.day == self.number]

    @property
    def closes(self) -> datetime:
        return end_of(day_of(self.starts))


@dataclass
class Group:
    id: int
    capacity: int
    days: list[Day]

    @property
    def on(self) -> list[Day]:
        return [day for day in self.days if not day.off]


@dataclass
class Need:
    """A requirement; `until` the last day on which it holds."""

    met: bool
    until: date | None = None

    def holds(self, today: date) -> bool:
        return self.met and (self.until is None or self.until >= today)


@dataclass(eq=False)
class Somebody:
    id: int
    line: int  # the order in which they accepted their offers
    needs: dict[str, Need]
    state: str = "accepted"
    agreed: set[int] = field(default_factory=set)


@dataclass(eq=False)
class Place:
    person: int
    group: int
    seat: int
    made: datetime
    confirm_by: datetime | None
    confirmed: bool
    id: int = 0
    started: bool = False
    completed: bool = False
    ended: datetime | None = None
    ended_as: str | None = None
    reminded: bool = False
    away: dict[int, bool] = field(default_factory=dict)  # by session: whether "I cannot come" stands

    @property
    def key(self) -> tuple[int, int, int, bool, bool, bool, str | None, datetime | None]:
        return (
            self.person, self.group, self.seat, self.confirmed, self.started, self.completed, self.ended_as,
            self.confirm_by,
        )  # fmt: skip


@dataclass(eq=False)
class Wait:
    person: int
    group: int
    ended: str | None = None


@dataclass(frozen=True)
class Words:
    """What a mark says."""

    presence: str
    late: int = 0
    left: int = 0
    reason: str | None = None

    @property
    def here(self) -> bool:
        return self.presence == "present"


UNSAID = Words("unmarked")


@dataclass(frozen=True)
class Tap:
    """What a device sends."""

    key: str
    said: Words
    seen: int
    made: datetime
    source: str = "register"
    why: str | None = None


@dataclass(eq=False)
class Step:
    key: str
    day: Day
    place: Place
    said: Words
    by: int
    made: datetime
    when: datetime
    seen: int
    source: str
    why: str | None
    outcome: str = "kept"
    settled: datetime | None = None
    id: int = 0

    @property
    def row(self) -> tuple[object, ...]:
        return (
            self.key, self.day.id, self.place.id, self.said, self.by, self.seen, self.source, self.why, self.outcome
        )  # fmt: skip

    @property
    def act(self) -> str:
        """What was done in one go has one name."""
        return self.key.rpartition(":")[0] if self.key.startswith("all:") else self.key


@dataclass
class Stands:
    """The mark there is."""

    said: Words
    by: int
    made: datetime
    version: int = 1


@dataclass(eq=False)
class Catch:
    """How one module is made good."""

    place: Place
    code: str
    way: str
    day: Day | None = None
    starts: datetime | None = None
    due: date | None = None
    staff: int | None = None
    where: str = ""
    work: str | None = None
    ended: str | None = None
    version: int = 1
    id: int = 0

    @property
    def key(self) -> tuple[object, ...]:
        return (
            self.place.id, self.code, self.way, self.day and self.day.id, self.starts, self.due, self.staff,
            self.work is not None, self.ended, self.version,
        )  # fmt: skip


@dataclass(eq=False)
class Attempt:
    place: Place
    code: str
    number: int
    result: str
    on: date
    by: int
    back: bool = False
    id: int = 0


@dataclass(eq=False)
class Paper:
    """A certificate."""

    place: Place
    codes: frozenset[str]
    days: int
    withdrawn: bool = False
    id: int = 0


@dataclass(eq=False)
class Task:
    """A step of the appointment, done by hand."""

    person: int
    kind: str
    on: date
    back: bool = False
    id: int = 0


@dataclass(eq=False)
class Held:
    """A power somebody was given."""

    person: int
    paper: Paper
    starts: date
    ends: date | None
    withdrawn: str | None = None
    withdrawn_on: date | None = None
    id: int = 0


def day_of(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, time.min, LONDON)
