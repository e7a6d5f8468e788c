"""A campaign in parts, each changed by itself: what it holds, and writing it unless somebody else did."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, hold, locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.dates import problems, road_of, training_problems
from portal.domain.campaigns.managing import has_opened
from portal.domain.campaigns.models import (
    Campaign,
    CampaignDistrict,
    CampaignRequirement,
    District,
    RequirementKind,
    Stage,
    TrainingDay,
)
from portal.domain.campaigns.rules import TrainingPlan
from portal.domain.refusals import Conflict, NotFound, Refusal


class Part(StrEnum):
    ABOUT = "about"
    DATES = "dates"
    PLACES = "places"
    TRAINING = "training"
    REQUIREMENTS = "requirements"
    SHORTLISTING = "shortlisting"


FIELDS: dict[Part, tuple[str, ...]] = {
    Part.ABOUT: ("name", "lead", "slug", "age_day"),
    Part.DATES: (
        "announced_on",
        "opens_at",
        "closes_at",
        "answer_by",
        "interviews_from",
        "interviews_to",
        "starts_on",
    ),
    Part.PLACES: ("places", "target", "districts"),
    Part.TRAINING: ("training",),
    Part.REQUIREMENTS: ("requirements",),
    Part.SHORTLISTING: ("assessors_each", "triage", "gap"),
}
FIXED_ONCE_OPEN = ("opens_at", "closes_at", "announced_on")
FIXED_ONCE_PUBLISHED = ("slug",)
ADDRESSES = "campaign addresses"  # held by whoever gives one
RESERVED = ("new",)  # addresses of pages beside a campaign's
Districts = dict[str, int | None]
Requirements = dict[RequirementKind, tuple[Stage, bool]]


class Stale(Conflict):
    """Somebody else saved this part since the page was opened."""


class Archived(Conflict):
    title = "This campaign is archived"
    message = "Take it out of the archive before you change it."


class Fixed(Refusal):
    title = "That cannot change any more"


class OutOfOrder(Refusal):
    """Dates that do not make sense together: beside each, why."""

    title = "These dates are out of order"

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__(next(iter(found.values())), field=next(iter(found)))
        self.found = found


class NotAnAddress(Refusal):
    message = "That address is taken. Choose another."


def values_of(session: Session, campaign: Campaign, part: Part) -> dict[str, Any]:
    """What a part holds now."""
    return {name: _value(session, campaign, name) for name in FIELDS[part]}


def _value(session: Session, campaign: Campaign, name: str) -> Any:
    if name == "training":
        return road_of(campaign).training
    if name == "requirements":
        return {row.kind: (row.due, row.may_upload_early) for row in campaign.requirements}
    if name == "districts":
        query = (
            select(District.slug, CampaignDistrict.places)
            .join(CampaignDistrict)
            .where(CampaignDistrict.campaign_id == campaign.id)
            .order_by(District.slug)
        )
        return {row.slug: row.places for row in session.execute(query)}
    return getattr(campaign, name)


def mark_of(values: Mapping[str, Any]) -> str:
    """A short mark of these values: a form carries the mark of what it showed, and another one says that somebody
    changed them since. Parts do not disturb each other."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]


def edit_part(
    session: Session, actor: Actor, campaign_id: int, part: Part, wanted: Mapping[str, Any], seen: str
) -> list[str]:
    """Writes what differs; returns the names of what changed. `seen` is the mark of what the form showed.

    Raises Stale, Archived, OutOfOrder, Fixed, NotAnAddress.
    """
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        before = values_of(session, campaign, part)
        if mark_of(before) != seen:
            raise Stale()
        changed = [name for name in FIELDS[part] if name in wanted and wanted[name] != before[name]]
        if changed:
            _may_change(session, campaign, changed, wanted)
            if part in {Part.DATES, Part.TRAINING}:
                _in_order(campaign, part, wanted)
            _write(session, campaign, changed, wanted)
            session.flush()
            session.expire(campaign, ["training_days", "requirements", "districts"])
            note(session, actor, campaign, part.value, {name: (before[name], wanted[name]) for name in changed})
    return changed


def to_change(session: Session, campaign_id: int) -> Campaign:
    """The campaign, held until commit. Raises NotFound, Archived."""
    campaign = locked(session, Campaign, campaign_id)
    if campaign is None:
        raise NotFound()
    if campaign.archived_at is not None:
        raise Archived()
    return campaign


def note(session: Session, actor: Actor, campaign: Campaign, part: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """A change of a campaign on record: dates and numbers from what to what, texts by their name alone."""
    campaign.version += 1
    plain = {name: [_plain(before), _plain(after)] for name, (before, after) in changes.items() if _short(after)}
    detail: dict[str, Any] = {"part": part, "fields": sorted(changes), **({"changes": plain} if plain else {})}
    record(session, actor, "campaign.edited", subject=("campaign", campaign.id), **detail)
    announce(session, PUBLIC)


def _short(value: Any) -> bool:
    return isinstance(value, int | date | StrEnum)  # an instant is a date, a yes or no is a number


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _may_change(session: Session, campaign: Campaign, changed: list[str], wanted: Mapping[str, Any]) -> None:
    now = clock.now()
    fixed = FIXED_ONCE_OPEN if has_opened(campaign, now) else ()
    for name in changed:
        if name in fixed:
            raise Fixed("It has opened, and people go by this date.", field=name)
        if name in FIXED_ONCE_PUBLISHED and campaign.published_at is not None:
            raise Fixed("It is published, and people have this address.", field=name)
    if "slug" in changed and not address_free(session, wanted["slug"], campaign.id):
        raise NotAnAddress(field="slug")


def address_free(session: Session, slug: str, campaign_id: int | None = None) -> bool:
    """Whether no other campaign has this address, nor gets it before the caller's unit of work ends."""
    hold(session, ADDRESSES)
    taken = select(Campaign.id).where(Campaign.slug == slug, Campaign.id != (campaign_id or 0))
    return slug not in RESERVED and session.scalar(taken) is None


def _write(session: Session, campaign: Campaign, changed: list[str], wanted: Mapping[str, Any]) -> None:
    for name in changed:
        if name == "training":
            _write_training(session, campaign, wanted[name])
        elif name == "requirements":
            _write_requirements(session, campaign, wanted[name])
        elif name == "districts":
            _write_districts(session, campaign, wanted[name])
        else:
            setattr(campaign, name, wanted[name])


def _write_training(session: Session, campaign: Campaign, days: tuple[TrainingPlan, ...]) -> None:
    session.execute(delete(TrainingDay).where(TrainingDay.campaign_id == campaign.id))
    session.add_all(
        TrainingDay(campaign_id=campaign.id, weekend=day.weekend, starts_at=day.starts_at, ends_at=day.ends_at)
        for day in days
    )


def _write_requirements(session: Session, campaign: Campaign, wanted: Requirements) -> None:
    session.execute(delete(CampaignRequirement).where(CampaignRequirement.campaign_id == campaign.id))
    session.add_all(
        CampaignRequirement(campaign_id=campaign.id, kind=kind, due=due, may_upload_early=early)
        for kind, (due, early) in wanted.items()
    )


def _write_districts(session: Session, campaign: Campaign, wanted: Districts) -> None:
    session.execute(delete(CampaignDistrict).where(CampaignDistrict.campaign_id == campaign.id))
    ids = session.execute(select(District.slug, District.id).where(District.slug.in_(wanted)))
    session.add_all(
        CampaignDistrict(campaign_id=campaign.id, district_id=row.id, places=wanted[row.slug]) for row in ids
    )


def _in_order(campaign: Campaign, part: Part, wanted: Mapping[str, Any]) -> None:
    """Refuses what is out of order, beside the field of this page that can put it right.

    A draft's pages are each looked at alone, so that its dates can be moved one page after the other; what is
    published always fits together.
    """
    names = [name for name in FIELDS[part] if name in wanted]
    road = replace(road_of(campaign), **{name: wanted[name] for name in names})
    if campaign.published_at is not None:
        found = problems(road)
    elif part is Part.DATES:
        found = problems(replace(road, training=()))
    else:
        found = list(training_problems(road.training))
    if found:
        raise OutOfOrder({_beside(problem.field, part): problem.words for problem in reversed(found)})


def _beside(field: str, part: Part) -> str:
    of_dates = field in FIELDS[Part.DATES]
    if part is Part.DATES:
        return field if of_dates else "interviews_to"
    return "training" if of_dates else field
