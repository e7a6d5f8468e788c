"""What somebody sees of themselves once they have completed a course, and once they are a volunteer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.waiting import NOBODY, NOTHING, RECRUITERS, YOU, Promise
from portal.domain.attendance.completing import certificate_of
from portal.domain.attendance.models import Certificate
from portal.domain.campaigns.models import District, Strand
from portal.domain.volunteers.models import Power, PowerGrant, Volunteer
from portal.domain.volunteers.powers import in_force_on


@dataclass(frozen=True)
class Held:
    """One power, as its holder reads it."""

    title: str
    law: str
    limits: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Served:
    """A volunteer as they see themselves. `powers`: held today; `later`: given from a day to come."""

    number: str
    since: date
    district: str
    strand: str
    powers: Sequence[Held]
    later: Sequence[Held]


def own_certificate(session: Session, application: Application) -> Certificate | None:
    """The certificate somebody holds; none is looked for before training. One statement."""
    if application.state not in {State.TRAINING, State.APPOINTED}:
        return None
    return certificate_of(session, application.id)


def after_course(promise: Promise, certificate: Certificate | None, state: State) -> Promise:
    """What somebody waits for once they hold the certificate of their course: the days behind them are no promise."""
    if certificate is None or state is not State.TRAINING or promise.from_whom in {YOU, NOBODY}:
        return promise
    return Promise(
        "You have completed your training",
        f"{NOTHING} We see to what is left, then we appoint you.",
        "What is left before your appointment", RECRUITERS, None,
    )  # fmt: skip


def served_of(session: Session, application: Application) -> Served | None:
    """Who an appointed person is with us now; none for anybody else. Two statements."""
    if application.state is not State.APPOINTED:
        return None
    strand = (Strand.slug == Volunteer.strand) & (Strand.scheme_id == application.campaign.scheme_id)
    query = (
        select(Volunteer, District.name, Strand.name)
        .outerjoin(District, District.id == Volunteer.district_id)
        .outerjoin(Strand, strand)
        .where(Volunteer.application_id == application.id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    volunteer, district, strand_name = row
    today, held = clock.today(), _powers(session, volunteer.id)
    return Served(
        number=volunteer.number,
        since=volunteer.appointed_on,
        district=district or "",
        strand=strand_name or "",
        powers=[each for each in held if each.starts_on <= today],
        later=[each for each in held if each.starts_on > today],
    )


def _powers(session: Session, volunteer_id: int) -> list[Held]:
    """In force today, or later on."""
    today = clock.today()
    to_come = (PowerGrant.starts_on > today) & PowerGrant.withdrawn_at.is_(None)
    query = (
        select(Power.title, Power.law, PowerGrant.limits, PowerGrant.starts_on, PowerGrant.ends_on)
        .join(PowerGrant, PowerGrant.power_id == Power.id)
        .where(PowerGrant.volunteer_id == volunteer_id, in_force_on(today) | to_come)
        .order_by(Power.id, PowerGrant.starts_on)
    )
    return [Held(*row) for row in session.execute(query)]
