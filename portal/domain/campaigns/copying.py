"""New campaigns: begun empty with dates proposed, or as an earlier one with its dates moved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.actions import create_campaign
from portal.domain.campaigns.criteria import CriterionPlan, criteria_of
from portal.domain.campaigns.models import Campaign, CampaignDistrict, Question, RequirementKind, Scheme
from portal.domain.campaigns.own_questions import own_questions
from portal.domain.campaigns.parts import Part, address_free, values_of
from portal.domain.campaigns.plans import OFFICE, UNIFORMED, YOUNG, Asked, CampaignPlan
from portal.domain.campaigns.publishing import ADULT
from portal.domain.campaigns.rules import TrainingPlan, training_weekends
from portal.domain.campaigns.standard import STANDARD_QUESTIONS, TIED_CRITERIA

A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)
SATURDAY = 5
PLACES, TARGET = 20, 60  # until somebody says


def address_from(session: Session, name: str) -> str:
    """An address made of a campaign's name that no other has."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "campaign"
    slug, number = base, 1
    while not address_free(session, slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def begin_blank(
    session: Session, actor: Actor, *, name: str, scheme: str, districts: Sequence[str], opens_on: date, closes_on: date
) -> Campaign:
    """A draft with everything proposed: dates after its own opening and closing, the standard questions and criteria.

    Raises DatesOutOfOrder, NotFound.
    """
    with unit_of_work(session):
        found = session.scalars(select(Scheme).filter_by(slug=scheme)).one()
        interviews_to = closes_on + 30 * A_DAY
        training = _proposed_training(interviews_to) if found.hours_a_month else ()
        last = clock.london(training[-1].ends_at).date() if training else interviews_to + 30 * A_DAY
        plan = CampaignPlan(
            scheme=scheme,
            slug=address_from(session, name),
            name=name,
            lead="",
            districts=tuple(districts),
            announced_on=opens_on,
            opens_at=clock.start_of(opens_on),
            closes_at=clock.end_of(closes_on),
            answer_by=closes_on + 7 * A_DAY,
            interviews_from=closes_on + 10 * A_DAY,
            interviews_to=interviews_to,
            starts_on=last + A_WEEK,
            places=PLACES,
            target=TARGET,
            training=training,
            requirements=_usual(found),
            questions=STANDARD_QUESTIONS,
            criteria=TIED_CRITERIA,
        )
        return create_campaign(session, actor, plan)


def _proposed_training(interviews_to: date) -> tuple[TrainingPlan, ...]:
    """Five weekends in ten weeks [000], six weeks after the last interview."""
    day = interviews_to + 6 * A_WEEK
    return tuple(training_weekends(day + A_DAY * ((SATURDAY - day.weekday()) % 7), 5, 2))


def _usual(scheme: Scheme) -> tuple[Asked, ...]:
    if scheme.min_age < ADULT:
        return (*YOUNG, Asked(RequirementKind.VETTING, OFFICE[-1].due)) if scheme.applies_here else YOUNG
    return UNIFORMED if scheme.hours_a_month else OFFICE


def begin_copy(session: Session, actor: Actor, source: Campaign, *, name: str, opens_on: date) -> Campaign:
    """A draft like an earlier campaign. It opens on the day that was chosen; every other date moves by the same number
    of whole weeks, so that weekdays stay, and London's hours stay whatever the clocks do between."""
    source_id = source.id
    with unit_of_work(session):
        source = session.get_one(Campaign, source_id)
        opened = clock.london(source.opens_at)
        weeks = A_WEEK * round((opens_on - opened.date()) / A_WEEK)
        plan = _copied(session, source, weeks)
        opens_at = _moved(source.opens_at, opens_on - opened.date())
        announced = opens_on - max(timedelta(), opened.date() - source.announced_on)
        plan = replace(
            plan, name=name, slug=address_from(session, name), opens_at=opens_at, announced_on=announced
        )  # fmt: skip
        made = create_campaign(session, actor, plan)
        made.assessors_each, made.triage, made.gap = source.assessors_each, source.triage, source.gap
        _copy_places(session, source_id, made.id)
        return made


def _copied(session: Session, source: Campaign, by: timedelta) -> CampaignPlan:
    """Everything of a campaign as a plan, its dates moved but for its opening."""
    asked = values_of(session, source, Part.REQUIREMENTS)["requirements"]
    return CampaignPlan(
        scheme=source.scheme.slug,
        slug="",
        name=source.name,
        lead=source.lead,
        districts=tuple(district.slug for district in source.districts),
        announced_on=source.announced_on,
        opens_at=source.opens_at,
        closes_at=_moved(source.closes_at, by),
        answer_by=source.answer_by + by,
        interviews_from=source.interviews_from + by,
        interviews_to=source.interviews_to + by,
        starts_on=source.starts_on + by,
        places=source.places,
        target=source.target,
        training=tuple(
            TrainingPlan(day.weekend, _moved(day.starts_at, by), _moved(day.ends_at, by))
            for day in source.training_days
        ),
        requirements=tuple(Asked(kind, due, early) for kind, (due, early) in asked.items()),
        age_day=source.age_day,
        questions=tuple(question.plan for question in own_questions(session, source)),
        criteria=_criteria(session, source.id),
    )


def _moved(instant: datetime, by: timedelta) -> datetime:
    """The same hour in London on another day; an hour that day does not have comes an hour later."""
    there = clock.london(instant).replace(tzinfo=None) + by
    return clock.from_london(there)


def _criteria(session: Session, campaign_id: int) -> tuple[CriterionPlan, ...]:
    """Its criteria; one tied to a question that is no longer asked judges all the answers."""
    gone = set(session.scalars(select(Question.id).where(Question.retired_at.is_not(None))))
    return tuple(
        CriterionPlan(
            now.title, now.weight, now.anchors, now.feedback, None if now.question_id in gone else now.question_key
        )
        for now in criteria_of(session, campaign_id)
    )


def _copy_places(session: Session, source_id: int, made_id: int) -> None:
    query = select(CampaignDistrict).where(CampaignDistrict.campaign_id.in_([source_id, made_id]))
    rows = list(session.scalars(query))
    places = {row.district_id: row.places for row in rows if row.campaign_id == source_id}
    for row in rows:
        if row.campaign_id == made_id:
            row.places = places[row.district_id]
