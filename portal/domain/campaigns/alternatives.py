"""What else somebody could do, when a campaign is not for them: never just a no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from portal import clock
from portal.domain.campaigns.models import Campaign, Scheme
from portal.domain.campaigns.rules import EligibilityFacts, Obstacle, age_on, obstacles, terms_of


def applying_day(campaign: Campaign, now: datetime) -> date:
    """The first day from now on which somebody could apply: today, or the opening day."""
    return clock.london(max(now, campaign.opens_at)).date()


def other_campaigns(
    facts: EligibilityFacts, campaigns: Iterable[Campaign], *, but: Campaign, now: datetime
) -> list[Campaign]:
    """Other campaigns with nothing in the way. They train on other dates, so dates are not held against anybody."""
    free = replace(facts, can_train=True)
    return [
        campaign
        for campaign in campaigns
        if campaign.id != but.id and not obstacles(free, terms_of(campaign), applying_day(campaign, now))
    ]


def other_schemes(
    facts: EligibilityFacts, found: Sequence[Obstacle], schemes: Iterable[Scheme], *, but: Scheme, today: date
) -> list[Scheme]:
    """Schemes open to this age, and to these hours where hours were the trouble; those one joins here first."""
    age = age_on(facts.born, today)
    short_of_time = any(obstacle.code == "hours" for obstacle in found)
    fitting = [
        scheme
        for scheme in schemes
        if scheme.id != but.id
        and scheme.min_age <= age
        and (scheme.max_age is None or age <= scheme.max_age)
        and not (short_of_time and scheme.hours_a_month)
    ]
    return sorted(fitting, key=lambda scheme: (not scheme.applies_here, scheme.position))
