"""Checks fall due: asked for when their time has come, reminded of, and papers of health destroyed in theirs."""

from __future__ import annotations

from sqlalchemy import exists
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.clearances import asking
from portal.domain.clearances.fitness import ship_standards
from portal.domain.clearances.referee_pages import remind_referees_due
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind
from portal.domain.journeys.destroying import destroy_due
from portal.services.outside import Outside


def checks_due(session: Session, outside: Outside, *, most: int) -> int:
    """Asks, reminds and destroys, at most so many of each; returns how many that made. Idempotent."""
    ship_standards(session)
    came = exists().where(
        Invitation.application_id == Application.id,
        Invitation.kind == SessionKind.INTERVIEW,
        Invitation.ended_as == InvitationEnd.ATTENDED,
    )
    return (
        asking.ask_due(session, most=most, interviewed=came)
        + asking.remind_due(session, most=most)
        + remind_referees_due(session, outside.keys, most=most)
        + destroy_due(session, outside, most=most)
    )
