"""What somebody reads once they are appointed: a letter of welcome, and the pack that goes with it [004 4.14]."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.campaigns.models import District, Scheme, Strand
from portal.domain.messages.actions import queue_mail
from portal.domain.settings.queries import setting_values
from portal.domain.volunteers.agreements import paragraphs
from portal.domain.volunteers.models import Agreement, Power, PowerGrant, Volunteer
from portal.domain.volunteers.powers import in_force_on
from portal.services.paper import LetterPart
from portal.services.paper_training import Pack

CARD_HOURS, HOURS_MOST = "card_report_hours", "hours_a_month_most"
NUMBERS = (CARD_HOURS, HOURS_MOST)


def welcome(session: Session, application: Application, volunteer: Volunteer) -> None:
    """Queues the welcome with the appointment itself, in the caller's unit of work."""
    queue_mail(
        session, "volunteer_welcome", to=application.applicant.email, application_id=application.id,
        reference=application.reference, number=volunteer.number, scheme=application.campaign.scheme.name,
        team=RECRUITERS, appointed_on=_day(volunteer),
    )  # fmt: skip


def pack_of(session: Session, application: Application, volunteer: Volunteer) -> Pack:
    """The information pack as it stands today: who they are now, what they may do, what we promised each other."""
    scheme, numbers = application.campaign.scheme, setting_values(session, NUMBERS, clock.today())
    agreement = session.get_one(Agreement, volunteer.agreement_id)
    return Pack(
        name=f"{application.given_name} {application.family_name}".strip(),
        on=clock.today(),
        facts=tuple(_facts(session, scheme, volunteer)),
        powers=tuple(_powers(session, volunteer)),
        parts=tuple(_parts(scheme, numbers)),
        agreement=_agreement(agreement),
        agreement_number=agreement.number,
        team=RECRUITERS,
    )


def _facts(session: Session, scheme: Scheme, volunteer: Volunteer) -> list[tuple[str, str]]:
    facts = [("Your number", volunteer.number), ("Role", scheme.name), ("Volunteer since", _day(volunteer))]
    district = session.get(District, volunteer.district_id) if volunteer.district_id else None
    if district is not None:
        facts.append(("Where you serve", district.name))
    strand = session.scalar(select(Strand.name).filter_by(slug=volunteer.strand, scheme_id=scheme.id))
    return [*facts, ("Your strand", strand)] if strand else facts


def _powers(session: Session, volunteer: Volunteer) -> list[tuple[str, str, str]]:
    query = (
        select(Power.title, Power.law, PowerGrant.limits)
        .join(PowerGrant, PowerGrant.power_id == Power.id)
        .where(PowerGrant.volunteer_id == volunteer.id, in_force_on(clock.today()))
        .order_by(Power.id)
    )
    return [(row.title, row.law, row.limits) for row in session.execute(query)]


def _parts(scheme: Scheme, numbers: dict[str, int]) -> list[LetterPart]:
    hours = f"About {scheme.hours_a_month} hours a month. " if scheme.hours_a_month else ""
    return [
        LetterPart(
            heading="Your time",
            lines=(
                f"{hours}Tell us of every duty, however short: what is not written down cannot be counted or insured.",
                f"More than {numbers[HOURS_MOST]} hours in a month is too many. Somebody will ask how you are.",
            ),
        ),
        LetterPart(
            heading="What it costs you",
            lines=("We pay your way to a duty and back. Keep your receipts.",),
            items=(
                "Public transport at what it cost",
                "Your own car at the force's mileage rate",
                "Parking, where there is none that is free nearby",
            ),
        ),
        LetterPart(
            heading="Your card and your kit",
            lines=(
                "Carry your card on every duty. It is yours alone, and it comes back when you leave.",
                f"If you lose it, ring us within {numbers[CARD_HOURS]} hours, at whatever time of day.",
            ),
        ),
        LetterPart(
            heading="If something is wrong",
            lines=(
                "Speak to your supervisor first. If that is not possible or does not help, write to the volunteer "
                "team. You may bring a friend, another volunteer or a colleague along.",
                "In danger, ring 999 like everybody else.",
            ),
        ),
        LetterPart(
            heading="If your life changes",
            lines=("Tell us soon of a new address or job, of your health, or if you are arrested or cautioned.",),
        ),
    ]


def _agreement(agreement: Agreement) -> tuple[LetterPart, ...]:
    parts: list[LetterPart] = []
    for kind, lines in paragraphs(agreement.body):
        if kind == "heading":
            parts.append(LetterPart(heading=lines[0]))
        else:
            parts.append(LetterPart(items=tuple(lines)) if kind == "items" else LetterPart(lines=tuple(lines)))
    return tuple(parts)


def _day(volunteer: Volunteer) -> str:
    day = volunteer.appointed_on
    return f"{day.day} {day:%B %Y}"
