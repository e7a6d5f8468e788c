"""The dated register of who may do what: given in writing, one by one, never before all is complete.

What may be designated, and by which Act, is configuration with dates. A power rests on a certificate that names the
modules it asks for, and runs no longer than the holder's vetting. Source: the powers of docs/domain.md [000].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application, Requirement, RequirementState, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.attendance.models import Certificate
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.messages.actions import queue_mail
from portal.domain.offers.moving import held_by_staff
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training.models import Trainee
from portal.domain.volunteers.models import Power, PowerGrant, Volunteer

LONGEST = 1_000  # characters of limits
RAN_OUT = "ran_out"  # nobody's choice: its last day passed, and it is given again
CERTIFICATE_GONE = "certificate"
WITHDRAW_REASONS: dict[str, str] = {
    "request": "They asked us to",
    "role": "Their role changed",
    "training": "They need training again first",
    "vetting": "Their vetting changed",
    "conduct": "A concern is being looked into",
    "mistake": "It was given by mistake",
}
SAID: dict[str, str] = WITHDRAW_REASONS | {
    RAN_OUT: "Its last day passed",
    CERTIFICATE_GONE: "The certificate it rested on was withdrawn",
}


class NotTrained(Refusal):
    title = "The training for this power is missing"


class NotVetted(Refusal):
    title = "Vetting does not cover it"


class NotTheirs(Refusal):
    message = "Choose one of the powers listed."


class DatesImpossible(Refusal):
    message = "Enter a day from today, and a last day not before the first."


class LimitsTooLong(Refusal):
    message = f"Use {LONGEST:,} characters or fewer."


class AlreadyHeld(Conflict):
    title = "They hold this power already"
    message = "They hold this power then. Withdraw it first if it shall be given otherwise."


class ReasonNeeded(Refusal):
    message = "Choose why it is withdrawn."


class NotInForce(Conflict):
    title = "This power has ended already"
    message = "It ended before that day."


@dataclass(frozen=True)
class PowerWish:
    """What is to be given. `ends_on` none: as long as vetting holds; the last day counts."""

    power_id: int
    starts_on: date
    ends_on: date | None = None
    limits: str = ""


def in_force_on(day: date) -> ColumnElement[bool]:
    """Grants that hold on a day. A withdrawn one no longer holds on the day it was withdrawn."""
    return and_(
        PowerGrant.starts_on <= day,
        or_(PowerGrant.ends_on.is_(None), PowerGrant.ends_on >= day),
        or_(PowerGrant.withdrawn_on.is_(None), PowerGrant.withdrawn_on > day),
    )


def grant(session: Session, actor: Actor, volunteer_id: int, wish: PowerWish) -> PowerGrant:
    """Designates a power from a day on; the very same asked for twice is given once.

    Raises NotFound, NotEditable for whoever is no volunteer any more, NotTheirs, DatesImpossible, NotTrained,
    NotVetted, LimitsTooLong or AlreadyHeld.
    """
    limits = wish.limits.strip()
    if len(limits) > LONGEST:
        raise LimitsTooLong(field="limits")
    with unit_of_work(session):
        volunteer, application = _held(session, actor, volunteer_id)
        if volunteer.ended_on is not None or application.state is not State.APPOINTED:
            raise NotEditable()
        power = _theirs(session, application, wish)
        until = _vetted_until(session, application.id, wish)
        certificate = evidence(session, application.id, power)
        standing = _standing(session, volunteer_id, power.id)
        if standing is not None:
            if _same(standing, wish, until, limits):
                return standing
            _make_way(standing, wish)
            session.flush()  # two live ones of a power cannot stand, not even in between
        given = PowerGrant(
            volunteer_id=volunteer_id, power_id=power.id, limits=limits, certificate_id=certificate.id,
            starts_on=wish.starts_on, ends_on=until, granted_by=actor.actor_id, granted_at=clock.now(),
        )  # fmt: skip
        session.add(given)
        session.flush()
        _tell(session, actor, application, volunteer, power, given, "power.granted", "power_granted")
        return given


def withdraw(session: Session, actor: Actor, grant_id: int, reason: str, on: date | None = None) -> PowerGrant:
    """Ends a power from a day on, today unless told otherwise; withdrawn twice is once.

    Raises NotFound, ReasonNeeded, DatesImpossible for a day to come, or NotInForce for one after its end.
    """
    if reason not in WITHDRAW_REASONS:
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        volunteer_id = session.scalar(select(PowerGrant.volunteer_id).where(PowerGrant.id == grant_id))
        if volunteer_id is None:
            raise NotFound()
        volunteer, application = _held(session, actor, volunteer_id)
        given = locked(session, PowerGrant, grant_id)
        if given is None:
            raise NotFound()
        if given.withdrawn_at is not None:
            return given
        day = on or clock.today()
        if day > clock.today():
            raise DatesImpossible("Enter today or a day before.", field="on")
        if day < volunteer.appointed_on:
            raise DatesImpossible("Enter a day since they were appointed.", field="on")
        if given.ends_on is not None and given.ends_on < day:
            raise NotInForce(field="on")
        end(given, reason, day, actor.actor_id)
        power = session.get_one(Power, given.power_id)
        _tell(session, actor, application, volunteer, power, given, "power.withdrawn", "power_withdrawn")
        return given


def end(given: PowerGrant, reason: str, day: date, by: int | None) -> None:
    """Marks one as ended from a day on, in the caller's unit of work."""
    given.withdrawn_by, given.withdrawn_at = by, clock.now()
    given.withdrawn_on, given.withdrawn_reason = day, reason


def evidence(session: Session, application_id: int, power: Power) -> Certificate:
    """The newest certificate of this person that names every module the power asks for. Raises NotTrained."""
    asked = set(power.module_codes)
    query = (
        select(Certificate)
        .join(Trainee, Trainee.id == Certificate.trainee_id)
        .where(Trainee.application_id == application_id, Certificate.withdrawn_at.is_(None))
        .order_by(Certificate.id.desc())
    )
    for found in session.scalars(query.execution_options(populate_existing=True)):
        if asked <= {module["code"] for module in found.facts.get("modules", [])}:
            return found
    raise NotTrained(f"No certificate of theirs covers the training that “{power.title}” asks for.", field="power")


def may_have(session: Session, scheme_id: int, day: date) -> list[Power]:
    """The powers volunteers of a scheme may be given on a day, in their order. One statement."""
    in_time = (Power.starts_on <= day) & or_(Power.ends_on.is_(None), Power.ends_on >= day)
    rows = session.scalars(select(Power).where(in_time).order_by(Power.id))
    return [row for row in rows if not row.scheme_ids or scheme_id in row.scheme_ids]


def vetting_until(session: Session, application_id: int, day: date) -> date | None:
    """The last day vetting covers from this one on; date.max where no end was set, none where it covers nothing."""
    query = select(Requirement).filter_by(application_id=application_id, kind=RequirementKind.VETTING)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.state is not RequirementState.MET:
        return None
    until = row.expires_on or date.max
    return until if until >= day else None


def _held(session: Session, actor: Actor, volunteer_id: int) -> tuple[Volunteer, Application]:
    application_id = session.scalar(select(Volunteer.application_id).where(Volunteer.id == volunteer_id))
    if application_id is None:
        raise NotFound()
    application = held_by_staff(session, actor, application_id)
    volunteer = locked(session, Volunteer, volunteer_id)
    if volunteer is None:
        raise NotFound()
    return volunteer, application


def _theirs(session: Session, application: Application, wish: PowerWish) -> Power:
    """The power, where their scheme may have it on every day it is asked for, and the days are possible."""
    if wish.starts_on < clock.today() or (wish.ends_on is not None and wish.ends_on < wish.starts_on):
        raise DatesImpossible(field="ends_on" if wish.starts_on >= clock.today() else "starts_on")
    scheme_id = session.scalar(select(Campaign.scheme_id).where(Campaign.id == application.campaign_id)) or 0
    power = next((row for row in may_have(session, scheme_id, wish.starts_on) if row.id == wish.power_id), None)
    if power is None:
        raise NotTheirs(field="power")
    if power.ends_on is not None and (wish.ends_on is None or wish.ends_on > power.ends_on):
        raise DatesImpossible(f"The law lets this power be given until {_day(power.ends_on)}.", field="ends_on")
    return power


def _vetted_until(session: Session, application_id: int, wish: PowerWish) -> date | None:
    """The grant's last day: the one asked for, or vetting's. Raises NotVetted where vetting ends before."""
    until = vetting_until(session, application_id, max(wish.starts_on, clock.today()))
    if until is None:
        raise NotVetted("Their vetting does not hold on that day.", field="starts_on")
    if wish.ends_on is not None and wish.ends_on > until:
        raise NotVetted(f"Their vetting holds until {_day(until)}: no power runs longer.", field="ends_on")
    return wish.ends_on or (None if until == date.max else until)


def _standing(session: Session, volunteer_id: int, power_id: int) -> PowerGrant | None:
    query = select(PowerGrant).filter_by(volunteer_id=volunteer_id, power_id=power_id, withdrawn_at=None)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _same(given: PowerGrant, wish: PowerWish, until: date | None, limits: str) -> bool:
    return (given.starts_on, given.ends_on, given.limits) == (wish.starts_on, until, limits)


def _make_way(given: PowerGrant, wish: PowerWish) -> None:
    """One whose last day lies before the new one's first has run out: it is closed with the day after its last."""
    if given.ends_on is None or given.ends_on >= wish.starts_on:
        raise AlreadyHeld()
    end(given, RAN_OUT, given.ends_on + timedelta(days=1), given.granted_by)


def _tell(
    session: Session, actor: Actor, application: Application, volunteer: Volunteer, power: Power,
    given: PowerGrant, action: str, mail: str,
) -> None:  # fmt: skip
    record(session, actor, action, subject=("power_grant", given.id), application_id=application.id, power=power.slug)
    queue_mail(
        session, mail, to=application.applicant.email, application_id=application.id,
        reference=application.reference, power=power.title, limits=given.limits,
        starts_on=_day(given.starts_on), ends_on=_day(given.ends_on) if given.ends_on else "",
        withdrawn_on=_day(given.withdrawn_on) if given.withdrawn_on else "",
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
