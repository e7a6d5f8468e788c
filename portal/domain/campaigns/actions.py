"""Seeding the catalogue; making, publishing and extending campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.db import PUBLIC, announce, locked, unit_of_work
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.campaigns.catalogue_areas import DIVISIONS, OUTWARD_CODES
from portal.domain.campaigns.catalogue_schemes import SCHEMES, SchemeRow
from portal.domain.campaigns.criteria import planned_criteria
from portal.domain.campaigns.models import (
    Campaign,
    CampaignRequirement,
    District,
    Division,
    OutwardCode,
    Question,
    Scheme,
    Strand,
    TrainingDay,
)
from portal.domain.campaigns.own_questions import planned_questions
from portal.domain.campaigns.plans import CampaignPlan, the_pilot
from portal.domain.refusals import NotFound, Refusal


class AddressTaken(Refusal):
    title = "That address is taken"
    message = "Another campaign has this address. Choose another."


class DatesOutOfOrder(Refusal):
    title = "These dates are out of order"


class ReasonNeeded(Refusal):
    title = "Say why"
    message = "Say why the closing date moves. People who apply may ask."


def seed_catalogue(session: Session) -> None:
    """Adds whatever of the shipped areas and schemes is missing. What is there, edited or not, stays."""
    with unit_of_work(session):
        _seed_areas(session)
        known = set(session.scalars(select(Scheme.slug)))
        session.add_all(_scheme(row, place) for place, row in enumerate(SCHEMES, 1) if row.slug not in known)
        announce(session, PUBLIC)


def _seed_areas(session: Session) -> None:
    divisions = {division.slug: division for division in session.scalars(select(Division))}
    districts = {district.slug: district for district in session.scalars(select(District))}
    for slug, (name, parts) in DIVISIONS.items():
        if slug not in divisions:
            divisions[slug] = Division(slug=slug, name=name)
            session.add(divisions[slug])
        for part, part_name in parts.items():
            if part not in districts:
                districts[part] = District(slug=part, name=part_name, division=divisions[slug])
                session.add(districts[part])
    session.flush()
    known = set(session.scalars(select(OutwardCode.outward).distinct()))
    session.add_all(
        OutwardCode(outward=code, district_id=districts[part].id)
        for code, parts_of in OUTWARD_CODES.items()
        if code not in known
        for part in parts_of
    )
    session.flush()


def _scheme(row: SchemeRow, position: int) -> Scheme:
    return Scheme(
        slug=row.slug,
        code=row.code,
        name=row.name,
        plural=row.plural,
        summary=row.summary,
        commitment=row.commitment,
        min_age=row.min_age,
        max_age=row.max_age,
        hours_a_month=row.hours_a_month,
        applies_here=row.applies_here,
        art=row.art,
        position=position,
        content=row.content.as_json(),
        strands=[
            Strand(slug=strand.slug, name=strand.name, summary=strand.summary, position=place)
            for place, strand in enumerate(row.strands, 1)
        ],
    )


def create_campaign(session: Session, actor: Actor, plan: CampaignPlan) -> Campaign:
    """A campaign with all that its plan says. Raises AddressTaken, DatesOutOfOrder, NotFound."""
    _check_dates(plan)
    with unit_of_work(session):
        if session.scalar(select(Campaign.id).filter_by(slug=plan.slug)) is not None:
            raise AddressTaken(field="slug")
        scheme = session.scalars(select(Scheme).filter_by(slug=plan.scheme)).one_or_none()
        districts = list(session.scalars(select(District).where(District.slug.in_(plan.districts))))
        if scheme is None or len(districts) != len(set(plan.districts)):
            raise NotFound("No such scheme or district.")
        campaign = _campaign(plan, scheme, districts)
        session.add(campaign)
        session.flush()
        _add_questions_and_criteria(session, campaign, plan)
        record(session, actor, "campaign.created", subject=("campaign", campaign.id), slug=plan.slug)
        announce(session, PUBLIC)
    return campaign


def _campaign(plan: CampaignPlan, scheme: Scheme, districts: list[District]) -> Campaign:
    same: dict[str, Any] = {
        name: getattr(plan, name)
        for name in (
            "slug", "name", "lead", "announced_on", "opens_at", "closes_at", "answer_by", "interviews_from",
            "interviews_to", "starts_on", "places", "target", "age_day", "published_at",
        )
    }  # fmt: skip
    return Campaign(
        scheme=scheme,
        districts=districts,
        training_days=[
            TrainingDay(weekend=day.weekend, starts_at=day.starts_at, ends_at=day.ends_at) for day in plan.training
        ],
        requirements=[
            CampaignRequirement(kind=asked.kind, due=asked.due, may_upload_early=asked.may_upload_early)
            for asked in plan.requirements
        ],
        **same,
    )


def _add_questions_and_criteria(session: Session, campaign: Campaign, plan: CampaignPlan) -> None:
    strands = {strand.slug: strand.id for strand in campaign.scheme.strands} if plan.questions else {}
    session.add_all(planned_questions(campaign.id, plan.questions, strands))
    session.flush()
    ids: dict[str, int] = {}
    if any(criterion.question_key for criterion in plan.criteria):
        asked_here = or_(Question.campaign_id.is_(None), Question.campaign_id == campaign.id)
        rows = session.execute(select(Question.key, Question.id).where(asked_here))
        ids = {row.key: row.id for row in rows}
    session.add_all(planned_criteria(campaign.id, plan.criteria, ids))
    session.flush()


def _check_dates(plan: CampaignPlan) -> None:
    if plan.closes_at <= plan.opens_at:
        raise DatesOutOfOrder("The closing date must be after the opening date.", field="closes_at")
    if plan.interviews_to < plan.interviews_from:
        raise DatesOutOfOrder("The last interview must not be before the first.", field="interviews_to")
    if plan.training and plan.training[0].starts_at < plan.closes_at:
        raise DatesOutOfOrder("Training must start after the campaign closes.", field="training")


def create_pilot(session: Session) -> Campaign:
    """The 2018 West Division pilot, published when it was announced. The catalogue must be seeded."""
    return create_campaign(session, SYSTEM, the_pilot())


def extend_campaign(session: Session, actor: Actor, campaign_id: int, closes_at: datetime, reason: str) -> Campaign:
    """Moves the closing instant later; drafts that had lapsed live again. Raises ReasonNeeded, DatesOutOfOrder."""
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        campaign = _held(session, campaign_id)
        before = campaign.closes_at
        if closes_at <= before:
            raise DatesOutOfOrder("The new closing date must be later than the old one.", field="closes_at")
        campaign.closes_at = closes_at
        moved = {"before": before.isoformat(), "after": closes_at.isoformat(), "reason": reason.strip()}
        _changed(session, actor, campaign, "campaign.extended", **moved)
    return campaign


def _held(session: Session, campaign_id: int) -> Campaign:
    campaign = locked(session, Campaign, campaign_id)
    if campaign is None:
        raise NotFound()
    return campaign


def _changed(session: Session, actor: Actor, campaign: Campaign, action: str, **detail: Any) -> None:
    campaign.version += 1
    record(session, actor, action, subject=("campaign", campaign.id), **detail)
    announce(session, PUBLIC)
