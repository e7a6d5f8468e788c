"""A sensitive act asks for the second factor again: a browser left open is not enough for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import SignInSession, StaffMember
from portal.domain.audit.actions import record
from portal.domain.refusals import NotFound


def is_fresh(stepped_up_at: datetime | None, lasts: timedelta, *, sending: bool) -> bool:
    """Whether the second factor was given lately enough. A form opened in time may be sent for as long again."""
    return stepped_up_at is not None and clock.wall() - stepped_up_at <= (2 * lasts if sending else lasts)


def step_up(session: Session, member: StaffMember, session_id: int) -> None:
    """Notes that this browser's person has just given their second factor. Raises NotFound for an ended sign-in."""
    with unit_of_work(session):
        row = locked(session, SignInSession, session_id)
        if row is None or row.staff_id != member.id or row.ended_at is not None or not row.second_factor:
            raise NotFound()
        row.stepped_up_at = clock.wall()
        record(session, member, "session.stepped_up", subject=("staff", member.id))
