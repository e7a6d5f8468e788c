"""Reading the trail: one application's, or everybody's with filters, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.models import ActorKind, AuditEvent

PAGE = 50
MOST_OF_ONE = 60  # lines of one application shown on its page
LOOKS = (
    "application.viewed", "application.adjustments_viewed", "application.checks_viewed", "changes.read", "vetting.read",
)  # fmt: skip
INNER = ("vetting.refusal_proposed", "vetting.refusal_taken_back")  # nobody but vetting learns of them
UNSHOWN = (*LOOKS, *INNER)
E = AuditEvent.__table__.c
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class TrailFilter:
    """What of the trail is wanted. Days are London's, both included."""

    kind: ActorKind | None = None
    action: str = ""
    application_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Spot:
    """A place in the trail: when, then the event's number."""

    at: datetime
    id: int


def of_application(session: Session, application_id: int, limit: int = MOST_OF_ONE) -> list[Row[Any]]:
    """The newest lines of one application, and one more where there are more; who looked is left to the trail."""
    query = select(E.id, E.at, E.actor_kind, E.actor_id, E.action, E.subject_kind, E.subject_id, E.detail)
    shown = query.where(E.application_id == application_id, E.action.not_in(UNSHOWN))
    ordered = shown.order_by(E.at.desc(), E.id.desc())
    return list(session.execute(ordered.limit(limit + 1)))


def of_subject(session: Session, kind: str, subject_id: int, limit: int) -> list[Row[Any]]:
    """The newest lines about one thing: what was done to it, by whom, when."""
    query = select(E.id, E.at, E.actor_kind, E.actor_id, E.action, E.subject_kind, E.subject_id, E.detail)
    about = query.where(E.subject_kind == kind, E.subject_id == subject_id)
    return list(session.execute(about.order_by(E.at.desc(), E.id.desc()).limit(limit)))


def last_done(session: Session, action: str, actor_id: int, application_id: int) -> datetime | None:
    """When this person last did this to this application."""
    done = E.application_id == application_id, E.action == action, E.actor_id == actor_id
    return session.scalar(select(func.max(AuditEvent.at)).where(*done, E.actor_kind == ActorKind.STAFF))


def last_act(session: Session, application_id: int, actions: Collection[str]) -> Row[Any] | None:
    """Who last did one of these to this application, and when."""
    query = select(E.at, E.actor_kind, E.actor_id).where(E.application_id == application_id, E.action.in_(actions))
    found: Row[Any] | None = session.execute(query.order_by(E.at.desc(), E.id.desc()).limit(1)).one_or_none()  # type: ignore[assignment]
    return found


def lookers(session: Session, staff_ids: Collection[int], application_ids: Select[int]) -> dict[int, set[int]]:
    """Application → who of these members of staff has opened it. One statement."""
    query = select(E.application_id, E.actor_id).where(
        E.application_id.in_(application_ids),
        E.action.in_(LOOKS),
        E.actor_kind == ActorKind.STAFF,
        E.actor_id.in_(staff_ids),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for application_id, staff_id in session.execute(query.distinct()):
        found[application_id].add(staff_id)
    return found


def trail(
    session: Session, wanted: TrailFilter, *, before: Spot | None = None, after: Spot | None = None
) -> list[Row[Any]]:
    """A page of the trail, newest first, and one row more on the far side where there are more. One statement."""
    spot = tuple_(E.at, E.id)
    query = _filtered(
        select(E.id, E.at, E.actor_kind, E.actor_id, E.action, E.subject_kind, E.application_id, E.detail), wanted
    )
    if after is not None:
        risen = query.where(spot > tuple_(after.at, after.id)).order_by(E.at, E.id).limit(PAGE + 1)
        return list(session.execute(risen))[::-1]
    if before is not None:
        query = query.where(spot < tuple_(before.at, before.id))
    return list(session.execute(query.order_by(E.at.desc(), E.id.desc()).limit(PAGE + 1)))


def _filtered(query: AnySelect, wanted: TrailFilter) -> AnySelect:
    if wanted.kind is not None:
        query = query.where(E.actor_kind == wanted.kind)
    if wanted.action:
        query = query.where(E.action == wanted.action)
    if wanted.application_id is not None:
        query = query.where(E.application_id == wanted.application_id)
    if wanted.since is not None:
        query = query.where(E.at >= clock.start_of(wanted.since))
    if wanted.until is not None:
        query = query.where(E.at < clock.end_of(wanted.until))
    return query
