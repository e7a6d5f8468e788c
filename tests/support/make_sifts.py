"""Sifts for tests: readers of a campaign, sent applications, and readings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Campaign
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.domain.shortlisting.models import Assignment
from portal.domain.shortlisting.scoring import complete, save_score
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member


def some_assessors(session: Session, campaign: Campaign, count: int = 2) -> list[StaffMember]:
    """New members of staff with the assessor role, on this campaign."""
    recruiter = a_staff_member(session, Role.RECRUITER)
    made = [a_staff_member(session, Role.ASSESSOR) for _ in range(count)]
    for member in made:
        add_assessor(session, recruiter, campaign.id, member.id)
    return made


def a_sift(
    session: Session, app: Flask, campaign: Campaign, *, readers: int = 2, applications: int = 1, **answers: Any
) -> tuple[list[StaffMember], list[Application]]:
    """Readers with these applications to score."""
    made = some_assessors(session, campaign, readers)
    sent = [a_submitted(session, app, campaign, **answers) for _ in range(applications)]
    assign(session, a_staff_member(session, Role.RECRUITER), campaign.id)
    return made, sent


def one_reading(session: Session, app: Flask, staff_id: int, **changes: Any) -> tuple[Campaign, Assignment]:
    """A campaign of its own whose only application this person reads, with everybody else's seat empty."""
    campaign = a_campaign(session)
    a_submitted(session, app, campaign, **changes)
    recruiter = a_staff_member(session, Role.RECRUITER)
    add_assessor(session, recruiter, campaign.id, staff_id)
    assign(session, recruiter, campaign.id)
    return campaign, readings(session, staff_id)[-1]


def readings(session: Session, staff_id: int | None = None, application_id: int | None = None) -> list[Assignment]:
    """Readings that are still somebody's, by seat."""
    session.rollback()
    query = select(Assignment).where(Assignment.stepped_down_at.is_(None))
    if staff_id is not None:
        query = query.where(Assignment.staff_id == staff_id)
    if application_id is not None:
        query = query.where(Assignment.application_id == application_id)
    return list(session.scalars(query.order_by(Assignment.application_id, Assignment.seat)))


def score_all(session: Session, reading: Assignment, points: Iterable[int] = (), *, finish: bool = True) -> None:
    """Gives every criterion these points (3 where there are fewer), and finishes."""
    reader, campaign_id = session.get_one(StaffMember, reading.staff_id), _campaign_of(session, reading)
    given = list(points)
    public_id = reading.public_id
    for place, criterion in enumerate(criteria_of(session, campaign_id)):
        worth = given[place] if place < len(given) else 3
        save_score(session, reader, public_id, criterion.id, worth, f"Said {clock.today():%B}", 0)
    if finish:
        complete(session, reader, public_id)


def _campaign_of(session: Session, reading: Assignment) -> int:
    return session.get_one(Application, reading.application_id).campaign_id
