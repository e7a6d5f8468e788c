"""The applicant's answer: yes, no with a reason, or a later course. Each once, whatever is clicked twice."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, locked, unit_of_work
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.applications.rules import Act, may_move
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.actions import drop_waiting
from portal.domain.offers.courses import later_courses
from portal.domain.offers.letters import names_of, write
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.moving import move
from portal.domain.offers.places import REMINDERS, before_offer, free, last_offer, live_offer
from portal.domain.offers.requirements import outstanding
from portal.domain.offers.rules import DeclineReason, NoOffer, NotALaterCourse, OfferExpired
from portal.domain.refusals import NotFound


def _to_answer(session: Session, actor: Actor, application_id: int, act: Act) -> tuple[Application, Offer]:
    """The offer and its application, held, if this person may answer it so. Raises NotFound or NoOffer."""
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    part, offer = acting_as(actor, application), live_offer(session, application_id)
    if offer is None or not may_move(application.state, act, part):
        raise NoOffer()
    return application, offer


def _said_already(session: Session, actor: Actor, application_id: int, answer: OfferAnswer) -> Offer | None:
    """The offer where it was answered so before: a second click, another tab, a repeated request."""
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    acting_as(actor, application)
    offer = last_offer(session, application_id)
    return offer if offer is not None and offer.answer is answer else None


def accept(session: Session, actor: Actor, application_id: int) -> Offer:
    """Takes the place; what the offer still depends on is in the mail. Raises NotFound, NoOffer, or OfferExpired:
    the lifecycle lets an offer be taken before it runs out (docs/domain.md)."""
    with unit_of_work(session):
        if (before := _said_already(session, actor, application_id, OfferAnswer.ACCEPTED)) and before.freed_at is None:
            return before
        application, offer = _to_answer(session, actor, application_id, Act.ACCEPT)
        if clock.now() >= offer.expires_at:
            raise OfferExpired()
        offer.answer, offer.answered_at = OfferAnswer.ACCEPTED, clock.now()
        offer.version += 1
        move(session, application, Act.ACCEPT)
        drop_waiting(session, application_id, REMINDERS)
        record(
            session, actor, "offer.accepted", subject=("offer", offer.id), application_id=application_id,
            place=offer.place,
        )  # fmt: skip
        write(session, "offer_accepted", offer, application, outstanding=names_of(outstanding(session, application_id)))
        announce(session, WORK)
        return offer


def decline(session: Session, actor: Actor, application_id: int, reason: DeclineReason) -> Offer:
    """Turns the place down for a coded reason; it is the next one's. Too late to take it is not too late to say no.

    Raises NotFound or NoOffer.
    """
    with unit_of_work(session):
        if before := _said_already(session, actor, application_id, OfferAnswer.DECLINED):
            return before
        application, offer = _to_answer(session, actor, application_id, Act.DECLINE)
        move(session, application, Act.DECLINE, back_to=before_offer(session, application))
        free(session, offer, OfferAnswer.DECLINED, reason.value)
        record(
            session, actor, "offer.declined", subject=("offer", offer.id), application_id=application_id,
            place=offer.place, reason=reason.value,
        )  # fmt: skip
        write(session, "offer_declined", offer, application, slug=application.campaign.slug)
        return offer


def defer(session: Session, actor: Actor, application_id: int, to: int | None = None) -> Offer:
    """Puts the place off: to a later course by its campaign's number, or, with none, to the next there will be.

    Also after accepting. Raises NotFound, NoOffer, OfferExpired or NotALaterCourse.
    """
    with unit_of_work(session):
        if before := _said_already(session, actor, application_id, OfferAnswer.DEFERRED):
            return before
        application, offer = _to_answer(session, actor, application_id, Act.DEFER)
        if offer.answer is None and clock.now() >= offer.expires_at:
            raise OfferExpired()
        course = _later(session, offer, to)
        move(session, application, Act.DEFER)
        free(session, offer, OfferAnswer.DEFERRED)
        offer.defer_to_id = course.id if course else None
        record(
            session, actor, "offer.deferred", subject=("offer", offer.id), application_id=application_id,
            place=offer.place, to=course.slug if course else None,
        )  # fmt: skip
        write(session, "offer_deferred", offer, application, later=course.name if course else None)
        return offer


def _later(session: Session, offer: Offer, to: int | None) -> Campaign | None:
    if to is None:
        return None
    course = session.get_one(Campaign, offer.campaign_id)
    chosen = [each for each in later_courses(session, course) if each.id == to]
    if not chosen:
        raise NotALaterCourse(field="to")
    return chosen[0]
