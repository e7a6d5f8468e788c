"""Waiting for a time that is full, or for any of a day; and asking for another one in words.

A seat that comes free goes to whoever asked first of those who may take it, in the unit of work that freed it. Whoever
has a time already is moved, and the seat they leave goes on in the same way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.interviews.choosing import beside, free_seats, live_booking, may_take, place_of, policy_now
from portal.domain.interviews.holding import Held, held
from portal.domain.interviews.letters import entry, where, write
from portal.domain.interviews.models import BookingEnd, Invitation, Panel, Slot, Wish, WishEnd
from portal.domain.interviews.rules import Policy, takes_part
from portal.domain.interviews.seating import give_up, take
from portal.domain.refusals import NotFound, Refusal
from portal.services.crypto import KeyRing

LONGEST = 2000  # characters


class NothingSaid(Refusal):
    message = "Tell us which days and times you could come."


class TooMuchSaid(Refusal):
    message = f"Use {LONGEST:,} characters or fewer."


class NothingChosen(Refusal):
    message = "Choose a time or a day to wait for."


def place_of_wish(wish_id: int) -> dict[str, str]:
    """Where the words of a wish belong: they open nowhere else."""
    return {"table": "wish", "row": str(wish_id), "column": "sealed"}


def wishes_of(session: Session, invitation_id: int) -> list[Wish]:
    """What somebody waits for or asked, in the order they did."""
    query = select(Wish).where(Wish.invitation_id == invitation_id, Wish.ended_at.is_(None)).order_by(Wish.id)
    return list(session.scalars(query))


def wait(
    session: Session, actor: Actor, invitation_id: int, slot_ids: Collection[int], session_ids: Collection[int] = ()
) -> None:
    """Waits for exactly these slots and sessions from now on; what was asked before keeps its place.

    Those that this person may not take are left out, and the time and the day they have. Raises NotInvited, NotFound;
    NothingChosen for none at all where nothing was waited for either.
    """
    with unit_of_work(session):
        found = held(session, actor, invitation_id)
        before = [each for each in wishes_of(session, invitation_id) if each.sealed is None]
        if not before and not slot_ids and not session_ids:
            raise NothingChosen(field="wait")
        possible = _possible(session, found)
        mine = live_booking(session, invitation_id)
        here = place_of(session, mine.slot_id).session.id if mine else None
        slots = {slot for slot in slot_ids if slot in possible} - set(beside(session, mine.slot_id) if mine else ())
        days = {day for day in session_ids if day in set(possible.values()) and day != here}
        for wish in before:
            if wish.slot_id not in slots and wish.session_id not in days:
                _end([wish], WishEnd.TAKEN_BACK)
        kept = {(wish.slot_id, wish.session_id) for wish in before if wish.ended_at is None}
        wanted = {(slot, None) for slot in slots} | {(None, day) for day in days}
        for slot_id, session_id in sorted(wanted - kept, key=str):
            session.add(Wish(invitation_id=invitation_id, slot_id=slot_id, session_id=session_id, asked_at=clock.now()))
        record(
            session, actor, "interview.waiting", subject=("invitation", invitation_id),
            application_id=found.application.id, times=len(slots), days=len(days),
        )  # fmt: skip
        session.flush()
        hand_on(session, slots_waited_for(session, found.invitation))  # freed meanwhile


def slots_waited_for(session: Session, invitation: Invitation) -> list[int]:
    """Every slot that a wish of theirs covers, the soonest first: of several free ones that is theirs."""
    wishes = [each for each in wishes_of(session, invitation.id) if each.sealed is None]
    slots = {slot for wish in wishes if wish.slot_id for slot in beside(session, wish.slot_id)}
    days = {wish.session_id for wish in wishes if wish.session_id}
    query = select(Slot.id).join(Panel, Panel.id == Slot.panel_id)
    query = query.where(or_(Slot.id.in_(slots), Panel.session_id.in_(days)))
    return list(session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def granted(session: Session, invitation_id: int, slot_id: int) -> None:
    """They have this time now: nobody waits for what they have, and none comes back to who gives it up."""
    same, day = beside(session, slot_id), place_of(session, slot_id).session.id
    _end(
        [each for each in wishes_of(session, invitation_id) if each.slot_id in same or each.session_id == day],
        WishEnd.GRANTED,
    )


def _possible(session: Session, found: Held) -> dict[int, int]:
    """Every slot they may take, with its session."""
    after = clock.now() + policy_now(session).cut_off
    query = may_take(found.application.id, found.invitation.kind, after)
    rows = session.execute(query.with_only_columns(Slot.id, Panel.session_id))
    return {row.id: row.session_id for row in rows}


def ask_in_words(session: Session, keys: KeyRing, actor: Actor, invitation_id: int, words: str) -> None:
    """Keeps the words, sealed, for staff to answer. Another time asked replaces what was asked before.

    Raises NothingSaid, TooMuchSaid, NotInvited, NotFound.
    """
    said = "\n".join(line.rstrip() for line in words.strip().splitlines())
    if not said:
        raise NothingSaid(field="words")
    if len(said) > LONGEST:
        raise TooMuchSaid(field="words")
    with unit_of_work(session):
        found = held(session, actor, invitation_id)
        before = [each for each in wishes_of(session, invitation_id) if each.sealed is not None]
        if any(keys.unseal(each.sealed, **place_of_wish(each.id)) == said for each in before if each.sealed):
            return
        _end(before, WishEnd.TAKEN_BACK)
        wish = Wish(invitation_id=invitation_id, sealed=b"", asked_at=clock.now())
        session.add(wish)
        session.flush()
        wish.sealed = keys.seal(said, **place_of_wish(wish.id))
        record(
            session, actor, "interview.other_time_asked", subject=("invitation", invitation_id),
            application_id=found.application.id,
        )  # fmt: skip
        announce(session, WORK)


def answer_words(session: Session, actor: Actor, wish_id: int, invitation_id: int) -> None:
    """A person has seen to this wish of the invitation. Twice is once. Raises NotFound."""
    with unit_of_work(session):
        wish = locked(session, Wish, wish_id)
        if wish is None or wish.sealed is None or wish.invitation_id != invitation_id:
            raise NotFound()
        if wish.ended_at is None:
            _end([wish], WishEnd.ANSWERED)
            application_id = session.get_one(Invitation, invitation_id).application_id
            record(
                session, actor, "interview.other_time_answered", subject=("invitation", invitation_id),
                application_id=application_id,
            )  # fmt: skip


def end_wishes(session: Session, invitation_id: int, ended_as: WishEnd, *, words_too: bool = True) -> None:
    """Nobody waits for this invitation any more."""
    ending = update(Wish).where(Wish.invitation_id == invitation_id, Wish.ended_at.is_(None))
    ending = ending if words_too else ending.where(Wish.sealed.is_(None))
    session.execute(ending.values(ended_at=clock.now(), ended_as=ended_as))


def _end(wishes: Sequence[Wish], ended_as: WishEnd) -> None:
    for wish in wishes:
        wish.ended_at, wish.ended_as = clock.now(), ended_as


def hand_on(session: Session, slot_ids: Collection[int]) -> int:
    """Gives the free seats of these slots to those who wait for them, in the caller's unit of work, with the campaign's
    seats held; returns how many moved up."""
    policy, now, moved = policy_now(session), clock.now(), 0
    freed = deque(dict.fromkeys(slot_ids))
    while freed:
        slot_id = freed.popleft()
        for wish_id in _waiting(session, slot_id):
            left = _grant(session, wish_id, slot_id, policy, now)
            if left is not None:
                moved += 1
                freed.append(slot_id)  # there may be more seats, and more who wait
                freed.extend(left)
                break
    return moved


def _waiting(session: Session, slot_id: int) -> Sequence[int]:
    """Who waits for a seat of this slot, of one beside it, or of any of its session; who asked first comes first."""
    day = select(Panel.session_id).join(Slot, Slot.panel_id == Panel.id).where(Slot.id == slot_id).scalar_subquery()
    query = (
        select(Wish.id)
        .where(Wish.ended_at.is_(None), or_(Wish.slot_id.in_(beside(session, slot_id)), Wish.session_id == day))
        .order_by(Wish.asked_at, Wish.id)
    )
    return session.scalars(query).all()


def _grant(session: Session, wish_id: int, slot_id: int, policy: Policy, now: datetime) -> list[int] | None:
    """Seats whoever wished it there, if they may sit there; returns the slots they left, none if they were not."""
    wish = session.get_one(Wish, wish_id)
    invitation = locked(session, Invitation, wish.invitation_id)
    if invitation is None or invitation.ended_at is not None:
        return None
    application = session.get_one(Application, invitation.application_id, populate_existing=True)
    allowed = may_take(application.id, invitation.kind, now + policy.cut_off).where(Slot.id == slot_id)
    if not takes_part(invitation.kind, application.state) or session.scalar(allowed) is None:
        return None
    before = live_booking(session, invitation.id)
    left = []
    if before is not None:
        old = place_of(session, before.slot_id)
        new = place_of(session, slot_id)
        soon = old.slot.starts_at - now < policy.cut_off
        if soon or (old.session.id, old.slot.starts_at) == (new.session.id, new.slot.starts_at):
            return None  # they may be on their way; or have that very time
        if not _any_free(session, slot_id):
            return None
        give_up(session, before, BookingEnd.MOVED, "moved_up")
        left = [before.slot_id]
    booking = take(session, invitation, [slot_id], None)
    if booking is None:
        return None
    _end([wish], WishEnd.GRANTED)
    session.flush()
    end_wishes(session, invitation.id, WishEnd.GONE, words_too=False)
    record(
        session, SYSTEM, "interview.moved_up", subject=("booking", booking.id), application_id=application.id,
        slot=slot_id,
    )  # fmt: skip
    place = place_of(session, slot_id)
    write(
        session, "seat_free", invitation, application, moved=bool(left), **where(place),
        calendar=entry(invitation, application, place),
    )  # fmt: skip
    return left


def _any_free(session: Session, slot_id: int) -> bool:
    from_here = select(Slot.id).where(Slot.id == slot_id, free_seats() > 0)
    return session.scalar(from_here) is not None
