"""The list staff work from, in one place: what it can be narrowed to, its pages and its counts.

found = choices(session, viewer, permission)                # one statement
wanted = narrow(found, campaigns=…, typed=search.typed(session, text), flags=…)
shown = page(session, wanted, stage, sort, following=Place.parse(…))
numbers = counts(session, wanted, stage, shown)             # the rest: every_count(), afterwards
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, or_, select, true
from sqlalchemy.orm import Session

from portal.domain.applications.models import Channel, State
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.choosing import choices
from portal.domain.casework.counting import Counts, counts, every_count
from portal.domain.casework.matching import A, allowed, matching, within
from portal.domain.casework.narrowing import Choices, Flag, KeptFrom, Narrowed, Option, Sort, Still, narrow
from portal.domain.casework.places import Place
from portal.domain.casework.turning import Page, page
from portal.domain.paging import PAGE

__all__ = [
    "Choices", "Counts", "Flag", "KeptFrom", "Narrowed", "Option", "Page", "Place", "Sort", "Still",
    "being_entered", "choices", "counts", "every_count", "matching", "narrow", "page",
]  # fmt: skip


def being_entered(session: Session, wanted: Narrowed, staff_id: int) -> list[Row[Any]]:
    """Telephone and paper applications begun here or by this person and not sent yet, newest first, at most a page."""
    query = (
        select(A.reference, A.given_name, A.family_name, A.channel, A.created_at, Campaign.name.label("campaign"))
        .join(Campaign, Campaign.id == A.campaign_id)
        .where(A.state == State.DRAFT, A.channel != Channel.ONLINE)
        .where(or_(A.entered_by == staff_id, and_(true(), *within(wanted))), *allowed(wanted.kept))
        .order_by(A.created_at.desc(), A.id.desc())
        .limit(PAGE)
    )
    return list(session.execute(query))
