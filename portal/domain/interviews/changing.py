"""A day that is there already: other people on its panels, a seat for another, the whole day called off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.audit.actions import Actor, record
from portal.domain.interviews import booking as bookings
from portal.domain.interviews.choosing import may_take, place_of
from portal.domain.interviews.clashes import PLANS, Also, hours, nothing_else, room_taken, taken_between
from portal.domain.interviews.letters import entry, where, write
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    BookingEnd,
    InterviewSession,
    Invitation,
    Panel,
    PanelMember,
    Sheet,
    Slot,
)
from portal.domain.interviews.planning import NotAPanel, PanelPlan, WasCancelled, check_panels
from portal.domain.interviews.seating import give_up, hold_seats
from portal.domain.interviews.waiting_list import granted, hand_on
from portal.domain.refusals import Conflict, NotFound, Refusal

MOVABLE = frozenset({Attendance.EXPECTED, Attendance.ARRIVED})


class CancelReason(StrEnum):
    PLACE = "place"
    PANEL = "panel"
    WEATHER = "weather"
    OPERATION = "operation"
    OTHER = "other"


CANCEL_REASONS: dict[CancelReason, str] = {
    CancelReason.PLACE: "We cannot use the place",
    CancelReason.PANEL: "Interviewers cannot come",
    CancelReason.WEATHER: "The weather or travel",
    CancelReason.OPERATION: "A police operation",
    CancelReason.OTHER: "Something else",
}


class PanelChanged(Conflict):
    """Somebody else changed this day since the page was opened."""


class Busy(Refusal):
    """Somebody is elsewhere at that time, or the room is used, and nobody has said that it is meant so."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__("; ".join(words), field="staff")
        self.words = words


class NoSuchReason(Refusal):
    message = "Choose why. Those who have booked are told that the day is off."

    def __init__(self) -> None:
        super().__init__(field="reason")


class IsOver(Conflict):
    title = "This day is over"
    message = "A day that has begun cannot be cancelled."


class NotThere(Refusal):
    status = 409
    title = "They cannot be moved there"
    message = "Somebody has begun, has gone, or may not be seen by that panel."


def edit_panel(
    session: Session,
    actor: Actor,
    panel_id: int,
    wanted: PanelPlan,
    *,
    seen: int,
    accepted: Collection[str] = (),
    also: Also = nothing_else,
) -> Panel:
    """Other people, another room or link for a panel. `seen` is the session's version that the page showed; `also`
    asks what else people and rooms are taken by. `accepted` are the words somebody read and meant so.

    Raises NotFound, WasCancelled, PanelChanged, NotAPanel, Busy (for anything not `accepted`).
    """
    with unit_of_work(session):
        hold(session, PLANS)
        day, panel = _held(session, panel_id, seen)
        names = select(Panel.name).where(Panel.session_id == day.id, Panel.id != panel_id)
        if wanted.name.strip().casefold() in {name.casefold() for name in session.scalars(names)}:
            raise NotAPanel("Another panel of this day has that name", field="name")
        check_panels(session, [wanted])
        words = _elsewhere(session, day, panel_id, wanted, also)
        if set(words) - set(accepted):
            raise Busy(words)
        panel.name, panel.room, panel.online_url = wanted.name.strip(), wanted.room.strip(), wanted.online_url.strip()
        session.execute(delete(PanelMember).where(PanelMember.panel_id == panel_id))
        session.add_all(PanelMember(panel_id=panel_id, staff_id=key) for key in sorted(set(wanted.staff_ids)))
        day.version += 1
        record(
            session, actor, "interviews.panel_changed", subject=("interview_session", day.id), panel=panel_id,
            members=sorted(set(wanted.staff_ids)),
        )  # fmt: skip
        session.flush()
        session.expire(panel, ["members"])
        return panel


def _held(session: Session, panel_id: int, seen: int) -> tuple[InterviewSession, Panel]:
    session_id = session.scalar(select(Panel.session_id).where(Panel.id == panel_id))
    day = locked(session, InterviewSession, session_id or 0)
    panel = locked(session, Panel, panel_id)
    if day is None or panel is None:
        raise NotFound()
    if day.cancelled_at is not None:
        raise WasCancelled()
    if day.version != seen:
        raise PanelChanged()
    return day, panel


def _elsewhere(
    session: Session, day: InterviewSession, panel_id: int, wanted: PanelPlan, also: Also
) -> tuple[str, ...]:
    """Where those who are to sit on this panel are at the time, this day's other panels included; and who else has
    its room."""
    span = [(day.starts_at, day.ends_at)]
    taken = taken_between(session, wanted.staff_ids, span, day.campaign_id, 0, apart_from=day.id, also=also)
    found = [
        f"{taken.names[key]} is at {busy.where}, {hours(busy)}"
        for key in wanted.staff_ids
        for busy in taken.people.get(key, ())
    ]
    beside = (
        select(PanelMember.staff_id, Panel.name)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .where(Panel.session_id == day.id, Panel.id != panel_id, PanelMember.staff_id.in_(wanted.staff_ids))
    )
    found += [f"{taken.names[row.staff_id]} sits on {row.name} too" for row in session.execute(beside)]
    return (*found, *room_taken(taken, day.venue_id, wanted.room.strip(), *span[0]))


def cancel_session(session: Session, actor: Actor, session_id: int, reason: str) -> int:
    """Calls a day off: those who have booked are told and may choose again; returns how many. Twice is once.

    `reason` is a code of CancelReason. Raises NotFound, NoSuchReason, IsOver.
    """
    if reason not in set(CancelReason):
        raise NoSuchReason()
    with unit_of_work(session):
        campaign_id = session.scalar(select(InterviewSession.campaign_id).where(InterviewSession.id == session_id))
        if campaign_id is None:
            raise NotFound()
        hold_seats(session, campaign_id)
        day = locked(session, InterviewSession, session_id)
        assert day is not None
        if day.cancelled_at is not None:
            return 0
        if day.starts_at <= clock.now():
            raise IsOver()
        day.cancelled_at, day.cancelled_reason = clock.now(), reason
        day.version += 1
        session.flush()  # before others are seated: nobody may be given a time of this day
        told = bookings.session_cancelled(session, actor, session_id, reason)
        record(
            session, actor, "interviews.cancelled", subject=("interview_session", session_id), reason=reason,
            people=told,
        )  # fmt: skip
        return told


@dataclass(frozen=True)
class Moved:
    """One person at another time of the day, or two who changed places."""

    booking: Booking
    other: Booking | None


def reseat(session: Session, actor: Actor, booking_id: int, slot_id: int) -> Moved:
    """Moves somebody to another time or panel of the same day; where it is full, with the one who has it. On the day
    too, until they are in the room. Both are told, unless they are in the house.

    Raises NotFound, NotThere.
    """
    with unit_of_work(session):
        one = session.get(Booking, booking_id)
        if one is None:
            raise NotFound()
        day = place_of(session, one.slot_id).session
        hold_seats(session, day.campaign_id)
        one, there = locked(session, Booking, booking_id), session.get(Slot, slot_id)
        if one is None or one.ended_at is not None or there is None:
            raise NotFound()
        if session.scalar(select(Panel.session_id).where(Panel.id == there.panel_id)) != day.id:
            raise NotFound()
        if one.slot_id == slot_id:
            return Moved(one, None)
        taken = session.scalars(select(Booking).filter_by(slot_id=slot_id, ended_at=None).order_by(Booking.seat)).all()
        full = len(taken) >= len(there.seats)
        other = taken[0] if full and len(taken) == 1 else None
        if full and other is None:
            raise NotThere("Every place at that time is taken.")
        numbers = {each.seat for each in taken}
        number = other.seat if other else next(n.number for n in there.seats if n.number not in numbers)
        for each, to in ((one, slot_id), *(((other, one.slot_id),) if other else ())):
            _refuse_to_move(session, each, to, day)
        return _moved(session, actor, one, other, (slot_id, number))


def _refuse_to_move(session: Session, booking: Booking, slot_id: int, day: InterviewSession) -> None:
    still = booking.attendance in MOVABLE
    begun = session.scalar(select(Sheet.id).where(Sheet.booking_id == booking.id).limit(1)) is not None
    allowed = may_take(booking.application_id, day.kind, day.starts_at - timedelta(minutes=1))
    if begun or not still or session.scalar(allowed.where(Slot.id == slot_id).with_only_columns(Slot.id)) is None:
        raise NotThere()


def _moved(session: Session, actor: Actor, one: Booking, other: Booking | None, seat: tuple[int, int]) -> Moved:
    back = (one.slot_id, one.seat)
    for each in filter(None, (one, other)):
        give_up(session, each, BookingEnd.MOVED, "by_us")  # where they are now goes with them
    first = _sit(session, actor, one, seat)
    second = _sit(session, actor, other, back) if other is not None else None
    session.flush()
    for each in filter(None, (first, second)):
        granted(session, each.invitation_id, each.slot_id)
        _tell(session, actor, each)
    if second is None:
        hand_on(session, [back[0]])
    return Moved(first, second)


def _sit(session: Session, actor: Actor, before: Booking, seat: tuple[int, int]) -> Booking:
    arrived = before.arrived_at
    made = Booking(
        invitation_id=before.invitation_id, application_id=before.application_id, slot_id=seat[0], seat=seat[1],
        booked_at=clock.now(), booked_by=actor.actor_id, arrived_at=arrived,
        attendance=Attendance.ARRIVED if arrived else Attendance.EXPECTED,
    )  # fmt: skip
    session.add(made)
    return made


def _tell(session: Session, actor: Actor, booking: Booking) -> None:
    invitation = session.get_one(Invitation, booking.invitation_id)
    application = session.get_one(Application, booking.application_id)
    place = place_of(session, booking.slot_id)
    record(
        session, actor, "interview.moved", subject=("booking", booking.id), application_id=application.id,
        slot=booking.slot_id, reason="by_us",
    )  # fmt: skip
    if booking.attendance is Attendance.EXPECTED:
        calendar = entry(invitation, application, place)
        write(session, "moved", invitation, application, **where(place), by_us=True, calendar=calendar)
