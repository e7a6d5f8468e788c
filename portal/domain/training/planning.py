"""Making a cohort: a course, its first day and where, and every session comes out of the template."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import clock
from portal.db import hold, unit_of_work
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.dates import london_moment
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.models import Venue
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training.clashes import PLANS, Wish, refuse_clashes
from portal.domain.training.cohorts import NameTaken, TooSmall
from portal.domain.training.models import (
    Cohort,
    CourseDay,
    CourseVersion,
    SessionModule,
    SessionTrainer,
    TrainingSession,
)
from portal.domain.training.patterns import days

UID_BYTES = 16  # random: an entry's uid says nothing of whose it is
MIDNIGHT = 24 * 60


class NotACourse(Refusal):
    message = "Choose a course from the list"

    def __init__(self) -> None:
        super().__init__(field="version_id")


class NotAVenue(Refusal):
    message = "Choose a place from the list"

    def __init__(self) -> None:
        super().__init__(field="venue_id")


class NotATrainer(Refusal):
    message = "Choose trainers from the list"

    def __init__(self) -> None:
        super().__init__(field="trainer_ids")


@dataclass(frozen=True)
class CohortPlan:
    """A cohort that may be made. `room_places`: how many the room seats; none: as many as have a place."""

    version_id: int
    campaign_id: int | None
    division_id: int | None
    name: str
    capacity: int
    first: date
    skip_holidays: bool = False
    venue_id: int | None = None
    room: str = ""
    room_places: int | None = None
    trainer_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Planned:
    """One day as it would be: the template's, and from when to when, in UTC."""

    day: CourseDay
    starts_at: datetime
    ends_at: datetime


def dates(version: CourseVersion, first: date, *, skip_holidays: bool) -> list[Planned]:
    """The template's days from the first on, each at its own hours in London, whatever the clocks do between them.

    Raises NotAFirstDay, NoSuchTime.
    """
    found = days(
        version.pattern, len(version.days), first, every_weeks=version.every_weeks, skip_holidays=skip_holidays
    )
    return [
        Planned(day, moment(there, day.starts_minute), moment(there, day.ends_minute))
        for day, there in zip(version.days, found, strict=True)
    ]


def moment(day: date, minute: int) -> datetime:
    """The instant of a minute after midnight in London. Raises NoSuchTime in the hour the clocks leave out."""
    if minute == MIDNIGHT:
        return clock.start_of(day + timedelta(days=1))
    return london_moment(day, time(minute // 60, minute % 60))


def wishes(plan: CohortPlan, planned: Sequence[Planned]) -> list[Wish]:
    return [Wish(each.starts_at, each.ends_at, plan.venue_id, plan.room, plan.trainer_ids) for each in planned]


def plan_cohort(session: Session, actor: Actor, plan: CohortPlan) -> Cohort:
    """Makes a cohort with a session for each day of its course, what each teaches and who teaches it. Nobody but
    planners sees it until it is published.

    Raises NotACourse, NameTaken, TooSmall, NotAVenue, NotATrainer, NotAFirstDay, NoSuchTime, DoubleBooked, NotFound.
    """
    with unit_of_work(session):
        hold(session, PLANS)
        version = published_version(session, plan.version_id)
        _check(session, plan)
        planned = dates(version, plan.first, skip_holidays=plan.skip_holidays)
        refuse_clashes(session, wishes(plan, planned))
        made = Cohort(
            version_id=version.id, campaign_id=plan.campaign_id, division_id=plan.division_id, name=plan.name.strip(),
            capacity=plan.capacity, skip_holidays=plan.skip_holidays, created_by=actor.actor_id,
            created_at=clock.now(), sessions=[_session(plan, each) for each in planned],
        )  # fmt: skip
        session.add(made)
        session.flush()
        for row, each in zip(made.sessions, planned, strict=True):
            session.add_all(SessionModule(session_id=row.id, module_id=module.id) for module in each.day.modules)
            give_trainers(session, actor, row.id, plan.trainer_ids)
        record(
            session, actor, "cohort.planned", subject=("cohort", made.id), version=version.id, first=str(plan.first)
        )  # fmt: skip
        session.flush()
        return made


def published_version(session: Session, version_id: int) -> CourseVersion:
    """A version with its days and modules that cohorts may be made of. Raises NotACourse."""
    query = select(CourseVersion).where(CourseVersion.id == version_id)
    whole = (joinedload(CourseVersion.course), selectinload(CourseVersion.days).selectinload(CourseDay.modules))
    found = session.scalars(query.options(*whole)).one_or_none()
    if found is None or found.published_at is None or found.course.archived_at is not None:
        raise NotACourse()
    return found


def _check(session: Session, plan: CohortPlan) -> None:
    if not plan.name.strip():
        raise NameTaken("Give the cohort a name")
    if session.scalar(select(Cohort.id).where(Cohort.name == plan.name.strip())) is not None:
        raise NameTaken()
    if plan.capacity < 1:
        raise TooSmall("There must be a place", "capacity")
    if plan.room_places is not None and plan.room_places < plan.capacity:
        raise TooSmall(f"The room seats {plan.room_places}, fewer than the {plan.capacity} places", "room_places")
    if plan.campaign_id is not None and session.get(Campaign, plan.campaign_id) is None:
        raise NotFound()
    check_venue(session, plan.venue_id)
    check_trainers(session, plan.trainer_ids)


def check_venue(session: Session, venue_id: int | None) -> None:
    """Raises NotAVenue for one that is not there or put away; none is none yet."""
    if venue_id is not None:
        venue = session.get(Venue, venue_id)
        if venue is None or venue.archived_at is not None:
            raise NotAVenue()


def check_trainers(session: Session, trainer_ids: Collection[int]) -> None:
    """Raises NotATrainer for somebody who may not keep a register."""
    if not set(trainer_ids) <= {key for key, _name in who_may_teach(session)}:
        raise NotATrainer()


def who_may_teach(session: Session, too: Collection[int] = ()) -> list[tuple[int, str]]:
    """Members of staff who are trainers now or will be, and these too, by name; two of one name are told apart by
    their address."""
    roles: list[Role] = [role for role, granted in GRANTS.items() if Permission.KEEP_REGISTER in granted]
    holds = exists().where(
        StaffRole.staff_id == StaffMember.id,
        StaffRole.role.in_(roles),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= clock.today()),
    )
    query = select(StaffMember.id, StaffMember.name, StaffMember.email).where(
        or_(holds & StaffMember.disabled_at.is_(None), StaffMember.id.in_(too))
    )
    rows = session.execute(query.order_by(StaffMember.name, StaffMember.id)).all()
    names = [row.name for row in rows]
    return [
        (row.id, row.name if names.count(row.name) == 1 else f"{row.name} ({row.email.split('@')[0]})") for row in rows
    ]


def give_trainers(session: Session, actor: Actor, session_id: int, trainer_ids: Collection[int]) -> None:
    """Adds these to a session as those who teach it."""
    now = clock.now()
    session.add_all(
        SessionTrainer(session_id=session_id, staff_id=key, added_by=actor.actor_id, added_at=now)
        for key in sorted(set(trainer_ids))
    )


def _session(plan: CohortPlan, planned: Planned) -> TrainingSession:
    return TrainingSession(
        day_id=planned.day.id,
        title=planned.day.title,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        venue_id=plan.venue_id,
        room=plan.room.strip(),
        room_places=plan.room_places,
        uid=new_uid(),
    )


def new_uid() -> str:
    """A calendar entry's name for itself, for as long as the session lasts."""
    return f"{secrets.token_hex(UID_BYTES)}@volunteer.portal"
