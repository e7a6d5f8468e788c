"""Moments worth moving the demonstration's clock to, and the move itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, WORK, announce, unit_of_work
from portal.domain.audit.actions import STRANGER, record
from portal.domain.campaigns.models import Campaign
from portal.domain.refusals import Refusal

A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EARLIEST, LATEST = datetime(2018, 1, 1), datetime(2100, 1, 1)  # London; the pilot was announced on 9 January 2018


class NotAMoment(Refusal):
    message = "Enter a date and a time, like 2018-01-26T23:59"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="moment")


@dataclass(frozen=True)
class Step:
    """One button: where it takes the clock. `code` is what the form sends."""

    code: str
    words: str
    moment: datetime


def steps(session: Session, now: datetime) -> list[Step]:
    """Short moves, and the moments on the road of the campaign that closes next."""
    tomorrow = clock.from_london(clock.london(now).replace(tzinfo=None) + A_DAY)
    found = [Step("hour", "One hour on", now + AN_HOUR), Step("day", "The same time tomorrow", tomorrow)]
    published = select(Campaign).where(Campaign.published_at <= now).order_by(Campaign.closes_at, Campaign.id)
    if coming := session.scalars(published.where(Campaign.opens_at > now)).first():
        found.append(Step("opening", f"{coming.name} opens", coming.opens_at))
    if closing := session.scalars(published.where(Campaign.closes_at > now)).first():
        found += [
            Step("last_minute", f"One minute before {closing.name} closes", closing.closes_at - A_MINUTE),
            Step("closing", f"{closing.name} closes", closing.closes_at),
            Step("interviews", "The first morning of its interviews", _morning(closing.interviews_from)),
        ]
        found += [
            Step("training", "The first morning of its training", day.starts_at) for day in closing.training_days[:1]
        ]
    return found


def _morning(day: date) -> datetime:
    return clock.from_london(datetime.combine(day, time(9)))


def moment_of(typed: str) -> datetime:
    """A typed London date and time as an instant; raises `NotAMoment`."""
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise NotAMoment() from None
    moment = clock.london(clock.from_london(moment)).replace(tzinfo=None)
    if not EARLIEST <= moment < LATEST:
        raise NotAMoment(f"Choose a moment from {EARLIEST.year} to {LATEST.year - 1}")
    return clock.from_london(moment)


def move_clock(session: Session, file: Path, moment: datetime | None) -> None:
    """Every process reads the new time at its next request or job; none is back to the real time.

    Pages kept for strangers are forgotten and the worker is woken to do what fell due.
    """
    offset = timedelta() if moment is None else moment - clock.wall()
    clock.store_offset(file, offset)
    clock.use_offset(offset)
    with unit_of_work(session):
        record(session, STRANGER, "clock.moved", subject=("clock", None), seconds=round(offset.total_seconds()))
        announce(session, PUBLIC)
        announce(session, WORK)
