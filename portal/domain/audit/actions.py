"""Writing the trail, in the same unit of work as the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.models import ActorKind, AuditEvent


class Actor(Protocol):
    """Whoever acts: an applicant, a member of staff, the system, or a stranger."""

    @property
    def actor_kind(self) -> ActorKind: ...

    @property
    def actor_id(self) -> int | None: ...


@dataclass(frozen=True)
class Known:
    """Whoever acts, known by kind and number: nothing is read again for it, however many units of work follow."""

    actor_kind: ActorKind
    actor_id: int | None = None


SYSTEM: Actor = Known(ActorKind.SYSTEM)
STRANGER: Actor = Known(ActorKind.STRANGER)


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    subject: tuple[str, int | None],
    application_id: int | None = None,
    **detail: Any,
) -> None:
    """Adds one event. `detail` holds names of things and codes, never a person's answers."""
    kind, key = subject
    event = AuditEvent(
        at=clock.now(),
        actor_kind=actor.actor_kind,
        actor_id=actor.actor_id,
        action=action,
        subject_kind=kind,
        subject_id=key,
        application_id=application_id,
        detail=detail,
    )
    session.add(event)
