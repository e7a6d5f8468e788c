"""What a member of staff sent when their sign-in had run out: kept sealed for them alone, until sent or forgotten.

Whose it is, the sign-in that ran out says: its row outlives it. Times are the real clock's. A form is sent again under
a claim, so that two windows cannot both do it; whoever dies in between leaves a form that says so, not a lost one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.accounts.models import SignInSession, StaffMember, UnsentForm
from portal.domain.accounts.queries import hashed
from portal.domain.accounts.typed import KEPT_FOR, Fields, seal, unseal
from portal.domain.audit.actions import SYSTEM, Actor, Known, record
from portal.domain.audit.models import ActorKind
from portal.domain.refusals import Conflict, NotFound
from portal.services.crypto import KeyRing

MOST = 20  # forms kept for one person; the oldest go
CLAIM = timedelta(minutes=2)  # longer than a server lets a request take: after it, whoever sent the form is gone


class SentAlready(Conflict):
    title = "This does not wait any more"
    message = "It was sent already, or forgotten, or what you typed later took its place. Nothing was sent twice."


class BeingSent(Conflict):
    title = "This is on its way already"
    message = "Another window sends it now. Look there before you send it again."


class Outcome(Enum):
    """What became of a form that was sent again."""

    ANSWERED = auto()  # its page took it, or shows it with what is wrong
    REFUSED = auto()  # nothing happened
    UNKNOWN = auto()  # it failed on the way


@dataclass(frozen=True)
class Sent:
    """What a browser sent: where to, from which page, the fields in their order, and whether files were with them."""

    address: str
    page: str
    fields: Fields
    with_files: bool = False


@dataclass(frozen=True)
class Unsent:
    """A kept form as its owner reads it. `tried_at`: it was begun to be sent, and may have arrived."""

    key: str
    sent: Sent
    kept_at: datetime
    tried_at: datetime | None


def place_of(key: str) -> dict[str, str]:
    """What a form's fields are sealed for."""
    return {"table": "unsent_form", "row": key, "column": "sealed"}


def whose(session: Session, token: str) -> int | None:
    """The member of staff whose sign-in this cookie names, though it has run out. None for a stranger's, for one that
    never gave its second factor, and for a disabled account's. Nor for one that somebody ended: signed out everywhere
    else, or reset, as when a telephone is lost; whoever holds it puts nothing before its owner to send."""
    return session.scalar(
        select(StaffMember.id)
        .join(SignInSession, SignInSession.staff_id == StaffMember.id)
        .where(
            SignInSession.token_hash == hashed(token),
            SignInSession.second_factor,
            SignInSession.ended_at.is_(None),
            StaffMember.disabled_at.is_(None),
        )
    )


def page_of(session: Session, staff_id: int, key: str) -> str | None:
    """Where a kept form was typed: what is sent again from the list, and comes too late again, was typed there."""
    return session.scalar(select(UnsentForm.page).filter_by(staff_id=staff_id, key=key))


def keep(session: Session, staff_id: int, sent: Sent, keys: KeyRing) -> None:
    """Keeps what was sent, in place of what the same address was sent before."""
    key = secrets.token_urlsafe(16)
    row = UnsentForm(
        key=key, staff_id=staff_id, address=sent.address, page=sent.page, with_files=sent.with_files,
        sealed=seal(keys, sent.fields, place_of(key)), kept_at=clock.wall(),
    )  # fmt: skip
    with unit_of_work(session):
        locked(session, StaffMember, staff_id)  # a field left and a button pressed may arrive at once
        own = select(UnsentForm.key).where(UnsentForm.staff_id == staff_id)
        others = own.where(UnsentForm.address != sent.address).order_by(UnsentForm.kept_at.desc(), UnsentForm.key)
        gone = [*session.scalars(own.filter_by(address=sent.address)), *session.scalars(others.offset(MOST - 1))]
        session.execute(delete(UnsentForm).where(UnsentForm.key.in_(gone)))
        session.add(row)
        record(session, Known(ActorKind.STAFF, staff_id), "unsent.kept", subject=("staff", staff_id))


def unsent(session: Session, staff_id: int, keys: KeyRing) -> list[Unsent]:
    """What waits to be sent by this member of staff, the newest first."""
    rows = session.scalars(_waiting(staff_id).order_by(UnsentForm.kept_at.desc(), UnsentForm.key))
    return [Unsent(row.key, _sent(row, keys), row.kept_at, row.tried_at) for row in rows]


def how_many(session: Session, staff_id: int) -> int:
    """How many forms wait. One statement."""
    return session.scalar(select(func.count()).select_from(_waiting(staff_id).subquery())) or 0


def begin(session: Session, staff_id: int, key: str, address: str) -> None:
    """Claims a form that is being sent again. Raises `SentAlready` when it is gone, `BeingSent` when another window
    has it."""
    now = clock.wall()
    with unit_of_work(session):
        row = session.scalars(holding(_waiting(staff_id).filter_by(key=key, address=address))).one_or_none()
        if row is None:
            raise SentAlready()
        if row.sending and row.tried_at is not None and now - row.tried_at < CLAIM:
            raise BeingSent()
        row.sending, row.tried_at = True, now


def settle(session: Session, staff_id: int, key: str, outcome: Outcome) -> None:
    """Lets a claimed form go: answered, it is forgotten; refused, it waits as before; else it waits and says so."""
    with unit_of_work(session):
        row = session.scalars(holding(select(UnsentForm).filter_by(staff_id=staff_id, key=key))).one_or_none()
        if row is None:
            return
        if outcome is Outcome.ANSWERED:
            session.delete(row)
            record(session, Known(ActorKind.STAFF, staff_id), "unsent.sent", subject=("staff", staff_id))
            return
        row.sending = False
        if outcome is Outcome.REFUSED:
            row.tried_at = None


def forget(session: Session, actor: Actor, key: str) -> None:
    """Thrown away by whoever typed it. Raises `NotFound` for another's."""
    with unit_of_work(session):
        row = session.scalars(holding(select(UnsentForm).filter_by(staff_id=actor.actor_id, key=key))).one_or_none()
        if row is None:
            raise NotFound()
        session.delete(row)
        record(session, actor, "unsent.forgotten", subject=("staff", actor.actor_id))


def forget_stale(session: Session) -> int:
    """Forgets what nobody came back for; returns how many. Idempotent."""
    stale = UnsentForm.kept_at <= clock.wall() - KEPT_FOR
    if session.scalar(select(UnsentForm.key).where(stale).limit(1)) is None:
        return 0
    with unit_of_work(session):
        owners = list(session.scalars(delete(UnsentForm).where(stale).returning(UnsentForm.staff_id)))
        for staff_id in owners:
            record(session, SYSTEM, "unsent.forgotten", subject=("staff", staff_id))
    return len(owners)


def _waiting(staff_id: int) -> Select[UnsentForm]:
    return select(UnsentForm).where(UnsentForm.staff_id == staff_id, UnsentForm.kept_at > clock.wall() - KEPT_FOR)


def _sent(row: UnsentForm, keys: KeyRing) -> Sent:
    return Sent(row.address, row.page, unseal(keys, row.sealed, place_of(row.key)), row.with_files)
