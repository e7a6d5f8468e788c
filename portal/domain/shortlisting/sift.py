"""A campaign's sift as its moderators see it: every application under its alias, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.criteria import CriterionNow, criteria_of
from portal.domain.campaigns.models import Assessor, Campaign, CampaignDistrict, CriterionVersion, District
from portal.domain.casework.models import Decision
from portal.domain.refusals import Forbidden, NotFound
from portal.domain.shortlisting.models import Assignment, CutOff, Entry, Round, Score, SettledScore
from portal.domain.shortlisting.ranking import Line, Mark, Said

M = Permission.MODERATE


class Moderator(Actor, StaffViewer, Protocol):
    """A signed-in member of staff: sees, and acts."""


class StillReading(Forbidden):
    title = "You read for this campaign"
    message = "You can open its shortlist when your own scores are in."


@dataclass(frozen=True)
class Area:
    """A district of the campaign, with the places meant for it where somebody has said so."""

    id: int | None
    name: str
    places: int | None


@dataclass(frozen=True)
class LineSet:
    """The cut-off as it stands: who set it, and when. `version` 0: nobody has."""

    score: int | None = None
    reserves: int = 0
    version: int = 0
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Sift:
    """`hidden` applications are kept from this viewer or beyond their reach; `unassigned` have no reader yet."""

    campaign: Campaign
    criteria: list[CriterionNow]
    lines: list[Line]
    cut: LineSet
    areas: list[Area]
    staff: dict[int, str]
    unassigned: int
    hidden: int


def moderated_campaign(session: Session, viewer: StaffViewer, slug: str) -> Campaign:
    """A campaign the viewer moderates in part at least. Raises NotFound for any other; StillReading for a reader."""
    scope = viewer.scope(M)
    reached = select(CampaignDistrict.campaign_id).join(District, District.id == CampaignDistrict.district_id)
    query = select(Campaign).where(Campaign.slug == slug)
    if not scope.force:
        query = query.where(Campaign.id.in_(reached.where(District.division_id.in_(scope.divisions))))
    campaign = session.scalars(query).one_or_none()
    if campaign is None or not scope:
        raise NotFound()
    reads = select(Assessor.staff_id).filter_by(
        campaign_id=campaign.id, staff_id=viewer.id, finished_at=None, ended_at=None
    )
    if session.scalar(reads) is not None:
        raise StillReading()
    return campaign


def sift_of(session: Session, viewer: StaffViewer, slug: str) -> Sift:
    """The whole sift of a campaign, those who withdrew left out. Raises as `moderated_campaign` does."""
    campaign = moderated_campaign(session, viewer, slug)
    sent = (Application.campaign_id == campaign.id, Application.state.not_in((State.DRAFT, State.WITHDRAWN)))
    query: Any = (
        select(Application.id, Application.received_at, Application.district_id, Application.state, Entry)
        .outerjoin(Entry, Entry.application_id == Application.id)
        .where(*sent)
        .order_by(Application.received_at, Application.id)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(in_scope(query, viewer, M)).all()
    everybody = session.scalar(select(func.count()).select_from(Application).where(*sent)) or 0
    marks, settled, said = _marks(session, campaign.id), _settled(session, campaign.id), _said(session, campaign.id)
    lines = [
        Line(
            key, entry.alias, received_at, district_id, state, entry.state, entry.score, tuple(marks[key]),
            settled.get(key), entry.triage, entry.veto_upheld, _standing(state, said.get(key)), entry.version,
        )
        for key, received_at, district_id, state, entry in rows
        if entry is not None
    ]  # fmt: skip
    readers = {mark.staff_id for line in lines for mark in line.marks}
    return Sift(
        campaign=campaign,
        criteria=criteria_of(session, campaign.id),
        lines=lines,
        cut=cut_of(session, campaign.id),
        areas=_areas(session, campaign.id),
        staff=_names(session, campaign.id, readers),
        unassigned=sum(entry is None and state is State.SUBMITTED for _key, _at, _district, state, entry in rows),
        hidden=everybody - len(rows),
    )


def _standing(state: State, said: Said | None) -> Said | None:
    """What somebody was told counts no longer once their application is open again."""
    return None if said is not None and said.released and state is State.SUBMITTED else said


def line_under(session: Session, viewer: StaffViewer, slug: str, alias: str) -> tuple[Sift, Line]:
    """One application of a sift by its alias, as it stands in an address. Raises NotFound."""
    sift = sift_of(session, viewer, slug)
    found = next((line for line in sift.lines if in_address(line.alias) == alias), None)
    if found is None:
        raise NotFound()
    return sift, found


def in_address(alias: str) -> str:
    """Heron 63 is heron-63 in an address."""
    return alias.lower().replace(" ", "-")


def _marks(session: Session, campaign_id: int) -> defaultdict[int, list[Mark]]:
    """Readings by application, those of the first seat first. One statement for all, whatever their number."""
    query = (
        select(Assignment, Score.criterion_id, Score.points, CriterionVersion.weight)
        .join(Entry, Entry.application_id == Assignment.application_id)
        .outerjoin(Score, Score.assignment_id == Assignment.id)
        .outerjoin(CriterionVersion, CriterionVersion.id == Score.criterion_version_id)
        .where(Entry.campaign_id == campaign_id, Assignment.round == Round.SCORE, Assignment.stepped_down_at.is_(None))
        .order_by(Assignment.seat, Assignment.id)
        .execution_options(populate_existing=True)
    )
    points: defaultdict[int, dict[int, int]] = defaultdict(dict)
    totals: defaultdict[int, int] = defaultdict(int)
    readings: dict[int, Assignment] = {}
    for reading, criterion_id, given, weight in session.execute(query):
        readings[reading.id] = reading
        if given is not None:
            points[reading.id][criterion_id] = given
            totals[reading.id] += given * weight
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for key, each in readings.items():
        done = each.completed_at is not None
        found[each.application_id].append(
            Mark(each.seat, each.staff_id, points[key], totals[key], done, bool(each.veto), each.asks_moderation)
        )
    return found


def _settled(session: Session, campaign_id: int) -> dict[int, dict[int, int]]:
    query = select(SettledScore).join(Entry).where(Entry.campaign_id == campaign_id)
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for each in session.scalars(query.execution_options(populate_existing=True)):
        found[each.application_id][each.criterion_id] = each.points
    return dict(found)


def _said(session: Session, campaign_id: int) -> dict[int, Said]:
    """The provisional verdict of each application, or what it was told last."""
    query = (
        select(Decision)
        .join(Entry, Entry.application_id == Decision.application_id)
        .where(Entry.campaign_id == campaign_id, Decision.undone_at.is_(None))
        .order_by(Decision.id)
    )
    return {
        each.application_id: Said(each.verdict, each.reason, each.reserve_place, each.released_at is not None)
        for each in session.scalars(query.execution_options(populate_existing=True))
    }


def cut_of(session: Session, campaign_id: int) -> LineSet:
    """Where the line is set now."""
    query = (
        select(CutOff.score, CutOff.reserves, CutOff.version, StaffMember.name, CutOff.set_at)
        .join(StaffMember, StaffMember.id == CutOff.set_by)
        .where(CutOff.campaign_id == campaign_id)
    )
    row = session.execute(query).one_or_none()
    return LineSet(*row) if row is not None else LineSet()


def _areas(session: Session, campaign_id: int) -> list[Area]:
    query = (
        select(District.id, District.name, CampaignDistrict.places)
        .join(CampaignDistrict, CampaignDistrict.district_id == District.id)
        .where(CampaignDistrict.campaign_id == campaign_id)
        .order_by(District.name)
    )
    return [Area(*row) for row in session.execute(query)]


def _names(session: Session, campaign_id: int, readers: set[int]) -> dict[int, str]:
    """The names of everybody who reads for the campaign, or has."""
    query = (
        select(StaffMember.id, StaffMember.name)
        .outerjoin(Assessor, and_(Assessor.staff_id == StaffMember.id, Assessor.campaign_id == campaign_id))
        .where(or_(Assessor.ended_at.is_(None) & Assessor.staff_id.is_not(None), StaffMember.id.in_(readers)))
        .order_by(StaffMember.name, StaffMember.id)
    )
    return {row.id: row.name for row in session.execute(query)}
