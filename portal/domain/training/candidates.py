"""Who may be given a place in a cohort: their fair order, whether its days suit them, and the best fill.

The fair order is when somebody accepted their offer, then when it was made; those whose offer is for a later course
come after. Source: an explained order (docs/domain.md).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign, District, RequirementKind
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.training.availability import may_miss
from portal.domain.training.blockers import blockers
from portal.domain.training.fitting import Fit, Wanting, best_fill, fit_of
from portal.domain.training.models import (
    Availability,
    Cohort,
    CourseDay,
    CourseVersion,
    Trainee,
    TrainingSession,
    Waiting,
)
from portal.domain.training.places import WAIT
from portal.domain.training.seeing import in_reach

P = Permission.PLAN_COHORTS
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Candidate:
    """Somebody without a place. `misses`: the days they said they cannot come to. `had`: they had a place here before.
    `suggested`: the fill gives them a place here; `elsewhere`: it gives them one in the cohort of this name."""

    application_id: int
    reference: str
    name: str
    accepted_at: datetime
    made_at: datetime
    fit: Fit
    misses: tuple[datetime, ...]
    waits: bool
    later_course: bool
    had: bool
    paused_until: date | None
    blockers: tuple[RequirementKind, ...]
    also: tuple[int, ...]  # other cohorts of the course with room that suit them
    number: int = 0
    suggested: bool = False
    elsewhere: str = ""

    @property
    def order(self) -> tuple[bool, datetime, datetime, int]:
        return self.later_course, self.accepted_at, self.made_at, self.application_id

    @property
    def asked_about(self) -> bool:
        """A person decides about them: the fill leaves them out."""
        return self.had or self.paused_until is not None


@dataclass(frozen=True)
class Other:
    """Another cohort of the same course that takes people, and how many more."""

    id: int
    name: str
    left: int


@dataclass(frozen=True)
class _Calendar:
    """Sessions of several cohorts: which block each is of, and when."""

    block: dict[int, int]
    starts: dict[int, datetime]


def others_with_room(session: Session, viewer: StaffViewer, cohort: Cohort) -> list[Other]:
    """Published cohorts of the same course that have not begun, with places left, the next first. One statement."""
    held = (
        select(func.count())
        .where(Trainee.cohort_id == Cohort.id, Trainee.ended_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    begins = (
        select(func.min(TrainingSession.starts_at))
        .where(TrainingSession.cohort_id == Cohort.id, TrainingSession.cancelled_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    query: AnySelect = (
        select(Cohort.id, Cohort.name, (Cohort.capacity - held).label("left"))
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .where(CourseVersion.course_id == cohort.course.course_id, Cohort.id != cohort.id)
        .where(Cohort.published_at.is_not(None), Cohort.cancelled_at.is_(None))
        .where(begins > clock.now(), Cohort.capacity > held)
        .order_by(begins, Cohort.id)
    )
    return [Other(row.id, row.name, row.left) for row in session.execute(in_reach(query, viewer, P))]


def candidates(session: Session, viewer: StaffViewer, cohort: Cohort, left: int) -> list[Candidate]:
    """Within the viewer's reach, in the fair order, with the fill of `left` places marked. Six statements."""
    others = others_with_room(session, viewer, cohort)
    rows = session.execute(in_scope(_query(cohort), viewer, P)).all()
    ids = [row.id for row in rows]
    said = _said(session, ids, [cohort.id, *(each.id for each in others)])
    days = _days(session, [cohort.id, *(each.id for each in others)])
    open_still = blockers(session, ids)
    weekends = may_miss(session)
    later_than = cohort_starts_on(session, cohort)
    found = [
        _candidate(row, cohort.id, others, said, days, weekends, later_than, open_still.get(row.id, [])) for row in rows
    ]
    return _filled(sorted(found, key=lambda each: each.order), cohort.id, left, others)


def cohort_starts_on(session: Session, cohort: Cohort) -> date | None:
    """The first duty of the campaign whose offers fill this cohort; none where it is no campaign's."""
    if cohort.campaign_id is None:
        return None
    return session.scalar(select(Campaign.starts_on).where(Campaign.id == cohort.campaign_id))


def _query(cohort: Cohort) -> AnySelect:
    """Accepted and without a place: of the course's scheme, of the cohort's division, or waiting for this very one."""
    placed = exists().where(Trainee.application_id == Application.id, Trainee.ended_at.is_(None))
    had = exists().where(Trainee.application_id == Application.id, Trainee.cohort_id == cohort.id)
    waits = exists().where(
        Waiting.application_id == Application.id, Waiting.cohort_id == cohort.id, Waiting.ended_at.is_(None)
    )
    query: AnySelect = (
        select(
            Application.id, Application.reference, Application.given_name, Application.family_name,
            Application.paused_until, Offer.answered_at, Offer.made_at, Campaign.starts_on.label("serves_from"),
            had.label("had"), waits.label("waits"),
        )
        .join(Offer, Offer.application_id == Application.id)
        .join(Campaign, Campaign.id == Offer.campaign_id)
        .where(Offer.answer == OfferAnswer.ACCEPTED, Offer.freed_at.is_(None), Application.state.in_(WAIT), ~placed)
    )  # fmt: skip
    if scheme_id := cohort.course.course.scheme_id:
        query = query.where(Campaign.scheme_id == scheme_id)
    if cohort.division_id is not None:
        near: ColumnElement[bool] = Application.district_id.in_(
            select(District.id).where(District.division_id == cohort.division_id)
        )
        query = query.where(or_(near, waits))
    return query


def _said(session: Session, ids: Collection[int], cohorts: Collection[int]) -> dict[tuple[int, int], Availability]:
    query = select(Availability).where(Availability.application_id.in_(ids), Availability.cohort_id.in_(cohorts))
    return {(row.application_id, row.cohort_id): row for row in session.scalars(query)}


def _days(session: Session, cohorts: Collection[int]) -> _Calendar:
    query = (
        select(TrainingSession.id, TrainingSession.starts_at, CourseDay.block)
        .join(CourseDay, CourseDay.id == TrainingSession.day_id)
        .where(TrainingSession.cohort_id.in_(cohorts), TrainingSession.cancelled_at.is_(None))
    )
    rows = session.execute(query).all()
    return _Calendar({row.id: row.block for row in rows}, {row.id: row.starts_at for row in rows})


def _candidate(
    row: Any,
    cohort_id: int,
    others: Sequence[Other],
    said: dict[tuple[int, int], Availability],
    days: _Calendar,
    weekends: int,
    later_than: date | None,
    open_still: Sequence[RequirementKind],
) -> Candidate:
    def fit(key: int) -> Fit:
        stated = said.get((row.id, key))
        blocks = [days.block[day] for day in stated.misses if day in days.block] if stated else []
        return fit_of(stated.suits if stated else None, blocks, weekends)

    here = said.get((row.id, cohort_id))
    misses = sorted(days.starts[day] for day in here.misses if day in days.starts) if here else []
    paused = row.paused_until if row.paused_until and row.paused_until >= clock.today() else None
    return Candidate(
        application_id=row.id,
        reference=row.reference,
        name=f"{row.given_name} {row.family_name}".strip() or row.reference,
        accepted_at=row.answered_at,
        made_at=row.made_at,
        fit=fit(cohort_id),
        misses=tuple(misses),
        waits=row.waits,
        later_course=later_than is not None and row.serves_from > later_than,
        had=row.had,
        paused_until=paused,
        blockers=tuple(open_still),
        also=tuple(each.id for each in others if fit(each.id) in {Fit.ALL, Fit.SOME}),
    )


def _filled(found: Sequence[Candidate], cohort_id: int, left: int, others: Sequence[Other]) -> list[Candidate]:
    """Numbered in order, and the fill: those whom the days suit first, then those who have not said."""
    numbered = [replace(each, number=number) for number, each in enumerate(found, 1)]
    possible = [each for each in numbered if not each.asked_about]
    suited = [each for each in possible if each.fit in {Fit.ALL, Fit.SOME}]
    wanting = [Wanting(each.application_id, (cohort_id, *each.also)) for each in suited]
    fill = best_fill(wanting, {cohort_id: left} | {each.id: each.left for each in others})
    still = left - list(fill.values()).count(cohort_id)
    unsaid = [each.application_id for each in possible if each.fit is Fit.UNSAID]
    fill |= dict.fromkeys(unsaid[: max(0, still)], cohort_id)  # what is left over; nobody goes elsewhere for them
    names = {each.id: each.name for each in others}
    return [
        replace(
            each,
            suggested=fill.get(each.application_id) == cohort_id,
            elsewhere=names.get(fill.get(each.application_id, 0), ""),
        )
        for each in numbered
    ]
