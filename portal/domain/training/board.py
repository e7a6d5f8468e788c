"""A cohort's places as its planners see them: who has one, who may have one, who waits, and what is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import RequirementKind
from portal.domain.refusals import NotFound
from portal.domain.training.blockers import blockers
from portal.domain.training.candidates import Candidate, candidates
from portal.domain.training.letters import last_day
from portal.domain.training.models import Cohort, CourseVersion, Trainee, TrainingSession
from portal.domain.training.places import first_start, last_end
from portal.domain.training.seeing import cohort as reached_cohort
from portal.domain.training.seeing import in_reach

P = Permission.PLAN_COHORTS


class Stand(StrEnum):
    TO_CONFIRM = "to_confirm"
    LATE = "late"  # not confirmed, and the day has passed
    PLACED = "placed"  # confirmed, not begun
    TRAINING = "training"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Placed:
    """Somebody with a place. `blockers`: what is due by the first day and not met."""

    trainee: Trainee
    reference: str
    name: str
    state: State
    blockers: tuple[RequirementKind, ...]

    @property
    def stand(self) -> Stand:
        trainee = self.trainee
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
        """The last London day on which a yes is in time."""
        return last_day(self.trainee.confirm_by) if self.trainee.confirm_by else None

    @property
    def may_begin(self) -> bool:
        return self.stand is Stand.PLACED and not self.blockers and self.state is State.ACCEPTED


@dataclass(frozen=True)
class Places:
    """A cohort's places. `held`: all of them, also of people beyond the viewer's reach."""

    cohort: Cohort
    begins: datetime | None
    ends: datetime | None
    held: int
    placed: Sequence[Placed]
    people: Sequence[Candidate]

    @property
    def left(self) -> int:
        return max(0, self.cohort.capacity - self.held)

    @property
    def over(self) -> bool:
        return self.ends is None or self.ends <= clock.now()

    @property
    def takes_people(self) -> bool:
        """Published, still standing, with a day to come."""
        return self.cohort.published_at is not None and self.cohort.cancelled_at is None and not self.over

    @property
    def waiting(self) -> list[Candidate]:
        """The waiting list in its order: when an offer was accepted, then when it was made."""
        return sorted((each for each in self.people if each.waits), key=lambda each: each.order[1:])

    @property
    def ready(self) -> list[Placed]:
        return [each for each in self.placed if each.may_begin]


def places_of(session: Session, viewer: StaffViewer, cohort_id: int) -> Places:
    """The places of a cohort the viewer plans. Raises NotFound for any other. A fixed number of statements."""
    cohort = reached_cohort(session, viewer, cohort_id, P)
    held = select(func.count()).where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None))
    taken = session.scalar(held) or 0
    return Places(
        cohort=cohort,
        begins=first_start(session, cohort_id),
        ends=last_end(session, cohort_id),
        held=taken,
        placed=_placed(session, viewer, cohort_id),
        people=candidates(session, viewer, cohort, max(0, cohort.capacity - taken)),
    )


def _people(cohort_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Trainee, Application.reference, Application.given_name, Application.family_name, Application.state)
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None))
        .order_by(Trainee.seat)
    )


def _placed(session: Session, viewer: StaffViewer, cohort_id: int) -> list[Placed]:
    rows = session.execute(in_scope(_people(cohort_id), viewer, P)).all()
    open_still = blockers(session, [trainee.application_id for trainee, *_ in rows])
    return [_one(row, open_still) for row in rows]


def _one(row: Any, open_still: dict[int, list[RequirementKind]]) -> Placed:
    trainee, reference, given, family, state = row
    name = f"{given} {family}".strip() or reference
    return Placed(trainee, reference, name, state, tuple(open_still.get(trainee.application_id, ())))


def placed_one(session: Session, viewer: StaffViewer, cohort_id: int, trainee_id: int) -> Placed:
    """One live place of a cohort the viewer plans. Raises NotFound for any other."""
    query = in_reach(_people(cohort_id).join(Cohort, Cohort.id == Trainee.cohort_id), viewer, P)
    row = session.execute(in_scope(query.where(Trainee.id == trainee_id), viewer, P)).one_or_none()
    if row is None:
        raise NotFound()
    return _one(row, blockers(session, [row[0].application_id]))


@dataclass(frozen=True)
class Target:
    """A cohort somebody can be transferred to."""

    id: int
    name: str
    begins: datetime
    left: int


def targets(session: Session, viewer: StaffViewer, cohort: Cohort) -> list[Target]:
    """Published cohorts of the same course with a day to come, the next first; full ones say so. One statement."""
    held = (
        select(func.count())
        .where(Trainee.cohort_id == Cohort.id, Trainee.ended_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    query = (
        select(Cohort.id, Cohort.name, Cohort.capacity, held.label("held"), func.min(TrainingSession.starts_at))
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(TrainingSession, TrainingSession.cohort_id == Cohort.id)
        .where(CourseVersion.course_id == cohort.course.course_id, Cohort.id != cohort.id)
        .where(Cohort.published_at.is_not(None), Cohort.cancelled_at.is_(None), TrainingSession.cancelled_at.is_(None))
        .group_by(Cohort.id, Cohort.name, Cohort.capacity)
        .having(func.max(TrainingSession.ends_at) > clock.now())
        .order_by(func.min(TrainingSession.starts_at), Cohort.id)
    )
    rows = session.execute(in_reach(query, viewer, P))
    return [Target(key, name, begins, max(0, capacity - taken)) for key, name, capacity, taken, begins in rows]
