"""A cohort some days into its course, for tests: who was there, and another one that teaches the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Application
from portal.domain.attendance.catching_up import set_written
from portal.domain.attendance.models import CatchUp, Mark, Presence
from portal.domain.campaigns.models import Campaign
from portal.domain.training.models import Cohort, CourseVersion, Trainee, TrainingSession
from portal.domain.training.shipped import ModuleRow
from tests.support.trainees import trainees
from tests.support.training import a_cohort, a_course, a_trainer, sessions_of

M = ModuleRow
MODULES = (
    M("law-1", "Law 1", 400, written=True),
    M("law-2", "Law 2", 400),
    M("aid-1", "First aid 1", 400, one_to_one=False),
    M("aid-2", "First aid 2", 400, assessed=True, one_to_one=False),
)
AFTER_TWO = clock.from_london(datetime(2018, 4, 29, 18))  # the first weekend is over, the second in a fortnight


@dataclass(frozen=True)
class Group:
    cohort: Cohort
    trainer: StaffMember
    people: list[Trainee]
    days: list[TrainingSession]

    @property
    def version(self) -> CourseVersion:
        return self.cohort.course


def a_group(
    session: Session,
    people: int = 3,
    *,
    course: CourseVersion | None = None,
    trainer: StaffMember | None = None,
    **changes: Any,
) -> Group:
    """Four days over two weekends from Saturday 28 April 2018, with people in training and one trainer."""
    trainer = trainer or a_trainer(session)
    version = course or a_course(session, modules=MODULES, least_days=changes.pop("least_days", None))
    cohort = a_cohort(session, trainers=[trainer], course=version, **changes)
    return Group(cohort, trainer, trainees(session, cohort, people), sessions_of(session, cohort))


def marked(
    session: Session, trainee: Trainee, day: TrainingSession, presence: Presence = Presence.PRESENT, late: int = 0
) -> None:
    """What the register says, put there at once."""
    with unit_of_work(session):
        session.merge(
            Mark(
                session_id=day.id, trainee_id=trainee.id, presence=presence, late_minutes=late,
                reason="work" if presence is Presence.EXCUSED else None, made_at=clock.now(),
            )
        )  # fmt: skip


def came(session: Session, trainee: Trainee, days: Sequence[TrainingSession], missing: Sequence[int] = ()) -> None:
    """Present on these days, but for those of these places, counted from 0."""
    for place, day in enumerate(days):
        marked(session, trainee, day, Presence.ABSENT if place in missing else Presence.PRESENT)


def first_weekend(session: Session, missing: Sequence[int] = (0,), **changes: Any) -> Group:
    """After two of four days: the first person missed some, the others none."""
    group = a_group(session, **changes)
    for place, trainee in enumerate(group.people):
        came(session, trainee, group.days[:2], missing if place == 0 else ())
    return group


def another(session: Session, group: Group, first: date = date(2018, 5, 5), **changes: Any) -> Group:
    """The same course a week later."""
    return a_group(session, changes.pop("people", 0), course=group.version, first=first, **changes)


def mid_course(session: Session, trainer: StaffMember, applicant: Applicant, campaign: Campaign) -> dict[str, str]:
    """A cohort whose first weekend is over at the clock's now. The applicant missed one day, for which they have
    written work to do, and most of the next; another cohort teaches both."""
    today, trainer_id, applicant_id = clock.today(), trainer.id, applicant.id
    first = today - timedelta(days=(today.weekday() - 5) % 7 + 7)
    at = clock.now() - timedelta(days=90)
    group = first_weekend(session, people=6, trainer=trainer, campaign=campaign, first=first, at=at, name="Mid cohort")
    another(session, group, first=first + timedelta(days=21), at=at)
    one = group.people[0]
    marked(session, one, group.days[1], late=200)
    with unit_of_work(session):
        found = session.get_one(Application, one.application_id)
        found.applicant_id = applicant_id
    work = set_written(session, session.get_one(StaffMember, trainer_id), one.id, "law-1")
    return {
        "mid": str(group.cohort.id), "mid_day": str(group.days[2].id), "mid_trainee": str(one.id),
        "mid_reference": session.get_one(Application, one.application_id).reference, "mid_work": str(work.id),
    }  # fmt: skip


def catch_ups(session: Session, trainee: Trainee) -> list[CatchUp]:
    """As they stand now, whoever changed them."""
    session.rollback()
    query = select(CatchUp).where(CatchUp.trainee_id == trainee.id).order_by(CatchUp.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def on(day: int, month: int, hour: int = 9) -> datetime:
    """A London time of 2018."""
    return clock.from_london(datetime(2018, month, day, hour))


def later(moment: datetime, **more: float) -> datetime:
    return moment + timedelta(**more)
