"""The days a member of staff may open: planners those of campaigns in their reach, others those they sit on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from portal import clock
from portal.db import UtcDateTime
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.managing import reaches
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    InterviewSession,
    Panel,
    PanelMember,
    Seat,
    Slot,
)
from portal.domain.refusals import NotFound

P = Permission
S = InterviewSession
PAST_SHOWN = 30
Reading = TypeVar("Reading", bound=Select[Any])


def sits_on_it(staff_id: int) -> ColumnElement[bool]:
    """Sessions with this member of staff on a panel."""
    return exists().where(
        Panel.session_id == S.id, PanelMember.panel_id == Panel.id, PanelMember.staff_id == staff_id
    )  # fmt: skip


def seen_by(query: Reading, viewer: StaffViewer, *, planning: bool = False) -> Reading:
    """Of a query that joins sessions and campaigns, what this viewer may open; `planning`: may change.

    Drafts of days are the planners' alone.
    """
    scope, seats = viewer.scope(P.PLAN_INTERVIEWS), viewer.scope(P.SEE_INTERVIEWS)
    theirs: ColumnElement[bool] = reaches(scope) if scope else false()
    if planning:
        return query.where(theirs)
    sits = sits_on_it(viewer.id) & S.published_at.is_not(None) if seats else false()
    return query.where(or_(theirs, sits))


def one_session(session: Session, viewer: StaffViewer, session_id: int, *, planning: bool = False) -> S:
    """A day with its place, panels, members, slots and seats. Raises NotFound for one that is not the viewer's."""
    query = select(S).join(Campaign, Campaign.id == S.campaign_id).where(S.id == session_id)
    whole = (
        joinedload(S.venue),
        selectinload(S.panels).selectinload(Panel.members),
        selectinload(S.panels).selectinload(Panel.slots).selectinload(Slot.seats),
    )
    found = session.scalars(seen_by(query, viewer, planning=planning).options(*whole)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def beside(session: Session, viewer: StaffViewer, found: S) -> tuple[S | None, S | None]:
    """The day before and the day after in the same campaign, of those the viewer may open."""
    query = select(S).join(Campaign, Campaign.id == S.campaign_id)
    query = seen_by(query, viewer).where(S.campaign_id == found.campaign_id, S.cancelled_at.is_(None), S.id != found.id)
    place, here = tuple_(S.starts_at, S.id), tuple_(literal(found.starts_at, UtcDateTime()), literal(found.id))
    before = session.scalars(query.where(place < here).order_by(S.starts_at.desc(), S.id.desc()).limit(1)).first()
    after = session.scalars(query.where(place > here).order_by(S.starts_at, S.id).limit(1)).first()
    return before, after


def plannable(session: Session, viewer: StaffViewer) -> Sequence[Campaign]:
    """The campaigns the viewer may plan days for, those whose interviews come last first."""
    scope = viewer.scope(P.PLAN_INTERVIEWS)
    query = select(Campaign).where(
        reaches(scope) if scope else false(), Campaign.archived_at.is_(None), Campaign.published_at <= clock.now()
    )
    return session.scalars(query.order_by(Campaign.interviews_from.desc(), Campaign.id.desc())).all()


def campaign_to_plan(session: Session, viewer: StaffViewer, slug: str) -> Campaign:
    """Raises NotFound for a campaign out of the viewer's reach, or put away."""
    found = next((each for each in plannable(session, viewer) if each.slug == slug), None)
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Line:
    """A day in the list. `free` counts seats still to be taken in slots that are open and yet to come."""

    session: InterviewSession
    campaign: str
    panels: int
    seats: int
    free: int
    marks: Counter[Attendance] = field(default_factory=Counter)

    @property
    def taken(self) -> int:
        return sum(self.marks.values())


@dataclass(frozen=True)
class Days:
    coming: list[Line]
    drafts: list[Line]
    past: list[Line]  # and those that were cancelled


def days(session: Session, viewer: StaffViewer) -> Days:
    """The days the viewer may open: next first, then what is not published, then the last ones. Six statements."""
    now = clock.now()
    base: Select[*tuple[Any, ...]] = seen_by(
        select(S, Campaign.name).join(Campaign, Campaign.id == S.campaign_id), viewer
    )
    base = base.options(joinedload(S.venue))
    live = S.cancelled_at.is_(None)
    to_come = base.where(live, S.ends_at > now, S.published_at.is_not(None)).order_by(S.starts_at, S.id)
    drafts = base.where(live, S.published_at.is_(None)).order_by(S.starts_at, S.id)
    over = base.where(or_(S.ends_at <= now, S.cancelled_at.is_not(None)), or_(~live, S.published_at.is_not(None)))
    found = [
        [(row, name) for row, name in session.execute(query).unique()]
        for query in (to_come, drafts, over.order_by(S.starts_at.desc(), S.id.desc()).limit(PAST_SHOWN))
    ]
    ids = [row.id for part in found for row, _name in part]
    sizes, marks = _sizes(session, ids), _marks(session, ids)
    return Days(
        *(
            [Line(row, name, *sizes.get(row.id, (0, 0, 0)), marks.get(row.id, Counter())) for row, name in part]
            for part in found
        )
    )


def _sizes(session: Session, ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """Panels, seats, and seats that can still be taken, of each session."""
    taken = exists().where(Booking.slot_id == Seat.slot_id, Booking.seat == Seat.number, Booking.ended_at.is_(None))
    free = case((~taken & Slot.closed_at.is_(None) & (Slot.starts_at > clock.now()), 1), else_=0)
    query = (
        select(Panel.session_id, func.count(Panel.id.distinct()), func.count(Seat.number), func.sum(free))
        .outerjoin(Slot, Slot.panel_id == Panel.id)
        .outerjoin(Seat, Seat.slot_id == Slot.id)
        .where(Panel.session_id.in_(ids))
        .group_by(Panel.session_id)
    )
    return {key: (panels, seats, int(left or 0)) for key, panels, seats, left in session.execute(query)}


def _marks(session: Session, ids: Collection[int]) -> dict[int, Counter[Attendance]]:
    query = (
        select(Panel.session_id, Booking.attendance, func.count())
        .join(Slot, Slot.panel_id == Panel.id)
        .join(Booking, Booking.slot_id == Slot.id)
        .where(Panel.session_id.in_(ids), Booking.ended_at.is_(None))
        .group_by(Panel.session_id, Booking.attendance)
    )
    found: dict[int, Counter[Attendance]] = {}
    for key, mark, count in session.execute(query):
        found.setdefault(key, Counter())[mark] = count
    return found


def who_may_sit(session: Session, too: Collection[int] = ()) -> list[tuple[int, str]]:
    """Members of staff who may interview, and these too, by name. Two of one name are told apart by their address."""
    today = clock.today()
    roles: list[Role] = [role for role, granted in GRANTS.items() if P.SCORE_INTERVIEWS in granted]
    holds = exists().where(
        StaffRole.staff_id == StaffMember.id,
        StaffRole.role.in_(roles),
        StaffRole.starts_on <= today,
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
    )
    query = select(StaffMember.id, StaffMember.name, StaffMember.email).where(
        or_(holds & StaffMember.disabled_at.is_(None), StaffMember.id.in_(too))
    )
    rows = session.execute(query.order_by(func.lower(StaffMember.name), StaffMember.id)).all()
    times = Counter(row.name for row in rows)
    return [(row.id, row.name if times[row.name] == 1 else f"{row.name} ({row.email.split('@')[0]})") for row in rows]


def planned_on(session: Session, campaign_id: int) -> Counter[date]:
    """How many days of a campaign's are on which date, the cancelled left out."""
    rows = session.execute(select(S.starts_at).where(S.campaign_id == campaign_id, S.cancelled_at.is_(None)))
    return Counter(clock.london(row.starts_at).date() for row in rows)
