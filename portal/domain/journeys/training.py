"""What falls due about places in cohorts: reminded of, passed on, offered to the next, contacts forgotten."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.training.contacts import forget_due
from portal.domain.training.lapsing import lapse_due, remind_due
from portal.domain.training.waiting_list import promote_due


def places_due(session: Session, *, most: int) -> int:
    """Each at most so often; how many. Passing on comes before promoting: it frees places."""
    found = remind_due(session, most=most) + lapse_due(session, most=most) + promote_due(session, most=most)
    return found + forget_due(session, most=most)
