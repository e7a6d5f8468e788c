"""What is left before an appointment, or who somebody became, as a part of an application's page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.volunteers.appointing import volunteer_of
from portal.domain.volunteers.checklist import checklist, missing


def appointment_part(session: Session, application: Application, may: Collection[Permission]) -> dict[str, Any] | None:
    """None for whoever does not appoint, and before training. A fixed number of statements."""
    if Permission.APPOINT not in may:
        return None
    if application.state is State.APPOINTED:
        return {"volunteer": volunteer_of(session, application.id), "gaps": [], "count": 0}
    if application.state is not State.TRAINING:
        return None
    lines = checklist(session, application.id)
    return {"volunteer": None, "gaps": missing(lines), "count": len(lines)}
