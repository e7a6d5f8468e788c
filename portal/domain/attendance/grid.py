"""A cohort as a grid: trainee by day, worst first, each with what is missing and the act that repairs it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.queries import StaffViewer
from portal.domain.attendance.catching_up import Ways, ways_of
from portal.domain.attendance.coverage import DayStanding, DayState, Risk, Standing
from portal.domain.attendance.entries import Entry, entries_of
from portal.domain.attendance.ledger import Stand
from portal.domain.attendance.models import CannotCome, Presence
from portal.domain.attendance.people import Person, people_of
from portal.domain.attendance.risk import NUMBERED, Later, Repair, RepairKind, repair_of
from portal.domain.attendance.standing import look
from portal.domain.training import seeing
from portal.domain.training.models import Cohort, CourseVersion, SessionTrainer, Trainee, TrainingSession

NEEDS_ACT = frozenset({Stand.TO_SIGN, Stand.NOT_THERE, Stand.LATE})


@dataclass(frozen=True)
class Cell:
    """One person on one day: a letter to see, a word to hear, a kind to draw."""

    letter: str
    kind: str
    words: str


@dataclass(frozen=True)
class Column:
    """One day of the course. No session: it was called off and is not held again."""

    number: int
    title: str
    session_id: int | None
    starts_at: datetime | None
    today: bool
    begins_block: bool


@dataclass(frozen=True)
class Line:
    person: Person
    standing: Standing
    cells: tuple[Cell, ...]
    repair: Repair
    entries: tuple[Entry, ...]

    @property
    def started(self) -> bool:
        return self.person.trainee.started_at is not None

    @property
    def completed(self) -> bool:
        return self.person.trainee.completed_at is not None

    @property
    def at_risk(self) -> bool:
        return self.started and self.standing.risk.is_at_risk and not self.completed

    @property
    def needs_act(self) -> bool:
        """Or has one booked: what stands at the top."""
        return self.started and not self.completed and self.repair.kind is not RepairKind.NONE

    @property
    def on_track(self) -> bool:
        return self.started and not self.completed and not self.needs_act


@dataclass(frozen=True)
class Grid:
    cohort: Cohort
    blocks: tuple[tuple[str, int], ...]  # a weekend's name, and how many days it has
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]  # the worst first
    trainers: tuple[str, ...]

    @property
    def days_done(self) -> int:
        """Of those in training, as everything that is counted here."""
        return sum(line.standing.days_attended for line in self.lines if line.started)

    @property
    def days_begun(self) -> int:
        return sum(line.standing.days_begun for line in self.lines if line.started)

    @property
    def can_finish(self) -> int:
        return sum(line.started and not line.at_risk for line in self.lines)

    @property
    def at_risk(self) -> int:
        return sum(line.at_risk for line in self.lines)

    @property
    def stands(self) -> Counter[Stand]:
        """How many catch-ups there are of each kind."""
        return Counter(entry.stand for line in self.lines for entry in line.entries)

    @property
    def today(self) -> Column | None:
        return next((column for column in self.columns if column.today), None)

    @property
    def begun(self) -> int:
        """How many days have begun."""
        now = clock.now()
        return sum(column.starts_at is not None and column.starts_at <= now for column in self.columns)

    @property
    def ends_at(self) -> datetime | None:
        return max((column.starts_at for column in self.columns if column.starts_at), default=None)


def grid(session: Session, viewer: StaffViewer, cohort_id: int) -> Grid:
    """The grid of a cohort the viewer may open; raises NotFound for any other. A fixed number of statements."""
    cohort = seeing.cohort(session, viewer, cohort_id)
    people = people_of(session, viewer, cohort_id)
    ids = [each.trainee.id for each in people]
    looked = look(session, ids)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries_of(session, ids):
        entries[entry.trainee_id].append(entry)
    later = later_cohort(session, cohort)
    away = _cannot_come(session, ids)
    lines = []
    for each in people:
        key = each.trainee.id
        standing = looked.standings[key]
        ways = ways_of(standing, looked.courses[cohort_id], looked.sittings)
        lines.append(
            Line(
                each, standing,
                tuple(_cell(each.trainee, day, away) for day in standing.days),
                _repair(standing, ways, entries[key], later), tuple(entries[key]),
            )
        )  # fmt: skip
    columns = _columns(cohort)
    return Grid(cohort, _blocks(cohort), columns, tuple(sorted(lines, key=_worst_first)), trainers(session, cohort_id))


def _repair(standing: Standing, ways: Ways, entries: Sequence[Entry], later: Later | None) -> Repair:
    to_sign = [entry.row for entry in entries if entry.stand in NEEDS_ACT]
    asked = [entry.row for entry in entries if entry.stand is Stand.ASKED]
    return repair_of(standing, ways, to_sign=to_sign, asked=asked, later=later)


def _worst_first(line: Line) -> tuple[bool, int, int, tuple[str, str], int]:
    risk = Risk.NONE if line.completed else line.standing.risk
    return not line.needs_act, -risk, -len(line.standing.to_repair), line.person.by_name, line.person.trainee.id


def _cell(trainee: Trainee, day: DayStanding, away: Mapping[tuple[int, int], str]) -> Cell:
    if trainee.started_at is None and day.sat is None:
        return Cell("", "yes", "not in training yet")
    return cell_of(day, away.get((trainee.id, day.session.session_id)) if day.session else None)


def cell_of(day: DayStanding, cannot_come: str | None = None) -> Cell:
    """How one day of somebody is drawn. `cannot_come`: they said beforehand that they cannot."""
    presence = day.sat.presence if day.sat else Presence.UNMARKED
    if day.state is DayState.ATTENDED and day.sat is not None:
        minutes = _minutes(day.sat.late, day.sat.left)
        return Cell("L", "late", minutes) if minutes else Cell("✓", "yes", "present")
    if day.state is DayState.MADE_GOOD:
        return Cell("C", "fix", "made good")
    if day.state is DayState.OPTIONAL:
        return Cell("O", "late", "only an optional part missed, nothing to repair")
    if presence is Presence.PRESENT and day.sat is not None:
        return Cell("L", "abs", f"{_minutes(day.sat.late, day.sat.left)}: too much of the day missed")
    if presence in {Presence.ABSENT, Presence.EXCUSED}:
        letter, words = ("E", "excused") if presence is Presence.EXCUSED else ("A", "absent")
        if day.state is DayState.BOOKED:
            return Cell(letter, "exc", f"{words}, catch-up booked")
        return Cell(letter, "exc" if presence is Presence.EXCUSED else "abs", words)
    if day.state is DayState.CANCELLED or day.session is None:
        return Cell("/", "yes", "called off")
    if day.state is DayState.UNMARKED:
        return Cell("?", "ask", "not marked yet")
    return Cell("N", "exc", "said they cannot come") if cannot_come else Cell("·", "yes", "to come")


def _minutes(late: int, left: int) -> str:
    said = [f"{late} minutes late"] * (late > 0) + [f"left {left} minutes early"] * (left > 0)
    return ", ".join(said)


def _columns(cohort: Cohort) -> tuple[Column, ...]:
    held: dict[int | None, TrainingSession] = {}
    for day in cohort.sessions:
        if day.cancelled_at is None:
            held.setdefault(day.day_id, day)
    found, block = [], None
    for planned in cohort.course.days:
        on = held.get(planned.id)
        today = on is not None and clock.london(on.starts_at).date() == clock.today()
        found.append(
            Column(planned.number, planned.title, on.id if on else None, on.starts_at if on else None, today,
                   planned.block != block)
        )  # fmt: skip
        block = planned.block
    return tuple(found)


def _blocks(cohort: Cohort) -> tuple[tuple[str, int], ...]:
    """Each weekend by what its days have in common, or by its number."""
    found = []
    for number, days in groupby(cohort.course.days, key=lambda day: day.block):
        titles = [day.title for day in days]
        names = {match.group(1) if (match := NUMBERED.match(title)) else title for title in titles}
        alone = len(titles) == 1
        found.append(
            (names.pop() if len(names) == 1 and not alone else "" if alone else f"Weekend {number}", len(titles))
        )
    return tuple(found)


def trainers(session: Session, cohort_id: int) -> tuple[str, ...]:
    """Who teaches the cohort, by name; substitutes apart. One statement."""
    query = (
        select(StaffMember.name)
        .join(SessionTrainer, SessionTrainer.staff_id == StaffMember.id)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .where(TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None))
        .where(SessionTrainer.substitute.is_(False))
        .distinct()
        .order_by(StaffMember.name)
    )
    return tuple(session.scalars(query))


def later_cohort(session: Session, cohort: Cohort) -> Later | None:
    """The next cohort of the same course that is still to begin and has a place left. One statement."""
    first = func.min(TrainingSession.starts_at)
    taken = (
        select(func.count()).where(Trainee.cohort_id == Cohort.id, Trainee.ended_at.is_(None)).scalar_subquery()
    )  # fmt: skip
    query = (
        select(Cohort.id, Cohort.name)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(TrainingSession, TrainingSession.cohort_id == Cohort.id)
        .where(CourseVersion.course_id == cohort.course.course_id, Cohort.id != cohort.id)
        .where(Cohort.published_at.is_not(None), Cohort.cancelled_at.is_(None), taken < Cohort.capacity)
        .where(TrainingSession.cancelled_at.is_(None))
        .group_by(Cohort.id, Cohort.name)
        .having(first > clock.now())
        .order_by(first, Cohort.id)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return Later(row.id, row.name) if row else None


def _cannot_come(session: Session, trainee_ids: Collection[int]) -> Mapping[tuple[int, int], str]:
    query = select(CannotCome.trainee_id, CannotCome.session_id, CannotCome.reason).where(
        CannotCome.trainee_id.in_(trainee_ids), CannotCome.taken_back_at.is_(None)
    )
    return {(row.trainee_id, row.session_id): row.reason for row in session.execute(query)}
