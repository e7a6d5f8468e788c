"""What stands around a list: saved views, the columns somebody chose, and who is in their team.

A saved view is a list's filters under a name. What was typed into the search is never part of one: it may be
somebody's name, and a view outlives an application.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, or_, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember, StaffPreference
from portal.domain.accounts.preferences import COLUMNS
from portal.domain.applications.queries import StaffViewer
from portal.domain.audit.actions import Actor, record
from portal.domain.casework.models import SavedView
from portal.domain.refusals import NotFound, Refusal


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
class Surroundings:
    """`columns` is none for somebody who never chose any. Views: one's own first, each part by name.
    `team`: the numbers of everybody in the viewer's team, themselves included."""

    views: tuple[View, ...]
    columns: tuple[str, ...] | None
    team: frozenset[int]


def surroundings(session: Session, viewer: StaffViewer) -> Surroundings:
    """Everything around the list in one statement."""
    rows = session.execute(union_all(_views(viewer.id), _columns(viewer.id), _team(viewer.id))).all()
    views = [View(row.id, row.name, row.words, row.shared, row.mine) for row in rows if row.kind == "view"]
    columns = [tuple(json.loads(row.words)) for row in rows if row.kind == "columns"]
    return Surroundings(
        views=tuple(sorted(views, key=lambda view: (not view.mine, view.name.casefold(), view.id))),
        columns=columns[0] if columns else None,
        team=frozenset(row.id for row in rows if row.kind == "team"),
    )


def _views(viewer_id: int) -> Select[*tuple[Any, ...]]:
    mine = SavedView.owner_id == viewer_id
    return select(
        literal("view").label("kind"),
        SavedView.id,
        SavedView.name,
        SavedView.query.label("words"),
        SavedView.shared,
        case((mine, True), else_=False).label("mine"),
    ).where(or_(mine, SavedView.shared))


def _columns(viewer_id: int) -> Select[*tuple[Any, ...]]:
    value = cast(StaffPreference.value, String)
    return select(literal("columns"), literal(0), literal(""), value, literal(False), literal(True)).where(
        StaffPreference.staff_id == viewer_id, StaffPreference.key == COLUMNS
    )


def _team(viewer_id: int) -> Select[*tuple[Any, ...]]:
    mine = select(StaffMember.team).where(StaffMember.id == viewer_id).scalar_subquery()
    return select(literal("team"), StaffMember.id, literal(""), literal(""), literal(False), literal(False)).where(
        StaffMember.team == mine
    )


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
