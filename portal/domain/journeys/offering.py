"""Offers as time goes on: what falls due, and an answer whose place the next on the reserve list has at once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.audit.actions import Actor
from portal.domain.offers import answering
from portal.domain.offers.expiring import pass_on_due, remind_due
from portal.domain.offers.making import confirm_met
from portal.domain.offers.models import Offer
from portal.domain.offers.promoting import promote_due, promote_next
from portal.domain.offers.rules import DeclineReason


def offers_due(session: Session, *, most: int) -> int:
    """What is due about offers, each at most so often; how many. Passing on comes before promoting: it frees places."""
    found = remind_due(session, most=most) + pass_on_due(session, most=most)
    return found + promote_due(session, most=most) + confirm_met(session, most=most)


def decline(session: Session, actor: Actor, application_id: int, reason: DeclineReason) -> Offer:
    """Turns a place down; then, in a unit of work of its own, the next is offered it. Raises as `answering.decline`."""
    ended = answering.decline(session, actor, application_id, reason)
    promote_next(session, ended.campaign_id)
    return ended


def defer(session: Session, actor: Actor, application_id: int, to: int | None = None) -> Offer:
    """Puts a place off; then the next is offered it. Raises as `answering.defer`."""
    ended = answering.defer(session, actor, application_id, to)
    promote_next(session, ended.campaign_id)
    return ended
