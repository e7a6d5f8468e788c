"""A trainee's own page: their place, the days with what they said of each, what is still needed, courses to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.waiting import NAMES, Todo
from portal.domain.attendance.beforehand import said_by
from portal.domain.attendance.models import CannotCome
from portal.domain.training.availability import courses_to_come, stated
from portal.domain.training.blockers import blockers
from portal.domain.training.letters import last_day, standing_days
from portal.domain.training.models import (
    Availability,
    Cohort,
    CourseDay,
    CourseVersion,
    EmergencyContact,
    Module,
    SessionModule,
    Trainee,
    TrainingSession,
    Waiting,
)
from portal.domain.training.places import KEEP, WAIT


class Stand(StrEnum):
    NONE = "none"  # no place
    TO_CONFIRM = "to_confirm"
    LATE = "late"
    PLACED = "placed"
    TRAINING = "training"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Material:
    title: str
    url: str


@dataclass(frozen=True)
class Day:
    """One day of their cohort. `away`: what they said, if they cannot come."""

    session: TrainingSession
    block: int
    away: CannotCome | None
    materials: Sequence[Material]

    @property
    def over(self) -> bool:
        return self.session.ends_at <= clock.now()

    @property
    def to_come(self) -> bool:
        """It has not begun: they may still say that they cannot come."""
        return self.session.starts_at > clock.now()


@dataclass(frozen=True)
class ToCome:
    """A cohort they could join. `begins` and `ends` are its first and last day."""

    cohort: Cohort
    begins: datetime
    ends: datetime
    days: int
    said: Availability | None
    waits: bool
    left: int


@dataclass(frozen=True)
class TraineePage:
    """Everything the page shows. `needed`: what is due by the first day and not done, by its name."""

    trainee: Trainee | None
    cohort: Cohort | None
    days: Sequence[Day]
    contact_given: bool
    needed: Sequence[str]
    courses: Sequence[ToCome]

    @property
    def stand(self) -> Stand:
        trainee = self.trainee
        if trainee is None:
            return Stand.NONE
        if trainee.completed_at is not None:
            return Stand.COMPLETED
        if trainee.started_at is not None:
            return Stand.TRAINING
        if trainee.confirmed_at is not None:
            return Stand.PLACED
        late = trainee.confirm_by is not None and trainee.confirm_by <= clock.now()
        return Stand.LATE if late else Stand.TO_CONFIRM

    @property
    def confirm_day(self) -> date | None:
        return last_day(self.trainee.confirm_by) if self.trainee and self.trainee.confirm_by else None

    @property
    def next(self) -> Day | None:
        """The day that is on, or the next one."""
        return next((each for each in self.days if not each.over), None)

    @property
    def blocks(self) -> list[list[Day]]:
        """The days by weekend, or by week."""
        return [list(days) for _block, days in groupby(self.days, key=lambda day: day.block)]

    @property
    def coming(self) -> list[list[Day]]:
        """Weekends with a day that is not over."""
        return [block for block in self.blocks if not block[-1].over]

    @property
    def been(self) -> list[list[Day]]:
        return [block for block in self.blocks if block[-1].over]

    @property
    def one_venue(self) -> bool:
        """Whether all of it is in one place, so that it is said once."""
        return len({(day.session.venue_id, day.session.room) for day in self.days}) == 1

    @property
    def bring(self) -> list[str]:
        lines = self.cohort.course.bring.splitlines() if self.cohort else []
        return [line.strip() for line in lines if line.strip()]


def trainee_page(session: Session, application: Application) -> TraineePage:
    """The page of one's own application. A fixed number of statements."""
    trainee = own_place(session, application.id)
    cohort = _cohort(session, trainee.cohort_id) if trainee else None
    given = exists().where(EmergencyContact.application_id == application.id)
    kinds = blockers(session, [application.id]).get(application.id, [])
    before = trainee is None or trainee.started_at is None
    return TraineePage(
        trainee=trainee,
        cohort=cohort,
        days=_days(session, trainee) if trainee else [],
        contact_given=session.scalar(select(given)) or False,
        needed=[NAMES[kind] for kind in kinds] if before else [],
        courses=_courses(session, application) if trainee is None and application.state in WAIT else [],
    )


def own_place(session: Session, application_id: int) -> Trainee | None:
    """The place an application holds, confirmed or not."""
    query = select(Trainee).where(Trainee.application_id == application_id, Trainee.ended_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def has_page(application: Application) -> bool:
    """Whether there is anything of training to show: an offer was accepted, and nothing ended since."""
    return application.state in KEEP


def _cohort(session: Session, cohort_id: int) -> Cohort:
    whole = joinedload(Cohort.course).joinedload(CourseVersion.course)
    return session.scalars(select(Cohort).where(Cohort.id == cohort_id).options(whole)).one()


def _days(session: Session, trainee: Trainee) -> list[Day]:
    days, away = standing_days(session, trainee.cohort_id), said_by(session, trainee.id)
    ids = [day.id for day in days]
    blocks = _blocks(session, ids)
    materials = _materials(session, ids)
    return [Day(day, blocks.get(day.id, 0), away.get(day.id), materials.get(day.id, ())) for day in days]


def _blocks(session: Session, ids: Collection[int]) -> dict[int, int]:
    query = select(TrainingSession.id, CourseDay.block).join(CourseDay, CourseDay.id == TrainingSession.day_id)
    return {row.id: row.block for row in session.execute(query.where(TrainingSession.id.in_(ids)))}


def _materials(session: Session, ids: Collection[int]) -> dict[int, list[Material]]:
    """What may be read for each day: what its modules name, once it is in reach of a browser."""
    query = (
        select(SessionModule.session_id, Module.materials)
        .join(Module, Module.id == SessionModule.module_id)
        .where(SessionModule.session_id.in_(ids))
        .order_by(SessionModule.session_id, Module.position, Module.id)
    )
    found: dict[int, list[Material]] = defaultdict(list)
    for session_id, materials in session.execute(query):
        found[session_id] += [Material(each["title"], each["url"]) for each in materials if _is_link(each.get("url"))]
    return found


def _is_link(address: object) -> bool:
    """Only what leads somewhere on the web, or on this site."""
    return str(address or "").startswith(("https://", "http://", "/"))


def _courses(session: Session, application: Application) -> list[ToCome]:
    cohorts, said = courses_to_come(session, application), stated(session, application.id)
    ids = [each.id for each in cohorts]
    live = select(Waiting.cohort_id).where(Waiting.application_id == application.id, Waiting.ended_at.is_(None))
    waits = set(session.scalars(live))
    held = (
        select(Trainee.cohort_id, func.count())
        .where(Trainee.cohort_id.in_(ids), Trainee.ended_at.is_(None))
        .group_by(Trainee.cohort_id)
    )
    taken = {key: int(count) for key, count in session.execute(held)}
    return [_to_come(each, said.get(each.id), each.id in waits, taken.get(each.id, 0)) for each in cohorts]


def _to_come(cohort: Cohort, said: Availability | None, waits: bool, taken: int) -> ToCome:
    days = [day for day in cohort.sessions if day.cancelled_at is None]
    begins, ends = days[0].starts_at, days[-1].starts_at
    return ToCome(cohort, begins, ends, len(days), said, waits, max(0, cohort.capacity - taken))


def todos(session: Session, application: Application) -> list[Todo]:
    """What training asks of its applicant now."""
    if application.state not in KEEP or application.state is State.APPOINTED:
        return []
    trainee = own_place(session, application.id)
    if trainee is None:
        return _availability_todo(session, application)
    if trainee.confirmed_at is None:
        day = last_day(trainee.confirm_by) if trainee.confirm_by else None
        return [Todo("Take your training place, or leave it", "public.training", by=day)]
    given = session.scalar(select(exists().where(EmergencyContact.application_id == application.id)))
    contact = Todo("Tell us whom to ring in an emergency", "public.emergency_contact", done=bool(given))
    return [Todo("Your training", "public.training", hint="Dates, places, what to bring.", done=True), contact]


def _availability_todo(session: Session, application: Application) -> list[Todo]:
    if application.state not in WAIT:
        return []
    cohorts, said = courses_to_come(session, application), stated(session, application.id)
    if not cohorts:
        return []
    open_ones = [each for each in cohorts if each.id not in said]
    return [Todo("Say which training days you can come to", "public.training", done=not open_ones)]
