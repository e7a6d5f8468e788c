"""The offer and the placement as a part of an application's page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import District, Strand
from portal.domain.offers.models import Offer, Placement
from portal.domain.offers.rules import answer_by
from portal.domain.offers.standing import Stand, stand_of

WORDS = {
    Stand.OPEN: ("to answer", "now"),
    Stand.EXPIRED: ("overdue", "bad"),
    Stand.ACCEPTED: ("accepted, conditional", "soft"),
    Stand.CONFIRMED: ("accepted, certain", "soft"),
}
ENDED = {"declined": "turned down", "deferred": "put off to a later course", "lapsed": "not answered in time",
         "taken_back": "taken back", "accepted": "given up after accepting"}  # fmt: skip


def offer_part(session: Session, application: Application) -> dict[str, Any] | None:
    """The newest offer, and where its holder will serve; none for somebody never offered a place. One statement."""
    query = (
        select(Offer, Placement, District.name, StaffMember.name, Strand.name)
        .outerjoin(Placement, Placement.application_id == Offer.application_id)
        .outerjoin(District, District.id == Placement.district_id)
        .outerjoin(StaffMember, StaffMember.id == Placement.supervisor_id)
        .outerjoin(Strand, (Strand.slug == Placement.strand) & (Strand.scheme_id == application.campaign.scheme_id))
        .where(Offer.application_id == application.id)
        .order_by(Offer.id.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    offer, placement, district, supervisor, strand = row
    live = offer.freed_at is None
    words, kind = WORDS[stand_of(offer)] if live else (ENDED.get(offer.answer or "", ""), "")
    return {
        "words": words,
        "kind": kind,
        "live": live,
        "place": offer.place,
        "made_at": offer.made_at,
        "promoted": offer.promoted,
        "answer_by": answer_by(offer.expires_at) if live and offer.answer is None else None,
        "answered_at": offer.answered_at,
        "placement": {"district": district, "strand": strand, "supervisor": supervisor} if placement else None,
    }
