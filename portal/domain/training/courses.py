"""Courses as those who teach and plan read them: which there are, and one version with all that it teaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portal.domain.campaigns.models import Scheme
from portal.domain.refusals import NotFound
from portal.domain.training.models import Cohort, Course, CourseDay, CourseVersion, Module, ModuleNeed
from portal.domain.training.shipped import DayRow, ModuleRow


@dataclass(frozen=True)
class Line:
    """A course in the list. `current`: the newest version that is published; `draft`: one that is being written."""

    course: Course
    scheme: str | None
    current: CourseVersion | None
    draft: CourseVersion | None
    days: int
    cohorts: int


@dataclass(frozen=True)
class Reading:
    """One version, with which module needs which (by code)."""

    course: Course
    version: CourseVersion
    needs: dict[str, list[str]]
    scheme: str | None
    cohorts: int

    @property
    def modules(self) -> list[Module]:
        return [module for day in self.version.days for module in day.modules]

    def after(self, module: Module) -> list[str]:
        """Titles of what must have been done before it."""
        titles = {each.code: each.title for each in self.modules}
        return [titles[code] for code in self.needs.get(module.code, ())]

    @property
    def rows(self) -> tuple[DayRow, ...]:
        """The days as plain facts, to write them again."""
        return tuple(
            DayRow(
                day.block, day.title, day.starts_minute, day.ends_minute, tuple(self._row(each) for each in day.modules)
            )
            for day in self.version.days
        )

    def _row(self, module: Module) -> ModuleRow:
        return ModuleRow(
            module.code, module.title, module.minutes, module.mandatory, module.assessed, module.written,
            module.one_to_one, tuple(self.needs.get(module.code, ())),
            tuple((each["title"], each["url"]) for each in module.materials),
        )  # fmt: skip


def current_of(course: Course) -> CourseVersion | None:
    return next((each for each in reversed(course.versions) if each.published_at is not None), None)


def draft_of(course: Course) -> CourseVersion | None:
    return next((each for each in course.versions if each.published_at is None), None)


def listed(session: Session) -> list[Line]:
    """Every course by name, those put away last. Four statements."""
    query = select(Course, Scheme.name).outerjoin(Scheme, Scheme.id == Course.scheme_id)
    query = query.options(selectinload(Course.versions)).order_by(Course.archived_at.is_not(None), Course.name)
    rows = session.execute(query).all()
    days = select(CourseDay.version_id, func.count().label("days")).group_by(CourseDay.version_id)
    long = {row.version_id: row.days for row in session.execute(days)}
    runs = select(CourseVersion.course_id, func.count().label("runs")).join(Cohort).group_by(CourseVersion.course_id)
    cohorts = {row.course_id: row.runs for row in session.execute(runs)}
    found = []
    for course, scheme in rows:
        shown = current_of(course) or draft_of(course)
        length = long.get(shown.id, 0) if shown else 0
        found.append(
            Line(course, scheme, current_of(course), draft_of(course), length, cohorts.get(course.id, 0))
        )  # fmt: skip
    return found


def one_course(session: Session, slug: str) -> Course:
    """A course with its versions, the oldest first. Raises NotFound."""
    query = select(Course).where(Course.slug == slug).options(selectinload(Course.versions))
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, slug: str, number: int | None = None) -> Reading:
    """One version; none named: the published one, else the draft. Raises NotFound. Six statements."""
    course = one_course(session, slug)
    chosen = next((each for each in course.versions if each.number == number), None)
    if number is None:
        chosen = current_of(course) or draft_of(course)
    if chosen is None:
        raise NotFound()
    return reading_of(session, chosen.id)


def read_draft(session: Session, slug: str) -> Reading:
    """The version that is being written. Raises NotFound when there is none."""
    draft = draft_of(one_course(session, slug))
    if draft is None:
        raise NotFound()
    return reading_of(session, draft.id)


def reading_of(session: Session, version_id: int) -> Reading:
    query = select(CourseVersion).where(CourseVersion.id == version_id)
    whole = (
        joinedload(CourseVersion.course).selectinload(Course.versions),
        selectinload(CourseVersion.days).selectinload(CourseDay.modules),
    )
    version = session.scalars(query.options(*whole).execution_options(populate_existing=True)).one()
    needed = aliased(Module)
    pairs = (
        select(Module.code, needed.code.label("needs"))
        .join(ModuleNeed, ModuleNeed.module_id == Module.id)
        .join(needed, needed.id == ModuleNeed.needs_id)
        .where(Module.version_id == version_id)
    )
    needs: dict[str, list[str]] = {}
    for row in session.execute(pairs.order_by(Module.code, needed.code)):
        needs.setdefault(row.code, []).append(row.needs)
    scheme = session.scalar(select(Scheme.name).where(Scheme.id == version.course.scheme_id))
    cohorts = session.scalar(select(func.count()).where(Cohort.version_id == version_id)) or 0
    return Reading(version.course, version, needs, scheme, cohorts)


def schemes(session: Session) -> Sequence[Scheme]:
    """The schemes a course may be of, in their order."""
    return session.scalars(select(Scheme).order_by(Scheme.position)).all()
