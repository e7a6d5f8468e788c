"""Which seats are empty, and who may take one. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.accounts.models import StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.applications.models import Application, Conflict, State
from portal.domain.audit.queries import lookers
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.shortlisting.conflicts import AWAY, same_name
from portal.domain.shortlisting.models import Assignment, Entry, Round, Settling, Triage
from portal.domain.shortlisting.rules import Wanted

READING_ROLES = [role for role, granted in GRANTS.items() if Permission.SCORE_BLIND in granted]


@dataclass(frozen=True)
class Seats:
    """`applications` wait for the sift; `wanted` are those with empty seats, each in its round; `loads` is what the
    campaign's readers have."""

    applications: Sequence[Application]
    wanted: tuple[Wanted, ...]
    rounds: dict[int, Round]
    loads: dict[int, int]


@dataclass(frozen=True)
class _Place:
    """One application's place in the sift, and how many read it."""

    entry: Entry | None
    triage: bool
    readers: int

    @property
    def round(self) -> Round | None:
        """The round it is in; none where nobody reads it (settled, or set aside by the quick look)."""
        if self.entry is not None and self.entry.state is Settling.SETTLED:
            return None
        if not self.triage:
            return Round.SCORE
        looked = self.entry.triage if self.entry is not None else None
        return {None: Round.TRIAGE, Triage.READ_ON: Round.SCORE}.get(looked)

    @property
    def seats(self) -> tuple[int, ...]:
        return (1,) if self.round is Round.TRIAGE else tuple(range(1, self.readers + 1))


def holds_role() -> ColumnElement[bool]:
    """Members of staff who may read today."""
    today = clock.today()
    return and_(
        StaffMember.disabled_at.is_(None),
        exists().where(
            StaffRole.staff_id == StaffMember.id,
            StaffRole.role.in_(READING_ROLES),
            StaffRole.starts_on <= today,
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
        ),
    )


def may_read(session: Session, staff_id: int) -> bool:
    return session.scalar(select(StaffMember.id).where(StaffMember.id == staff_id, holds_role())) is not None


def readers_of(session: Session, campaign_id: int) -> list[StaffMember]:
    """The campaign's assessors who may read today."""
    query = (
        select(StaffMember)
        .join(Assessor, Assessor.staff_id == StaffMember.id)
        .where(Assessor.campaign_id == campaign_id, Assessor.ended_at.is_(None), holds_role())
        .order_by(StaffMember.id)
    )
    return list(session.scalars(query))


def seats_of(session: Session, campaign_id: int, application_ids: Collection[int] | None = None) -> Seats:
    """The empty seats of these applications, or of all that wait for the campaign's sift. Eight statements."""
    campaign = session.get_one(Campaign, campaign_id)
    applications = session.scalars(
        _waiting(select(Application).options(joinedload(Application.applicant)), campaign_id, application_ids)
    ).all()
    entries = {row.application_id: row for row in session.scalars(_of(select(Entry), Entry, campaign_id))}
    readers = readers_of(session, campaign_id)
    given = defaultdict(list)
    for row in session.scalars(_of(select(Assignment), Assignment, campaign_id)):
        given[row.application_id].append(row)
    apart = _apart(session, [reader.id for reader in readers], campaign_id)
    waiting = _waiting(select(Application.id), campaign_id, application_ids)
    opened = lookers(session, [reader.id for reader in readers], waiting)  # they could not read it blind any more
    wanted, rounds = [], {}
    for application in applications:
        place = _Place(entries.get(application.id), campaign.triage, campaign.assessors_each)
        if place.round is None:
            continue
        rounds[application.id] = place.round
        here = [row for row in given[application.id] if row.round is place.round]
        taken = {row.seat for row in here if row.stepped_down_at is None}
        if empty := tuple(seat for seat in place.seats if seat not in taken):
            had = {row.staff_id for row in here if row.stepped_down_reason != AWAY}
            related = {reader.id for reader in readers if _is_or_knows(reader, application)}
            barred = had | related | apart[application.id] | opened[application.id]
            wanted.append(Wanted(application.id, empty, frozenset(barred)))
    loads = {reader.id: 0 for reader in readers}
    for row in (row for rows in given.values() for row in rows if row.stepped_down_at is None):
        if row.staff_id in loads:
            loads[row.staff_id] += 1
    return Seats(applications, tuple(wanted), rounds, loads)


def _waiting(query: Select[Any], campaign_id: int, ids: Collection[int] | None) -> Select[Any]:
    query = query.where(Application.campaign_id == campaign_id, Application.state == State.SUBMITTED)
    return (query.where(Application.id.in_(ids)) if ids is not None else query).order_by(Application.id)


def _of(query: Select[Any], model: type[Entry] | type[Assignment], campaign_id: int) -> Select[Any]:
    """Rows about the campaign's applications, as they are now."""
    joined = query.join(Application, Application.id == model.application_id)
    return joined.where(Application.campaign_id == campaign_id).execution_options(populate_existing=True)


def _apart(session: Session, readers: Collection[int], campaign_id: int) -> dict[int, set[int]]:
    """Application → readers who declared that they know the person."""
    found: dict[int, set[int]] = defaultdict(set)
    query = (
        select(Conflict.application_id, Conflict.staff_id)
        .join(Application, Application.id == Conflict.application_id)
        .where(Application.campaign_id == campaign_id, Conflict.staff_id.in_(readers))
    )
    for application_id, staff_id in session.execute(query):
        found[application_id].add(staff_id)
    return found


def _is_or_knows(reader: StaffMember, application: Application) -> bool:
    """Their own application, by its address or by their very name."""
    return reader.email == application.applicant.email or same_name(
        reader.name, application.given_name, application.family_name
    )


def seats_missing(campaign: Campaign) -> ColumnElement[bool]:
    """Whether some application of this campaign still wants a reader: an exists over all of them."""
    live = (
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.application_id == Application.id,
            Assignment.round == Round.SCORE,
            Assignment.stepped_down_at.is_(None),
        )
        .scalar_subquery()
    )
    short: ColumnElement[bool] = live < campaign.assessors_each
    if campaign.triage:
        short = or_(Entry.triage.is_(None), and_(Entry.triage == Triage.READ_ON, short))
    open_entry = and_(Entry.state != Settling.SETTLED, short)
    missing = (
        select(Application.id)
        .outerjoin(Entry, Entry.application_id == Application.id)
        .where(
            Application.campaign_id == campaign.id,
            Application.state == State.SUBMITTED,
            or_(Entry.application_id.is_(None), open_entry),
        )
    )
    return missing.exists()
