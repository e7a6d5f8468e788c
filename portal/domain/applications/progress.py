"""How many applications have come in, campaign by campaign: a count anybody may see."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application


def received_counts(session: Session, campaign_ids: Iterable[int]) -> dict[int, int]:
    """Campaign → applications received, whatever became of them; 0 where none has. One statement."""
    counts = dict.fromkeys(campaign_ids, 0)
    received = (
        select(Application.campaign_id, func.count())
        .where(Application.campaign_id.in_(counts), Application.received_at.is_not(None))
        .group_by(Application.campaign_id)
    )
    counts.update((key, count) for key, count in session.execute(received))
    return counts
