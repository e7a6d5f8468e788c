"""Administrators' acts on staff accounts. Each is on record; none tells anybody a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.actions import end_sessions
from portal.domain.accounts.addresses import normal_email
from portal.domain.accounts.deputies import roles_held
from portal.domain.accounts.models import Passkey, RecoveryCode, Role, StaffMember, StaffRole
from portal.domain.accounts.queries import staff_by_email
from portal.domain.accounts.rules import DIVISIONAL, Permission, scope_of
from portal.domain.accounts.setting_up import make_set_up_link
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Conflict, Forbidden, NotFound, Refusal


class Reset(StrEnum):
    """What an administrator resets."""

    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "second_factor"


class AddressTaken(Refusal):
    message = "Somebody on the staff has this address already."

    def __init__(self) -> None:
        super().__init__(field="email")


class NotDivisional(Refusal):
    message = "This role is always for the whole force."

    def __init__(self) -> None:
        super().__init__(field="division")


class EndsBeforeItStarts(Refusal):
    message = "The last day must be the first day or later."

    def __init__(self) -> None:
        super().__init__(field="ends_on")


class OwnAccount(Refusal):
    title = "You cannot do this to your own account"
    message = "Another administrator has to do this. That way nobody locks themselves out, and two people know."


@dataclass(frozen=True)
class NewRole:
    """A role to give: from `starts_on`, to `ends_on` (its last day) or until further notice; one division or all."""

    role: Role
    division_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def create_staff(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    roles: Sequence[NewRole],
    team: str = "Recruitment team",
    mailed: bool = True,
) -> tuple[StaffMember, str]:
    """A new member of staff, and the token of their set-up link, which is mailed to them.

    Raises `AddressTaken` or `NotAnAddress`, or what a role raises.
    """
    address = normal_email(email)
    with unit_of_work(session):
        may_manage(session, actor)
        if staff_by_email(session, address) is not None:
            raise AddressTaken()
        member = StaffMember(email=address, name=name, team=team, created_at=clock.now())
        session.add(member)
        try:
            session.flush()
        except IntegrityError:  # two administrators at once
            raise AddressTaken() from None
        record(session, actor, "staff.added", subject=("staff", member.id))
        for new in roles:
            _give(session, actor, member, new)
        return member, make_set_up_link(session, member, mailed=mailed)


def create_administrator(session: Session, email: str, name: str) -> str:
    """From the command line: an administrator's account; returns the path of its set-up link."""
    _, token = create_staff(session, SYSTEM, email=email, name=name, roles=[NewRole(Role.ADMINISTRATOR)], mailed=False)
    return f"/staff/set-up/{token}"


def may_manage(session: Session, actor: Actor, member_id: int | None = None) -> None:
    """The actor, re-read under lock, still manages staff and acts on another's account than their own.

    Rows are locked in the order of their ids. So of two administrators who disable each other at
    once, one finds that they may no longer: somebody who manages staff always remains.
    """
    if actor.actor_kind is ActorKind.SYSTEM:
        return
    ids = sorted(key for key in {actor.actor_id, member_id} if key is not None)
    rows = {key: locked(session, StaffMember, key) for key in ids}
    own = rows.get(actor.actor_id or 0)
    if own is None or own.disabled_at is not None:
        raise Forbidden()
    held = roles_held(session, own.id, clock.today())
    if not scope_of(Permission.MANAGE_STAFF, held, clock.today()).force:
        raise Forbidden()
    if member_id == actor.actor_id:
        raise OwnAccount()


def _member(session: Session, actor: Actor, member_id: int) -> StaffMember:
    """The account to act on, held until commit."""
    may_manage(session, actor, member_id)
    member = locked(session, StaffMember, member_id)
    if member is None:
        raise NotFound()
    return member


def _give(session: Session, actor: Actor, member: StaffMember, new: NewRole) -> None:
    if new.division_id is not None and new.role not in DIVISIONAL:
        raise NotDivisional()
    starts = new.starts_on or clock.today()
    if new.ends_on is not None and new.ends_on < starts:
        raise EndsBeforeItStarts()
    held = [row for row in member.roles if (row.role, row.division_id) == (new.role, new.division_id)]
    if any(row.ends_on is None or starts <= row.ends_on for row in held):
        raise Conflict("They hold this role already. End it first to change its dates.")
    member.roles.append(StaffRole(role=new.role, division_id=new.division_id, starts_on=starts, ends_on=new.ends_on))
    session.flush()
    record(session, actor, "staff.role_given", subject=("staff", member.id), role=new.role.value)


def give_role(session: Session, actor: Actor, member_id: int, new: NewRole) -> None:
    """Raises `NotDivisional`, `EndsBeforeItStarts`, or `Conflict` for a role already held in those days."""
    with unit_of_work(session):
        _give(session, actor, _member(session, actor, member_id), new)


def end_role(session: Session, actor: Actor, member_id: int, role_id: int, *, last_day: date) -> None:
    """The role holds to `last_day`; a day in the past, or before it started, ends it now."""
    with unit_of_work(session):
        member = _member(session, actor, member_id)
        role = next((row for row in member.roles if row.id == role_id), None)
        if role is None:
            raise NotFound()
        if last_day < role.starts_on:
            member.roles.remove(role)
            session.delete(role)
        else:
            role.ends_on = last_day
        record(session, actor, "staff.role_ended", subject=("staff", member.id), role=role.role.value)


def leave(session: Session, actor: Actor, member_id: int, *, last_day: date, reason: str) -> None:
    """They work to `last_day`: every role ends then at the latest, and from the day after nothing opens.

    A day that has passed signs them out everywhere now. A role that would only begin later is taken away.
    """
    with unit_of_work(session):
        member = _member(session, actor, member_id)
        for role in list(member.roles):
            if role.starts_on > last_day:
                member.roles.remove(role)
                session.delete(role)
            elif role.ends_on is None or role.ends_on > last_day:
                role.ends_on = last_day
        if last_day < clock.today():
            end_sessions(session, member)
        record(session, actor, "staff.left", subject=("staff", member.id), last_day=last_day.isoformat(), reason=reason)


def disable(session: Session, actor: Actor, member_id: int, *, reason: str) -> None:
    """From their next request on they are nobody here."""
    with unit_of_work(session):
        member = _member(session, actor, member_id)
        if member.disabled_at is None:
            member.disabled_at = clock.now()
            end_sessions(session, member)
            record(session, actor, "staff.disabled", subject=("staff", member.id), reason=reason)


def enable(session: Session, actor: Actor, member_id: int, *, reason: str) -> None:
    with unit_of_work(session):
        member = _member(session, actor, member_id)
        if member.disabled_at is not None:
            member.disabled_at = None
            record(session, actor, "staff.enabled", subject=("staff", member.id), reason=reason)


def reset(session: Session, actor: Actor, member_id: int, what: Reset, *, reason: str) -> None:
    """Takes the password or the second factor away and mails what is needed; ends every session of theirs.

    A second factor's reset takes passkeys and recovery codes too: whoever holds the lost phone may hold them.
    """
    with unit_of_work(session):
        member = _member(session, actor, member_id)
        if what is Reset.PASSWORD:
            member.password_hash = None
            make_set_up_link(session, member, mailed=True)
        else:
            member.totp_sealed = member.totp_confirmed_at = None
            session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == member.id))
            session.execute(delete(Passkey).where(Passkey.staff_id == member.id))
            queue_mail(session, "staff_second_factor_reset", to=member.email)
        end_sessions(session, member)
        record(session, actor, "staff.reset", subject=("staff", member.id), what=what.value, reason=reason)


def send_set_up_link(session: Session, actor: Actor, member_id: int) -> None:
    """Mails a new set-up link, to somebody who has not used theirs."""
    with unit_of_work(session):
        member = _member(session, actor, member_id)
        if member.password_hash is not None or member.disabled_at is not None:
            raise Conflict("They have a password already. Reset it instead.")
        make_set_up_link(session, member, mailed=True)
        record(session, actor, "staff.link_sent", subject=("staff", member.id))
