"""Moves that no page makes yet: to training, to appointment, and the end of a reserve list. Each writes, and records,
what a page's act would."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.rules import Act, By, after, may_move
from portal.domain.audit.actions import Actor, record


def move(session: Session, actor: Actor, application: Application, act: Act, by: By) -> None:
    """One step along the table of moves. Raises ValueError for a step it does not have."""
    to = after(application.state, act)
    if to is None or not may_move(application.state, act, by):
        raise ValueError(f"{by} may not {act} from {application.state}")
    before, application.state = application.state, to
    application.state_since = clock.now()
    application.version += 1
    _record(session, actor, f"application.{to.value}", application, before=before.value)


def _record(session: Session, actor: Actor, action: str, application: Application, **detail: str) -> None:
    subject = ("application", application.id)
    record(session, actor, action, subject=subject, application_id=application.id, **detail)
