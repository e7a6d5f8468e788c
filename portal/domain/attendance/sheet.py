"""One trainee as their trainers see them: days, modules, what repairs what, assessments, how it came about.

Names, attendance, assessments and adjustments in their own words; nothing else of the application.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.queries import staff_names
from portal.domain.applications.queries import StaffViewer
from portal.domain.attendance.assessing import assessments_of
from portal.domain.attendance.catching_up import Ways, ways_of
from portal.domain.attendance.completing import live_certificate
from portal.domain.attendance.coverage import Standing
from portal.domain.attendance.entries import Entry, entries_of_application
from portal.domain.attendance.grid import Cell, cell_of
from portal.domain.attendance.models import Assessment, CannotCome, Certificate, MarkSource, MarkStep
from portal.domain.attendance.people import Person, person
from portal.domain.attendance.standing import look
from portal.domain.attendance.words import WHYS, Said
from portal.domain.training import seeing
from portal.domain.training.contacts import adjustments_of
from portal.domain.training.models import Cohort, SessionTrainer, Trainee, TrainingSession
from portal.services.crypto import KeyRing

MOST_STEPS = 60  # of the history that are shown, the last ones


@dataclass(frozen=True)
class Step:
    """One attempt to mark. `by`: empty where they checked in themselves. `why`: for late ones and corrections."""

    at: datetime
    day: datetime
    said: Said
    by: str
    source: MarkSource
    outcome: str
    why: str


@dataclass(frozen=True)
class Sheet:
    person: Person
    cohort: Cohort
    standing: Standing
    cells: tuple[Cell, ...]  # a day each, as in the grid
    ways: Ways
    entries: Sequence[Entry]
    assessments: Sequence[tuple[Assessment, str]]  # with who assessed
    steps: Sequence[Step]
    adjustments: str
    trainers: Sequence[tuple[int, str]]
    certificate: Certificate | None

    @property
    def live(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.row.ended_at is None]

    def attempts(self, code: str) -> int:
        """How many this place has seen of a module."""
        rows = (row for row, _ in self.assessments if row.trainee_id == self.person.trainee.id)
        return max((row.attempt for row in rows if row.module_code == code), default=0)


def sheet(session: Session, keys: KeyRing, viewer: StaffViewer, cohort_id: int, trainee_id: int) -> Sheet:
    """A trainee of a cohort the viewer may open; raises NotFound for any other. A fixed number of statements."""
    cohort = seeing.cohort(session, viewer, cohort_id)
    found = person(session, viewer, cohort_id, trainee_id)
    looked = look(session, [trainee_id])
    standing = looked.standings[trainee_id]
    away = set(
        session.scalars(
            select(CannotCome.session_id).where(CannotCome.trainee_id == trainee_id, CannotCome.taken_back_at.is_(None))
        )
    )
    cells = (
        cell_of(day, "said" if day.session and day.session.session_id in away else None) for day in standing.days
    )  # fmt: skip
    assessed = assessments_of(session, [found.application_id])
    steps = _steps(session, found.application_id)
    wanted = {row.staff_id for row in assessed} | {row.staff_id for row, _ in steps if row.staff_id}
    names = staff_names(session, wanted)
    return Sheet(
        person=found,
        cohort=cohort,
        standing=standing,
        cells=tuple(cells),
        ways=ways_of(standing, looked.courses[cohort_id], looked.sittings),
        entries=entries_of_application(session, found.application_id),
        assessments=[(row, names.get(row.staff_id, "")) for row in assessed],
        steps=[_step(row, day, names) for row, day in steps],
        adjustments=adjustments_of(keys, found.trainee),
        trainers=_trainers(session, cohort_id),
        certificate=live_certificate(session, trainee_id),
    )  # fmt: skip


def _steps(session: Session, application_id: int) -> Sequence[tuple[MarkStep, datetime]]:
    query = (
        select(MarkStep, TrainingSession.starts_at)
        .join(Trainee, Trainee.id == MarkStep.trainee_id)
        .join(TrainingSession, TrainingSession.id == MarkStep.session_id)
        .where(Trainee.application_id == application_id)
        .order_by(MarkStep.id.desc())
        .limit(MOST_STEPS)
    )
    return [(row, day) for row, day in session.execute(query)]


def _step(row: MarkStep, day: datetime, names: dict[int, str]) -> Step:
    said = Said(row.presence, row.late_minutes, row.left_minutes, row.reason)
    by = names.get(row.staff_id or 0, "")
    return Step(row.made_at, day, said, by, row.source, row.outcome.value, WHYS.get(row.why or "", ""))


def _trainers(session: Session, cohort_id: int) -> list[tuple[int, str]]:
    query = (
        select(StaffMember.id, StaffMember.name)
        .join(SessionTrainer, SessionTrainer.staff_id == StaffMember.id)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .where(TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None))
        .where(SessionTrainer.substitute.is_(False))
        .distinct()
        .order_by(StaffMember.name, StaffMember.id)
    )
    return [(key, name) for key, name in session.execute(query)]
