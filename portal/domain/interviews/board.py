"""One day as those who run it see it: panels side by side, who sits where, who is here, what clashes.

A name is shown to whoever may open the application, and to the panel that will meet its person; to others the seat is
only taken. A fixed number of statements whatever the size of the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Conflict
from portal.domain.applications.queries import StaffViewer, in_scope, kept_from
from portal.domain.campaigns.managing import reaches
from portal.domain.campaigns.models import Campaign, District
from portal.domain.interviews import timetable
from portal.domain.interviews.clashes import Also, Taken, nothing_else, taken_between
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    InterviewSession,
    Invitation,
    Panel,
    Sheet,
    Slot,
    Wish,
)
from portal.domain.interviews.sessions import one_session

P = Permission
RAIL = 12  # people named in the rail; the rest are counted


@dataclass(frozen=True)
class Fix:
    """A free seat that would end a clash."""

    slot_id: int
    panel: str


@dataclass
class Seated:
    """Somebody with a seat. Without a name it is only taken. `clash` says what is wrong, nothing when nothing is."""

    booking: Booking
    moves: int
    name: str | None
    reference: str | None
    may_mark: bool
    sheets: int
    sheets_wanted: int
    clash: list[str] = field(default_factory=list)
    fix: Fix | None = None

    @property
    def sheets_missing(self) -> int:
        return max(self.sheets_wanted - self.sheets, 0)


@dataclass
class Cell:
    """A panel's slot. `could` counts the invited who could still take it."""

    slot: Slot
    seated: list[Seated]
    could: int = 0

    @property
    def free(self) -> int:
        return len(self.slot.seats) - len(self.seated)


@dataclass(frozen=True)
class Row:
    starts_at: datetime
    ends_at: datetime
    cells: list[Cell | None]  # one for each panel; none where it has no slot then
    now: bool
    past: bool
    may_keep: bool  # the viewer may keep its times free, and open them again


@dataclass(frozen=True)
class Pause:
    starts_at: datetime
    minutes: int


@dataclass(frozen=True)
class Column:
    panel: Panel
    names: list[str]
    mine: bool

    @property
    def short(self) -> str:
        """The family names, as a heading has room for them."""
        return ", ".join(name.split()[-1] for name in self.names)


@dataclass(frozen=True)
class Silent:
    """Somebody invited who has not chosen a time."""

    reference: str
    name: str
    days: int


@dataclass(frozen=True)
class Board:
    """`plans`: the viewer may change the day, not only mark who came."""

    session: InterviewSession
    campaign: Campaign
    plans: bool
    columns: list[Column]
    rows: list[Row | Pause]
    silent: list[Silent]
    silent_in_all: int
    asked: int

    @property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows if isinstance(row, Row) for cell in row.cells if cell is not None]

    @property
    def seats(self) -> int:
        return sum(len(cell.slot.seats) for cell in self.cells)

    @property
    def free(self) -> int:
        """Places that can still be taken: of open times that have not begun."""
        coming = (row.cells for row in self.rows if isinstance(row, Row) and not row.now and not row.past)
        return sum(cell.free for cells in coming for cell in cells if cell and cell.slot.closed_at is None)

    @property
    def marks(self) -> Counter[Attendance]:
        return Counter(each.booking.attendance for each in self.people)

    @property
    def people(self) -> list[Seated]:
        return [each for cell in self.cells for each in cell.seated]

    @property
    def clashing(self) -> list[tuple[Cell, Seated]]:
        return [(cell, each) for cell in self.cells for each in cell.seated if each.clash]


@dataclass(frozen=True)
class _Facts:
    taken: Taken
    conflicts: frozenset[tuple[int, int]]  # member, application
    could: frozenset[int]  # applications that are invited and have no time yet
    moment: datetime
    plans: bool


def seated(session: Session, viewer: StaffViewer, session_id: int, *, also: Also = nothing_else) -> Board:
    """The board of a day the viewer may open; `also` asks what else its people are at. Raises NotFound."""
    day = one_session(session, viewer, session_id)
    plans = plans_it(session, viewer, day.campaign_id)
    people = _people(session, viewer, day, plans)
    silent = _silent(session, viewer, day) if plans else []
    members = {member.staff_id for panel in day.panels for member in panel.members}
    everybody = {each.booking.application_id for each in people} | {row.id for row in silent}
    span = [(day.starts_at, day.ends_at)]
    taken = taken_between(session, members, span, day.campaign_id, viewer.id, apart_from=day.id, also=also)
    conflicts = _conflicts(session, members, everybody) if plans else frozenset()
    facts = _Facts(taken, conflicts, frozenset(row.id for row in silent), clock.now(), plans)
    rows = _rows(day, people, facts)
    if plans:
        _find_clashes(day, rows, facts)
    return Board(
        session=day,
        campaign=session.get_one(Campaign, day.campaign_id),
        plans=plans,
        columns=[_column(panel, taken, viewer.id) for panel in day.panels],
        rows=_with_pauses(day, rows),
        silent=[Silent(row.reference, _name(row), (facts.moment - row.invited_at).days) for row in silent[:RAIL]],
        silent_in_all=len(silent),
        asked=_asked(session, day) if plans else 0,
    )


def plans_it(session: Session, viewer: StaffViewer, campaign_id: int) -> bool:
    """Whether the viewer may plan days of this campaign."""
    scope = viewer.scope(P.PLAN_INTERVIEWS)
    found = session.scalar(select(Campaign.id).where(Campaign.id == campaign_id, reaches(scope))) if scope else None
    return found is not None


def _people(session: Session, viewer: StaffViewer, day: InterviewSession, plans: bool) -> list[Seated]:
    """Everybody with a seat, by seat; with the name where it may be shown."""
    mine = {panel.id for panel in day.panels if any(member.staff_id == viewer.id for member in panel.members)}
    wanted = {panel.id: len(panel.members) for panel in day.panels}
    scope = viewer.scope(P.SEE_APPLICATIONS)
    query = (
        select(Booking, Invitation.moves, Application, District.division_id, Slot.panel_id, kept_from(viewer.id))
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .join(Application, Application.id == Booking.application_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Panel, Panel.id == Slot.panel_id)
        .outerjoin(District, District.id == Application.district_id)
        .where(Panel.session_id == day.id, Booking.ended_at.is_(None))
        .order_by(Slot.starts_at, Slot.panel_id, Booking.seat)
    )
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    sheets = _sheets(session, [row.Booking.id for row in rows])
    found = []
    for booking, moves, application, division, panel_id, kept in rows:
        reached = scope.force or (division is not None and division in scope.divisions)
        named = not kept and (reached or panel_id in mine)
        found.append(
            Seated(
                booking,
                moves,
                _name(application) if named else None,
                application.reference if named and reached else None,
                not kept and (panel_id in mine or plans),
                sheets.get(booking.id, 0),
                wanted[panel_id],
            )
        )
    return found


def _name(application: Any) -> str:
    return f"{application.given_name} {application.family_name}".strip() or "No name given"


def _sheets(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many interviewers' own sheets are complete, by booking."""
    query = (
        select(Sheet.booking_id, func.count().label("found"))
        .where(Sheet.booking_id.in_(ids), Sheet.staff_id.is_not(None), Sheet.completed_at.is_not(None))
        .group_by(Sheet.booking_id)
    )
    return {row.booking_id: row.found for row in session.execute(query)}


def _silent(session: Session, viewer: StaffViewer, day: InterviewSession) -> list[Any]:
    """Who is invited to such a day and has no time, the longest silent first."""
    booked = select(Booking.id).where(Booking.invitation_id == Invitation.id, Booking.ended_at.is_(None)).exists()
    query: Select[*tuple[Any, ...]] = (
        select(
            Application.id, Application.reference, Application.given_name, Application.family_name,
            Invitation.invited_at,
        )
        .join(Invitation, Invitation.application_id == Application.id)
        .where(
            Application.campaign_id == day.campaign_id, Invitation.kind == day.kind, Invitation.ended_at.is_(None),
            ~booked,
        )
        .order_by(Invitation.invited_at, Invitation.id)
    )  # fmt: skip
    return list(session.execute(in_scope(query, viewer, P.SEE_APPLICATIONS)))


def _conflicts(session: Session, staff: Collection[int], ids: Collection[int]) -> frozenset[tuple[int, int]]:
    query = select(Conflict.staff_id, Conflict.application_id)
    rows = session.execute(query.where(Conflict.staff_id.in_(staff), Conflict.application_id.in_(ids)))
    return frozenset((row.staff_id, row.application_id) for row in rows)


def _asked(session: Session, day: InterviewSession) -> int:
    """How many ask for another time in words and wait for an answer."""
    query = (
        select(func.count())
        .select_from(Wish)
        .join(Invitation, Invitation.id == Wish.invitation_id)
        .join(Application, Application.id == Invitation.application_id)
        .where(
            Application.campaign_id == day.campaign_id, Invitation.kind == day.kind, Wish.sealed.is_not(None),
            Wish.ended_at.is_(None),
        )
    )  # fmt: skip
    return session.scalar(query) or 0


def _column(panel: Panel, taken: Taken, viewer_id: int) -> Column:
    ids = [member.staff_id for member in panel.members]
    return Column(panel, [taken.names[key] for key in ids], viewer_id in ids)


def _rows(day: InterviewSession, people: list[Seated], facts: _Facts) -> list[Row]:
    by_slot: dict[int, list[Seated]] = {}
    for each in people:
        by_slot.setdefault(each.booking.slot_id, []).append(each)
    slots = {(panel.id, slot.starts_at): slot for panel in day.panels for slot in panel.slots}
    found = []
    for starts_at in sorted({starts for _panel, starts in slots}):
        cells = [
            Cell(slot, by_slot.get(slot.id, [])) if (slot := slots.get((panel.id, starts_at))) else None
            for panel in day.panels
        ]
        ends_at = max(cell.slot.ends_at for cell in cells if cell)
        now = day.cancelled_at is None and starts_at <= facts.moment < ends_at
        may_keep = facts.plans and day.cancelled_at is None and facts.moment < starts_at
        found.append(Row(starts_at, ends_at, cells, now, ends_at <= facts.moment, may_keep))
    return found


def _with_pauses(day: InterviewSession, rows: list[Row]) -> list[Row | Pause]:
    """The breaks between the rows they fall between."""
    breaks = timetable.pauses(timetable.day_of(day.starts_at), day.breaks)
    pauses = [Pause(at, int((until - at).total_seconds() // 60)) for at, until in breaks]
    within = [each for each in pauses if day.starts_at < each.starts_at < day.ends_at]
    return sorted([*rows, *within], key=lambda each: each.starts_at)


def _find_clashes(day: InterviewSession, rows: list[Row], facts: _Facts) -> None:
    """What is wrong with whom, and a seat at the same time that would mend it."""
    for row in rows:
        used = [
            (panel, cell) for panel, cell in zip(day.panels, row.cells, strict=True) if cell is not None and cell.seated
        ]
        for panel, cell in used:
            others = [other for other, _cell in used if other.id != panel.id]
            for each in cell.seated:
                each.clash = _clash(panel, others, cell.slot, each, facts)
                if each.clash and row.starts_at > facts.moment:
                    each.fix = _fix(day, row, each, facts)
        for panel, free in zip(day.panels, row.cells, strict=True):
            if free is not None and free.free:
                ids = [member.staff_id for member in panel.members]
                kept = {key for staff_id, key in facts.conflicts if staff_id in ids}
                free.could = len(facts.could - kept)


def _clash(panel: Panel, others: list[Panel], slot: Slot, each: Seated, facts: _Facts) -> list[str]:
    if each.booking.attendance in {Attendance.LEFT, Attendance.NO_SHOW}:
        return []
    found = []
    for key in [member.staff_id for member in panel.members]:
        name = facts.taken.names[key]
        found += [f"{name} is also on {other.name}" for other in others if key in {m.staff_id for m in other.members}]
        found += [
            f"{name} is at {busy.where}"
            for busy in facts.taken.people.get(key, ())
            if busy.starts_at < slot.ends_at and slot.starts_at < busy.ends_at
        ]
        if (key, each.booking.application_id) in facts.conflicts:
            found.append(f"{name} knows them")
    return found


def _fix(day: InterviewSession, row: Row, each: Seated, facts: _Facts) -> Fix | None:
    """The first panel at the same time with a free seat and nothing wrong with it."""
    sitting = {cell.slot.panel_id for cell in row.cells if cell is not None and cell.seated}
    busy = {m.staff_id for panel in day.panels if panel.id in sitting for m in panel.members}
    for panel, cell in zip(day.panels, row.cells, strict=True):
        if cell is None or not cell.free or cell.slot.closed_at is not None or cell.slot.id == each.booking.slot_id:
            continue
        ids = {member.staff_id for member in panel.members}
        others = ids & busy if panel.id not in sitting else set()
        if not others and not _clash(panel, [], cell.slot, each, facts):
            return Fix(cell.slot.id, panel.name)
    return None
