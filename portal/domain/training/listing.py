"""Cohorts in a list, and one cohort's days in order: what is taught, by whom, where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.models import Division
from portal.domain.training.models import (
    Cohort,
    CourseVersion,
    Module,
    SessionModule,
    SessionTrainer,
    Trainee,
    TrainingSession,
)
from portal.domain.training.seeing import in_reach

SEE = Permission.SEE_COHORTS
PAST_SHOWN = 30
T = TrainingSession


@dataclass(frozen=True)
class Line:
    """A cohort in the list. `days` are those that are on, in order."""

    cohort: Cohort
    division: str | None
    days: Sequence[TrainingSession]
    taken: int
    trainers: Sequence[str]

    @property
    def ends_at(self) -> datetime | None:
        return self.days[-1].ends_at if self.days else None

    def gone(self, now: datetime) -> int:
        return sum(day.ends_at <= now for day in self.days)

    def next(self, now: datetime) -> TrainingSession | None:
        """The day that is on, or the next."""
        return next((day for day in self.days if day.ends_at > now), None)


@dataclass(frozen=True)
class Lists:
    running: list[Line] = field(default_factory=list)
    coming: list[Line] = field(default_factory=list)
    drafts: list[Line] = field(default_factory=list)
    past: list[Line] = field(default_factory=list)  # and those called off


class Teacher(NamedTuple):
    name: str
    substitute: bool


@dataclass(frozen=True)
class Day:
    """One day of a cohort."""

    session: TrainingSession
    modules: Sequence[Module]
    teachers: Sequence[Teacher]

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)


def lists(session: Session, viewer: StaffViewer, among: Select[*tuple[Any, ...]] | None = None) -> Lists:
    """The cohorts the viewer may open: those that run first, then by their next day. `among`: only those whose ids
    this query gives. Four statements."""
    query: Select[*tuple[Any, ...]] = select(Cohort, Division.name)
    query = query.outerjoin(Division, Division.id == Cohort.division_id)
    query = in_reach(query.options(joinedload(Cohort.course).joinedload(CourseVersion.course)), viewer, SEE)
    if among is not None:
        query = query.where(Cohort.id.in_(among))
    rows = session.execute(query.order_by(Cohort.id.desc())).all()
    ids = [row[0].id for row in rows]
    days, taken, trainers = _days(session, ids), _taken(session, ids), _trainers(session, ids)
    found, now = Lists(), clock.now()
    for cohort, division in rows:
        line = Line(cohort, division, days[cohort.id], taken.get(cohort.id, 0), trainers[cohort.id])
        _group(found, line, now).append(line)
    for group in (found.running, found.coming, found.drafts):
        group.sort(key=lambda each: _by(each, now))
    found.past.sort(key=lambda each: each.ends_at or each.cohort.created_at, reverse=True)
    del found.past[PAST_SHOWN:]
    return found


def _group(found: Lists, line: Line, now: datetime) -> list[Line]:
    if line.cohort.cancelled_at is not None:
        return found.past
    if line.cohort.published_at is None:
        return found.drafts
    if line.ends_at is None or line.ends_at <= now:
        return found.past
    return found.running if line.days[0].starts_at <= now else found.coming


def _by(line: Line, now: datetime) -> tuple[datetime, int]:
    following = line.next(now)
    return (following.starts_at if following else line.cohort.created_at), line.cohort.id


def _days(session: Session, ids: Collection[int]) -> dict[int, list[TrainingSession]]:
    query = select(T).where(T.cohort_id.in_(ids), T.cancelled_at.is_(None)).options(joinedload(T.venue))
    found: dict[int, list[TrainingSession]] = defaultdict(list)
    for each in session.scalars(query.order_by(T.starts_at, T.id)):
        found[each.cohort_id].append(each)
    return found


def _taken(session: Session, ids: Collection[int]) -> dict[int, int]:
    query = select(Trainee.cohort_id, func.count().label("people"))
    query = query.where(Trainee.cohort_id.in_(ids), Trainee.ended_at.is_(None)).group_by(Trainee.cohort_id)
    return {row.cohort_id: row.people for row in session.execute(query)}


def taken_in(session: Session, cohort_id: int) -> int:
    """How many places of one cohort are held."""
    return _taken(session, [cohort_id]).get(cohort_id, 0)


def _trainers(session: Session, ids: Collection[int]) -> dict[int, list[str]]:
    """Who teaches a cohort, whoever teaches most of it first."""
    query = (
        select(T.cohort_id, StaffMember.name)
        .join(SessionTrainer, SessionTrainer.session_id == T.id)
        .join(StaffMember, StaffMember.id == SessionTrainer.staff_id)
        .where(T.cohort_id.in_(ids), T.cancelled_at.is_(None), SessionTrainer.substitute.is_(False))
        .group_by(T.cohort_id, StaffMember.id, StaffMember.name)
        .order_by(func.count().desc(), StaffMember.name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in session.execute(query):
        found[row.cohort_id].append(row.name)
    return found


def days_of(session: Session, cohort: Cohort) -> list[Day]:
    """Every day of a cohort the caller may open, called off or not, in order. Two statements."""
    ids = [each.id for each in cohort.sessions]
    modules: dict[int, list[Module]] = defaultdict(list)
    taught = select(SessionModule.session_id, Module).join(Module, Module.id == SessionModule.module_id)
    for session_id, module in session.execute(
        taught.where(SessionModule.session_id.in_(ids)).order_by(Module.position, Module.id)
    ):
        modules[session_id].append(module)
    teachers: dict[int, list[Teacher]] = defaultdict(list)
    teaching = select(SessionTrainer.session_id, StaffMember.name, SessionTrainer.substitute)
    teaching = teaching.join(StaffMember, StaffMember.id == SessionTrainer.staff_id)
    teaching = teaching.where(SessionTrainer.session_id.in_(ids))
    for row in session.execute(teaching.order_by(SessionTrainer.substitute, StaffMember.name)):
        teachers[row.session_id].append(Teacher(row.name, row.substitute))
    return [Day(each, modules[each.id], teachers[each.id]) for each in cohort.sessions]
