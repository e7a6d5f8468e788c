"""Sessions to come where something missed can be sat in as a guest: of any published cohort, with a place left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.attendance.coverage import Held
from portal.domain.attendance.models import CatchUp
from portal.domain.interviews.models import Venue
from portal.domain.training.models import Cohort, CourseVersion, Module, SessionModule, Trainee, TrainingSession

S = TrainingSession


@dataclass(frozen=True)
class Sitting:
    """A session somebody may sit in. `left`: places nobody has. `extra`: one for catching up, beyond the course's."""

    session_id: int
    cohort_id: int
    course_id: int
    cohort: str
    title: str
    venue: str
    starts_at: datetime
    ends_at: datetime
    extra: bool
    left: int
    codes: frozenset[str]


def sittings(session: Session, course_ids: Collection[int]) -> list[Sitting]:
    """Sessions of these courses still to begin, with a place left, the soonest first. Two statements."""
    left = places_left()
    query = (
        select(S, Cohort.name, CourseVersion.course_id, Venue.name, left)
        .join(Cohort, Cohort.id == S.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .outerjoin(Venue, Venue.id == S.venue_id)
        .where(CourseVersion.course_id.in_(course_ids), S.starts_at > clock.now(), S.cancelled_at.is_(None), left > 0)
        .where(Cohort.published_at.is_not(None), Cohort.cancelled_at.is_(None))
        .order_by(S.starts_at, S.id)
    )
    rows = session.execute(query).all()
    taught = codes_of(session, [row[0].id for row in rows])
    return [
        Sitting(
            day.id, day.cohort_id, course_id, cohort, day.title, venue or "", day.starts_at, day.ends_at,
            day.day_id is None, free, frozenset(code for code, _ in taught[day.id]),
        )
        for day, cohort, course_id, venue, free in rows
    ]  # fmt: skip


def places_left() -> ColumnElement[int]:
    """Of a query on sessions and their cohorts: how many places nobody has; below 0 where there are too many."""
    places = func.coalesce(S.room_places, Cohort.capacity)
    own = select(func.count()).where(Trainee.cohort_id == S.cohort_id, Trainee.ended_at.is_(None)).scalar_subquery()
    guests = (
        select(func.count(CatchUp.trainee_id.distinct()))
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .where(CatchUp.session_id == S.id, CatchUp.ended_at.is_(None), Trainee.ended_at.is_(None))
        .scalar_subquery()
    )
    bidden = case((S.day_id.is_(None), 0), else_=own)  # to an extra session only guests are
    left: ColumnElement[int] = places - guests - bidden
    return left


def codes_of(session: Session, session_ids: Collection[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    """What each session teaches: code and minutes of its modules, in their order. One statement."""
    query = (
        select(SessionModule.session_id, Module.code, Module.minutes)
        .join(Module, Module.id == SessionModule.module_id)
        .where(SessionModule.session_id.in_(session_ids))
        .order_by(SessionModule.session_id, Module.day_id, Module.position, Module.id)
    )
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for session_id, code, minutes in session.execute(query):
        found[session_id].append((code, minutes))
    return defaultdict(tuple, {key: tuple(each) for key, each in found.items()})


def open_to(
    found: Iterable[Sitting], *, course_id: int, cohort_id: int, until: datetime, beside: Iterable[Held] = ()
) -> list[Sitting]:
    """Those a trainee of this cohort may choose: extra ones of their own, any of another, over in time, and not while
    a day of their own is on."""
    own = [(day.starts_at, day.ends_at) for day in beside if day.day is not None]
    return [
        each
        for each in found
        if each.course_id == course_id
        and (each.extra or each.cohort_id != cohort_id)
        and each.ends_at <= until
        and not any(each.starts_at < ends and starts < each.ends_at for starts, ends in own)
    ]
