"""Taking a seat and giving it up. The database refuses a seat two would hold; whoever is second hears so.

Everything that takes or frees seats of a campaign does so one after another: a free seat is then free until commit,
and handing on a freed one cannot wait for somebody who waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold
from portal.domain.applications.models import Application
from portal.domain.interviews.models import Attendance, Booking, BookingEnd, Invitation, Seat


def hold_seats(session: Session, campaign_id: int) -> None:
    """Nobody else takes or frees a seat of this campaign until commit. Before any row is locked."""
    hold(session, f"seats:{campaign_id}")


def hold_seats_of(session: Session, application_id: int) -> None:
    """The same, for the campaign of an application."""
    campaign_id = session.scalar(select(Application.campaign_id).where(Application.id == application_id))
    if campaign_id is not None:
        hold_seats(session, campaign_id)


def take(session: Session, invitation: Invitation, slot_ids: Sequence[int], by_staff: int | None) -> Booking | None:
    """A seat of the first of these slots that has one; none when all are full."""
    for slot_id in slot_ids:
        for number in _free(session, slot_id):
            booking = Booking(
                invitation_id=invitation.id, application_id=invitation.application_id, slot_id=slot_id, seat=number,
                booked_at=clock.now(), booked_by=by_staff,
            )  # fmt: skip
            try:
                with session.begin_nested():
                    session.add(booking)
            except IntegrityError:  # somebody holds it after all
                continue
            invitation.version += 1
            return booking
    return None


def _free(session: Session, slot_id: int) -> Sequence[int]:
    held = exists().where(Booking.slot_id == Seat.slot_id, Booking.seat == Seat.number, Booking.ended_at.is_(None))
    return session.scalars(select(Seat.number).where(Seat.slot_id == slot_id, ~held).order_by(Seat.number)).all()


def give_up(session: Session, booking: Booking, ended_as: BookingEnd, reason: str | None) -> None:
    """The seat is free from here on; the row stays, as history of a time nobody came to."""
    booking.attendance = Attendance.EXPECTED
    booking.ended_at, booking.ended_as, booking.reason = clock.now(), ended_as, reason
    session.flush()  # before the next seat is taken: an invitation holds one at a time
    session.get_one(Invitation, booking.invitation_id).version += 1
