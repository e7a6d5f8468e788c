"""Checks fall due: asked for when their time has come, reminded of."""

from __future__ import annotations

from sqlalchemy import exists
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.clearances import asking
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind


def checks_due(session: Session, *, most: int) -> int:
    """Asks and reminds, at most so many of each; returns how many letters and acts that made. Idempotent."""
    came = exists().where(
        Invitation.application_id == Application.id,
        Invitation.kind == SessionKind.INTERVIEW,
        Invitation.ended_as == InvitationEnd.ATTENDED,
    )
    return asking.ask_due(session, most=most, interviewed=came) + asking.remind_due(session, most=most)
