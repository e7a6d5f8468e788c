"""Where trainees stand, read from the tables in a fixed number of statements whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.attendance import coverage
from portal.domain.attendance.coverage import Held, Limits, Outline, Sat, Standing, Taught
from portal.domain.attendance.elsewhere import Sitting, codes_of, open_to, sittings
from portal.domain.attendance.models import Assessment, CatchUp, CatchUpEnd, Mark, Presence, Result
from portal.domain.settings.queries import setting_values
from portal.domain.training.models import Cohort, CourseDay, CourseVersion, Module, Trainee, TrainingSession

DAY_MINUTES, MODULE_PERCENT, CATCH_UP_DAYS = "training_day_minutes", "training_module_percent", "catch_up_days"
ABSENCES = (Presence.ABSENT, Presence.EXCUSED)
SETTINGS = (DAY_MINUTES, MODULE_PERCENT, CATCH_UP_DAYS)


@dataclass(frozen=True)
class Course:
    """A cohort's course, and until when what was missed of it can be made good."""

    cohort_id: int
    course_id: int
    outline: Outline
    until: datetime


@dataclass
class _Record:
    """What one application has of one course, under all its places."""

    marks: list[Sat] = field(default_factory=list)
    made_good: set[str] = field(default_factory=set)
    booked: set[str] = field(default_factory=set)
    results: dict[str, Result] = field(default_factory=dict)


@dataclass(frozen=True)
class Looked:
    """Standings by trainee, each cohort's course, and every session somebody may still sit in as a guest."""

    standings: dict[int, Standing] = field(default_factory=dict)
    courses: dict[int, Course] = field(default_factory=dict)
    sittings: tuple[Sitting, ...] = ()


def standings(session: Session, trainee_ids: Collection[int]) -> dict[int, Standing]:
    """Each trainee's standing by their id; ids that are nobody's are left out. A fixed number of statements."""
    return look(session, trainee_ids).standings


def look(session: Session, trainee_ids: Collection[int]) -> Looked:
    """The same with what it was made from. A fixed number of statements."""
    rows = session.execute(
        select(Trainee.id, Trainee.application_id, Trainee.cohort_id, CourseVersion.course_id)
        .join(Cohort, Cohort.id == Trainee.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .where(Trainee.id.in_(trainee_ids))
    ).all()
    if not rows:
        return Looked()
    offered = tuple(sittings(session, {row.course_id for row in rows}))
    courses = _courses(session, {row.cohort_id for row in rows}, offered)
    records = _records(session, {row.application_id for row in rows})
    found = {}
    for row in rows:
        outline, has = courses[row.cohort_id].outline, records[row.application_id, row.course_id]
        found[row.id] = coverage.of(outline, has.marks, has.made_good, has.results, has.booked)
    return Looked(found, courses, offered)


def _courses(session: Session, cohort_ids: Collection[int], offered: Sequence[Sitting]) -> dict[int, Course]:
    """Each cohort's course as it runs there, at this moment."""
    cohorts = session.execute(
        select(Cohort.id, Cohort.version_id, CourseVersion.course_id, CourseVersion.least_days)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .where(Cohort.id.in_(cohort_ids))
    ).all()
    versions = {row.version_id for row in cohorts}
    days, modules = _days(session, versions), _modules(session, versions)
    sessions = _sessions(session, cohort_ids)
    values = setting_values(session, SETTINGS, clock.today())
    limits, after = Limits(values[DAY_MINUTES], values[MODULE_PERCENT]), timedelta(days=values[CATCH_UP_DAYS])
    made = {}
    for row in cohorts:
        held = tuple(sessions[row.id])
        until = max((each.ends_at for each in held), default=clock.now()) + after
        open_ones = open_to(offered, course_id=row.course_id, cohort_id=row.id, until=until, beside=held)
        codes = frozenset(code for each in open_ones for code in each.codes)
        outline = Outline(
            days[row.version_id], modules[row.version_id], held, row.least_days, limits, clock.now(), codes
        )
        made[row.id] = Course(row.id, row.course_id, outline, until)
    return made


def _days(session: Session, versions: Collection[int]) -> Mapping[int, tuple[tuple[int, int, str], ...]]:
    query = select(CourseDay).where(CourseDay.version_id.in_(versions)).order_by(CourseDay.number)
    found: dict[int, tuple[tuple[int, int, str], ...]] = defaultdict(tuple)
    for day in session.scalars(query):
        found[day.version_id] += ((day.number, day.block, day.title),)
    return found


def _modules(session: Session, versions: Collection[int]) -> Mapping[int, tuple[Taught, ...]]:
    query = (
        select(Module, CourseDay.number)
        .join(CourseDay, CourseDay.id == Module.day_id)
        .where(Module.version_id.in_(versions))
        .order_by(CourseDay.number, Module.position, Module.id)
    )
    found: dict[int, tuple[Taught, ...]] = defaultdict(tuple)
    for module, number in session.execute(query):
        found[module.version_id] += (
            Taught(
                module.code, module.title, number, module.minutes, module.mandatory, module.assessed, module.written,
                module.one_to_one, module.id,
            ),
        )  # fmt: skip
    return found


def _sessions(session: Session, cohort_ids: Collection[int]) -> Mapping[int, list[Held]]:
    query = (
        select(TrainingSession, CourseDay.number)
        .outerjoin(CourseDay, CourseDay.id == TrainingSession.day_id)
        .where(TrainingSession.cohort_id.in_(cohort_ids), TrainingSession.cancelled_at.is_(None))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    rows = session.execute(query).all()
    taught = codes_of(session, [row[0].id for row in rows])
    found: dict[int, list[Held]] = defaultdict(list)
    for day, number in rows:
        codes = tuple(code for code, _ in taught[day.id])
        found[day.cohort_id].append(Held(day.id, number, day.starts_at, day.ends_at, codes))
    return found


def _records(session: Session, applications: Collection[int]) -> Mapping[tuple[int, int], _Record]:
    """Everything under any place of the same application counts: that is how a transfer keeps credit."""
    found: dict[tuple[int, int], _Record] = defaultdict(_Record)
    marks = session.execute(
        select(Mark, Trainee.application_id, CourseVersion.course_id)
        .join(Trainee, Trainee.id == Mark.trainee_id)
        .join(TrainingSession, TrainingSession.id == Mark.session_id)
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .where(Trainee.application_id.in_(applications), TrainingSession.cancelled_at.is_(None))
        .order_by(TrainingSession.starts_at, TrainingSession.id, Mark.presence == Presence.PRESENT, Trainee.id)
    ).all()  # of one day under two places the last counts: that they were there
    taught = codes_of(session, {mark.session_id for mark, _, _ in marks})
    for mark, application_id, course_id in marks:
        sat = Sat(mark.session_id, mark.presence, mark.late_minutes, mark.left_minutes, taught[mark.session_id])
        found[application_id, course_id].marks.append(sat)
    for application_id, course_id, code, ended_as, session_id in session.execute(_catch_ups(applications)):
        has = found[application_id, course_id]
        if ended_as is not None:
            has.made_good.add(code)
        elif not any(sat.session_id == session_id and sat.presence in ABSENCES for sat in has.marks):
            has.booked.add(code)  # who was not there either has nothing booked any more
    for application_id, course_id, code, result in session.execute(_results(applications)):
        results = found[application_id, course_id].results
        results[code] = Result.PASSED if Result.PASSED in (result, results.get(code)) else result
    return found


def _catch_ups(applications: Collection[int]) -> Select[int, int, str, CatchUpEnd | None, int | None]:
    stands = and_(Trainee.ended_at.is_(None), TrainingSession.cancelled_at.is_(None))
    return (
        select(
            Trainee.application_id, CourseVersion.course_id, CatchUp.module_code, CatchUp.ended_as, CatchUp.session_id
        )
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .join(Module, Module.id == CatchUp.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .where(Trainee.application_id.in_(applications))
        .outerjoin(TrainingSession, TrainingSession.id == CatchUp.session_id)
        .where(or_(and_(CatchUp.ended_at.is_(None), stands), CatchUp.ended_as == CatchUpEnd.SIGNED_OFF))
    )


def _results(applications: Collection[int]) -> Select[int, int, str, Result]:
    return (
        select(Trainee.application_id, CourseVersion.course_id, Assessment.module_code, Assessment.result)
        .join(Trainee, Trainee.id == Assessment.trainee_id)
        .join(Module, Module.id == Assessment.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .where(Trainee.application_id.in_(applications), Assessment.taken_back_at.is_(None))
    )
