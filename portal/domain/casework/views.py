"""What stands around a list: saved views, the columns somebody chose, colleagues and tags to filter by.

A saved view is a list's filters under a name. What was typed into the search is never part of one: it may be
somebody's name, and a view outlives an application.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember, StaffPreference, StaffRole
from portal.domain.accounts.preferences import COLUMNS
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.applications.queries import StaffViewer
from portal.domain.audit.actions import Actor, record
from portal.domain.casework.models import SavedView, Tag
from portal.domain.refusals import NotFound, Refusal

CASEWORK = tuple(role for role, granted in GRANTS.items() if Permission.SEE_APPLICATIONS in granted)


class NameTaken(Refusal):
    message = "You have a view with this name. Choose another one."

    def __init__(self) -> None:
        super().__init__(field="name")


@dataclass(frozen=True)
class View:
    """A saved view as one person sees it."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody applications may belong to; `left` when their account is disabled."""

    id: int
    name: str
    team: str
    left: bool


@dataclass(frozen=True)
class Surroundings:
    """`columns` is none for somebody who never chose any. Views: one's own first, each part by name."""

    views: tuple[View, ...]
    columns: tuple[str, ...] | None
    colleagues: tuple[Colleague, ...]
    tags: tuple[tuple[int, str], ...]


def surroundings(session: Session, viewer: StaffViewer) -> Surroundings:
    """Everything around the list in one statement."""
    rows = session.execute(union_all(_views(viewer.id), _columns(viewer.id), _colleagues(), _tags())).all()
    of: dict[str, list[Any]] = {kind: [] for kind in ("view", "columns", "colleague", "tag")}
    for row in sorted(rows, key=lambda row: (row.name.casefold(), row.id)):
        of[row.kind].append(row)
    views = [View(row.id, row.name, row.words, row.other, row.mine) for row in of["view"]]
    return Surroundings(
        views=tuple(sorted(views, key=lambda view: not view.mine)),
        columns=tuple(json.loads(of["columns"][0].words)) if of["columns"] else None,
        colleagues=tuple(Colleague(row.id, row.name, row.words, row.other) for row in of["colleague"]),
        tags=tuple((row.id, row.name) for row in of["tag"]),
    )


def _views(viewer_id: int) -> Select[Any]:
    mine = SavedView.owner_id == viewer_id
    return select(
        literal("view").label("kind"),
        SavedView.id.label("id"),
        SavedView.name.label("name"),
        SavedView.query.label("words"),
        SavedView.shared.label("other"),
        case((mine, True), else_=False).label("mine"),
    ).where(or_(mine, SavedView.shared))


def _columns(viewer_id: int) -> Select[Any]:
    value = cast(StaffPreference.value, String)
    return select(literal("columns"), literal(0), literal(""), value, literal(False), literal(True)).where(
        StaffPreference.staff_id == viewer_id, StaffPreference.key == COLUMNS
    )


def _colleagues() -> Select[Any]:
    """Whoever ever worked on applications, so that what somebody left behind can be found."""
    works = select(StaffRole.staff_id).where(StaffRole.role.in_(CASEWORK))
    left = case((StaffMember.disabled_at.is_not(None), True), else_=False)
    return select(
        literal("colleague"), StaffMember.id, StaffMember.name, StaffMember.team, left, literal(False)
    ).where(StaffMember.id.in_(works))


def _tags() -> Select[Any]:
    return select(literal("tag"), Tag.id, Tag.name, null(), literal(False), literal(False))


def own_view(session: Session, viewer: StaffViewer, view_id: int) -> SavedView:
    """One of the viewer's own; raises NotFound for any other, shared or not."""
    found = session.scalars(
        select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == viewer.id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def save_view(session: Session, actor: Actor, *, name: str, query: str, shared: bool) -> SavedView:
    """Keeps filters under a name. Raises NameTaken."""
    owner_id = _staff_id(actor)
    with unit_of_work(session):
        _refuse_taken(session, owner_id, name)
        view = SavedView(owner_id=owner_id, name=name, query=query, shared=shared, created_at=clock.now())
        session.add(view)
        _flush(session)
        record(session, actor, "view.saved", subject=("view", view.id), state=_reach(shared))
    return view


def change_view(session: Session, actor: Actor, view_id: int, *, name: str, shared: bool) -> None:
    """Another name, or shared or not. Raises NotFound for somebody else's, NameTaken."""
    with unit_of_work(session):
        view = _locked(session, actor, view_id)
        if (view.name, view.shared) == (name, shared):
            return
        _refuse_taken(session, view.owner_id, name, but=view_id)
        view.name, view.shared = name, shared
        _flush(session)
        record(session, actor, "view.changed", subject=("view", view_id), state=_reach(shared))


def delete_view(session: Session, actor: Actor, view_id: int) -> None:
    """Raises NotFound for somebody else's, or one deleted before."""
    with unit_of_work(session):
        session.delete(_locked(session, actor, view_id))
        record(session, actor, "view.deleted", subject=("view", view_id))


def _staff_id(actor: Actor) -> int:
    if actor.actor_id is None:
        raise NotFound()
    return actor.actor_id


def _locked(session: Session, actor: Actor, view_id: int) -> SavedView:
    view = locked(session, SavedView, view_id)
    if view is None or view.owner_id != _staff_id(actor):
        raise NotFound()
    return view


def _refuse_taken(session: Session, owner_id: int, name: str, *, but: int = 0) -> None:
    """Names differ by more than capitals: two that look the same in a line of links help nobody."""
    same = select(SavedView.id).where(
        SavedView.owner_id == owner_id, func.lower(SavedView.name) == name.lower(), SavedView.id != but
    )
    if session.scalar(same) is not None:
        raise NameTaken()


def _flush(session: Session) -> None:
    """Another tab may have saved the name in between."""
    try:
        session.flush()
    except IntegrityError as clash:
        raise NameTaken() from clash


def _reach(shared: bool) -> str:
    return "shared" if shared else "private"
