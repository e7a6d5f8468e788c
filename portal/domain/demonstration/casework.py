"""What staff do with an application, as far as the demonstration needs it: moves along the one table of
moves, and requirements asked for and met. Each writes, and records, what a page's act would."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.applications.rules import Act, By, after, may_move
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind


def move(session: Session, actor: Actor, application: Application, act: Act, by: By) -> None:
    """One step along the table of moves. Raises ValueError for a step it does not have."""
    to = after(application.state, act)
    if to is None or not may_move(application.state, act, by):
        raise ValueError(f"{by} may not {act} from {application.state}")
    before, application.state = application.state, to
    application.state_since = clock.now()
    application.version += 1
    _record(session, actor, f"application.{to.value}", application, before=before.value)


def ask(
    session: Session, actor: Actor, application: Application, kind: RequirementKind, due_at: datetime | None
) -> None:
    """Asks the applicant for something, until an instant, unless it is not asked here or lies with us already."""
    requirement = _of(application, kind)
    if requirement is not None and requirement.state is RequirementState.NOT_ASKED:
        requirement.state, requirement.asked_at, requirement.due_at = (
            RequirementState.WITH_APPLICANT,
            clock.now(),
            due_at,
        )
        _record(session, actor, "requirement.asked", application, kind=kind.value)


def take_up(session: Session, actor: Actor, application: Application, kind: RequirementKind) -> None:
    """It lies with us now."""
    requirement = _of(application, kind)
    if requirement is not None and requirement.decided_at is None:
        requirement.state = RequirementState.WITH_US
        requirement.asked_at = requirement.asked_at or clock.now()
        _record(session, actor, "requirement.taken_up", application, kind=kind.value)


def settle(
    session: Session, actor: Actor, application: Application, kind: RequirementKind, *, met: bool = True
) -> None:
    """Met or not, on somebody's word."""
    requirement = _of(application, kind)
    if requirement is None or requirement.decided_at is not None:
        return
    by, now, asked = actor.actor_id, clock.now(), requirement.asked_at or clock.now()
    requirement.asked_at, requirement.decided_by, requirement.decided_at = asked, by, now
    requirement.state = RequirementState.MET if met else RequirementState.NOT_MET
    _record(session, actor, "requirement.decided", application, kind=kind.value, state=requirement.state.value)


def _of(application: Application, kind: RequirementKind) -> Requirement | None:
    return next((row for row in application.requirements if row.kind is kind), None)


def _record(session: Session, actor: Actor, action: str, application: Application, **detail: str) -> None:
    subject = ("application", application.id)
    record(session, actor, action, subject=subject, application_id=application.id, **detail)
