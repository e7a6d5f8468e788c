"""The mails about an offer: which one, and what stands in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.applications.queries import dates_of
from portal.domain.applications.waiting import NAMES, RECRUITERS
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.messages.actions import queue_mail
from portal.domain.offers.models import Offer
from portal.domain.offers.requirements import outstanding
from portal.domain.offers.rules import answer_by

Context = dict[str, Any]


def course_words(session: Session, offer: Offer, application: Application) -> Context:
    """What every mail about an offer says: which course, when it begins, by when to answer."""
    course = session.get_one(Campaign, offer.campaign_id)
    dates = dates_of(course)
    return {
        "reference": application.reference,
        "scheme": course.scheme.name,
        "campaign": course.name,
        "team": RECRUITERS,
        "begins": day_words(dates.training_from),
        "training_days": dates.training_days,
        "answer_by": day_words(answer_by(offer.expires_at)),
        "promoted": offer.promoted,
    }


def names_of(kinds: list[RequirementKind]) -> list[str]:
    """Requirements as an applicant reads them."""
    return [NAMES[kind] for kind in kinds]


def write(session: Session, name: str, offer: Offer, application: Application, **more: Any) -> None:
    """Queues one of these mails with the act it tells of, in the caller's unit of work."""
    said = course_words(session, offer, application) | more
    queue_mail(session, name, to=application.applicant.email, application_id=application.id, **said)


def write_offer(session: Session, offer: Offer, application: Application) -> None:
    """The offer itself, with what it still depends on."""
    name = "offer_promoted" if offer.promoted else "offer_made"
    write(session, name, offer, application, outstanding=names_of(outstanding(session, application.id)))


def day_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
