"""Making a day of interviews or fitness tests, and letting people see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.parts import to_change
from portal.domain.interviews import timetable
from portal.domain.interviews.models import InterviewSession, Panel, PanelMember, Seat, SessionKind, Slot, Venue
from portal.domain.interviews.timetable import Break
from portal.domain.refusals import Conflict, NotFound, Refusal

MOST_SLOTS = 96  # of a panel in a day: every quarter of an hour; more is a slip


class NotAVenue(Refusal):
    message = "Choose a place from the list"

    def __init__(self) -> None:
        super().__init__(field="venue_id")


class NoSlot(Refusal):
    title = "There is no slot in that day"
    message = "No slot fits between the start and the end"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="last")


class NotAPanel(Refusal):
    title = "A panel is not complete"


class WasCancelled(Conflict):
    title = "This day was cancelled"
    message = "A cancelled day stays cancelled. Plan another."


@dataclass(frozen=True)
class PanelPlan:
    """Who will sit together, and where. `places`: people at a time, one for an interview."""

    name: str
    room: str = ""
    online_url: str = ""
    staff_ids: tuple[int, ...] = ()
    places: int = 1


@dataclass(frozen=True)
class SessionPlan:
    """A day that may be made. Times are London's; minutes are minutes."""

    kind: SessionKind
    venue_id: int
    day: date
    first: time
    last: time
    slot_minutes: int
    gap_minutes: int = 0
    breaks: tuple[Break, ...] = ()
    panels: tuple[PanelPlan, ...] = ()
    what_to_bring: str = ""

    def slots(self) -> timetable.Slots:
        """From when to when each panel sees people, in UTC. Raises NoSuchTime, NoSlot."""
        found = timetable.slots(
            self.day, self.first, self.last, self.slot_minutes, self.gap_minutes, self.breaks
        )  # fmt: skip
        if not found:
            raise NoSlot()
        if len(found) > MOST_SLOTS:
            raise NoSlot(f"That makes {len(found)} slots. Check the times and the minutes.")
        return found


def plan_session(session: Session, actor: Actor, campaign_id: int, plan: SessionPlan) -> InterviewSession:
    """Makes a day with its panels, slots and seats; nobody outside sees it until it is published.

    Raises NotFound, Archived, NotAVenue, NotAPanel, NoSlot, NoSuchTime. Clashes are `plan_days`'s to refuse.
    """
    with unit_of_work(session):
        to_change(session, campaign_id)
        venue = session.get(Venue, plan.venue_id)
        if venue is None or venue.archived_at is not None:
            raise NotAVenue()
        check_panels(session, plan.panels)
        made = _made(actor, campaign_id, plan, plan.slots())
        session.add(made)
        session.flush()
        record(
            session, actor, "interviews.planned", subject=("interview_session", made.id), kind=plan.kind.value,
            day=plan.day.isoformat(), campaign=campaign_id,
        )  # fmt: skip
        return made


def check_panels(session: Session, panels: Sequence[PanelPlan]) -> None:
    """Raises NotAPanel for none, one without a name, two of one name, no place, or somebody who has no account."""
    if not panels:
        raise NotAPanel("Add a panel", field="panels")
    names = [panel.name.strip().casefold() for panel in panels]
    for place, (panel, name) in enumerate(zip(panels, names, strict=True)):
        if not name:
            raise NotAPanel("Give the panel a name", field=f"panels-{place}-name")
        if name in names[:place]:
            raise NotAPanel(f"Two panels are called {panel.name.strip()}", field=f"panels-{place}-name")
        if panel.places < 1:
            raise NotAPanel("There must be a place", field=f"panels-{place}-places")
    wanted = {staff_id for panel in panels for staff_id in panel.staff_ids}
    there = select(StaffMember.id).where(StaffMember.id.in_(wanted), StaffMember.disabled_at.is_(None))
    if wanted - set(session.scalars(there)):
        raise NotAPanel("Choose people from the list", field="panels")


def _made(actor: Actor, campaign_id: int, plan: SessionPlan, slots: timetable.Slots) -> InterviewSession:
    return InterviewSession(
        campaign_id=campaign_id,
        kind=plan.kind,
        venue_id=plan.venue_id,
        starts_at=slots[0][0],
        ends_at=slots[-1][1],
        slot_minutes=plan.slot_minutes,
        gap_minutes=plan.gap_minutes,
        breaks=[each.stored for each in plan.breaks],
        what_to_bring=plan.what_to_bring.strip(),
        created_by=actor.actor_id,
        created_at=clock.now(),
        panels=[_panel(panel, slots) for panel in plan.panels],
    )


def _panel(plan: PanelPlan, slots: timetable.Slots) -> Panel:
    return Panel(
        name=plan.name.strip(),
        room=plan.room.strip(),
        online_url=plan.online_url.strip(),
        members=[PanelMember(staff_id=staff_id) for staff_id in sorted(set(plan.staff_ids))],
        slots=[
            Slot(starts_at=starts, ends_at=ends, seats=[Seat(number=number) for number in range(1, plan.places + 1)])
            for starts, ends in slots
        ],
    )


def publish(session: Session, actor: Actor, session_id: int) -> InterviewSession:
    """Those invited see it from now on. Published already, it stays so. Raises NotFound, WasCancelled."""
    with unit_of_work(session):
        found = locked(session, InterviewSession, session_id)
        if found is None:
            raise NotFound()
        if found.cancelled_at is not None:
            raise WasCancelled()
        if found.published_at is None:
            found.published_at = clock.now()
            found.version += 1
            record(session, actor, "interviews.published", subject=("interview_session", found.id))
            announce(session, WORK)
        return found
