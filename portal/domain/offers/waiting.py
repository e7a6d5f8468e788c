"""What about offers waits for a person: since when, and whether it is one's own to see to or nobody's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, or_, select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.offers.models import Offer, OfferAnswer, Placement

AnySelect = Select[*tuple[Any, ...]]


def _own(viewer: StaffViewer) -> ColumnElement[int]:
    mine = or_(Application.owner_id.is_(None), Application.owner_id == viewer.id)
    return case((mine, 1), else_=0).label("own")


def overdue(viewer: StaffViewer) -> AnySelect:
    """Offers whose day has passed without an answer: no job ends them."""
    query = (
        select(Offer.expires_at.label("since"), _own(viewer))
        .join(Application, Application.id == Offer.application_id)
        .where(Offer.answer.is_(None), Offer.expires_at <= clock.now(), Application.state == State.OFFERED)
        .order_by(Offer.expires_at)
    )
    return in_scope(query, viewer, Permission.MAKE_OFFERS)


def to_place(viewer: StaffViewer) -> AnySelect:
    """People who have accepted a place, and nobody has said where they will serve."""
    placed = exists().where(Placement.application_id == Application.id)
    query = (
        select(Offer.answered_at.label("since"), _own(viewer))
        .join(Application, Application.id == Offer.application_id)
        .where(Offer.answer == OfferAnswer.ACCEPTED, Offer.freed_at.is_(None), Application.state == State.ACCEPTED)
        .where(~placed)
        .order_by(Offer.answered_at)
    )
    return in_scope(query, viewer, Permission.PLACE_PEOPLE)
