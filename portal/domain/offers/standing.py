"""How somebody's offer stands: for its applicant's pages, and for the application's page of the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.waiting import NAMES, Todo
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.offers.courses import first_day
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.places import HELD, live_offer
from portal.domain.offers.requirements import due_later, outstanding
from portal.domain.offers.rules import answer_by


class Stand(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"  # unanswered, and its day has passed: a person's work
    ACCEPTED = "accepted"  # conditional still
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Standing:
    """A live offer. `open_still` is what it depends on; `later` what is due only before appointment."""

    offer: Offer
    course: Campaign
    stand: Stand
    answer_by: date
    begins: date
    days: int
    open_still: list[RequirementKind]
    later: list[RequirementKind]

    @property
    def names(self) -> list[str]:
        return [NAMES[kind] for kind in self.open_still]

    @property
    def later_names(self) -> list[str]:
        return [NAMES[kind] for kind in self.later]


def stand_of(offer: Offer) -> Stand:
    """Where a live offer stands now."""
    if offer.answer is OfferAnswer.ACCEPTED:
        return Stand.CONFIRMED if offer.confirmed_at else Stand.ACCEPTED
    return Stand.OPEN if clock.now() < offer.expires_at else Stand.EXPIRED


def standing_of(session: Session, application: Application) -> Standing | None:
    """The live offer of an application that holds a place; none for any other. A fixed number of statements."""
    if application.state not in (*HELD, State.TRAINING):
        return None
    offer = live_offer(session, application.id)
    if offer is None:
        return None
    course = session.get_one(Campaign, offer.campaign_id)
    return Standing(
        offer=offer,
        course=course,
        stand=stand_of(offer),
        answer_by=answer_by(offer.expires_at),
        begins=first_day(course),
        days=len(course.training_days),
        open_still=outstanding(session, application.id),
        later=due_later(session, application.id),
    )


def todos(session: Session, application: Application) -> list[Todo]:
    """What the offer asks of its applicant now."""
    if application.state not in HELD:
        return []
    offer = live_offer(session, application.id)
    if offer is None:
        return []
    if offer.answer is OfferAnswer.ACCEPTED:
        return [Todo("Your place on the course", "public.offer", hint="You have accepted it.", done=True)]
    day = answer_by(offer.expires_at)
    late = (
        "The day has passed. Ring us or write to us."
        if day < clock.today()
        else "Accept, ask for a later course, or say no."
    )
    return [Todo("Answer our offer of a place", "public.offer", by=day, hint=late)]
