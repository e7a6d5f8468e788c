"""Publishing a campaign, and what has to be there before; hiding, closing early, archiving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.criteria import CriterionNow, criteria_of
from portal.domain.campaigns.dates import problems, road_of
from portal.domain.campaigns.managing import Phase, phase_of
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.own_questions import OwnQuestion, own_questions
from portal.domain.campaigns.parts import FIELDS, Part, to_change
from portal.domain.campaigns.rules import receives
from portal.domain.refusals import Conflict, NotFound, Refusal

ADULT = 18


class Missing(NamedTuple):
    """Something to do before strangers may see it. `page` is the part, "questions" or "criteria"."""

    page: str
    words: str


class NotReady(Refusal):
    title = "It cannot be published yet"


class WrongMoment(Refusal):
    title = "That moment does not fit"


class NotNow(Conflict):
    title = "That cannot be done now"


class ReasonNeeded(Refusal):
    message = "Say why. People who apply may ask."


def missing(
    campaign: Campaign, questions: Sequence[OwnQuestion], criteria: Sequence[CriterionNow], now: datetime
) -> list[Missing]:
    """What keeps a campaign from being published, part by part; empty when nothing does."""
    found: list[Missing] = []
    if not campaign.lead.strip():
        found.append(Missing(Part.ABOUT, "Write the sentence under its name"))
    for problem in problems(road_of(campaign)):
        of_dates = problem.field in FIELDS[Part.DATES]
        found.append(Missing(Part.DATES if of_dates else Part.TRAINING, problem.words))
    if campaign.closes_at <= now:
        found.append(Missing(Part.DATES, "Its closing date has passed: choose a later one"))
    if not campaign.districts:
        found.append(Missing(Part.PLACES, "Choose where people must live"))
    if campaign.scheme.hours_a_month and not campaign.training_days:
        found.append(Missing(Part.TRAINING, "Set the training days"))
    kinds = {row.kind for row in campaign.requirements}
    if campaign.scheme.min_age >= ADULT and RequirementKind.VETTING not in kinds:  # [004 4.10]
        found.append(Missing(Part.REQUIREMENTS, "Ask for vetting: nobody is appointed without it"))
    if campaign.scheme.min_age < ADULT and RequirementKind.GUARDIAN not in kinds:
        found.append(Missing(Part.REQUIREMENTS, "Ask for a guardian's consent: some who apply are under 18"))
    if not criteria:
        found.append(Missing("criteria", "Say what applications are judged by"))
    return found


def publish(session: Session, actor: Actor, campaign_id: int, at: datetime | None = None) -> Campaign:
    """From now on, or from an instant to come, strangers see it. Published already, it stays as it is.

    Raises NotReady with the first thing missing, WrongMoment.
    """
    with unit_of_work(session):
        campaign, now = to_change(session, campaign_id), clock.now()
        if phase_of(campaign, now).public:
            return campaign
        lacking = missing(campaign, own_questions(session, campaign), criteria_of(session, campaign.id), now)
        if lacking:
            raise NotReady(f"{lacking[0].words}.")
        if at is not None and not now < at <= campaign.opens_at:
            raise WrongMoment("Choose a moment from now on and before it opens.", field="at")
        if campaign.published_at != (at or now):
            campaign.published_at = at or now
            _noted(session, actor, campaign, "campaign.scheduled" if at else "campaign.published")
    return campaign


def hide(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """Back to a draft, while nobody can have applied. Raises NotNow once it has opened."""
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        phase = phase_of(campaign, clock.now())
        if phase is Phase.DRAFT:
            return campaign
        if phase not in {Phase.SCHEDULED, Phase.COMING}:
            raise NotNow("It has opened. Close it early instead.")
        campaign.published_at = None
        _noted(session, actor, campaign, "campaign.hidden")
    return campaign


def close_campaign_early(session: Session, actor: Actor, campaign_id: int, reason: str) -> Campaign:
    """Takes no more applications from this instant. Raises ReasonNeeded, NotNow unless it is open."""
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        campaign, now = to_change(session, campaign_id), clock.now()
        if campaign.published_at is None or not receives(campaign, now) or now <= campaign.opens_at:
            raise NotNow("It is not open.")
        moved = {"before": campaign.closes_at.isoformat(), "after": now.isoformat(), "reason": reason.strip()}
        campaign.closes_at = now
        _noted(session, actor, campaign, "campaign.closed_early", **moved)
    return campaign


def archive(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """Puts a draft or a closed campaign away: nothing in it changes any more. Raises NotNow for a live one."""
    with unit_of_work(session):
        campaign, now = to_change(session, campaign_id), clock.now()
        if phase_of(campaign, now) not in {Phase.DRAFT, Phase.CLOSED}:
            raise NotNow("Only a draft or a closed campaign can be archived.")
        campaign.archived_at = now
        _noted(session, actor, campaign, "campaign.archived")
    return campaign


def unarchive(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """Takes it out again. A second time changes nothing."""
    with unit_of_work(session):
        campaign = locked(session, Campaign, campaign_id)
        if campaign is None:
            raise NotFound()
        if campaign.archived_at is not None:
            campaign.archived_at = None
            _noted(session, actor, campaign, "campaign.unarchived")
    return campaign


def _noted(session: Session, actor: Actor, campaign: Campaign, action: str, **detail: Any) -> None:
    campaign.version += 1
    record(session, actor, action, subject=("campaign", campaign.id), **detail)
    announce(session, PUBLIC)
