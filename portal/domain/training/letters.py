"""The mails about a place in a cohort: which one, and what stands in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.interviews.letters import day_words, time_words
from portal.domain.messages.actions import queue_mail
from portal.domain.training.models import Cohort, Trainee, TrainingSession

Context = dict[str, Any]


def write(session: Session, name: str, trainee: Trainee, application: Application, **more: Any) -> None:
    """Queues the letter `training_<name>` with the act it tells of, in the caller's unit of work."""
    queue_mail(
        session, f"training_{name}", to=application.applicant.email, application_id=application.id,
        **about(session, trainee, application), **more,
    )  # fmt: skip


def about(session: Session, trainee: Trainee, application: Application) -> Context:
    """What every letter about a place says: the course, its days, where, what to bring."""
    cohort = session.get_one(Cohort, trainee.cohort_id)
    days = standing_days(session, cohort.id)
    place = _place(days)
    return {
        "reference": application.reference,
        "campaign": application.campaign.name,
        "team": RECRUITERS,
        "course": cohort.course.course.name,
        "cohort": cohort.name,
        "begins": day_words(days[0].starts_at) if days else "",
        "next": next((day_words(day.starts_at) for day in days if day.ends_at > clock.now()), ""),
        "days": [day_line(day, venue="" if place else _venue(day)) for day in days],
        "venue": place,
        "bring": [line for line in cohort.course.bring.splitlines() if line.strip()],
        "confirm_by": day_words(last_day(trainee.confirm_by)) if trainee.confirm_by else "",
    }


def standing_days(session: Session, cohort_id: int) -> list[TrainingSession]:
    """A cohort's days that were not cancelled, in order, with their venues. One statement."""
    query = select(TrainingSession).where(
        TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None)
    )
    query = query.options(joinedload(TrainingSession.venue))
    return list(session.scalars(query.order_by(TrainingSession.starts_at, TrainingSession.id)))


def day_line(day: TrainingSession, *, venue: str = "") -> str:
    """Saturday 28 April, 9:30am to 4:30pm, and where if that is to be said."""
    hours = f"{day_words(day.starts_at)}, {time_words(day.starts_at)} to {time_words(day.ends_at)}"
    return f"{hours}, {venue}" if venue else hours


def _venue(day: TrainingSession) -> str:
    return ", ".join(part for part in (day.venue.name, day.venue.address) if part) if day.venue else ""


def _place(days: list[TrainingSession]) -> str:
    """Where it is, if all of it is at one place."""
    return _venue(days[0]) if days and len({day.venue_id for day in days}) == 1 else ""


def last_day(until: datetime) -> date:
    """The last London day that is in time for an instant at a day's end."""
    return clock.london(until - timedelta(microseconds=1)).date()
