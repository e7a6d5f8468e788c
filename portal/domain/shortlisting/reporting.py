"""When the masks were not enough: a reader says which words still tell who it is, a recruiter hides them by hand.

From the report on, the words are hidden from everybody who reads that application; the recruiter makes it last, or
finds that they tell nothing. A piece is sealed: it may be a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, holding, unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import NotFound, Refusal
from portal.domain.shortlisting.models import Assignment, Entry, Mask
from portal.domain.shortlisting.scoring import MOST_PIECE, own
from portal.services.crypto import KeyRing

SHORTEST_PIECE = 2


class PieceNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(
            f"Copy the words that still tell who it is: {SHORTEST_PIECE} to {MOST_PIECE} characters", field="piece"
        )


@dataclass(frozen=True)
class Report:
    """One application some reader has reported, under the moderators' alias, for those who may open it: whose it is
    they are not told here either. `piece` is what the reader copied."""

    assignment_id: int
    alias: str
    piece: str


def place_of(application_id: int) -> dict[str, str]:
    """Where hidden words belong: they open for no other application."""
    return {"table": "mask", "row": str(application_id), "column": "sealed"}


def masks_of(session: Session, keys: KeyRing, ids: Collection[int]) -> dict[int, list[str]]:
    """Words hidden by hand, by application. One statement."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in session.scalars(select(Mask).where(Mask.application_id.in_(ids)).order_by(Mask.id)):
        found[row.application_id].append(keys.unseal(row.sealed, **place_of(row.application_id)))
    return found


def report_piece(session: Session, actor: Actor, public_id: str, piece: str) -> None:
    """A reader says that these words still tell who it is. Again replaces them. Raises PieceNeeded, NotFound."""
    tidy = _tidy(piece)
    with unit_of_work(session):
        assignment = own(session, actor, public_id)
        if assignment.shows_who == tidy:
            return
        assignment.shows_who = tidy
        record(
            session, actor, "reading.reported", subject=("assignment", assignment.id),
            application_id=assignment.application_id,
        )  # fmt: skip


def reports(session: Session, viewer: StaffViewer, campaign_id: int) -> list[Report]:
    """What readers of a campaign have reported about applications this member of staff may open. One statement."""
    query: Select[*tuple[Any, ...]] = (
        select(Assignment.id, Entry.alias, Assignment.shows_who)
        .join(Application, Application.id == Assignment.application_id)
        .join(Entry, Entry.application_id == Application.id)
        .where(Application.campaign_id == campaign_id, Assignment.shows_who.is_not(None))
        .order_by(Entry.alias, Assignment.id)
    )
    rows = session.execute(in_scope(query, viewer, Permission.MODERATE))
    return [Report(*row) for row in rows]


def hide_by_hand(session: Session, viewer: StaffViewer, actor: Actor, keys: KeyRing, number: int, piece: str) -> None:
    """These words are hidden from every reader of the application, and the report is settled.

    The same words twice are kept once. Raises PieceNeeded, and NotFound for what the viewer may not open.
    """
    tidy = _tidy(piece)
    with unit_of_work(session):
        assignment = _reported(session, viewer, number)
        application_id = assignment.application_id
        hold(session, f"mask {application_id}")
        if tidy.casefold() not in {
            each.casefold() for each in masks_of(session, keys, [application_id])[application_id]
        }:
            sealed = keys.seal(tidy, **place_of(application_id))
            session.add(
                Mask(application_id=application_id, sealed=sealed, by_id=actor.actor_id, created_at=clock.now())
            )
            _record(session, actor, "mask.made", application_id)
        assignment.shows_who = None


def leave_shown(session: Session, viewer: StaffViewer, actor: Actor, number: int) -> None:
    """The recruiter finds that the words tell nothing: they are shown again. Raises NotFound."""
    with unit_of_work(session):
        assignment = _reported(session, viewer, number)
        assignment.shows_who = None
        _record(session, actor, "reading.left", assignment.application_id)


def _reported(session: Session, viewer: StaffViewer, assignment_id: int) -> Assignment:
    query = (
        select(Assignment)
        .join(Application, Application.id == Assignment.application_id)
        .where(Assignment.id == assignment_id, Assignment.shows_who.is_not(None))
    )
    found = session.scalars(holding(in_scope(query, viewer, Permission.MODERATE), of=Assignment)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _record(session: Session, actor: Actor, action: str, application_id: int) -> None:
    record(session, actor, action, subject=("application", application_id), application_id=application_id)


def _tidy(piece: str) -> str:
    tidy = " ".join(piece.split())
    if not SHORTEST_PIECE <= len(tidy) <= MOST_PIECE:
        raise PieceNeeded()
    return tidy
