"""Seeding the shipped courses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.campaigns.models import Scheme
from portal.domain.training.models import Course, CourseDay, CourseVersion, Module, ModuleNeed
from portal.domain.training.shipped import COURSES, CourseRow, DayRow, ModuleRow


def seed_courses(session: Session) -> None:
    """Adds whatever of the shipped courses is missing, published; a course of a scheme that is not there waits for
    it. What is there, edited or not, stays."""
    with unit_of_work(session):
        known = set(session.scalars(select(Course.slug)))
        schemes: dict[str | None, int | None] = {None: None}
        schemes |= {row.slug: row.id for row in session.execute(select(Scheme.slug, Scheme.id))}
        for row in COURSES:
            if row.slug not in known and row.scheme in schemes:
                add_course(session, row, schemes[row.scheme])


def add_course(
    session: Session, row: CourseRow, scheme_id: int | None, *, every_weeks: int | None = None
) -> CourseVersion:
    """A course with its first version, published as it is made. The caller's unit of work."""
    now = clock.now()
    course = Course(slug=row.slug, name=row.name, summary=row.summary, scheme_id=scheme_id)
    version = CourseVersion(
        number=1, pattern=row.pattern, every_weeks=every_weeks or _weeks(row), least_days=row.least_days,
        bring=row.bring, created_at=now, published_at=now,
    )  # fmt: skip
    course.versions = [version]
    session.add(course)
    session.flush()
    write_days(session, version.id, row.days)
    session.expire(version, ["days"])
    return version


def write_days(session: Session, version_id: int, rows: Sequence[DayRow]) -> None:
    """The days of a version that has none, numbered from 1, with their modules and what those need."""
    modules: dict[str, Module] = {}
    for number, day in enumerate(rows, 1):
        _add_day(session, version_id, number, day, modules)
    needs = [(modules[each.code], need) for day in rows for each in day.modules for need in each.needs]
    session.add_all(
        ModuleNeed(module_id=module.id, needs_id=modules[need].id) for module, need in needs if need in modules
    )
    session.flush()


def _weeks(row: CourseRow) -> int:
    """Weekends lie every other week: five of them over ten weeks [000]."""
    return 2 if row.pattern == "weekends" else 1


def _add_day(session: Session, version_id: int, number: int, day: DayRow, modules: dict[str, Module]) -> None:
    made = CourseDay(
        version_id=version_id, number=number, block=day.block, title=day.title, starts_minute=day.starts,
        ends_minute=day.ends,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for position, row in enumerate(day.modules, 1):
        modules[row.code] = _module(version_id, made.id, position, row)
        session.add(modules[row.code])
    session.flush()


def _module(version_id: int, day_id: int, position: int, row: ModuleRow) -> Module:
    return Module(
        version_id=version_id,
        day_id=day_id,
        position=position,
        code=row.code,
        title=row.title,
        minutes=row.minutes,
        mandatory=row.mandatory,
        assessed=row.assessed,
        written=row.written,
        one_to_one=row.one_to_one,
        materials=[{"title": title, "url": url} for title, url in row.materials],
    )
