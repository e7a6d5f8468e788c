"""Changes of circumstances: told by an applicant, or taken for them by their division's liaison officer.

Each kind goes to one desk. What is for vetting is read by vetting alone: a liaison officer sees that it was told.
Source: liaison officers take changes of circumstances [004 4.10]; the kinds are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import StaffViewer, in_scope, visible_application
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.clearances.models import CircumstanceChange, VettingCase
from portal.domain.clearances.sealing import add_sealed, tidy, unseal
from portal.domain.clearances.steps import may_decide
from portal.domain.messages.actions import queue_mail
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import NotFound, Refusal
from portal.services.crypto import KeyRing

PAGE = 50
SAME_CLICK = timedelta(minutes=2)  # the same words again within this are the same change, sent twice
C = CircumstanceChange


class Officer(StaffViewer, Actor, Protocol):
    """A signed-in member of staff, who sees and acts."""


class Desk(StrEnum):
    """Who reads a kind of change."""

    LIAISON = "liaison"
    VETTING = "vetting"


READS = {Desk.LIAISON: Permission.TAKE_CHANGES, Desk.VETTING: Permission.RUN_VETTING}


@dataclass(frozen=True)
class Kind:
    """A kind of change. Its code says nothing of what it is: the words do, sealed."""

    code: str
    label: str
    of_them: str  # the same as staff say it
    hint: str
    desk: Desk


KINDS: dict[str, Kind] = {
    one.code: one
    for one in (
        Kind(
            "where",
            "Where I live, or my name",
            "Where they live, or their name",
            "A move, a new name, a new number",
            Desk.LIAISON,
        ),
        Kind(
            "work",
            "My work, or the time I have",
            "Their work, or the time they have",
            "A new job, other hours, a course",
            Desk.LIAISON,
        ),
        Kind(
            "household",
            "Who I live with",
            "Who they live with",
            "Somebody moved in, or I moved in with them",
            Desk.VETTING,
        ),
        Kind(
            "vetting",
            "Police, courts or money",
            "Police, courts or money",
            "Only people who do vetting read it",
            Desk.VETTING,
        ),
        Kind("other", "Something else", "Something else", "", Desk.LIAISON),
    )
}
AT = {desk: [kind.code for kind in KINDS.values() if kind.desk is desk] for desk in Desk}


class NoSuchKind(Refusal):
    message = "Choose what has changed"


@dataclass(frozen=True)
class Told:
    """A change as its reader sees it: `text` is none where another desk reads it."""

    id: int
    kind: Kind
    told_at: datetime
    by_staff: bool
    seen_at: datetime | None
    text: str | None


@dataclass(frozen=True)
class Line:
    """One change in the list: that there is one, never what it says."""

    id: int
    reference: str
    name: str
    kind: Kind
    told_at: datetime
    by_staff: bool
    seen_at: datetime | None


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    after: Cursor | None


def kinds_for(session: Session, application_id: int) -> list[Kind]:
    """What may be told: nothing is asked for vetting before vetting has begun. One statement."""
    begun = session.scalar(select(exists().where(VettingCase.application_id == application_id)))
    return [kind for kind in KINDS.values() if begun or kind.desk is not Desk.VETTING]


def tell(session: Session, keys: KeyRing, actor: Actor, application_id: int, code: str, text: str) -> int:
    """Keeps a change and confirms it by mail, which says nothing of it. The same one sent twice is kept once.

    Raises NoSuchKind, NothingWritten, TooLong, NotFound; OwnClearance for staff about themselves.
    """
    words = tidy(text, "text", missing="Write what has changed")
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        if application is None or application.state in {State.DRAFT, *ENDED}:
            raise NotFound()
        if code not in {kind.code for kind in kinds_for(session, application_id)}:
            raise NoSuchKind(field="kind")
        staff = actor.actor_id if actor.actor_kind is ActorKind.STAFF else None
        if staff is not None:
            may_decide(session, actor, application)
        last = session.scalars(_of(application_id).order_by(C.id.desc()).limit(1)).one_or_none()
        if last is not None and _again(keys, last, code, words, staff):
            return last.id
        change = C(application_id=application_id, kind=code, told_at=clock.now(), told_by=staff)
        add_sealed(session, keys, change, words)
        record(session, actor, "change.told", subject=("circumstance_change", change.id), application_id=application_id)
        queue_mail(
            session, "change_received", to=application.applicant.email, application_id=application_id,
            reference=application.reference,
        )  # fmt: skip
        return change.id


def _again(keys: KeyRing, last: CircumstanceChange, code: str, words: str, staff: int | None) -> bool:
    lately = abs(clock.now() - last.told_at) < SAME_CLICK
    return lately and (last.kind, last.told_by) == (code, staff) and unseal(keys, last.sealed, C, last.id) == words


def _of(application_id: int) -> Select[CircumstanceChange]:
    return select(C).where(C.application_id == application_id)


def mark_seen(session: Session, officer: Officer, change_id: int, desk: Desk) -> str:
    """Says who read a change at its own desk, once; returns the application's reference. Raises NotFound."""
    with unit_of_work(session):
        change = locked(session, CircumstanceChange, change_id)
        if change is None or KINDS[change.kind].desk is not desk:
            raise NotFound()
        query = select(Application.reference).where(Application.id == change.application_id)
        reference = session.scalar(in_scope(query, officer, READS[desk]))
        if reference is None:
            raise NotFound()
        if change.seen_at is None:
            change.seen_at, change.seen_by = clock.now(), officer.actor_id
            subject = ("circumstance_change", change.id)
            record(session, officer, "change.seen", subject=subject, application_id=change.application_id)
        return reference


def told_of(session: Session, keys: KeyRing, application_id: int, desk: Desk | None) -> list[Told]:
    """An application's changes, newest first, with the words of one desk's (none: nobody's, for the applicant).

    Whose application it is, and that reading is recorded, the caller has seen to. One statement.
    """
    rows = session.scalars(_of(application_id).order_by(C.told_at.desc(), C.id.desc()))
    return [
        Told(
            id=row.id,
            kind=KINDS[row.kind],
            told_at=row.told_at,
            by_staff=row.told_by is not None,
            seen_at=row.seen_at,
            text=unseal(keys, row.sealed, C, row.id) if KINDS[row.kind].desk is desk else None,
        )
        for row in rows
    ]


def open_changes(session: Session, keys: KeyRing, officer: Officer, reference: str) -> tuple[Application, list[Told]]:
    """One application's changes for its liaison officer; that they were read is recorded. Raises NotFound."""
    application = visible_application(session, officer, Permission.TAKE_CHANGES, reference)
    if application.state is State.DRAFT:
        raise NotFound()
    key = application.id
    found = told_of(session, keys, key, Desk.LIAISON)
    if any(each.text is not None for each in found):
        with unit_of_work(session):
            record(session, officer, "changes.read", subject=("application", key), application_id=key)
        application = visible_application(session, officer, Permission.TAKE_CHANGES, reference)
    return application, found


def waiting(session: Session, viewer: StaffViewer, *, seen: bool) -> int:
    """How many changes stand so, exact to FEW. One statement."""
    some = _listed(viewer, seen, C.id).limit(FEW + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def page(session: Session, viewer: StaffViewer, after: Cursor | None, *, seen: bool) -> Page:
    """Changes told in the viewer's divisions, longest waiting first. One statement."""
    columns: Sequence[Any] = (
        C.id, C.kind, C.told_at, C.told_by, C.seen_at, Application.reference, Application.given_name,
        Application.family_name,
    )  # fmt: skip
    query = _listed(viewer, seen, *columns)
    if after is not None:
        query = query.where(tuple_(C.told_at, C.id) > (after.at, after.id))
    rows = list(session.execute(query.order_by(C.told_at, C.id).limit(PAGE + 1)))
    lines = [
        Line(
            row.id, row.reference, f"{row.given_name} {row.family_name}".strip() or row.reference, KINDS[row.kind],
            row.told_at, row.told_by is not None, row.seen_at,
        )
        for row in rows[:PAGE]
    ]  # fmt: skip
    return Page(lines, Cursor(lines[-1].told_at, lines[-1].id) if len(rows) > PAGE else None)


def _listed(viewer: StaffViewer, seen: bool, *columns: Any) -> Select[Any]:
    query = select(*columns).select_from(C).join(Application, Application.id == C.application_id)
    query = query.where(C.seen_at.is_not(None) if seen else C.seen_at.is_(None), Application.state.not_in(ENDED))
    return in_scope(query, viewer, Permission.TAKE_CHANGES)
