"""Who still waits for a score: while somebody does, nobody of that campaign is released by the line."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.applications.models import Application, State
from portal.domain.casework.models import Decision
from portal.domain.casework.verdicts import MADE_BY_RULE
from portal.domain.shortlisting.models import Entry, Settling, Triage


def _unsettled() -> tuple[Any, ColumnElement[bool]]:
    """Sent applications whose readers have not agreed, and that nobody has decided on by hand."""
    one = aliased(Application)
    settled = exists().where(
        Entry.application_id == one.id,
        or_(Entry.state.in_((Settling.AGREED, Settling.SETTLED)), Entry.triage == Triage.DECLINE),
    )
    by_hand = exists().where(
        Decision.application_id == one.id,
        Decision.undone_at.is_(None),
        Decision.released_at.is_(None),
        func.coalesce(Decision.reason, "").not_in(MADE_BY_RULE),
    )
    return one, and_(one.state == State.SUBMITTED, ~settled, ~by_hand)


def unsettled_in(campaign_id: Any) -> Select[int]:
    """The applications of a campaign (a number, or another query's column) that still wait."""
    one, waits = _unsettled()
    return select(one.id).where(one.campaign_id == campaign_id, waits)


def score_of(session: Session, application_id: int) -> int | None:
    """What the readers agreed on or a moderator settled, in hundredths of a point."""
    return session.scalar(select(Entry.score).where(Entry.application_id == application_id))
