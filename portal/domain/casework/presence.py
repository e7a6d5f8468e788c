"""Who else has a page open now, so that two people on one thing know of each other.

Rows live by the real clock and are forgotten after a minute; a page that stays open says so again every 20 seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.managing import within
from portal.domain.campaigns.models import Assessor, Campaign, CampaignDistrict, District
from portal.domain.casework.models import Presence
from portal.domain.refusals import NotFound

FORGOTTEN_AFTER = timedelta(minutes=1)
P = Presence.__table__.c


class Here(NamedTuple):
    """Somebody else who has the page open; `editing` when theirs is a form."""

    name: str
    editing: bool


def _application(viewer: StaffViewer, subject_id: int) -> Select[Any]:
    query = select(Application.id).where(Application.id == subject_id, Application.received_at.is_not(None))
    return in_scope(query, viewer, Permission.SEE_APPLICATIONS)


def _campaign(viewer: StaffViewer, subject_id: int) -> Select[Any]:
    return within(select(Campaign.id).where(Campaign.id == subject_id), viewer)


def _shortlist(viewer: StaffViewer, subject_id: int) -> Select[Any]:
    """A campaign whose sift this viewer moderates, in part at least, and does not read for any more."""
    scope, reads = (
        viewer.scope(Permission.MODERATE),
        exists().where(
            Assessor.campaign_id == Campaign.id,
            Assessor.staff_id == viewer.id,
            Assessor.finished_at.is_(None),
            Assessor.ended_at.is_(None),
        ),
    )
    query = select(Campaign.id).where(Campaign.id == subject_id, ~reads)
    if scope.force:
        return query
    here = select(CampaignDistrict.campaign_id).join(District).where(District.division_id.in_(scope.divisions))
    return query.where(Campaign.id.in_(here))


# What can be open together: a kind of page → the query that finds its subject if this viewer may see it.
KINDS: dict[str, Callable[[StaffViewer, int], Select[Any]]] = {
    "application": _application,
    "campaign": _campaign,
    "shortlist": _shortlist,  # a campaign's moderation and release; the subject is the campaign
}


def must_see(session: Session, viewer: StaffViewer, kind: str, subject_id: int) -> None:
    """Raises NotFound for an unknown kind, and for a subject this viewer may not see."""
    if kind not in KINDS or session.scalar(KINDS[kind](viewer, subject_id)) is None:
        raise NotFound()


def note_presence(session: Session, viewer: StaffViewer, kind: str, subject_id: int, *, editing: bool = False) -> None:
    """This viewer has this page open now. Rows of pages long closed go on the way. Raises NotFound."""
    must_see(session, viewer, kind, subject_id)
    now, key = clock.wall(), {"kind": kind, "subject_id": subject_id, "staff_id": viewer.id}
    with unit_of_work(session):
        session.execute(delete(Presence).where(P.seen_at < now - FORGOTTEN_AFTER))
        again = update(Presence).where(*(P[name] == value for name, value in key.items()))
        if session.execute(again.values(seen_at=now, editing=editing)).rowcount:  # type: ignore[attr-defined, unused-ignore]
            return
        try:
            with session.begin_nested():
                session.execute(insert(Presence).values(**key, seen_at=now, editing=editing))
        except IntegrityError:
            pass  # another tab of the same person was a moment quicker


def others_here(session: Session, viewer: StaffViewer, kind: str, subject_id: int) -> list[Here]:
    """Who else has it open, by name. Whether the viewer may see the subject, the caller has asked."""
    query = (
        select(StaffMember.name, Presence.editing)
        .join(Presence, Presence.staff_id == StaffMember.id)
        .where(
            P.kind == kind,
            P.subject_id == subject_id,
            P.staff_id != viewer.id,
            P.seen_at >= clock.wall() - FORGOTTEN_AFTER,
        )
        .order_by(StaffMember.name, StaffMember.id)
    )
    return [Here(*row) for row in session.execute(query)]
