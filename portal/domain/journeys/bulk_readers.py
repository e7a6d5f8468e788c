"""Readers for many applications at once: a batch is dealt out together, so that the loads stay even."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.acts import Act, Detail, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.campaigns.models import Campaign
from portal.domain.shortlisting.assigning import assign, propose
from portal.domain.shortlisting.giving import held
from portal.domain.shortlisting.models import Assignment, Entry, Round, Settling

A = Application.__table__.c
BATCH = 250  # dealing reads the whole campaign's seats: larger batches cost less in all


def _has_readers() -> ColumnElement[bool]:
    """As many who read it as its campaign wants, or settled already."""
    reading = select(func.count()).where(
        Assignment.application_id == A.id, Assignment.round == Round.SCORE, Assignment.stepped_down_at.is_(None)
    )
    wanted = select(Campaign.assessors_each).where(Campaign.id == A.campaign_id).scalar_subquery()
    settled = exists().where(Entry.application_id == A.id, Entry.state == Settling.SETTLED)
    return settled | (reading.scalar_subquery() >= wanted)


def _obstacles(_detail: Detail) -> Obstacles:
    return [("state", A.state != State.SUBMITTED), ("seats", _has_readers())]


def _give(session: Session, who: Acting, ids: Sequence[int], _run: Run) -> dict[int, str]:
    """Fills what seats can be filled; says who got nobody, and why."""
    left: dict[int, str] = {}
    campaigns: dict[int, list[int]] = {}
    for row in session.execute(select(A.id, A.campaign_id).where(A.id.in_(ids)).order_by(A.campaign_id, A.id)):
        campaigns.setdefault(row.campaign_id, []).append(row.id)
    for campaign_id, here in campaigns.items():
        held(session, campaign_id)  # nobody else fills these seats between the deal and its being dealt
        deal = propose(session, campaign_id, here)
        assign(session, who, campaign_id, here)
        empty = {application_id for application_id, _seat in deal.unfilled}
        given = {each.application_id for each in deal.given}
        left |= {key: "no_reader" if key in empty else "seats" for key in here if key not in given}
    return left


ASSESSORS = Act("assessors", Permission.MODERATE, _obstacles, together=_give, batch=BATCH)
