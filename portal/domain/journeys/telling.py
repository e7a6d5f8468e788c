"""Those who asked to be told of a scheme hear of each campaign of it once, when it opens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application
from portal.domain.applications.refusals import closing_words
from portal.domain.campaigns.models import Campaign, CampaignDistrict, Scheme
from portal.domain.interest.actions import end_all
from portal.domain.interest.models import Interest
from portal.domain.messages.actions import notify_once
from portal.domain.messages.models import Notice, StopLink
from portal.domain.messages.stops import Kind, stop, stop_token, stopped

OPEN = "interest_open"


def tell_due(session: Session, *, most: int) -> int:
    """Writes to those who asked before a campaign opened; returns how many. Idempotent."""
    now, told = clock.now(), 0
    taking = select(Campaign).where(Campaign.closes_at > now, Campaign.opens_at <= now, Campaign.published_at <= now)
    for campaign in session.scalars(taking.where(Campaign.archived_at.is_(None)).order_by(Campaign.id)).all():
        due = _waiting(campaign).limit(most - told)
        if told >= most or session.scalar(due.limit(1)) is None:
            continue
        with unit_of_work(session):
            hold(session, f"interest_open:{campaign.id}")  # a second worker waits, then finds nobody left
            scheme = session.get_one(Scheme, campaign.scheme_id)
            for email in session.scalars(due).all():
                told += notify_once(
                    session, OPEN, to=email, subject=str(campaign.id), window="", campaign=campaign.name,
                    lead=campaign.lead, scheme=scheme.name, slug=campaign.slug, closes=closing_words(campaign),
                    stop_token=stop_token(session, email, Kind.CAMPAIGNS),
                )  # fmt: skip
    return told


def _waiting(campaign: Campaign) -> Select[str]:
    """Who confirmed before it opened, lives where it is for (or did not say), and has neither heard nor applied."""
    opened: datetime = max(campaign.opens_at, campaign.published_at or campaign.opens_at)
    here = select(CampaignDistrict.district_id).where(CampaignDistrict.campaign_id == campaign.id)
    heard = exists().where(
        Notice.recipient == Interest.email, Notice.kind == OPEN, Notice.subject == str(campaign.id), Notice.window == ""
    )
    applied = (
        exists()
        .where(Applicant.email == Interest.email, Application.applicant_id == Applicant.id)
        .where(Application.campaign_id == campaign.id)
    )
    covered = exists(here)
    return (
        select(Interest.email)
        .where(
            Interest.scheme_id == campaign.scheme_id,
            Interest.confirmed_at <= opened,
            Interest.ended_at.is_(None),
            or_(Interest.district_id.is_(None), Interest.district_id.in_(here), ~covered),
            ~heard,
            ~applied,
            ~stopped(Interest.email, Kind.CAMPAIGNS),
        )
        .order_by(Interest.id)
    )


def unsubscribe(session: Session, token: str) -> StopLink:
    """What a mail's unsubscribe link does. Twice is once; raises NotFound."""
    with unit_of_work(session):
        link = stop(session, token)
        if link.kind == Kind.CAMPAIGNS:
            end_all(session, link.email)
        return link
