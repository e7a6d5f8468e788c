"""Choosing a password: by a mailed link at first and after a reset, by the old one later.

Nobody but its owner ever knows a password: an administrator makes a link, not a password.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.actions import end_sessions
from portal.domain.accounts.lockout import counted, note_failure, refuse_locked
from portal.domain.accounts.models import SetUpLink, StaffMember
from portal.domain.accounts.passwords import check_choice, hash_password, verify
from portal.domain.accounts.queries import hashed
from portal.domain.accounts.staff_sign_in import Door
from portal.domain.audit.actions import record
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Refusal

LINK_LASTS = timedelta(hours=24)


class SetUpLinkDead(Refusal):
    status = 410
    title = "This link no longer works"
    message = "Set-up links work once, for 24 hours. Ask an administrator to send you a new one."


class WrongOldPassword(Refusal):
    message = "That is not your password now."

    def __init__(self) -> None:
        super().__init__(field="current")


def make_set_up_link(session: Session, member: StaffMember, *, mailed: bool) -> str:
    """A new link's token; links before it stop working. In the caller's unit of work."""
    token, now = secrets.token_urlsafe(24), clock.wall()
    with unit_of_work(session):
        session.execute(
            update(SetUpLink)
            .where(SetUpLink.staff_id == member.id, SetUpLink.used_at.is_(None), SetUpLink.expires_at > now)
            .values(expires_at=now)
        )
        session.add(
            SetUpLink(staff_id=member.id, token_hash=hashed(token), created_at=now, expires_at=now + LINK_LASTS)
        )
        if mailed:
            hours = int(LINK_LASTS.total_seconds() // 3600)
            queue_mail(session, "staff_set_up", to=member.email, secret=True, link=token, hours=hours)
    return token


def set_up_member(session: Session, token: str) -> StaffMember:
    """Whose link this is, while it works; raises `SetUpLinkDead`."""
    return session.get_one(StaffMember, _live_link(session, token).staff_id)


def _live_link(session: Session, token: str) -> SetUpLink:
    row = session.scalars(select(SetUpLink).where(SetUpLink.token_hash == hashed(token))).one_or_none()
    if row is None or not _works(row) or session.get_one(StaffMember, row.staff_id).disabled_at is not None:
        raise SetUpLinkDead()
    return row


def _works(row: SetUpLink) -> bool:
    return row.used_at is None and clock.wall() < row.expires_at


def choose_by_link(session: Session, token: str, password: str) -> StaffMember:
    """Uses the link and sets the password. Raises `SetUpLinkDead` or `WeakPassword` (the link then still works)."""
    member = set_up_member(session, token)
    check_choice(password, name=member.name, email=member.email)
    stored = hash_password(password)
    key = _live_link(session, token).id
    with unit_of_work(session):
        link = locked(session, SetUpLink, key)
        if link is None or not _works(link):
            raise SetUpLinkDead()
        link.used_at = clock.wall()
        _set_password(session, member.id, stored)
    return session.get_one(StaffMember, member.id)


def change_password(session: Session, member: StaffMember, *, current: str, password: str, door: Door) -> None:
    """Raises `LockedOut`, `WrongOldPassword` or `WeakPassword`. Ends every session: sign in again after it."""
    keys = counted(door.pepper, "password", member.email, door.client)
    refuse_locked(session, keys)
    if not verify(member.password_hash, current):
        note_failure(session, keys)
        raise WrongOldPassword()
    check_choice(password, name=member.name, email=member.email)
    stored = hash_password(password)
    with unit_of_work(session):
        _set_password(session, member.id, stored)


def _set_password(session: Session, member_id: int, stored: str) -> None:
    row = locked(session, StaffMember, member_id)
    if row is None or row.disabled_at is not None:
        raise SetUpLinkDead()
    row.password_hash = stored
    end_sessions(session, row)
    record(session, row, "staff.password_set", subject=("staff", row.id))
