"""Back on the reserve list: an offer was taken back, or a promoted one passed on."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.applications.rules import Act
from portal.domain.audit.actions import Actor, record
from portal.domain.offers.letters import write
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.moving import move
from portal.domain.offers.places import before_offer, free

SAID = {
    OfferAnswer.TAKEN_BACK: ("offer.taken_back", "taken_back"),
    OfferAnswer.LAPSED: ("offer.passed_on", "passed_on"),
}


def put_back(
    session: Session, actor: Actor, application: Application, offer: Offer, answer: OfferAnswer, reason: str
) -> None:
    """Ends the offer, frees its place and puts its holder on the reserve list: where they were, or at its end."""
    if application.reserve_place is None:
        last = select(func.max(Application.reserve_place)).where(Application.campaign_id == application.campaign_id)
        application.reserve_place = (session.scalar(last) or 0) + 1
    move(session, application, Act.PUT_BACK, back_to=before_offer(session, application))
    free(session, offer, answer, reason)
    action, why = SAID[answer]
    record(
        session, actor, action, subject=("offer", offer.id), application_id=application.id,
        place=offer.place, reason=reason,
    )  # fmt: skip
    write(session, "offer_ended", offer, application, why=why)
