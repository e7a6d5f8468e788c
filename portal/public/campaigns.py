"""Campaigns: the list, one with its whole road, and its dates for a calendar."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, url_for

from portal import clock
from portal.config import Settings
from portal.domain.applications.progress import received_counts
from portal.domain.applications.standing import own_minutes
from portal.domain.campaigns import queries
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import last_day, next_boundary, terms_of
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.public import asks, road
from portal.public.cards import cards_of, standing_of
from portal.public.door import blueprint
from portal.public.words import capital, counted
from portal.services.calendar import Event, calendar
from portal.web.guards import open_to_all
from portal.web.navigation import exists
from portal.web.public_cache import keep_until

NUMBERS = ("closing_soon_days", "check_minutes", *road.NUMBERS, *asks.NUMBERS)


@blueprint.get("/campaigns")
@open_to_all
def campaigns() -> Response:
    session, now = db.session(), clock.now()
    numbers = setting_values(session, ("closing_soon_days", "past_campaigns_shown"), clock.today())
    current = queries.current_campaigns(session, now)
    past = queries.past_campaigns(session, now, numbers["past_campaigns_shown"])
    counts = received_counts(session, [campaign.id for campaign in current])
    cards = cards_of(current, counts, now, numbers["closing_soon_days"])
    keep_until(next_boundary(current, now, queries.next_publication(session, now)))
    page = render_template(
        "public/campaigns/campaigns.html",
        open_now=[card for card in cards if card.standing.receiving],
        coming=[card for card in cards if not card.standing.receiving],
        closed=cards_of(past, {}, now, numbers["closing_soon_days"]),
    )
    return make_response(page)


@blueprint.get("/campaigns/<slug>")
@open_to_all
def campaign(slug: str) -> Response:
    session, now = db.session(), clock.now()
    found = queries.campaign_by_slug(session, slug)
    keep_until(next_boundary([found], now))
    return make_response(campaign_page(found, now))


def campaign_page(found: Campaign, now: datetime, *, preview: bool = False) -> str:
    """A campaign as strangers see it; before it is published, those who keep it look at the same."""
    session = db.session()
    numbers = setting_values(session, NUMBERS, clock.today())
    numbers["application_minutes"] += own_minutes(session, found)
    terms = terms_of(found, may_miss_weekends=numbers["weekends_may_miss"])
    stops = road.whole_road(found, numbers, now)
    return render_template(
        "public/campaigns/campaign.html",
        preview=preview,
        campaign=found,
        standing=standing_of(found, now, numbers["closing_soon_days"]),
        asks=asks.asks_of(found, terms, numbers),
        facts=_facts(found, terms.training_days),
        apply_url=apply_address(found.slug),
        training_words=road.training_words(found),
        stops=stops,
        months=road.months_of(stops),
        weekends=road.weekends_of(found),
        have=received_counts(session, [found.id])[found.id],
        numbers=numbers,
    )


def _facts(found: Campaign, training_days: int) -> list[dict[str, str]]:
    """The four things people ask first."""
    hours = f"{capital(counted(training_days, 'day'))}, {road.training_hours(found)} hours"
    facts = {
        "Your time": found.scheme.commitment,
        "Your age": asks.age_words(found.scheme.min_age, found.scheme.max_age),
        "Where": ", ".join(district.name for district in found.districts) or "Anywhere in the county",
        "Training": hours if training_days else "As you go",
    }
    return [{"term": term, "value": value} for term, value in facts.items()]


def apply_address(slug: str) -> str | None:
    """Where to apply; nothing while that page does not exist."""
    return url_for("public.apply", slug=slug) if exists("public.apply") else None


@blueprint.get("/campaigns/<slug>/dates.ics")
@open_to_all
def campaign_dates(slug: str) -> Response:
    """The dates for somebody's own calendar. The uids stay, so that a date that moves replaces its old self."""
    found = queries.campaign_by_slug(db.session(), slug)
    settings: Settings = current_app.config["PORTAL"]
    link = settings.base_url.rstrip("/") + url_for("public.campaign", slug=slug)
    host = urlsplit(settings.base_url).hostname or "localhost"
    body = calendar(found.name, _events(found, host, link), prodid="-//Volunteer portal//EN", now=clock.now())
    keep_until(next_boundary([found], clock.now()))
    response = make_response(body)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


def _events(found: Campaign, host: str, link: str) -> list[Event]:
    def event(name: str, starts: date, ends: date, summary: str, note: str = "") -> Event:
        uid = f"campaign-{found.id}-{name}@{host}"
        return Event(uid, starts, ends, f"{summary}: {found.name}", description=note + link, sequence=found.version)

    closes = last_day(found)
    choose = "You choose one time in these days. "
    return [
        event("closes", closes, closes, "Last day to apply"),
        event("interviews", found.interviews_from, found.interviews_to, "Interviews", choose),
        *(
            event(f"training-{place}", day.starts_at, day.ends_at, f"Training, weekend {day.weekend}")
            for place, day in enumerate(found.training_days, 1)
        ),
    ]
