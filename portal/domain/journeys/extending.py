"""A campaign closes later: drafts that had lapsed live again, and everyone with a draft is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application, State
from portal.domain.applications.refusals import closing_words
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.actions import extend_campaign
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.actions import notify_once


def extend(session: Session, actor: Actor, campaign_id: int, closes_at: datetime, reason: str) -> Campaign:
    """Moves the closing instant and writes to everyone with a draft, once for each new date.

    Raises ReasonNeeded or DatesOutOfOrder.
    """
    with unit_of_work(session):
        campaign = extend_campaign(session, actor, campaign_id, closes_at, reason)
        drafts = (
            select(Application.id, Application.reference, Applicant.email)
            .join(Applicant, Applicant.id == Application.applicant_id)
            .where(Application.campaign_id == campaign_id, Application.state == State.DRAFT)
            .order_by(Application.id)
        )
        for application_id, reference, email in session.execute(drafts).all():
            notify_once(
                session,
                "campaign_extended",
                to=email,
                subject=reference,
                window=closes_at.isoformat(),
                application_id=application_id,
                reference=reference,
                campaign=campaign.name,
                closes=closing_words(campaign),
            )
        return campaign
