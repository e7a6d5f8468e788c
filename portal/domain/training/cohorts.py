"""A cohort as a whole: letting people see it, and calling it off."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training.models import Cohort, TrainingSession


class CohortCancelled(Conflict):
    title = "This cohort was cancelled"
    message = "A cancelled cohort stays cancelled. Plan another."


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
        announce(session, WORK)
        return found
