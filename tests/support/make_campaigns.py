"""Campaigns for tests: the pilot as it was, and others that differ from it in what a test says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns import plans
from portal.domain.campaigns.actions import create_campaign, create_pilot, seed_catalogue
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import training_weekends

_numbers = count(1)
JANUARY_CLOSE = clock.end_of(date(2018, 1, 26))
JULY_CLOSE = clock.end_of(date(2018, 7, 31))


def the_pilot(session: Session) -> Campaign:
    """The 2018 West Division pilot; the same one when asked again."""
    seed_catalogue(session)
    plan = plans.the_pilot()
    return session.scalars(select(Campaign).filter_by(slug=plan.slug)).one_or_none() or create_pilot(session)


def a_campaign(
    session: Session, *, opens_at: datetime | None = None, closes_at: datetime = JANUARY_CLOSE, **changes: Any
) -> Campaign:
    """A published campaign like the pilot but for what is said. Changed dates need not fit: none is checked but
    that closing follows opening and training follows closing."""
    seed_catalogue(session)
    number = next(_numbers)
    plan = plans.the_pilot()
    opens = opens_at or min(plan.opens_at, closes_at.replace(day=1))
    fitting: dict[str, Any] = {"slug": f"campaign-{number}", "opens_at": opens, "published_at": opens}
    return create_campaign(session, SYSTEM, replace(plan, closes_at=closes_at, **(fitting | changes)))


def a_july_campaign(session: Session, **changes: Any) -> Campaign:
    """One that closes at the end of 31 July, when London is an hour ahead: January hides UTC mistakes."""
    dates: dict[str, Any] = {
        "opens_at": clock.start_of(date(2018, 7, 3)),
        "announced_on": date(2018, 7, 3),
        "answer_by": date(2018, 8, 7),
        "interviews_from": date(2018, 8, 8),
        "interviews_to": date(2018, 8, 31),
        "starts_on": date(2018, 12, 10),
        "training": tuple(training_weekends(date(2018, 9, 29), 5, 2)),
    }
    return a_campaign(session, closes_at=JULY_CLOSE, **(dates | changes))
