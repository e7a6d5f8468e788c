"""Staff who sign in with the force's own account: who they are to us, and the roles their groups give.

What a group gives is a role with `from_group`; it ends with the membership, at the next sign-in. Roles an
administrator gave by hand stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.accounts.addresses import normal_email
from portal.domain.accounts.models import GroupRole, Role, StaffMember, StaffRole
from portal.domain.accounts.queries import staff_by_email
from portal.domain.accounts.rules import DIVISIONAL, in_force
from portal.domain.accounts.staff_accounts import NotDivisional, may_manage
from portal.domain.audit.actions import STRANGER, Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal


@dataclass(frozen=True)
class Claims:
    """What the provider says of somebody. `subject` is issuer and subject together: nobody else's, ever."""

    subject: str
    email: str
    email_verified: bool
    name: str
    groups: frozenset[str]
    second_factor: bool  # the provider asked for one


class NoAccount(Refusal):
    status = 403
    title = "You have no account here"
    message = "Your sign-in worked, but nobody has given you a place here. Ask an administrator."


def sign_on(session: Session, claims: Claims) -> StaffMember:
    """The member of staff these claims are about, with the roles of their groups as of now.

    Known by the subject; by the e-mail address, once, when it is verified and invited; new when a group of
    theirs gives a role. Raises NoAccount for anybody else, and for a disabled account.
    """
    today = clock.today()
    with unit_of_work(session):
        hold(session, f"single sign-on {claims.subject}")
        given = list(session.scalars(select(GroupRole).where(GroupRole.group_name.in_(sorted(claims.groups)))))
        member = _known(session, claims) or _linked(session, claims) or _new(session, claims, given)
        if member is not None and member.disabled_at is None:
            _keep_in_step(session, member, given, today)
            return member
        record(session, STRANGER, "staff.sign_on_refused", subject=("staff", member.id if member else None))
    raise NoAccount()


def _known(session: Session, claims: Claims) -> StaffMember | None:
    found = session.scalar(select(StaffMember.id).where(StaffMember.sso_subject == claims.subject))
    return locked(session, StaffMember, found) if found is not None else None


def _linked(session: Session, claims: Claims) -> StaffMember | None:
    """Somebody invited by this address who has not signed in so before. An unverified address proves nothing."""
    member = staff_by_email(session, claims.email.lower()) if claims.email_verified else None
    if member is None or member.sso_subject is not None:
        return None
    member.sso_subject = claims.subject
    record(session, member, "staff.sign_on_linked", subject=("staff", member.id))
    return member


def _new(session: Session, claims: Claims, given: list[GroupRole]) -> StaffMember | None:
    if not given or not claims.email_verified:
        return None
    member = StaffMember(
        email=normal_email(claims.email), name=claims.name, sso_subject=claims.subject, created_at=clock.now()
    )
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError:  # the address is another account's, linked to another subject
        return None
    record(session, member, "staff.added", subject=("staff", member.id))
    return member


def _keep_in_step(session: Session, member: StaffMember, given: list[GroupRole], today: date) -> None:
    """Ends what groups no longer give, and gives what they now do."""
    wanted = {(row.role, row.division_id): row.group_name for row in given}
    for role in list(member.roles):
        if role.from_group is None or not in_force(role, today):
            continue
        if wanted.pop((role.role, role.division_id), None) is None:
            if role.starts_on >= today:
                member.roles.remove(role)
                session.delete(role)
            else:
                role.ends_on = today - timedelta(days=1)
            record(session, member, "staff.role_ended", subject=("staff", member.id), role=role.role.value)
    held = {(role.role, role.division_id) for role in member.roles if in_force(role, today)}
    for (role_kind, division_id), group in wanted.items():
        if (role_kind, division_id) not in held:
            member.roles.append(StaffRole(role=role_kind, division_id=division_id, starts_on=today, from_group=group))
            record(session, member, "staff.role_given", subject=("staff", member.id), role=role_kind.value)
    session.flush()


def group_roles(session: Session) -> list[GroupRole]:
    """Which group gives which role, by group."""
    return list(session.scalars(select(GroupRole).order_by(GroupRole.group_name, GroupRole.role, GroupRole.id)))


def map_group(session: Session, actor: Actor, group: str, role: Role, division_id: int | None) -> GroupRole:
    """From their next sign-in on, members of this group hold the role. Raises NotDivisional, Conflict."""
    with unit_of_work(session):
        may_manage(session, actor)
        if division_id is not None and role not in DIVISIONAL:
            raise NotDivisional()
        hold(session, "group roles")
        same = select(GroupRole.id).where(
            GroupRole.group_name == group,
            GroupRole.role == role,
            GroupRole.division_id.is_not_distinct_from(division_id),
        )
        if session.scalar(same) is not None:
            raise Conflict("This group gives this role already.", field="group")
        row = GroupRole(group_name=group, role=role, division_id=division_id)
        session.add(row)
        session.flush()
        record(session, actor, "group.mapped", subject=("group", row.id), role=role.value)
        return row


def unmap_group(session: Session, actor: Actor, row_id: int) -> None:
    """Members lose the role at their next sign-in."""
    with unit_of_work(session):
        may_manage(session, actor)
        row = locked(session, GroupRole, row_id)
        if row is None:
            raise NotFound()
        record(session, actor, "group.unmapped", subject=("group", row.id), role=row.role.value)
        session.delete(row)
