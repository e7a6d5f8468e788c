"""Campaigns as those who make and keep them see them: which are theirs, and where each stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import clock
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.campaigns.models import Campaign, CampaignDistrict, District, Scheme
from portal.domain.campaigns.rules import receives
from portal.domain.refusals import NotFound

Reading = TypeVar("Reading", bound=Select[Any])


class Manager(Protocol):
    """A signed-in member of staff."""

    def scope(self, permission: Permission) -> Scope: ...


class Phase(StrEnum):
    """Where a campaign stands for its makers; computed from instants, but for its archiving."""

    OPEN = "open"
    COMING = "coming"
    SCHEDULED = "scheduled"  # appears by itself later
    DRAFT = "draft"
    CLOSED = "closed"
    ARCHIVED = "archived"

    @property
    def public(self) -> bool:
        return self in {Phase.OPEN, Phase.COMING, Phase.CLOSED}


def phase_of(campaign: Campaign, now: datetime) -> Phase:
    if campaign.archived_at is not None:
        return Phase.ARCHIVED
    if campaign.published_at is None:
        return Phase.DRAFT
    if campaign.published_at > now:
        return Phase.SCHEDULED
    if now < campaign.opens_at:
        return Phase.COMING
    return Phase.OPEN if receives(campaign, now) else Phase.CLOSED


def has_opened(campaign: Campaign, now: datetime) -> bool:
    """Whether somebody may have applied: from then on what was promised is not moved in silence."""
    return campaign.published_at is not None and max(campaign.published_at, campaign.opens_at) <= now


def within(query: Reading, viewer: Manager) -> Reading:
    """Only campaigns this member of staff manages: all of them, or those that lie wholly in their divisions.

    Source: recruiters work for the force or for divisions (docs/roles.md).
    """
    scope = viewer.scope(Permission.MANAGE_CAMPAIGNS)
    if scope.force:
        return query
    of_it = select(CampaignDistrict).join(District).where(CampaignDistrict.campaign_id == Campaign.id)
    inside = District.division_id.in_(scope.divisions)
    return query.where(exists(of_it.where(inside)), ~exists(of_it.where(~inside)))


def reaches(scope: Scope) -> ColumnElement[bool]:
    """Campaigns that somebody's permission reaches at all: those with a district of their divisions, or every one."""
    if scope.force:
        return Campaign.id.is_not(None)
    return exists().where(
        CampaignDistrict.campaign_id == Campaign.id,
        CampaignDistrict.district_id == District.id,
        District.division_id.in_(scope.divisions),
    )


def managed_campaign(session: Session, viewer: Manager, slug: str) -> Campaign:
    """One campaign of the viewer's, published or not, with all it shows. Raises NotFound for any other."""
    query = select(Campaign).where(Campaign.slug == slug)
    found = session.scalars(within(query, viewer).options(*_whole())).one_or_none()
    if found is None:
        raise NotFound()
    return found


def managed_campaigns(session: Session, viewer: Manager) -> Sequence[Campaign]:
    """Every campaign of the viewer's, last to close first."""
    query = within(select(Campaign), viewer).options(joinedload(Campaign.scheme), selectinload(Campaign.districts))
    return session.scalars(query.order_by(Campaign.closes_at.desc(), Campaign.id.desc())).all()


def _whole() -> list[Any]:
    return [
        joinedload(Campaign.scheme).selectinload(Scheme.strands),
        selectinload(Campaign.districts).joinedload(District.division),
        selectinload(Campaign.training_days),
        selectinload(Campaign.requirements),
    ]


def districts_within(session: Session, viewer: Manager) -> Sequence[District]:
    """The districts a campaign of this member of staff may cover, by division and name."""
    scope = viewer.scope(Permission.MANAGE_CAMPAIGNS)
    query = select(District).options(joinedload(District.division)).join(District.division)
    if not scope.force:
        query = query.where(District.division_id.in_(scope.divisions))
    return session.scalars(query.order_by(District.division_id, District.name)).all()


@dataclass(frozen=True)
class Group:
    """Campaigns in one phase."""

    phase: Phase
    campaigns: list[Campaign]


def grouped(campaigns: Iterable[Campaign], now: datetime | None = None) -> list[Group]:
    """By phase, those being worked on first; phases with nothing in them are left out."""
    moment = now or clock.now()
    groups = {phase: Group(phase, []) for phase in Phase}
    for campaign in campaigns:
        groups[phase_of(campaign, moment)].campaigns.append(campaign)
    return [group for group in groups.values() if group.campaigns]
