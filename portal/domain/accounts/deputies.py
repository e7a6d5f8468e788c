"""Deputies: while somebody is away a colleague holds their roles too, on the days said and no longer.

A deputy's deputy gains nothing by it: only roles somebody holds themselves are lent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import Deputy, Role, StaffMember, StaffRole
from portal.domain.accounts.rules import Permission, in_force, scope_of
from portal.domain.audit.actions import Actor, record
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value


class NotADeputy(Refusal):
    message = "Choose a colleague who holds the same roles. An administrator can name anybody else."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="deputy")


class WrongDays(Refusal):
    def __init__(self, message: str) -> None:
        super().__init__(message, field="ends_on")


def roles_held(session: Session, staff_id: int, today: date) -> list[StaffRole]:
    """This member's roles, and those of whoever they stand in for today. One statement."""
    lent = (
        select(Deputy.staff_id)
        .join(StaffMember, StaffMember.id == Deputy.staff_id)
        .where(Deputy.deputy_id == staff_id, Deputy.starts_on <= today, Deputy.ends_on >= today)
        .where(StaffMember.disabled_at.is_(None))
    )
    query = select(StaffRole).where(or_(StaffRole.staff_id == staff_id, StaffRole.staff_id.in_(lent)))
    return list(session.scalars(query.order_by(StaffRole.id)))


def deputies_of(session: Session, staff_id: int, today: date) -> list[tuple[Deputy, StaffMember]]:
    """Who stands in for this member now or later, with their account: the first to begin first."""
    query = (
        select(Deputy, StaffMember)
        .join(StaffMember, StaffMember.id == Deputy.deputy_id)
        .where(Deputy.staff_id == staff_id, Deputy.ends_on >= today)
        .order_by(Deputy.starts_on, Deputy.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def stands_in_for(session: Session, staff_id: int, today: date) -> list[StaffMember]:
    """Whom this member stands in for today, by name."""
    query = (
        select(StaffMember)
        .join(Deputy, Deputy.staff_id == StaffMember.id)
        .where(Deputy.deputy_id == staff_id, Deputy.starts_on <= today, Deputy.ends_on >= today)
        .where(StaffMember.disabled_at.is_(None))
        .order_by(StaffMember.name, StaffMember.id)
    )
    return list(session.scalars(query))


def may_stand_in(session: Session, member: StaffMember, today: date) -> list[StaffMember]:
    """Colleagues whom this member may name: those who hold every kind of role they hold themselves. By name."""
    wanted = kinds(member.roles, today)
    query = select(StaffMember).where(StaffMember.disabled_at.is_(None), StaffMember.id != member.id)
    found = session.scalars(query.order_by(StaffMember.name, StaffMember.id))
    return [each for each in found if wanted and wanted <= kinds(each.roles, today)]


def kinds(roles: Sequence[StaffRole], today: date) -> frozenset[Role]:
    """The kinds of role somebody holds today."""
    return frozenset(role.role for role in roles if in_force(role, today))


def name_deputy(
    session: Session, actor: Actor, staff_id: int, deputy_id: int, *, starts_on: date, ends_on: date
) -> Deputy:
    """From the first day to the last, both included, the deputy holds the other's roles too.

    Raises NotADeputy, WrongDays, or NotFound for somebody else's account without managing staff.
    """
    today = clock.today()
    with unit_of_work(session):
        member, deputy = _pair(session, actor, staff_id, deputy_id)
        if actor.actor_id == staff_id and not kinds(member.roles, today) <= kinds(deputy.roles, today):
            raise NotADeputy()
        _check_days(session, starts_on, ends_on, today)
        known = select(Deputy.id).filter_by(staff_id=staff_id, deputy_id=deputy_id)
        if session.scalar(known.where(Deputy.starts_on <= ends_on, Deputy.ends_on >= starts_on).limit(1)) is not None:
            raise WrongDays("They stand in already on some of these days. End that first.")
        row = Deputy(
            staff_id=staff_id, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on, created_at=clock.now()
        )
        session.add(row)
        session.flush()
        record(session, actor, "deputy.named", subject=("staff", staff_id), deputy=deputy_id)
        queue_mail(
            session,
            "deputy_named",
            to=deputy.email,
            away=member.name,
            first=_written(starts_on),
            last=_written(ends_on),
        )
        return row


def _written(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _pair(session: Session, actor: Actor, staff_id: int, deputy_id: int) -> tuple[StaffMember, StaffMember]:
    """Both accounts, held until commit in the order of their ids."""
    rows = {key: locked(session, StaffMember, key) for key in sorted({staff_id, deputy_id})}
    member, deputy = rows[staff_id], rows[deputy_id]
    if member is None or not _may_say(session, actor, staff_id):
        raise NotFound()
    if deputy is None or deputy is member or deputy.disabled_at is not None:
        raise NotADeputy("Choose a colleague.")
    return member, deputy


def _may_say(session: Session, actor: Actor, staff_id: int) -> bool:
    """Everybody for themselves; whoever manages staff for anybody."""
    if actor.actor_id == staff_id:
        return True
    held = roles_held(session, actor.actor_id or 0, clock.today())
    return scope_of(Permission.MANAGE_STAFF, held, clock.today()).force


def _check_days(session: Session, starts_on: date, ends_on: date, today: date) -> None:
    longest = setting_value(session, "deputy_days_at_most", today)
    if ends_on < starts_on:
        raise WrongDays("The last day must be the first day or later.")
    if ends_on < today:
        raise WrongDays("The last day has passed.")
    if (ends_on - starts_on).days >= longest:
        raise WrongDays(f"At most {longest} days at a time. Name them again afterwards.")


def end_deputy(session: Session, actor: Actor, staff_id: int, row_id: int) -> None:
    """From the next request on they stand in no more. A second time changes nothing."""
    today = clock.today()
    with unit_of_work(session):
        row = locked(session, Deputy, row_id)
        if row is None or row.staff_id != staff_id or not _may_say(session, actor, staff_id):
            raise NotFound()
        if row.ends_on < today:
            return
        if row.starts_on >= today:
            session.delete(row)
        else:
            row.ends_on = today - timedelta(days=1)
        record(session, actor, "deputy.ended", subject=("staff", staff_id), deputy=row.deputy_id)
