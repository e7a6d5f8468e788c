"""Acting on the very decision a page showed, and on no other made meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.casework.deciding import provisional
from portal.domain.casework.verdicts import DecisionChanged


@contextmanager
def as_seen(session: Session, application_id: int, decision_id: int) -> Iterator[None]:
    """A unit of work in which this is the application's provisional decision; raises DecisionChanged for another."""
    with unit_of_work(session):
        locked(session, Application, application_id)
        now = provisional(session, [application_id]).get(application_id)
        if now is None or now.id != decision_id:
            raise DecisionChanged()
        yield
