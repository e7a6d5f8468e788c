"""Reads of the sift: what somebody has to read, and who reads for a campaign. A fixed number of statements each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Conflict, State
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.managing import reaches
from portal.domain.campaigns.models import Assessor, Campaign, Criterion, CriterionVersion, District
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.models import Assignment, Entry, Round, Score, Triage
from portal.domain.shortlisting.seats import holds_role

MOST_SHOWN = 500
CAMPAIGNS_SHOWN = 50


@dataclass(frozen=True)
class Reading:
    """A line of somebody's own list. `other` is the second reader's total, only once both have finished."""

    public_id: str
    alias: str
    campaign_id: int
    campaign: str
    round: Round
    due_on: date
    completed_at: datetime | None
    scored: int
    criteria: int
    total: int
    reported: bool
    triage: Triage | None
    other: int | None = None


@dataclass(frozen=True)
class Readings:
    to_do: list[Reading]
    done: list[Reading]


def my_readings(session: Session, viewer: StaffViewer) -> Readings:
    """Everything a member of staff has to read or has read, soonest due first, then by alias. Four statements."""
    rows = session.execute(_mine(viewer.id).order_by(Assignment.due_on, Assignment.alias).limit(MOST_SHOWN)).all()
    numbers = [row.id for row in rows]
    scored = _scored(session, numbers)
    counts = _criteria_counts(session, {row.campaign_id for row in rows})
    others = _others(session, viewer.id, [row.application_id for row in rows if row.completed_at is not None])
    found = [
        Reading(
            public_id=row.public_id,
            alias=row.alias,
            campaign_id=row.campaign_id,
            campaign=row.name,
            round=row.round,
            due_on=row.due_on,
            completed_at=row.completed_at,
            scored=scored.get(row.id, (0, 0))[0],
            criteria=counts.get(row.campaign_id, 0),
            total=scored.get(row.id, (0, 0))[1],
            reported=row.shows_who is not None,
            triage=row.triage if row.round is Round.TRIAGE else None,
            other=others.get(row.application_id) if row.round is Round.SCORE and row.completed_at else None,
        )
        for row in rows
    ]
    return Readings(
        [each for each in found if each.completed_at is None], [each for each in found if each.completed_at is not None]
    )


def _mine(viewer_id: int) -> Select[*tuple[Any, ...]]:
    """Readings that are still theirs: what has left the sift unread needs nobody any more."""
    return (
        select(
            Assignment.id, Assignment.public_id, Assignment.alias, Assignment.round, Assignment.due_on,
            Assignment.completed_at, Assignment.application_id, Assignment.shows_who, Application.campaign_id,
            Campaign.name, Entry.triage,
        )
        .join(Application, Application.id == Assignment.application_id)
        .join(Campaign, Campaign.id == Application.campaign_id)
        .join(Entry, Entry.application_id == Application.id)
        .join(Assessor, (Assessor.campaign_id == Campaign.id) & (Assessor.staff_id == Assignment.staff_id))
        .where(*still_theirs(viewer_id))
    )  # fmt: skip


def still_theirs(viewer_id: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions over Assignment, Application and Assessor."""
    known = exists().where(Conflict.staff_id == viewer_id, Conflict.application_id == Assignment.application_id)
    return (
        Assignment.staff_id == viewer_id,
        Assignment.stepped_down_at.is_(None),
        Assessor.ended_at.is_(None),
        or_(Assignment.completed_at.is_not(None), Application.state == State.SUBMITTED),
        ~known,
    )


def waiting_count(session: Session, viewer_id: int) -> tuple[int, date | None]:
    """How many readings somebody has to do, and the first day one is due."""
    query = (
        select(func.count(), func.min(Assignment.due_on))
        .select_from(Assignment)
        .join(Application, Application.id == Assignment.application_id)
        .join(Assessor, (Assessor.campaign_id == Application.campaign_id) & (Assessor.staff_id == Assignment.staff_id))
        .where(*still_theirs(viewer_id), Assignment.completed_at.is_(None))
    )
    count, first = session.execute(query).one()
    return count, first


def next_reading(session: Session, viewer_id: int) -> str | None:
    """The reading to go on with: soonest due, then by alias."""
    query = _mine(viewer_id).where(Assignment.completed_at.is_(None))
    row = session.execute(query.order_by(Assignment.due_on, Assignment.alias).limit(1)).first()
    return row.public_id if row is not None else None


def _scored(session: Session, numbers: Collection[int]) -> dict[int, tuple[int, int]]:
    """Reading → how many criteria are scored, and points times weight in all."""
    rows = session.execute(
        select(Score.assignment_id, func.count(), func.sum(Score.points * CriterionVersion.weight))
        .join(CriterionVersion, CriterionVersion.id == Score.criterion_version_id)
        .where(Score.assignment_id.in_(numbers))
        .group_by(Score.assignment_id)
    )
    return {key: (count, int(total)) for key, count, total in rows}


def _criteria_counts(session: Session, campaign_ids: Collection[int]) -> dict[int, int]:
    rows = session.execute(
        select(Criterion.campaign_id, func.count())
        .where(Criterion.campaign_id.in_(campaign_ids), Criterion.retired_at.is_(None))
        .group_by(Criterion.campaign_id)
    )
    return {row.campaign_id: row[1] for row in rows}


def _others(session: Session, viewer_id: int, application_ids: Collection[int]) -> dict[int, int]:
    """Application → the other reader's total, where that reader has finished too."""
    other = aliased(Assignment)
    rows = session.execute(
        select(other.application_id, func.sum(Score.points * CriterionVersion.weight))
        .join(Score, Score.assignment_id == other.id)
        .join(CriterionVersion, CriterionVersion.id == Score.criterion_version_id)
        .where(
            other.application_id.in_(application_ids),
            other.staff_id != viewer_id,
            other.round == Round.SCORE,
            other.completed_at.is_not(None),
        )
        .group_by(other.application_id)
    )
    return {key: int(total) for key, total in rows}


# For those who see to it that all is read


def campaign_to_moderate(session: Session, viewer: StaffViewer, slug: str) -> Campaign:
    """A campaign this member of staff moderates: any for the whole force, else one in their divisions. Raises
    NotFound."""
    query = select(Campaign).where(Campaign.slug == slug, reaches(viewer.scope(Permission.MODERATE)))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def in_reach(session: Session, viewer: StaffViewer, campaign_id: int) -> list[int]:
    """Applications of a campaign that wait for the sift, in the viewer's divisions. Nobody sees them for it."""
    scope = viewer.scope(Permission.MODERATE)
    query = select(Application.id).where(Application.campaign_id == campaign_id, Application.state == State.SUBMITTED)
    if not scope.force:
        query = query.join(District, District.id == Application.district_id).where(
            District.division_id.in_(scope.divisions)
        )
    return list(session.scalars(query))


@dataclass(frozen=True)
class Sift:
    """A campaign as the list of sifts shows it: how many wait, and how many readings are in."""

    slug: str
    name: str
    closes_at: datetime
    waiting: int
    given: int
    done: int

    @property
    def last_day(self) -> date:
        """The last whole day on which somebody may apply."""
        return clock.london(self.closes_at - timedelta(microseconds=1)).date()


def sifts(session: Session, viewer: StaffViewer) -> list[Sift]:
    """Campaigns this member of staff moderates that somebody has applied to, the last to close first."""
    waiting = (
        select(Application.campaign_id, func.count().label("waiting"))
        .where(Application.state == State.SUBMITTED)
        .group_by(Application.campaign_id)
        .subquery()
    )
    readings = (
        select(
            Application.campaign_id,
            func.count().label("given"),
            func.count(Assignment.completed_at).label("done"),
        )
        .join(Assignment, Assignment.application_id == Application.id)
        .where(Assignment.stepped_down_at.is_(None), Application.state == State.SUBMITTED)
        .group_by(Application.campaign_id)
        .subquery()
    )
    query = (
        select(
            Campaign.slug, Campaign.name, Campaign.closes_at, waiting.c.waiting,
            func.coalesce(readings.c.given, 0), func.coalesce(readings.c.done, 0),
        )
        .join(waiting, waiting.c.campaign_id == Campaign.id)
        .outerjoin(readings, readings.c.campaign_id == Campaign.id)
        .where(reaches(viewer.scope(Permission.MODERATE)), Campaign.archived_at.is_(None))
        .order_by(Campaign.closes_at.desc(), Campaign.id.desc())
        .limit(CAMPAIGNS_SHOWN)
    )  # fmt: skip
    return [Sift(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class ReaderLine:
    """One assessor of a campaign. `allowed`: they hold the role today."""

    staff_id: int
    name: str
    to_do: int
    done: int
    late: int
    finished_at: datetime | None
    allowed: bool


def reader_lines(session: Session, campaign_id: int, today: date) -> list[ReaderLine]:
    """The campaign's assessors with what they have, by name. One statement."""
    live = (
        select(
            Assignment.staff_id,
            func.count(case((Assignment.completed_at.is_(None), 1))).label("to_do"),
            func.count(Assignment.completed_at).label("done"),
            func.count(case(((Assignment.completed_at.is_(None)) & (Assignment.due_on < today), 1))).label("late"),
        )
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Application.campaign_id == campaign_id,
            Assignment.stepped_down_at.is_(None),
            or_(Assignment.completed_at.is_not(None), Application.state == State.SUBMITTED),
        )
        .group_by(Assignment.staff_id)
        .subquery()
    )
    query = (
        select(
            StaffMember.id, StaffMember.name, func.coalesce(live.c.to_do, 0), func.coalesce(live.c.done, 0),
            func.coalesce(live.c.late, 0), Assessor.finished_at, case((holds_role(), True), else_=False),
        )
        .join(Assessor, Assessor.staff_id == StaffMember.id)
        .outerjoin(live, live.c.staff_id == StaffMember.id)
        .where(Assessor.campaign_id == campaign_id, Assessor.ended_at.is_(None))
        .order_by(func.lower(StaffMember.name), StaffMember.id)
    )  # fmt: skip
    return [ReaderLine(*row) for row in session.execute(query)]


def could_read(session: Session, campaign_id: int) -> list[tuple[int, str]]:
    """Members of staff with the role who are not on the campaign, by name."""
    on_it = exists().where(
        Assessor.campaign_id == campaign_id, Assessor.staff_id == StaffMember.id, Assessor.ended_at.is_(None)
    )
    query = select(StaffMember.id, StaffMember.name).where(holds_role(), ~on_it)
    rows = session.execute(query.order_by(func.lower(StaffMember.name), StaffMember.id))
    return [(row.id, row.name) for row in rows]


@dataclass(frozen=True)
class OneReading:
    """One reader's reading as a recruiter sees it: under the moderators' alias."""

    assignment_id: int
    alias: str
    round: Round
    due_on: date
    completed_at: datetime | None
    scored: int


def readings_of(session: Session, campaign_id: int, staff_id: int) -> tuple[str, list[OneReading]]:
    """One assessor's name and what they read, unfinished first. Raises NotFound for nobody on the campaign."""
    name = session.scalar(
        select(StaffMember.name)
        .join(Assessor, Assessor.staff_id == StaffMember.id)
        .where(Assessor.campaign_id == campaign_id, StaffMember.id == staff_id, Assessor.ended_at.is_(None))
    )
    if name is None:
        raise NotFound()
    scored = select(func.count()).select_from(Score).where(Score.assignment_id == Assignment.id).scalar_subquery()
    query = (
        select(
            Assignment.id, Entry.alias, Assignment.round, Assignment.due_on, Assignment.completed_at, scored,
        )
        .join(Application, Application.id == Assignment.application_id)
        .join(Entry, Entry.application_id == Application.id)
        .where(
            Application.campaign_id == campaign_id,
            Assignment.staff_id == staff_id,
            Assignment.stepped_down_at.is_(None),
            or_(Assignment.completed_at.is_not(None), Application.state == State.SUBMITTED),
        )
        .order_by(Assignment.completed_at.is_not(None), Assignment.due_on, Entry.alias)
        .limit(MOST_SHOWN)
    )  # fmt: skip
    return name, [OneReading(*row) for row in session.execute(query)]
