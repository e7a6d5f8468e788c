"""Who answers for an application, and by when they promised the applicant to write next.

Both carry what the page showed: somebody else's change in between is a conflict, never overwritten.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import kept_from
from portal.domain.applications.refusals import NotEditable
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import District
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_value

LONGEST_PROMISE = "promise_days_at_most"


class OwnerChanged(Conflict):
    """Somebody else gave it away meanwhile: the page shows both names."""

    title = "The owner was changed while you had this open"


class PromiseChanged(Conflict):
    """Somebody else promised another day meanwhile: the page shows both."""

    title = "The promise was changed while you had this open"


class NotAnOwner(Refusal):
    message = "Choose somebody who can open this application."


class PromiseImpossible(Refusal):
    """The day is past, or further off than the policy allows."""


def may_own(staff_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Applications this member of staff may open and is not kept from: a condition on `Application`."""
    person, held = aliased(StaffMember), aliased(StaffRole)
    here = select(District.division_id).where(District.id == Application.district_id)
    division = here.correlate(Application).scalar_subquery()  # two levels down it would not be by itself
    reaches = exists().where(
        person.id == staff_id,
        person.disabled_at.is_(None),
        held.staff_id == person.id,
        *_opens(held),
        or_(held.division_id.is_(None), held.division_id == division),
    )
    return and_(reaches, not_(kept_from(staff_id)))  # type: ignore[arg-type]


def _opens(held: type[StaffRole]) -> tuple[ColumnElement[bool], ...]:
    """A role that opens applications, in force today."""
    today = clock.today()
    opening = [role for role in Role if Permission.SEE_APPLICATIONS in GRANTS[role]]
    return held.role.in_(opening), held.starts_on <= today, or_(held.ends_on.is_(None), held.ends_on >= today)


def owners(session: Session) -> list[StaffMember]:
    """Everybody who could answer for some application, by name."""
    holds = exists().where(StaffRole.staff_id == StaffMember.id, *_opens(StaffRole))
    query = select(StaffMember).where(StaffMember.disabled_at.is_(None), holds)
    return list(session.scalars(query.order_by(StaffMember.name, StaffMember.id)))


def colleagues(session: Session, application_id: int) -> list[tuple[int, str, str]]:
    """Number, name and team of everybody who may own this application, by name. One statement."""
    them = aliased(StaffMember)
    query = (
        select(them.id, them.name, them.team)
        .join(Application, Application.id == application_id)
        .where(may_own(them.id))  # type: ignore[arg-type]
        .order_by(them.name, them.id)
    )
    return [(row.id, row.name, row.team) for row in session.execute(query)]


def give_owner(
    session: Session,
    actor: Actor,
    application_id: int,
    staff_id: int | None,
    *,
    version: int | None = None,
    seen: int | None = None,
    run_id: int | None = None,
) -> bool:
    """Somebody answers for it from now on, or nobody (none); says whether that changed anything.

    `version` and `seen` are the application's version and owner as the page showed them; without a version
    (a bulk act) whoever has it now does not matter. Raises NotFound, NotAnOwner or OwnerChanged.
    """
    with unit_of_work(session):
        application = _held(session, application_id)
        if application.owner_id == staff_id:
            return False
        if version is not None and version != application.version and application.owner_id != seen:
            raise OwnerChanged()
        allowed = select(Application.id).where(Application.id == application_id, may_own(staff_id or 0))
        if staff_id is not None and session.scalar(allowed) is None:
            raise NotAnOwner(field="owner")
        application.owner_id = staff_id
        application.version += 1
        record(
            session, actor, "application.owned", subject=("application", application_id),
            application_id=application_id, owner=staff_id, **({"run": run_id} if run_id else {}),
        )  # fmt: skip
        return True


def promise_contact(
    session: Session, actor: Actor, application_id: int, day: date | None, *, version: int, seen: date | None
) -> bool:
    """The applicant is promised to hear by this day, or nothing more than the campaign says (none); says whether
    that changed anything.

    `version` and `seen` are what the page showed. Raises NotFound, NotEditable once it has ended, PromiseImpossible
    or PromiseChanged.
    """
    with unit_of_work(session):
        application = _held(session, application_id)
        if application.state in ENDED:
            raise NotEditable()
        if application.next_contact_on == day:
            return False
        if version != application.version and application.next_contact_on != seen:
            raise PromiseChanged()
        if day is not None:
            _refuse_unless_possible(day, longest_promise(session))
        application.next_contact_on = day
        application.version += 1
        record(
            session, actor, "promise.made" if day else "promise.removed",
            subject=("application", application_id), application_id=application_id,
            **({"day": day.isoformat()} if day else {}),
        )  # fmt: skip
        return True


def longest_promise(session: Session) -> date:
    """The last day that may be promised today."""
    today = clock.today()
    return today + timedelta(days=setting_value(session, LONGEST_PROMISE, today))


def _refuse_unless_possible(day: date, last: date) -> None:
    if day < clock.today():
        raise PromiseImpossible("Choose today or a later day.", field="day")
    if day > last:
        raise PromiseImpossible(f"Promise a day no later than {last.day} {last:%B %Y}.", field="day")


def _held(session: Session, application_id: int) -> Application:
    application = locked(session, Application, application_id)
    if application is None or application.state is State.DRAFT:
        raise NotFound()
    return application
