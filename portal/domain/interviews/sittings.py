"""Who sits on which interview: one's own list, and opening one of them. Until somebody has said that they do not know
the applicant they learn the day, the time, the room and the name, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, and_, exists, func, not_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    InterviewSession,
    NoConflict,
    Panel,
    PanelMember,
    SessionKind,
    Sheet,
    SheetMark,
    Slot,
    Venue,
)
from portal.domain.refusals import NotFound

CAME = (Attendance.ARRIVED, Attendance.IN_ROOM, Attendance.LEFT)


@dataclass(frozen=True)
class Sitting:
    """One interview of a panel one is on. `name` is empty where one stands aside. `declared`: one has said that one
    does not know them. `marked`: questions one has given points."""

    booking_id: int
    application_id: int
    campaign_id: int
    campaign: str
    starts_at: datetime
    ends_at: datetime
    panel: str
    room: str
    online_url: str
    venue: str
    online: bool
    attendance: Attendance
    state: State
    name: str
    declared: bool
    aside: bool
    own_complete: bool
    marked: int
    agreed: bool
    missing: int = 0  # sheets of others that are not complete

    @property
    def begun(self) -> bool:
        return self.attendance in CAME or self.starts_at <= clock.now()

    @property
    def writable(self) -> bool:
        """Whether a sheet of it can still be written: they may come or have come, and nobody has been told."""
        return self.state is State.INTERVIEW and self.attendance is not Attendance.NO_SHOW and not self.agreed

    @property
    def late(self) -> bool:
        """It is over, and one's own sheet is missing."""
        return self.writable and not self.aside and not self.own_complete and self.ends_at <= clock.now()


def _kept(staff_id: Any) -> Any:
    return kept_from(staff_id)


def interviews() -> tuple[Any, ...]:
    """What makes a booking an interview that stands: of a published day, not cancelled, not moved away."""
    return (
        Booking.ended_at.is_(None),
        InterviewSession.kind == SessionKind.INTERVIEW,
        InterviewSession.published_at.is_not(None),
        InterviewSession.cancelled_at.is_(None),
    )


def _mine(viewer: StaffViewer) -> Select[*tuple[Any, ...]]:
    own, agreed = aliased(Sheet), aliased(Sheet)
    marked = select(func.count(SheetMark.points)).where(SheetMark.sheet_id == own.id).scalar_subquery()
    declared = exists().where(NoConflict.staff_id == viewer.id, NoConflict.application_id == Booking.application_id)
    return (
        select(
            Booking.id, Booking.application_id, Campaign.id.label("campaign_id"), Campaign.name.label("campaign"),
            Slot.starts_at, Slot.ends_at, Panel.name.label("panel"), Panel.room, Panel.online_url,
            Venue.name.label("venue"), Venue.online, Booking.attendance, Application.state, Application.given_name,
            Application.family_name, declared.label("declared"), _kept(viewer.id).label("aside"),
            own.completed_at.is_not(None).label("own_complete"), func.coalesce(marked, 0).label("marked"),
            agreed.completed_at.is_not(None).label("agreed"),
        )
        .select_from(Booking)
        .join(Application, Application.id == Booking.application_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(PanelMember, and_(PanelMember.panel_id == Panel.id, PanelMember.staff_id == viewer.id))
        .join(InterviewSession, InterviewSession.id == Panel.session_id)
        .join(Venue, Venue.id == InterviewSession.venue_id)
        .join(Campaign, Campaign.id == InterviewSession.campaign_id)
        .outerjoin(own, and_(own.booking_id == Booking.id, own.staff_id == viewer.id))
        .outerjoin(agreed, and_(agreed.booking_id == Booking.id, agreed.staff_id.is_(None)))
        .where(*interviews())
    )  # fmt: skip


def _sitting(row: Any, missing: int) -> Sitting:
    given = {name: getattr(row, name) for name in Sitting.__dataclass_fields__ if hasattr(row, name)}
    name = "" if row.aside else f"{row.given_name} {row.family_name}".strip()
    return Sitting(**given | {"booking_id": row.id, "name": name, "missing": missing})


def my_sittings(session: Session, viewer: StaffViewer) -> list[Sitting]:
    """Every interview of the panels one is on, early ones first. Two statements."""
    gone = (State.WITHDRAWN, State.LAPSED)
    rows = session.execute(
        _mine(viewer).where(Application.state.not_in(gone)).order_by(Slot.starts_at, Booking.id)
    ).all()
    others = panel_of(session, [row.id for row in rows])
    return [_sitting(row, _missing(others[row.id], viewer.id)) for row in rows]


def my_sitting(session: Session, viewer: StaffViewer, booking_id: int) -> Sitting:
    """One of one's own. Two statements. Raises NotFound for any other, and where one stands aside."""
    row = session.execute(_mine(viewer).where(Booking.id == booking_id, not_(_kept(viewer.id)))).one_or_none()
    if row is None:
        raise NotFound()
    return _sitting(row, _missing(panel_of(session, [booking_id])[booking_id], viewer.id))


@dataclass(frozen=True)
class Member:
    """Somebody of a panel, for one interview. `aside`: they know the applicant, or may not open it."""

    staff_id: int
    aside: bool
    complete: bool


def panel_of(session: Session, booking_ids: Collection[int]) -> dict[int, list[Member]]:
    """Who sits on each of these interviews, and whose own sheets are complete. One statement."""
    query = (
        select(
            Booking.id, PanelMember.staff_id, _kept(cast(Any, PanelMember.staff_id)).label("aside"),
            Sheet.completed_at.is_not(None).label("complete"),
        )
        .select_from(Booking)
        .join(Application, Application.id == Booking.application_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(PanelMember, PanelMember.panel_id == Slot.panel_id)
        .outerjoin(Sheet, and_(Sheet.booking_id == Booking.id, Sheet.staff_id == PanelMember.staff_id))
        .where(Booking.id.in_(booking_ids))
        .order_by(Booking.id, PanelMember.staff_id)
    )  # fmt: skip
    found: dict[int, list[Member]] = defaultdict(list)
    for row in session.execute(query):
        found[row.id].append(Member(row.staff_id, row.aside, row.complete))
    return found


def _missing(members: list[Member], but: int) -> int:
    return sum(1 for each in members if each.staff_id != but and not each.aside and not each.complete)
