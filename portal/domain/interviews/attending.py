"""Who came: marked on the day, undone when it was a slip. Who did not come is no cancellation."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.interviews import inviting
from portal.domain.interviews.choosing import place_of
from portal.domain.interviews.lateness import tell
from portal.domain.interviews.models import Attendance, Booking, InterviewSession, InvitationEnd, Panel
from portal.domain.interviews.seating import hold_seats_of
from portal.domain.refusals import Conflict, NotFound, Refusal

A = Attendance
ENDS = {A.LEFT: InvitationEnd.ATTENDED, A.NO_SHOW: InvitationEnd.NO_SHOW}
UNDO = {A.ARRIVED: A.EXPECTED, A.IN_ROOM: A.ARRIVED, A.LEFT: A.IN_ROOM, A.NO_SHOW: A.EXPECTED}
NEXT = {A.EXPECTED: (A.ARRIVED, A.NO_SHOW), A.ARRIVED: (A.IN_ROOM, A.NO_SHOW), A.IN_ROOM: (A.LEFT,)}
LATEST = timedelta(hours=2)  # a panel that runs later than this needs another day


class NotYet(Refusal):
    status = 409
    title = "It is too early for that"
    message = "It is not the day yet."


class InvitedAgain(Conflict):
    title = "They were invited again"
    message = "They have had another invitation since, so this stays as it is."


class MarkedMeanwhile(Conflict):
    message = "A colleague has marked this person since. Look at the board again."


class TooLate(Refusal):
    def __init__(self) -> None:
        super().__init__(f"Enter minutes from 0 to {LATEST // timedelta(minutes=1)}", field="minutes")


def mark(
    session: Session, actor: Actor, booking_id: int, attendance: Attendance, *, seen: Attendance | None = None
) -> Booking:
    """Says where somebody is; the same again changes nothing. Having left, or not come, ends the invitation; going
    back from either opens it again.

    `seen` is what the page showed. Raises NotFound (no such booking, or it was given up), NotYet, MarkedMeanwhile,
    InvitedAgain.
    """
    with unit_of_work(session):
        booking = _held(session, booking_id)
        before = booking.attendance
        if before is attendance:
            return booking
        if seen is not None and seen is not before:
            raise MarkedMeanwhile()
        starts_at = place_of(session, booking.slot_id).slot.starts_at
        _refuse_early(before, attendance, not has_come(starts_at), starts_at > clock.now())
        if before in ENDS and not inviting.reopen(session, booking.invitation_id):
            raise InvitedAgain()
        _stamp(booking, attendance)
        if attendance in ENDS:
            inviting.close(session, booking.invitation_id, ENDS[attendance])
        record(
            session, actor, "attendance.marked", subject=("booking", booking.id),
            application_id=booking.application_id, before=before.value, state=attendance.value,
        )  # fmt: skip
        return booking


def _held(session: Session, booking_id: int) -> Booking:
    application_id = session.scalar(select(Booking.application_id).where(Booking.id == booking_id))
    if application_id is None:
        raise NotFound()
    hold_seats_of(session, application_id)
    booking = locked(session, Booking, booking_id)
    if booking is None or booking.ended_at is not None:
        raise NotFound()
    return booking


def has_come(starts_at: datetime) -> bool:
    """Whether it is the day of this time, or later: from then on people can be marked."""
    return clock.london(starts_at).date() <= clock.today()


def is_today(starts_at: datetime) -> bool:
    """Whether it is the very day: on another nobody waits for a panel that runs late."""
    return clock.london(starts_at).date() == clock.today()


def _refuse_early(before: Attendance, attendance: Attendance, day_to_come: bool, time_to_come: bool) -> None:
    if attendance is A.EXPECTED:
        return
    if day_to_come:
        raise NotYet()
    if attendance is A.NO_SHOW and time_to_come:
        raise NotYet("Their time has not come yet.")
    if attendance is A.NO_SHOW and before in {A.IN_ROOM, A.LEFT}:
        raise NotYet("They were in the room. Undo that first.")


def _stamp(booking: Booking, attendance: Attendance) -> None:
    """The times that go with it; what has not happened has none."""
    now, reached = clock.now(), (A.ARRIVED, A.IN_ROOM, A.LEFT)
    steps = reached.index(attendance) + 1 if attendance in reached else 0
    booking.attendance = attendance
    booking.arrived_at = (booking.arrived_at or now) if steps > 0 else None
    booking.began_at = (booking.began_at or now) if steps > 1 else None
    booking.left_at = (booking.left_at or now) if steps > 2 else None


def run_late(session: Session, actor: Actor, panel_id: int, minutes: int, *, telling: bool = False) -> int:
    """Says how late a panel runs; 0 when it has caught up. `telling`: those still to come hear it by e-mail. Returns
    how many were written to: whoever was told of a later time than this always is.

    Raises NotFound, TooLate, NotYet.
    """
    if not 0 <= minutes <= LATEST // timedelta(minutes=1):
        raise TooLate()
    with unit_of_work(session):
        panel = locked(session, Panel, panel_id)
        if panel is None:
            raise NotFound()
        day = session.get_one(InterviewSession, panel.session_id)
        if not has_come(day.starts_at):
            raise NotYet()
        told = tell(session, panel, day, minutes, everybody=telling)
        if panel.late_minutes != minutes or told:
            panel.late_minutes = minutes
            record(
                session, actor, "interviews.running_late", subject=("interview_session", day.id), panel=panel_id,
                minutes=minutes, told=told,
            )  # fmt: skip
        return told
