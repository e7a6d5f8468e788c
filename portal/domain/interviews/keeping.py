"""Keeping a time free: a panel has something else to do, and the rest of the day goes on."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.interviews.models import Booking, InterviewSession, Panel, Seat, Slot
from portal.domain.interviews.planning import WasCancelled
from portal.domain.interviews.seating import hold_seats
from portal.domain.interviews.waiting_list import hand_on
from portal.domain.refusals import Conflict, NotFound, Refusal


class BookedMeanwhile(Conflict):
    title = "Somebody has booked that time since"
    message = "Look at the board again. To keep the time free, move them to another first."


class TimeBegun(Refusal):
    status = 409
    title = "That time has begun"
    message = "Only a time that is still to come can be kept free or opened again."


def keep_free(session: Session, actor: Actor, slot_id: int, *, seen: int) -> Slot:
    """Nobody more books this time; whoever has a place in it keeps it. Kept free already, it stays so.

    `seen` is how many had a place in it on the page. Raises NotFound, WasCancelled, TimeBegun, BookedMeanwhile.
    """
    with unit_of_work(session):
        slot, day = _held(session, slot_id)
        if slot.closed_at is None:
            taken = session.scalar(select(func.count()).where(Booking.slot_id == slot_id, Booking.ended_at.is_(None)))
            seats = session.scalar(select(func.count()).where(Seat.slot_id == slot_id))
            if taken != seen or taken == seats:
                raise BookedMeanwhile()
            slot.closed_at = clock.now()
            _trail(session, actor, "interviews.slot_kept_free", day, slot)
        return slot


def open_again(session: Session, actor: Actor, slot_id: int) -> Slot:
    """The time can be booked from now on; who waits for one gets it. Open already, it stays so.

    Raises NotFound, WasCancelled, TimeBegun.
    """
    with unit_of_work(session):
        slot, day = _held(session, slot_id)
        if slot.closed_at is not None:
            slot.closed_at = None
            _trail(session, actor, "interviews.slot_opened", day, slot)
            session.flush()
            hand_on(session, [slot_id])
        return slot


def _held(session: Session, slot_id: int) -> tuple[Slot, InterviewSession]:
    """A time to come, with nobody else taking its places meanwhile."""
    of_slot = select(InterviewSession).join(Panel, Panel.session_id == InterviewSession.id)
    day = session.scalars(of_slot.join(Slot, Slot.panel_id == Panel.id).where(Slot.id == slot_id)).one_or_none()
    if day is None:
        raise NotFound()
    hold_seats(session, day.campaign_id)
    session.refresh(day)
    slot = locked(session, Slot, slot_id)
    if slot is None:
        raise NotFound()
    if day.cancelled_at is not None:
        raise WasCancelled()
    if slot.starts_at <= clock.now():
        raise TimeBegun()
    return slot, day


def _trail(session: Session, actor: Actor, action: str, day: InterviewSession, slot: Slot) -> None:
    record(
        session, actor, action, subject=("interview_session", day.id), panel=slot.panel_id,
        at=slot.starts_at.isoformat(),
    )  # fmt: skip
