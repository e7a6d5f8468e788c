"""A cohort as a whole: letting people see it, and calling it off."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training import telling
from portal.domain.training.models import Cohort, TrainingSession
from portal.domain.training.places import hold_places, taken


class CohortCancelled(Conflict):
    title = "This cohort was cancelled"
    message = "A cancelled cohort stays cancelled. Plan another."


class CohortChanged(Conflict):
    """Somebody else changed this cohort since the page was opened."""


class NameTaken(Refusal):
    message = "Another cohort has this name"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="name")


class TooSmall(Refusal):
    def __init__(self, message: str, field: str) -> None:
        super().__init__(message, field=field)


class NotReady(Refusal):
    title = "It cannot be published yet"


def held(session: Session, cohort_id: int) -> Cohort:
    """A cohort that still stands, held until commit. Raises NotFound, CohortCancelled."""
    found = locked(session, Cohort, cohort_id)
    if found is None:
        raise NotFound()
    if found.cancelled_at is not None:
        raise CohortCancelled()
    return found


def publish(session: Session, actor: Actor, cohort_id: int) -> Cohort:
    """Trainers and those with an accepted offer see it from now on. Published already, it stays so.

    Raises NotFound, CohortCancelled, NotReady while a session has no place to be held.
    """
    with unit_of_work(session):
        found = held(session, cohort_id)
        if found.published_at is not None:
            return found
        live = TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None)
        if not session.scalar(select(func.count()).where(*live)):
            raise NotReady("There is no day in it")
        nowhere = session.scalar(select(func.count()).where(*live, TrainingSession.venue_id.is_(None)))
        if nowhere:
            raise NotReady("A day has no venue yet" if nowhere == 1 else f"{nowhere} days have no venue yet")
        found.published_at = clock.now()
        found.version += 1
        record(session, actor, "cohort.published", subject=("cohort", found.id))
        telling.published(session, actor, found)
        announce(session, WORK)
        return found


def edit(session: Session, actor: Actor, cohort_id: int, name: str, capacity: int, *, seen: int) -> Cohort:
    """Another name, more places or fewer. `seen` is the version that the page showed.

    Raises NotFound, CohortCancelled, CohortChanged, NameTaken, TooSmall where somebody holds a place beyond.
    """
    with unit_of_work(session):
        hold_places(session, cohort_id)
        found = held(session, cohort_id)
        if found.version != seen:
            raise CohortChanged()
        name = name.strip()
        others = select(Cohort.id).where(Cohort.name == name, Cohort.id != cohort_id)
        if not name or session.scalar(others) is not None:
            raise NameTaken(None if name else "Give the cohort a name")
        highest = max(taken(session, cohort_id), default=0)
        if capacity < max(highest, 1):
            raise TooSmall(f"Somebody holds place {highest}" if highest else "There must be a place", "capacity")
        on = TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None)
        seats = session.scalar(select(func.min(TrainingSession.room_places)).where(*on))
        if seats is not None and capacity > seats:
            raise TooSmall(f"A room of one of the days seats {seats}", "capacity")
        more = capacity > found.capacity
        found.name, found.capacity = name, capacity
        found.version += 1
        record(session, actor, "cohort.edited", subject=("cohort", found.id), capacity=capacity)
        if more:
            announce(session, WORK)  # somebody may be waiting
        return found
