"""Reads of pairs: only those of whom the viewer may see both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Applicant
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign
from portal.domain.duplicates.models import Pair, PairState
from portal.domain.paging import PAGE
from portal.domain.refusals import NotFound

SETTLE = Permission.SETTLE_DUPLICATES


@dataclass(frozen=True)
class Sent:
    """One application of somebody, as a line beside the other's."""

    id: int
    reference: str
    campaign_id: int
    campaign: str
    state: State
    received_at: datetime | None
    given_name: str
    family_name: str


def _reached(viewer: StaffViewer, whose: Any) -> ColumnElement[bool]:
    """Somebody of whom the viewer may see an application, and none that is kept from them or lies elsewhere."""
    theirs = select(Application.id).where(Application.applicant_id == whose, Application.received_at.is_not(None))
    reached = in_scope(select(Application.id), viewer, SETTLE).correlate(None)
    seen = theirs.where(Application.id.in_(reached)).correlate(Pair)
    unseen = theirs.where(Application.id.not_in(reached)).correlate(Pair)
    return seen.exists() & ~unseen.exists()


def open_pairs(session: Session, viewer: StaffViewer) -> list[Pair]:
    """What waits for a decision, the most alike first, at most a page."""
    query = _visible(viewer).where(Pair.state == PairState.OPEN)
    return list(session.scalars(query.order_by(Pair.likeness.desc(), Pair.id).limit(PAGE)))


def waiting_pairs(viewer: StaffViewer) -> Select[datetime]:
    """Since when each pair waits that this viewer may decide on."""
    return select(Pair.found_at.label("since")).where(Pair.state == PairState.OPEN, *_both(viewer))


def _both(viewer: StaffViewer) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _reached(viewer, Pair.first_id), _reached(viewer, Pair.second_id)


def _visible(viewer: StaffViewer) -> Select[Pair]:
    """Both of them; once they are one, whoever has the applications now."""
    first, second = _both(viewer)
    return select(Pair).where(or_(first & second, (Pair.state == PairState.SAME) & or_(first, second)))


def visible_pair(session: Session, viewer: StaffViewer, pair_id: int) -> Pair:
    """Raises NotFound for a pair the viewer may not see both of."""
    found = session.scalars(_visible(viewer).where(Pair.id == pair_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def sent_by(session: Session, applicant_ids: list[int]) -> dict[int, list[Sent]]:
    """What each of these sent, newest first. One statement."""
    query = (
        select(
            Application.applicant_id, Application.id, Application.reference, Application.campaign_id,
            Campaign.name.label("campaign"), Application.state, Application.received_at, Application.given_name,
            Application.family_name,
        )
        .join(Campaign, Campaign.id == Application.campaign_id)
        .where(Application.applicant_id.in_(applicant_ids), Application.received_at.is_not(None))
        .order_by(Application.received_at.desc(), Application.id.desc())
    )  # fmt: skip
    found: dict[int, list[Sent]] = {key: [] for key in applicant_ids}
    for row in session.execute(query):
        found[row.applicant_id].append(Sent(*row[1:]))
    return found


def addresses(session: Session, applicant_ids: list[int]) -> dict[int, str]:
    rows = session.execute(select(Applicant.id, Applicant.email).where(Applicant.id.in_(applicant_ids)))
    return {row.id: row.email for row in rows}
