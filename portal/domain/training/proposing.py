"""A cohort before it is made: every day as it would be, what is odd about it and what is in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.dates import said
from portal.domain.campaigns.managing import reaches
from portal.domain.campaigns.models import Campaign, TrainingDay
from portal.domain.interviews.clashes import turned
from portal.domain.refusals import NotFound
from portal.domain.training.clashes import clashes
from portal.domain.training.models import Cohort, Course, CourseVersion, Pattern
from portal.domain.training.moving import trainers_of
from portal.domain.training.patterns import left_out
from portal.domain.training.planning import CohortPlan, Planned, dates, published_version, wishes

A_DAY = timedelta(days=1)
PLACES = 24  # offered where nothing says how many


@dataclass(frozen=True)
class Proposed:
    """One day. `notes` are good to know, `stops` are in its way."""

    planned: Planned
    notes: list[str]
    stops: list[str]


@dataclass(frozen=True)
class Proposal:
    """`promised`: whether these are the days the campaign told people; none where it told none."""

    days: list[Proposed]
    promised: bool | None
    differing: list[str]  # days told and not planned, and days planned that nobody was told of

    @property
    def stopped(self) -> bool:
        return any(day.stops for day in self.days)

    @property
    def minutes(self) -> int:
        """Of teaching."""
        return sum(module.minutes for day in self.days for module in day.planned.day.modules)


def propose(session: Session, plan: CohortPlan) -> Proposal:
    """What a plan makes; nothing is kept. Raises NotACourse, NotAFirstDay, NoSuchTime."""
    version = published_version(session, plan.version_id)
    planned = dates(version, plan.first, skip_holidays=plan.skip_holidays)
    stops: dict[object, list[str]] = {}
    for clash in clashes(session, wishes(plan, planned)):
        stops.setdefault(clash.starts_at, []).append(clash.words.partition(": ")[2])
    days = [Proposed(each, list(_notes(version, plan, each)), stops.get(each.starts_at, [])) for each in planned]
    return Proposal(days, *_against(session, plan.campaign_id, planned))


def _notes(version: CourseVersion, plan: CohortPlan, planned: Planned) -> Iterator[str]:
    day = clock.london(planned.starts_at).date()
    if planned.starts_at <= clock.now():
        yield "This day has passed"
    if holiday := left_out(day):
        yield f"The weekend of {holiday}" if day.weekday() > 4 else f"A bank holiday: {holiday}"
    before = day - (A_DAY if version.pattern is Pattern.DAYS else timedelta(weeks=1))
    holiday = left_out(before)
    if plan.skip_holidays and day > plan.first and day.weekday() != 6 and holiday:
        yield f"Not {before.day} {before:%B}: {holiday}"
    if turn := turned(day):
        yield turn


def _against(session: Session, campaign_id: int | None, planned: Sequence[Planned]) -> tuple[bool | None, list[str]]:
    """Against the days its campaign's people were told when they applied."""
    told = select(TrainingDay.starts_at).where(TrainingDay.campaign_id == (campaign_id or 0))
    promised = {clock.london(each).date() for each in session.scalars(told)}
    if not promised:
        return None, []
    wanted = {clock.london(each.starts_at).date() for each in planned}
    words = [*((each, "they were told, and it is not planned") for each in promised - wanted)]
    words += [(each, "nobody was told") for each in wanted - promised]
    return not words, [f"{said(day)}: {what}" for day, what in sorted(words)]


def courses_to_plan(session: Session) -> Sequence[CourseVersion]:
    """The newest published version of each course that is in use, by name."""
    other = aliased(CourseVersion)
    newest = select(func.max(other.number)).where(other.course_id == Course.id, other.published_at.is_not(None))
    query = select(CourseVersion).join(Course, Course.id == CourseVersion.course_id)
    query = query.where(CourseVersion.number == newest.scalar_subquery(), Course.archived_at.is_(None))
    return session.scalars(query.options(joinedload(CourseVersion.course)).order_by(Course.name)).all()


def campaigns_to_plan(session: Session, viewer: StaffViewer) -> Sequence[Campaign]:
    """The published campaigns the viewer may plan cohorts for, the last to train first."""
    scope = viewer.scope(Permission.PLAN_COHORTS)
    query = select(Campaign).where(reaches(scope), Campaign.archived_at.is_(None), Campaign.published_at <= clock.now())
    return session.scalars(query.order_by(Campaign.starts_on.desc(), Campaign.id.desc())).all()


def begin(session: Session, campaign: Campaign | None, divisions: Sequence[int]) -> CohortPlan:
    """A plan to begin with: the first day that a campaign told its people, its places, its scheme's course."""
    if campaign is None:
        return CohortPlan(0, None, divisions[0] if len(divisions) == 1 else None, "", PLACES, _next_saturday())
    first = session.scalar(select(func.min(TrainingDay.starts_at)).where(TrainingDay.campaign_id == campaign.id))
    course = next((each for each in courses_to_plan(session) if each.course.scheme_id == campaign.scheme_id), None)
    there = session.scalar(select(func.count()).where(Cohort.campaign_id == campaign.id)) or 0
    areas = {each.division_id for each in campaign.districts}
    area = next(iter(areas)) if len(areas) == 1 else None
    name = f"{campaign.districts[0].division.name.removesuffix(' Division')} cohort" if area else campaign.name
    return CohortPlan(
        version_id=course.id if course else 0,
        campaign_id=campaign.id,
        division_id=area if area in divisions else None,
        name=f"{name} {there + 1}",
        capacity=min(campaign.places, PLACES),
        first=clock.london(first).date() if first else _next_saturday(),
    )


def like(session: Session, found: Cohort) -> CohortPlan:
    """The plan of a cohort that is there, to make another by: everything but its name and its dates."""
    days = [each for each in found.sessions if each.day_id is not None] or list(found.sessions)
    if not days:
        raise NotFound()
    first, last = days[0], max(clock.london(each.starts_at).date() for each in found.sessions)
    newer = select(CourseVersion.id).where(
        CourseVersion.course_id == found.course.course_id, CourseVersion.published_at.is_not(None)
    )
    version_id = session.scalars(newer.order_by(CourseVersion.number.desc()).limit(1)).one()
    after = max(last, clock.today()) + A_DAY
    weekday = clock.london(first.starts_at).weekday()
    return CohortPlan(
        version_id=version_id,
        campaign_id=found.campaign_id,
        division_id=found.division_id,
        name=_another_name(session, found.name),
        capacity=found.capacity,
        first=after + A_DAY * ((weekday - after.weekday()) % 7),
        skip_holidays=found.skip_holidays,
        venue_id=first.venue_id,
        room=first.room,
        room_places=first.room_places,
        trainer_ids=tuple(trainers_of(session, [first.id])[first.id]),
    )


def _another_name(session: Session, name: str) -> str:
    """West cohort 2 after West cohort 1, or whichever number is free."""
    stem, _, number = name.rpartition(" ")
    base, start = (stem, int(number) + 1) if stem and number.isascii() and number.isdigit() else (name, 2)
    names = set(session.scalars(select(Cohort.name)))
    return next(f"{base} {each}" for each in range(start, start + len(names) + 1) if f"{base} {each}" not in names)


def _next_saturday() -> date:
    today = clock.today()
    return today + A_DAY * ((5 - today.weekday()) % 7 or 7)
