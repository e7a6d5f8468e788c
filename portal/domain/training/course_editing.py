"""Writing courses: a new version begins as a copy of the published one, is changed as a draft, and published once.

A draft is written whole each time, so that its days stay numbered and its modules' needs stay true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training.courses import Reading, current_of, draft_of, reading_of
from portal.domain.training.models import Course, CourseDay, CourseVersion, Module, ModuleNeed, Pattern
from portal.domain.training.shipped import DayRow
from portal.domain.training.standard import write_days

MOST_DAYS, MOST_MODULES = 60, 8


class DraftChanged(Conflict):
    """Somebody else changed this draft since the page was opened."""


class NotADraft(Conflict):
    title = "This version is published"
    message = "A published version never changes. Make a new one."


class NotACourse(Refusal):
    title = "It cannot be published yet"


class NameTaken(Refusal):
    message = "Another course has this name"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="name")


@dataclass(frozen=True)
class Facts:
    """What a version says beside its days. `bring`: one thing a line."""

    pattern: Pattern
    every_weeks: int
    least_days: int
    bring: str = ""
    change_note: str = ""


def make_course(session: Session, actor: Actor, name: str, summary: str, scheme_id: int | None) -> Course:
    """A course with an empty draft. Raises NameTaken."""
    name = " ".join(name.split())
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug:
        raise NameTaken("Give the course a name with letters in it")
    with unit_of_work(session):
        taken = select(Course.id).where((Course.slug == slug) | (Course.name == name))
        if session.scalar(taken) is not None:
            raise NameTaken()
        made = Course(slug=slug, name=name, summary=summary.strip(), scheme_id=scheme_id)
        made.versions = [_draft(actor, 1, Facts(Pattern.WEEKENDS, 2, 0))]
        session.add(made)
        session.flush()
        record(session, actor, "course.made", subject=("course", made.id))
        return made


def _draft(actor: Actor, number: int, facts: Facts) -> CourseVersion:
    return CourseVersion(
        number=number, pattern=facts.pattern, every_weeks=facts.every_weeks, least_days=facts.least_days,
        bring=facts.bring, change_note=facts.change_note, created_by=actor.actor_id, created_at=clock.now(),
    )  # fmt: skip


def begin_version(session: Session, actor: Actor, course_id: int) -> CourseVersion:
    """The draft of the next version, a copy of the published one. One at a time: a second asking gets the first's.

    Raises NotFound.
    """
    with unit_of_work(session):
        course = _held(session, course_id)
        if (draft := draft_of(course)) is not None:
            return draft
        before = current_of(course)
        if before is None:
            raise NotFound()
        copied = reading_of(session, before.id)
        facts = Facts(before.pattern, before.every_weeks, before.least_days, before.bring)
        made = _draft(actor, before.number + 1, facts)
        made.course_id = course.id
        session.add(made)
        session.flush()
        write_days(session, made.id, copied.rows)
        record(session, actor, "course.edited", subject=("course", course.id), version=made.number)
        session.expire(course, ["versions"])
        return made


def edit_facts(session: Session, actor: Actor, version_id: int, facts: Facts, *, seen: int) -> CourseVersion:
    """Raises NotFound, NotADraft, DraftChanged."""
    with unit_of_work(session):
        draft = _held_draft(session, version_id, seen)
        rows = reading_of(session, version_id).rows
        draft.pattern, draft.every_weeks, draft.least_days = facts.pattern, facts.every_weeks, facts.least_days
        draft.bring, draft.change_note = facts.bring.strip(), facts.change_note.strip()
        return _written(session, actor, draft, rows)


def set_day(session: Session, actor: Actor, version_id: int, number: int, day: DayRow, *, seen: int) -> CourseVersion:
    """Writes day `number`; the one after the last is a new one.

    Raises NotFound, NotADraft, DraftChanged, NotACourse.
    """
    with unit_of_work(session):
        draft = _held_draft(session, version_id, seen)
        rows = list(reading_of(session, version_id).rows)
        if not 1 <= number <= min(len(rows) + 1, MOST_DAYS):
            raise NotFound()
        codes = {each.code for place, row in enumerate(rows, 1) if place != number for each in row.modules}
        if twice := codes & {each.code for each in day.modules}:
            raise NotACourse(f"Another day has a module called {sorted(twice)[0]}", field="modules")
        rows[number - 1 : number] = [day]
        return _written(session, actor, draft, rows)


def remove_day(session: Session, actor: Actor, version_id: int, number: int, *, seen: int) -> CourseVersion:
    """Raises NotFound, NotADraft, DraftChanged."""
    with unit_of_work(session):
        draft = _held_draft(session, version_id, seen)
        rows = list(reading_of(session, version_id).rows)
        if not 1 <= number <= len(rows):
            raise NotFound()
        del rows[number - 1]
        return _written(session, actor, draft, rows)


def shift_day(session: Session, actor: Actor, version_id: int, number: int, *, up: bool, seen: int) -> CourseVersion:
    """Changes places with its neighbour; at the end it stays. Raises NotFound, NotADraft, DraftChanged."""
    with unit_of_work(session):
        draft = _held_draft(session, version_id, seen)
        rows = list(reading_of(session, version_id).rows)
        if not 1 <= number <= len(rows):
            raise NotFound()
        other = number - 2 if up else number
        if 0 <= other < len(rows):
            rows[number - 1], rows[other] = rows[other], rows[number - 1]
        return _written(session, actor, draft, rows)


def publish_version(session: Session, actor: Actor, version_id: int) -> CourseVersion:
    """From now on cohorts are made of it, and it never changes. Twice is once. Raises NotFound, NotACourse."""
    with unit_of_work(session):
        found = locked(session, CourseVersion, version_id)
        if found is None:
            raise NotFound()
        if found.published_at is not None:
            return found
        if wrong := list(problems(reading_of(session, version_id))):
            raise NotACourse(wrong[0])
        found.published_at = clock.now()
        found.version += 1
        record(session, actor, "course.published", subject=("course", found.course_id), version=found.number)
        return found


def discard_version(session: Session, actor: Actor, version_id: int) -> None:
    """A draft is thrown away; a course that has nothing else goes with it. Raises NotFound, NotADraft."""
    with unit_of_work(session):
        draft = _held_draft(session, version_id, None)
        course = _held(session, draft.course_id)
        record(session, actor, "course.discarded", subject=("course", course.id), version=draft.number)
        _erase(session, version_id)
        session.expire(draft, ["days"])
        session.delete(draft)
        session.flush()
        session.expire(course, ["versions"])
        if not course.versions:
            session.delete(course)
            session.flush()


def put_away(session: Session, actor: Actor, course_id: int, *, away: bool) -> Course:
    """No new cohort is made of a course that is put away. Twice is once. Raises NotFound."""
    with unit_of_work(session):
        course = _held(session, course_id)
        if (course.archived_at is not None) != away:
            course.archived_at = clock.now() if away else None
            act = "course.put_away" if away else "course.taken_out"
            record(session, actor, act, subject=("course", course.id))
        return course


def problems(reading: Reading) -> Iterator[str]:
    """What keeps a version from being published, in the order it is read."""
    days = reading.version.days
    if not days:
        yield "There is no day in it"
    taught: set[str] = set()
    for day in days:
        minutes = sum(module.minutes for module in day.modules)
        if not minutes:
            yield f"Day {day.number}, {day.title}, teaches nothing"
        if minutes > day.ends_minute - day.starts_minute:
            yield f"Day {day.number}, {day.title}, teaches for longer than it lasts"
        for module in day.modules:
            for code in reading.needs.get(module.code, ()):
                if code not in taught:
                    yield f"“{module.title}” comes before what it needs"
            taught.add(module.code)
    if reading.version.least_days > len(days):
        yield f"{reading.version.least_days} days must be attended, and there are {len(days)}"


def blocks(pattern: Pattern, rows: Sequence[DayRow]) -> list[DayRow]:
    """The same days, each in its weekend or its week."""
    days = {Pattern.WEEKENDS: 2, Pattern.WEEKLY: 1, Pattern.DAYS: 5}[pattern]
    return [replace(row, block=place // days + 1) for place, row in enumerate(rows)]


def _held(session: Session, course_id: int) -> Course:
    found = locked(session, Course, course_id)
    if found is None:
        raise NotFound()
    session.expire(found, ["versions"])
    return found


def _held_draft(session: Session, version_id: int, seen: int | None) -> CourseVersion:
    found = locked(session, CourseVersion, version_id)
    if found is None:
        raise NotFound()
    if found.published_at is not None:
        raise NotADraft()
    if seen is not None and found.version != seen:
        raise DraftChanged()
    return found


def _written(session: Session, actor: Actor, draft: CourseVersion, rows: Sequence[DayRow]) -> CourseVersion:
    _erase(session, draft.id)
    write_days(session, draft.id, blocks(draft.pattern, rows))
    draft.version += 1
    record(session, actor, "course.edited", subject=("course", draft.course_id), version=draft.number)
    session.flush()
    session.expire(draft, ["days"])
    return draft


def _erase(session: Session, version_id: int) -> None:
    """The days of a draft, with their modules and needs; nothing else refers to them yet."""
    own = select(Module.id).where(Module.version_id == version_id)
    session.execute(delete(ModuleNeed).where(ModuleNeed.module_id.in_(own)))
    session.execute(delete(Module).where(Module.version_id == version_id))
    session.execute(delete(CourseDay).where(CourseDay.version_id == version_id))
