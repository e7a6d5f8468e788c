"""One campaign as a card shows it: where it stands, until when, and how many have applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import Window, days_left, last_day, window
from portal.public.words import capital, counted, joined
from portal.web.wording import clock_time, day, day_month, in_days, plural


@dataclass(frozen=True)
class Standing:
    """Where a campaign stands, in words. `until` is a whole phrase, `short` fits beside a button."""

    window: Window
    flag: str
    until: str
    short: str

    @property
    def receiving(self) -> bool:
        return self.window.receiving

    @property
    def soon(self) -> bool:
        """Whether the last days have come: only they are shouted in a list."""
        return self.window is Window.CLOSING_SOON


@dataclass(frozen=True)
class Card:
    slug: str
    name: str
    lead: str
    art: str
    standing: Standing
    meta: tuple[str, ...]
    have: int
    need: int
    places: int


def standing_of(campaign: Campaign, now: datetime, soon_days: int) -> Standing:
    """The flag and the phrase beside it, true at this instant."""
    state = window(campaign, now, soon_days=soon_days)
    if state is Window.COMING:
        days = in_days(campaign.opens_at, now)
        opens = f"Opens {_moment(campaign.opens_at)}"
        return Standing(state, f"Opens {days}", opens, opens)
    if state is Window.CLOSED:
        closed = f"Closed on {day(last_day(campaign))}"
        return Standing(state, "Closed", closed, closed)
    left = days_left(campaign, now)
    flag = "Last day" if left == 0 else f"{plural(left, 'day')} left"
    return Standing(state, flag, f"Closes {closing_phrase(campaign)}", f"Closes {day(last_day(campaign))}")


def closing_phrase(campaign: Campaign) -> str:
    """at midnight at the end of Friday 26 January 2018; or: at 5pm on Friday 26 January 2018"""
    if clock_time(campaign.closes_at) == "midnight":
        return f"at midnight at the end of {day(last_day(campaign))}"
    return _moment(campaign.closes_at)


def _moment(instant: datetime) -> str:
    """on Tuesday 9 January 2018; with the time before it unless that is midnight, when the day begins"""
    on_day = f"on {day(instant)}"
    return on_day if clock_time(instant) == "midnight" else f"at {clock_time(instant)} {on_day}"


def cards_of(campaigns: Iterable[Campaign], counts: Mapping[int, int], now: datetime, soon_days: int) -> list[Card]:
    return [_card(campaign, counts.get(campaign.id, 0), now, soon_days) for campaign in campaigns]


def _card(campaign: Campaign, have: int, now: datetime, soon_days: int) -> Card:
    standing = standing_of(campaign, now, soon_days)
    training = len(campaign.training_days)
    facts = [
        joined([district.name for district in campaign.districts]),
        campaign.scheme.commitment,
        capital(counted(training, "training day")) if training else "",
        f"Closes {day_month(last_day(campaign))}" if standing.receiving else "",
    ]
    return Card(
        campaign.slug,
        campaign.name,
        campaign.lead,
        campaign.scheme.art,
        standing,
        tuple(fact for fact in facts if fact),
        have,
        campaign.target,
        campaign.places,
    )
