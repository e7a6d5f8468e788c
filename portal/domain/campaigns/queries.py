"""Reads of the public catalogue. Each is a fixed number of statements, however many rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import clock
from portal.domain.campaigns.models import Campaign, District, Division, OutwardCode, Scheme
from portal.domain.refusals import NotFound
from portal.services.postcodes import outward


def _published(now: datetime) -> ColumnElement[bool]:
    return Campaign.published_at <= now


def _for_cards() -> Select[Campaign]:
    return select(Campaign).options(
        joinedload(Campaign.scheme), selectinload(Campaign.districts), selectinload(Campaign.training_days)
    )


def published_campaigns(session: Session, now: datetime) -> Sequence[Campaign]:
    """Every campaign the public may see, first to close first, with scheme, districts and training days."""
    return session.scalars(_for_cards().where(_published(now)).order_by(Campaign.closes_at, Campaign.id)).all()


def current_campaigns(session: Session, now: datetime) -> Sequence[Campaign]:
    """Published and not yet closed: open ones and coming ones, first to close first."""
    live = _for_cards().where(_published(now), Campaign.closes_at > now)
    return session.scalars(live.order_by(Campaign.closes_at, Campaign.id)).all()


def past_campaigns(session: Session, now: datetime, limit: int) -> Sequence[Campaign]:
    """The last `limit` that closed, latest first."""
    closed = _for_cards().where(_published(now), Campaign.closes_at <= now, Campaign.archived_at.is_(None))
    return session.scalars(closed.order_by(Campaign.closes_at.desc(), Campaign.id.desc()).limit(limit)).all()


def next_publication(session: Session, now: datetime) -> datetime | None:
    """When the next campaign appears by itself: a boundary of every page that lists campaigns."""
    return session.scalar(select(func.min(Campaign.published_at)).where(Campaign.published_at > now))


def campaign_by_slug(session: Session, slug: str) -> Campaign:
    """One published campaign with all it shows. Raises NotFound, for a hidden one too."""
    query = (
        select(Campaign)
        .where(Campaign.slug == slug, _published(clock.now()))
        .options(
            joinedload(Campaign.scheme).selectinload(Scheme.strands),
            selectinload(Campaign.districts).joinedload(District.division),
            selectinload(Campaign.training_days),
            selectinload(Campaign.requirements),
        )
    )
    campaign = session.scalars(query).one_or_none()
    if campaign is None:
        raise NotFound()
    return campaign


def schemes(session: Session) -> Sequence[Scheme]:
    """Every scheme in the catalogue's order."""
    return session.scalars(select(Scheme).order_by(Scheme.position, Scheme.id)).all()


def scheme_by_slug(session: Session, slug: str) -> Scheme:
    """One scheme with its strands. Raises NotFound."""
    scheme = session.scalars(
        select(Scheme).where(Scheme.slug == slug).options(selectinload(Scheme.strands))
    ).one_or_none()
    if scheme is None:
        raise NotFound()
    return scheme


def districts_of_postcode(session: Session, postcode: str) -> Sequence[District]:
    """The districts a postcode may lie in, by name; none outside the county or for what is no postcode."""
    code = outward(postcode)
    if code is None:
        return []
    query = (
        select(District)
        .join(OutwardCode, OutwardCode.district_id == District.id)
        .where(OutwardCode.outward == code)
        .order_by(District.name)
    )
    return session.scalars(query).all()


def divisions(session: Session) -> Sequence[Division]:
    """Every division with its districts, by name."""
    return session.scalars(select(Division).options(selectinload(Division.districts)).order_by(Division.name)).all()
