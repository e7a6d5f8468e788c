"""The front page: who we need now, the road, the roles, and the dates that come next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, make_response, render_template

from portal import clock
from portal.domain.applications.progress import received_counts
from portal.domain.applications.standing import own_minutes
from portal.domain.campaigns import queries
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import last_day, next_boundary, receives
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.public import road
from portal.public.cards import cards_of
from portal.public.door import blueprint
from portal.web.guards import open_to_all
from portal.web.public_cache import keep_until

SHOWN_ROLES = 4
SHOWN_DATES = 4
NUMBERS = ("closing_soon_days", "check_minutes", *road.NUMBERS)


@dataclass(frozen=True)
class Upcoming:
    """A day worth knowing, and the campaign it is about."""

    on: date
    words: str
    slug: str
    name: str


@blueprint.get("/")
@open_to_all
def home() -> Response:
    session, now = db.session(), clock.now()
    campaigns = queries.current_campaigns(session, now)
    numbers = setting_values(session, NUMBERS, clock.today())
    counts = received_counts(session, [campaign.id for campaign in campaigns])
    cards = cards_of(campaigns, counts, now, numbers["closing_soon_days"])
    leading = next((item for item in campaigns if receives(item, now)), campaigns[0] if campaigns else None)
    numbers["application_minutes"] += own_minutes(session, leading) if leading else 0
    schemes = queries.schemes(session)
    keep_until(next_boundary(campaigns, now, queries.next_publication(session, now)))
    page = render_template(
        "public/home/home.html",
        open_now=[card for card in cards if card.standing.receiving],
        coming=[card for card in cards if not card.standing.receiving],
        leading=leading,
        stops=road.short_road(leading, numbers, now) if leading else [],
        roles=schemes[:SHOWN_ROLES],
        role_count=len(schemes),
        dates=upcoming(campaigns, clock.today())[:SHOWN_DATES],
        numbers=numbers,
    )
    return make_response(page)


def upcoming(campaigns: Sequence[Campaign], today: date) -> list[Upcoming]:
    """Openings, last days and first training days from today on, soonest first."""
    found = []
    for campaign in campaigns:
        moments: list[tuple[date | datetime, str]] = [
            (campaign.opens_at, "Applications open"),
            (last_day(campaign), "Last day to apply"),
            (campaign.interviews_from, "Interviews begin"),
        ]
        moments += [(day.starts_at, "Training begins") for day in campaign.training_days[:1]]
        found += [Upcoming(_day(moment), words, campaign.slug, campaign.name) for moment, words in moments]
    return sorted((date for date in found if date.on >= today), key=lambda date: (date.on, date.slug))


def _day(moment: date | datetime) -> date:
    return clock.london(moment).date() if isinstance(moment, datetime) else moment
