"""The powers and the agreement the service ships with. Every one may be edited: powers by ending one and adding one.

What may be designated, and the Act, are facts [000]; limits and the training each asks for are assumptions of ours.
The agreement's words are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.campaigns.models import Scheme
from portal.domain.volunteers.models import Agreement, Power

SINCE = date(2018, 1, 1)  # the pilot was announced days later
LAW = "Police Reform Act 2002, section 38, as amended by the Policing and Crime Act 2017, section 38"
CPV, PARTNER = "community-policing-volunteer", "partner-member"


@dataclass(frozen=True)
class PowerRow:
    """One power. `schemes`: whose volunteers may have it."""

    slug: str
    title: str
    limits: str
    module_codes: tuple[str, ...]
    schemes: tuple[str, ...] = (CPV,)


POWERS: tuple[PowerRow, ...] = (
    PowerRow(
        "name-and-address", "Require a name and address for anti-social behaviour",
        "In uniform and on duty, within the force's area.", ("powers-address",),
    ),
    PowerRow(
        "traffic-control", "Direct traffic, within limits",
        "On foot, at the direction of an officer, and not on a motorway.", ("powers-traffic",), (CPV, PARTNER),
    ),
    PowerRow(
        "traffic-signs", "Place traffic signs",
        "Signs the force issues, at the direction of an officer.", ("signs",), (CPV, PARTNER),
    ),
    PowerRow(
        "enter-to-save-life", "Enter premises to save a life or prevent serious damage",
        "Together with an officer, or alone where a life cannot wait for one.", ("powers-entry",),
    ),
)  # fmt: skip

AGREEMENT = """Thank you for giving your time. This says what you can count on from us, and what we count on from you. It is a promise, not a contract of employment: you are never paid for your time, and you never take the place of somebody who is.
# What you can count on
- An induction, and training for whatever we ask of you
- Somebody who looks after you, and time with them when you need it
- Your expenses, paid as the policy says
- Insurance while you are on duty
- Fair treatment, whoever you are, and a way to complain that is heard
# What we count on from you
- The hours you said, or a word in good time when you cannot
- Every duty written down
- What you hear and see on duty stays there
- You look up only what a duty needs, never for yourself or a friend
- You use a power only when you hold it in writing, and within its limits
- Your card, uniform and kit looked after, and a call at once when something is lost
- A word to us soon when your address, job or health changes, or the police deal with you
# Ending it
Either of us may end this at any time. We hope for some notice, and so do you. Your card, uniform and everything else we lent you come back."""  # noqa: E501 -- a paragraph is a line


def seed_volunteers(session: Session) -> None:
    """Adds whatever of the shipped powers and the agreement is missing. Idempotent; what was edited stays."""
    known = set(session.scalars(select(Power.slug)))
    agreed = session.scalar(select(Agreement.id).limit(1)) is not None
    missing = [row for row in POWERS if row.slug not in known]
    if agreed and not missing:
        return
    with unit_of_work(session):
        schemes = {scheme.slug: scheme.id for scheme in session.scalars(select(Scheme))}
        session.add_all(
            Power(
                slug=row.slug, title=row.title, law=LAW, limits=row.limits, module_codes=list(row.module_codes),
                scheme_ids=[schemes[slug] for slug in row.schemes if slug in schemes], starts_on=SINCE,
            )
            for row in missing
            if any(slug in schemes for slug in row.schemes)  # none known: it would be everybody's
        )  # fmt: skip
        if not agreed:
            session.add(Agreement(number=1, body=AGREEMENT, published_at=clock.start_of(SINCE)))
