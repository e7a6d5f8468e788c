"""Booking a time, moving it, giving it up; and giving up what belongs to sessions and applications that ended.

A seat that is freed is handed on to whoever waits for it in the same unit of work.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.interviews.choosing import (
    Place,
    beside,
    free_seats,
    live_booking,
    may_take,
    place_of,
    policy_now,
    times_left,
)
from portal.domain.interviews.holding import Held, by_staff, held
from portal.domain.interviews.letters import entry, where, write
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    BookingEnd,
    InterviewSession,
    Invitation,
    InvitationEnd,
    Panel,
    Slot,
    Wish,
    WishEnd,
)
from portal.domain.interviews.rules import (
    BegunAlready,
    BookedAlready,
    ChangedMeanwhile,
    ChangeReason,
    NothingBooked,
    NotThisTime,
    SlotTaken,
    refuse_to_change,
    takes_part,
)
from portal.domain.interviews.seating import give_up, hold_seats, hold_seats_of, take
from portal.domain.interviews.waiting_list import end_wishes, granted, hand_on, slots_waited_for
from portal.domain.refusals import NotFound


def book(session: Session, actor: Actor, invitation_id: int, slot_id: int, *, seen: int | None = None) -> Booking:
    """A seat at this time. The same again is the booking there is. Staff take this very slot, and any still to come;
    applicants any panel of the session at this time, beyond the cut-off.

    `seen` is the invitation's version that the page showed. Raises SlotTaken (with what is left), NotThisTime,
    BookedAlready, ChangedMeanwhile, NotInvited or NotFound.
    """
    _refuse_if_full(session, invitation_id, slot_id)
    with unit_of_work(session):
        found = held(session, actor, invitation_id)
        now_held = live_booking(session, invitation_id)
        slots = _slots(session, actor, slot_id)
        if now_held is not None and now_held.slot_id in slots:
            return now_held
        if now_held is not None:
            raise BookedAlready()
        _refuse_stale(found, seen)
        booking = _seat(session, actor, found, slots)
        _note(session, actor, found, booking, "interview.booked", "booked")
        return booking


def move(
    session: Session,
    actor: Actor,
    invitation_id: int,
    slot_id: int,
    *,
    reason: ChangeReason | None = None,
    seen: int | None = None,
) -> Booking:
    """Another seat in place of the one held. Applicants are asked why when it is late, or once too often.

    Raises as `book` does, and NothingBooked, BegunAlready or WhyNeeded.
    """
    _refuse_if_full(session, invitation_id, slot_id)
    with unit_of_work(session):
        found = held(session, actor, invitation_id)
        before = live_booking(session, invitation_id)
        if before is None:
            raise NothingBooked()
        slots = _slots(session, actor, slot_id)
        if before.slot_id in slots:
            return before
        _refuse_stale(found, seen)
        reason = _refuse_change(session, actor, found, before, reason)
        give_up(session, before, BookingEnd.MOVED, reason.value if reason else None)
        booking = _seat(session, actor, found, slots)
        if by_staff(actor) is None:
            found.invitation.moves += 1
        _note(session, actor, found, booking, "interview.moved", "moved", reason=reason.value if reason else None)
        hand_on(session, [before.slot_id])
        return booking


def cancel(
    session: Session,
    actor: Actor,
    invitation_id: int,
    *,
    reason: ChangeReason | None = None,
    for_good: bool = False,
    seen: int | None = None,
) -> None:
    """Gives the time up. The invitation stays, to choose another, unless it is `for_good`. Twice is once.

    Raises BegunAlready, WhyNeeded, ChangedMeanwhile, NotInvited or NotFound.
    """
    with unit_of_work(session):
        found = held(session, actor, invitation_id, ended_too=True)
        before = live_booking(session, invitation_id)
        if found.invitation.ended_at is not None or (before is None and not for_good):
            return
        _refuse_stale(found, seen)
        if before is not None:
            reason = _refuse_change(session, actor, found, before, reason)
            give_up(session, before, BookingEnd.CANCELLED, reason.value if reason else None)
            _tell_cancelled(session, found, before, again=not for_good)
        if for_good:
            _end(session, found.invitation, InvitationEnd.CANCELLED)
        record(
            session, actor, "interview.cancelled", subject=("invitation", invitation_id),
            application_id=found.application.id, reason=reason.value if reason else None, for_good=for_good,
        )  # fmt: skip
        if before is not None:  # and nothing keeps them from what they wait for any more
            hand_on(session, [before.slot_id, *slots_waited_for(session, found.invitation)])


def session_cancelled(session: Session, actor: Actor, session_id: int, reason: str) -> int:
    """Ends the bookings of a session that is cancelled, tells everybody and lets them choose again; returns how many.

    In the caller's unit of work, or its own. `reason` is a code.
    """
    with unit_of_work(session):
        campaign_id = session.scalar(select(InterviewSession.campaign_id).where(InterviewSession.id == session_id))
        if campaign_id is None:
            raise NotFound()
        hold_seats(session, campaign_id)
        slots = select(Slot.id).join(Panel, Panel.id == Slot.panel_id).where(Panel.session_id == session_id)
        ended: list[Invitation] = []
        for booking in _coming(session, Booking.slot_id.in_(slots)):
            found = _of(session, booking)
            give_up(session, booking, BookingEnd.SESSION_CANCELLED, reason)
            found.invitation.answer_by = max(found.invitation.answer_by, clock.now() + policy_now(session).answer)
            _tell_cancelled(session, found, booking, again=True, by_us=True)
            record(
                session, actor, "interview.session_cancelled", subject=("booking", booking.id),
                application_id=booking.application_id, reason=reason,
            )  # fmt: skip
            ended.append(found.invitation)
        for wish in session.scalars(
            select(Wish).where(Wish.ended_at.is_(None), (Wish.session_id == session_id) | Wish.slot_id.in_(slots))
        ):
            wish.ended_at, wish.ended_as = clock.now(), WishEnd.GONE
        session.flush()
        for invitation in ended:  # nothing keeps them from what they wait for any more
            hand_on(session, slots_waited_for(session, invitation))
        return len(ended)


def let_go(session: Session, application_id: int) -> None:
    """Frees what an application has no part in any more, all of it once it ended, in the caller's unit of work: a seat
    goes to who waits for it. A time that is over stays on record. Nothing held is nothing done."""
    with unit_of_work(session):
        hold_seats_of(session, application_id)
        freed = []
        for booking in _coming(session, Booking.application_id == application_id):
            found = _of(session, booking)
            over = place_of(session, booking.slot_id).slot.starts_at <= clock.now()
            if over or takes_part(found.invitation.kind, found.application.state):
                continue
            give_up(session, booking, BookingEnd.GONE, None)
            _tell_cancelled(session, found, booking, again=False)
            freed.append(booking.slot_id)
        live = select(Invitation, Application.state).join(Application).filter(Invitation.ended_at.is_(None))
        for invitation, state in session.execute(live.where(Application.id == application_id)).all():
            if takes_part(invitation.kind, state):
                continue
            _end(session, invitation, InvitationEnd.GONE)
            record(
                session, SYSTEM, "invitation.ended", subject=("invitation", invitation.id),
                application_id=application_id, how=InvitationEnd.GONE.value,
            )  # fmt: skip
        session.flush()
        hand_on(session, freed)


def _refuse_if_full(session: Session, invitation_id: int, slot_id: int) -> None:
    """Says so at once, without queueing for the database behind everybody who wants the same place."""
    mine = select(Booking.id).filter_by(invitation_id=invitation_id, ended_at=None).where(Booking.slot_id == Slot.id)
    beside_it = beside(session, slot_id)
    open_ones = select(Slot.id).where(Slot.id.in_(beside_it), (free_seats() > 0) | mine.exists())
    if beside_it and session.scalar(open_ones.limit(1)) is None:
        raise _taken(session, invitation_id)


def _taken(session: Session, invitation_id: int) -> SlotTaken:
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound()
    after = clock.now() + policy_now(session).cut_off
    return SlotTaken(times_left(session, invitation.application_id, invitation.kind, after))


def _slots(session: Session, actor: Actor, slot_id: int) -> list[int]:
    return [slot_id] if by_staff(actor) is not None else beside(session, slot_id)


def _seat(session: Session, actor: Actor, found: Held, slots: list[int]) -> Booking:
    """A seat of one of these that they may take; raises NotThisTime or SlotTaken."""
    cut_off = timedelta() if by_staff(actor) is not None else policy_now(session).cut_off
    allowed = may_take(found.application.id, found.invitation.kind, clock.now() + cut_off)
    ids = set(session.scalars(allowed.where(Slot.id.in_(slots)).with_only_columns(Slot.id)))
    possible = [slot for slot in slots if slot in ids]
    if not possible:
        raise NotThisTime()
    booking = take(session, found.invitation, possible, by_staff(actor))
    if booking is None:
        raise _taken(session, found.invitation.id)
    return booking


def _refuse_stale(found: Held, seen: int | None) -> None:
    if seen is not None and seen != found.invitation.version:
        raise ChangedMeanwhile()


def _refuse_change(
    session: Session, actor: Actor, found: Held, booking: Booking, reason: ChangeReason | None
) -> ChangeReason | None:
    """The reason to keep; staff give none, but cannot change what has begun either."""
    starts_at = place_of(session, booking.slot_id).slot.starts_at
    if booking.attendance is not Attendance.EXPECTED:
        raise BegunAlready()
    if by_staff(actor) is not None:
        reason = reason or ChangeReason.BY_US
    refuse_to_change(starts_at, clock.now(), found.invitation.moves, policy_now(session), reason)
    return reason


def _note(
    session: Session, actor: Actor, found: Held, booking: Booking, action: str, letter: str, **detail: str | None
) -> None:
    """What belongs to every new seat: wishes for it end, the trail, the letter with the calendar's entry."""
    granted(session, found.invitation.id, booking.slot_id)
    record(
        session, actor, action, subject=("booking", booking.id), application_id=found.application.id,
        slot=booking.slot_id, **detail,
    )  # fmt: skip
    place = place_of(session, booking.slot_id)
    write(
        session, letter, found.invitation, found.application, **where(place),
        by_us=by_staff(actor) is not None, calendar=entry(found.invitation, found.application, place),
    )  # fmt: skip


def _tell_cancelled(session: Session, found: Held, booking: Booking, *, again: bool, by_us: bool = False) -> None:
    place: Place = place_of(session, booking.slot_id)
    write(
        session, "cancelled", found.invitation, found.application, **where(place), again=again, by_us=by_us,
        calendar=entry(found.invitation, found.application, place, cancelled=True),
    )  # fmt: skip


def _end(session: Session, invitation: Invitation, how: InvitationEnd) -> None:
    invitation.ended_at, invitation.ended_as = clock.now(), how
    invitation.version += 1
    end_wishes(session, invitation.id, WishEnd.GONE)


def _coming(session: Session, *which: object) -> Iterable[Booking]:
    """Seats of those who have not been in the room; who waits at the door is one of them."""
    ahead = Booking.attendance.in_((Attendance.EXPECTED, Attendance.ARRIVED))
    query = select(Booking).where(*which, Booking.ended_at.is_(None), ahead)  # type: ignore[arg-type]
    return session.scalars(query.order_by(Booking.id).execution_options(populate_existing=True)).all()


def _of(session: Session, booking: Booking) -> Held:
    invitation = locked(session, Invitation, booking.invitation_id)
    assert invitation is not None
    return Held(invitation, session.get_one(Application, booking.application_id))
