"""The eligibility check: a few questions, an answer at once, and nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template, request

from portal import clock
from portal.domain.applications.standing import own_minutes
from portal.domain.campaigns import queries
from portal.domain.campaigns.alternatives import applying_day, other_campaigns, other_schemes
from portal.domain.campaigns.models import Campaign, District, Scheme
from portal.domain.campaigns.rules import (
    EligibilityFacts,
    Obstacle,
    Terms,
    Window,
    next_boundary,
    obstacles,
    terms_of,
    window,
)
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.public import road
from portal.public.campaigns import apply_address
from portal.public.cards import Card, cards_of, standing_of
from portal.public.door import blueprint
from portal.public.forms.check import NONE, CheckForm
from portal.services.postcodes import normalise, outward
from portal.web.guards import open_to_all
from portal.web.public_cache import keep_until

NUMBERS = ("closing_soon_days", "check_minutes", "weekends_may_miss", "oldest_age", "application_minutes")
MOST_SCHEMES = 4


@blueprint.route("/campaigns/<slug>/check", methods=["GET", "POST"])
@open_to_all
def check(slug: str) -> Response:
    """The questions; the answer to them; or, for a closed campaign, that and where to look instead."""
    session, now = db.session(), clock.now()
    campaign = queries.campaign_by_slug(session, slug)
    numbers = setting_values(session, NUMBERS, clock.today())
    if request.method == "GET":
        keep_until(next_boundary([campaign], now))
    numbers["application_minutes"] += own_minutes(session, campaign)
    standing = standing_of(campaign, now, numbers["closing_soon_days"])
    if standing.window is Window.CLOSED:
        return make_response(render_template("public/check/closed.html", campaign=campaign, standing=standing))
    terms = terms_of(campaign, may_miss_weekends=numbers["weekends_may_miss"])
    form = CheckForm(terms, clock.today(), numbers["oldest_age"])
    districts = queries.districts_of_postcode(session, form.postcode.data or "")
    asked = _offer_districts(form, terms, districts)
    if request.method == "POST" and "again" not in request.form and form.validate():
        if not asked or form.district.data:
            return _answer(campaign, terms, form, districts, now)
        form.district.errors = ["Choose the district you live in"]
    page = render_template(
        "public/check/check.html",
        form=form,
        campaign=campaign,
        standing=standing,
        asked=asked,
        outward=outward(form.postcode.data or ""),
        days_words=road.weekend_days(campaign),
        numbers=numbers,
    )
    return make_response(page, 422 if form.errors else 200)


def _offer_districts(form: CheckForm, terms: Terms, districts: Sequence[District]) -> bool:
    """Asks for the district where the postcode leaves open whether this campaign covers it."""
    possible = {district.id for district in districts}
    inside = possible & terms.district_ids
    asked = bool(inside) and inside != possible
    form.offer(districts if asked else [])
    return asked


@dataclass(frozen=True)
class Verdict:
    """The answer and everything possible besides."""

    title: str
    art: str
    obstacles: list[Obstacle]
    campaigns: list[Card]
    schemes: list[Scheme]


def _answer(
    campaign: Campaign, terms: Terms, form: CheckForm, districts: Sequence[District], now: datetime
) -> Response:
    facts = EligibilityFacts(
        born=form.born,
        district_ids=form.chosen(districts),
        can_give_hours=form.answer("hours") != "no",
        can_train=form.answer("weekends") != NONE,
    )
    found = obstacles(facts, terms, applying_day(campaign, now))
    verdict = _verdict(campaign, facts, found, now)
    page = render_template(
        "public/check/answer.html",
        campaign=campaign,
        coming=window(campaign, now) is Window.COMING,
        standing=standing_of(campaign, now, 0),
        verdict=verdict,
        form=form,
        told=_told(form, districts),
        apply_url=apply_address(campaign.slug),
    )
    return make_response(page)


def _verdict(campaign: Campaign, facts: EligibilityFacts, found: list[Obstacle], now: datetime) -> Verdict:
    if not found:
        return Verdict("Yes, this could be you", campaign.scheme.art, [], [], [])
    session = db.session()
    others = other_campaigns(facts, queries.current_campaigns(session, now), but=campaign, now=now)
    schemes = other_schemes(facts, found, queries.schemes(session), but=campaign.scheme, today=clock.today())
    cards = cards_of(others, {}, now, 0)
    return Verdict(_title(found, cards, schemes), _art(found), found, cards, schemes[:MOST_SCHEMES])


def _title(found: list[Obstacle], cards: list[Card], schemes: list[Scheme]) -> str:
    """Kind and true: promises only what is listed below it."""
    codes = {obstacle.code for obstacle in found}
    possible = any(card.standing.receiving for card in cards) or any(scheme.applies_here for scheme in schemes)
    if "too_young" in codes:
        no, but = "Not this role yet.", "But you can start with us now."
    elif codes == {"area"}:
        no, but = "Not this campaign.", "But there is more to join."
    else:
        no, but = "Not this one.", "But another role may fit."
    return f"{no} {but}" if possible else no


def _art(found: list[Obstacle]) -> str:
    return "cadets" if any(obstacle.code == "too_young" for obstacle in found) else "desk"


def _told(form: CheckForm, districts: Sequence[District]) -> list[dict[str, str]]:
    """The answers as they were understood, to be seen beside the verdict."""
    chosen = form.chosen(districts)
    where = " or ".join(district.name for district in districts if district.id in chosen) or "outside the county"
    told = {
        "Born": f"{form.born.day} {form.born:%B %Y}",
        "Postcode": f"{normalise(form.postcode.data)}, {where}",
    }
    for name, term in (("hours", "Hours"), ("weekends", "Training days")):
        if name in form:
            labels = {choice.value: choice.label for choice in form[name].choices}
            told[term] = labels.get(form.answer(name), "")
    return [{"term": term, "value": value} for term, value in told.items()]
