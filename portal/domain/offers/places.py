"""Places on a course: numbered from 1, held by one live offer each, free again when it ends.

Whoever takes or passes on a place holds the name of the campaign's places; behind that the database itself
refuses two live offers of one number. Applications are held before places, everywhere and by everybody.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import WORK, announce, hold, locked
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.actions import drop_waiting
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.rules import DeclineReason

REMINDERS = ("offer_reminder",)
HELD = (State.OFFERED, State.ACCEPTED)


def live_offer(session: Session, application_id: int) -> Offer | None:
    """The offer that holds a place for this application, if one does."""
    query = select(Offer).where(Offer.application_id == application_id, Offer.freed_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def last_offer(session: Session, application_id: int) -> Offer | None:
    """The newest offer, whatever came of it."""
    query = select(Offer).where(Offer.application_id == application_id).order_by(Offer.id.desc()).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def hold_places(session: Session, campaign_id: int) -> None:
    """Nobody else takes or passes on a place of this campaign until commit."""
    hold(session, f"places of campaign {campaign_id}")


def taken(session: Session, campaign_id: int) -> set[int]:
    """The numbers of the places that are held."""
    query = select(Offer.place).where(Offer.campaign_id == campaign_id, Offer.freed_at.is_(None))
    return set(session.scalars(query))


def free_place(session: Session, campaign_id: int) -> int | None:
    """The lowest number nobody holds; none when the course is full. Ask while holding the places."""
    places, held = session.get_one(Campaign, campaign_id, populate_existing=True).places, taken(session, campaign_id)
    return next((number for number in range(1, places + 1) if number not in held), None)


def places_left(session: Session, campaign_id: int) -> int:
    """How many of a course's places nobody holds."""
    return max(0, session.get_one(Campaign, campaign_id).places - len(taken(session, campaign_id)))


def came_free(campaign_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Offers whose place was held and is not now: what the reserve list is for. A place nobody was offered yet
    is the recruiters' to offer. Source: promotion when a place frees (docs/domain.md)."""
    held = aliased(Offer)
    again = exists().where(held.campaign_id == Offer.campaign_id, held.place == Offer.place, held.freed_at.is_(None))
    return (Offer.campaign_id == campaign_id) & Offer.freed_at.is_not(None) & ~again


def freed_place(session: Session, campaign_id: int) -> int | None:
    """The lowest number that came free and is still one of the course's; ask while holding the places."""
    within = Offer.place <= select(Campaign.places).where(Campaign.id == campaign_id).scalar_subquery()
    return session.scalar(select(func.min(Offer.place)).where(came_free(campaign_id), within))


def free(session: Session, offer: Offer, answer: OfferAnswer, reason: str | None = None) -> None:
    """Ends an offer: its place is the next one's, whom the worker finds as soon as this is committed."""
    now = clock.now()
    if offer.answer is not answer:
        offer.answer, offer.answered_at = answer, now
    offer.reason, offer.freed_at = reason or offer.reason, now
    offer.confirmed_at = offer.confirmed_at if answer is OfferAnswer.ACCEPTED else None
    offer.version += 1
    drop_waiting(session, offer.application_id, REMINDERS)
    announce(session, WORK)


def before_offer(session: Session, application: Application) -> State:
    """Where somebody stood before their place was offered: a reopening leads there, since the place is gone."""
    deferred = exists().where(Offer.application_id == application.id, Offer.answer == OfferAnswer.DEFERRED)
    if session.scalar(select(deferred)):
        return State.DEFERRED
    return State.INTERVIEW if application.reserve_place is None else State.RESERVE


def let_go(session: Session, application_id: int) -> None:
    """An application ended, however it ended: the place it held goes to others, in the caller's unit of work.

    Nothing held, or not ended, is nothing done.
    """
    application = locked(session, Application, application_id)
    offer = live_offer(session, application_id)
    if application is None or application.state not in ENDED:
        return
    if application.state_before in HELD:
        application.state_before = before_offer(session, application)
    if offer is None:
        return
    if offer.answer is OfferAnswer.ACCEPTED:
        free(session, offer, OfferAnswer.ACCEPTED)
    elif application.state in {State.WITHDRAWN, State.DECLINED}:
        free(session, offer, OfferAnswer.DECLINED, DeclineReason.WITHDREW.value)
    else:
        free(session, offer, OfferAnswer.TAKEN_BACK, "ended")
    record(
        session, SYSTEM, "offer.freed", subject=("offer", offer.id), application_id=application_id, place=offer.place
    )
