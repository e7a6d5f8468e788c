"""The reserve list moves: a place that comes free is offered to the next in order, unless somebody stopped it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, hold, locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.models import Decision
from portal.domain.offers.courses import first_day
from portal.domain.offers.making import give
from portal.domain.offers.models import Offer, PromotionStop
from portal.domain.offers.places import came_free, freed_place, hold_places
from portal.domain.offers.rules import PROMOTED_DAYS, CourseBegun
from portal.domain.refusals import NotFound

TRIES = 20  # people further down tried, where others are offered places by hand at the same moment


def waiting_in_order(campaign_id: int) -> Select[Application]:
    """Those the rule may promote, in order. Left out: who asked us to wait, who was offered a place of this course
    before (a person decides about them), and whom a provisional decision is about."""
    return (
        select(Application)
        .where(Application.campaign_id == campaign_id, Application.state == State.RESERVE, *eligible())
        .order_by(Application.reserve_place, Application.id)
    )


def eligible() -> tuple[ColumnElement[bool], ...]:
    """What lets the rule promote somebody on a reserve list."""
    had = exists().where(Offer.application_id == Application.id, Offer.campaign_id == Application.campaign_id)
    decided = exists().where(
        Decision.application_id == Application.id, Decision.undone_at.is_(None), Decision.released_at.is_(None)
    )
    going_on = or_(Application.paused_until.is_(None), Application.paused_until < clock.today())
    return Application.reserve_place.is_not(None), ~had, ~decided, going_on


def is_stopped(session: Session, campaign_id: int) -> bool:
    """Whether somebody stopped this reserve list from moving by itself."""
    return session.scalar(select(exists().where(PromotionStop.campaign_id == campaign_id))) or False


def promote_next(session: Session, campaign_id: int) -> Offer | None:
    """Offers a place that came free to the next on the reserve list, with a day to confirm by; none where nothing
    came free, nobody waits, somebody stopped the list, or the course is about to begin.

    Promotions of one campaign wait for each other before they hold anything: then a person is held, then the places.
    """
    with unit_of_work(session):
        hold(session, f"promotions of campaign {campaign_id}")
        application = _next(session, campaign_id)
        if application is None:
            return None
        hold_places(session, campaign_id)
        place = None if is_stopped(session, campaign_id) else freed_place(session, campaign_id)
        if place is None:
            return None
        course = session.get_one(Campaign, campaign_id)
        try:
            return give(session, SYSTEM, application, course, place, promoted=True, days=PROMOTED_DAYS)
        except CourseBegun:
            return None


def _next(session: Session, campaign_id: int) -> Application | None:
    """The first on the list, held. Whoever was offered a place by hand while we waited for them is not it any more."""
    for _ in range(TRIES):
        first = session.scalars(waiting_in_order(campaign_id).limit(1)).one_or_none()
        if first is None:
            return None
        held = locked(session, Application, first.id)
        still = session.scalars(waiting_in_order(campaign_id).limit(1)).one_or_none()
        if held is not None and still is not None and still.id == held.id:
            return held
    return None


def promote_due(session: Session, *, most: int = 50) -> int:
    """Every reserve list moves as far as places came free; how many were offered one. Idempotent: due work."""
    made = 0
    for campaign_id in session.scalars(_moving()).all():
        while made < most and promote_next(session, campaign_id) is not None:
            made += 1
    return made


def _moving() -> Select[int]:
    """Campaigns with a place that came free, somebody to have it, and nobody who stopped it."""
    waits = exists().where(Application.campaign_id == Campaign.id, Application.state == State.RESERVE, *eligible())
    freed = exists().where(and_(came_free(Campaign.id), Offer.place <= Campaign.places))  # type: ignore[arg-type]
    stopped = exists().where(PromotionStop.campaign_id == Campaign.id)
    return select(Campaign.id).where(waits, freed, ~stopped).order_by(Campaign.id)


def stop(session: Session, actor: Actor, campaign_id: int) -> None:
    """The reserve list of a campaign moves by hand only, until somebody starts it again. Raises NotFound."""
    with unit_of_work(session):
        hold_places(session, campaign_id)
        if session.get(Campaign, campaign_id) is None or actor.actor_id is None:
            raise NotFound()
        if is_stopped(session, campaign_id):
            return
        session.add(PromotionStop(campaign_id=campaign_id, stopped_by=actor.actor_id, stopped_at=clock.now()))
        record(session, actor, "promotion.stopped", subject=("campaign", campaign_id))


def restart(session: Session, actor: Actor, campaign_id: int) -> None:
    """It moves by itself again: what came free meanwhile is offered at once."""
    with unit_of_work(session):
        hold_places(session, campaign_id)
        stopped = session.get(PromotionStop, campaign_id)
        if stopped is None:
            return
        session.delete(stopped)
        record(session, actor, "promotion.restarted", subject=("campaign", campaign_id))
        announce(session, WORK)


def may_still_begin(campaign: Campaign) -> bool:
    """Whether a place on this course can still be offered: its first day is not before the day after tomorrow."""
    return (first_day(campaign) - clock.today()).days > 1
