"""Days of interviews for the state-machine test: people, a recruiter, interviewers, and what they may try.

Each act is done to the portal and then to the diary, a model in plain Python; both must say the same of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.casework import deciding
from portal.domain.casework.models import Verdict
from portal.domain.interviews import attending, booking, changing, inviting, waiting_list
from portal.domain.interviews.models import Attendance, Booking, Invitation, SessionKind, Wish
from portal.domain.interviews.models import Slot as SlotRow
from portal.domain.interviews.rules import ChangeReason
from portal.domain.journeys import ending
from portal.domain.journeys.due import run_due
from portal.domain.messages.models import Delivery, Notice, OutboxMail
from portal.domain.refusals import Refusal
from portal.domain.shortlisting.conflicts import declare_conflict
from portal.web.setup import outside_of
from tests.domain.chairs import Call, Chair
from tests.domain.diary import Diary, Why
from tests.support.programme import agree

HOUR, SECONDS = timedelta(hours=1), timedelta(seconds=13)  # never the same second of an hour twice in a run
REMINDER, UNANSWERED = "interview_reminder", "interview_unanswered"
LETTERS = ("interview_", "application_")
TOLD = ("interview", "application.", "attendance.", "invitation.", "conflict.")


@dataclass
class Meetings:
    """One run: a few people on a shortlist and days to meet them on."""

    app: Flask
    session: Session
    random: Random
    people: dict[int, Applicant]  # by application
    recruiter: StaffMember
    interviewers: list[StaffMember]
    diary: Diary
    at: datetime
    since: int  # the last line of the trail before the run
    done: Counter[str] = field(default_factory=Counter)
    shown: dict[tuple[int, str, int], tuple[str, int]] = field(default_factory=dict)

    def step(self) -> None:
        """Time goes by, somebody tries something, the diary is asked, and everything that must hold is looked at."""
        self.at += HOUR * self.random.choice((0, 0, 0, 1, 5, 24, 30)) + SECONDS
        self.diary.now = self.at
        act = self.random.choice(ACTS)
        with clock.at(self.at):
            refused = self.attempt(act)
            self.done[f"{act.__name__}: {refused}" if refused else act.__name__] += 1
            self.stands_as_in_the_diary()
            self.calendars_are_right()
            self.must_always_hold(act)

    def attempt(self, act: Act) -> str | None:
        tried = act(self)
        if tried is None:
            return "nothing to try"
        real, model = tried
        refused = None
        try:
            real()
        except Refusal as refusal:
            refused = type(refusal).__name__
        self.session.rollback()
        self.session.expire_all()
        why = model()
        assert (refused in why) if refused else not why, f"{act.__name__}: {refused}, the diary says {why or 'fine'}"
        return refused

    # Whom and what an act is about

    def person(self) -> int:
        return self.random.choice(list(self.people))

    def actor(self, person: int, *, staff: bool) -> tuple[Applicant | StaffMember, Why]:
        """Usually who may; now and then another applicant, who finds nothing there, or a time that is full."""
        if staff:
            return self.recruiter, set()
        theirs = self.people[person] if self.random.random() < 0.95 else self.people[self.person()]
        return theirs, set() if theirs is self.people[person] else {"NotFound", "SlotTaken"}

    def call(self, *, seated: bool | None = None) -> tuple[Call, Invitation] | None:
        """An invitation, usually a live one, with a time or without as wanted."""
        live = [call for call in self.diary.calls if call.ended is None]
        fitting = [call for call in live if seated is None or (self.diary.chair(call) is not None) is seated]
        found = (fitting or live) if live and self.random.random() < 0.9 else self.diary.calls
        if not found:
            return None
        call = self.random.choice(found)
        query = select(Invitation).filter_by(application_id=call.person, kind=SessionKind(call.kind))
        return call, self.session.scalars(query.filter_by(attempt=call.attempt)).one()

    def chair(self) -> tuple[Chair, int] | None:
        """A seat taken, with the booking's number."""
        live = [chair for chair in self.diary.chairs if chair.ended is None]
        if not live:
            return None
        near = [chair for chair in live if chair.slot.starts - self.at < 6 * HOUR]
        chair = self.random.choice(near if near and self.random.random() < 0.7 else live)
        query = select(Booking.id).filter_by(application_id=chair.call.person, slot_id=chair.slot.id, ended_at=None)
        return chair, self.session.scalars(query).one()

    def slot(self, kind: str) -> int:
        fitting = [slot for slot in self.diary.slots.values() if slot.kind == kind or self.random.random() < 0.1]
        ahead = [slot for slot in fitting if slot.starts > self.at and slot.day not in self.diary.off]
        return self.random.choice(ahead if ahead and self.random.random() < 0.85 else fitting).id

    # What is looked at after each step

    def stands_as_in_the_diary(self) -> None:
        session, diary, ids = self.session, self.diary, list(self.people)
        states = select(Application.id, Application.state).where(Application.id.in_(ids))
        agree("states", {key: state.value for key, state in session.execute(states)}, diary.states)
        calls = session.scalars(select(Invitation).where(Invitation.application_id.in_(ids))).all()
        keys = {row.id: (row.application_id, row.kind.value, row.attempt) for row in calls}
        now = {keys[row.id]: (row.moves, row.ended_as and row.ended_as.value) for row in calls}
        agree("invitations", now, {call.key: (call.moves, call.ended) for call in diary.calls})
        rows = session.scalars(select(Booking).where(Booking.application_id.in_(ids))).all()
        chairs = Counter(
            (keys[row.invitation_id], row.slot_id, row.attendance.value, row.ended_as and row.ended_as.value)
            for row in rows
        )
        kept = Counter((each.call.key, each.slot.id, each.attendance, each.ended) for each in diary.chairs)
        agree("bookings", chairs, kept)
        wishes = session.scalars(select(Wish).where(Wish.ended_at.is_(None), Wish.invitation_id.in_(keys))).all()
        waits = Counter((keys[row.invitation_id], row.slot_id, row.session_id) for row in wishes)
        agree("wishes", waits, Counter((each.call.key, each.slot and each.slot.id, each.day) for each in diary.hopes))
        self.seats_are_held_once(rows)

    def seats_are_held_once(self, rows: list[Booking]) -> None:
        live = [row for row in rows if row.ended_at is None]
        assert len({(row.slot_id, row.seat) for row in live}) == len(live)
        assert len({row.invitation_id for row in live}) == len(live)
        coming = Counter(
            (each.call.person, each.call.kind)
            for each in self.diary.chairs
            if each.ended is None and each.slot.starts > self.at
        )
        assert not coming or max(coming.values()) == 1

    def calendars_are_right(self) -> None:
        """Each letter once for each act; the newest entry in somebody's calendar is the time they have."""
        mails = select(OutboxMail.application_id, OutboxMail.name, OutboxMail.context).order_by(OutboxMail.id)
        rows = self.session.execute(mails.where(OutboxMail.application_id.in_(self.people))).all()
        sent = Counter((row.application_id, row.name) for row in rows if row.name != "application_received")
        reminded = Counter(self.session.scalars(select(Notice.kind).where(Notice.kind.in_((REMINDER, UNANSWERED)))))
        asked = sum(number for (_person, name), number in self.diary.letters.items() if name == UNANSWERED)
        reminders = [number for (_person, name), number in sent.items() if name in {REMINDER, UNANSWERED}]
        assert sum(reminders) == reminded.total() + asked
        for person, name in sent.keys() | self.diary.letters.keys():
            if name.startswith(LETTERS) and name not in {REMINDER, UNANSWERED}:
                agree(name, sent[person, name], self.diary.letters[person, name])
        entries: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            if "calendar" in row.context:
                entries.setdefault(row.context["calendar"]["uid"], []).append(row.context["calendar"])
        for invitation in self.session.scalars(select(Invitation).where(Invitation.application_id.in_(self.people))):
            self.entry_is_right(invitation, entries.get(invitation.uid, []))

    def entry_is_right(self, row: Invitation, entries: list[dict[str, str]]) -> None:
        key = (row.application_id, row.kind.value, row.attempt)
        uid, sequence = self.shown.get(key, (row.uid, 0))
        assert row.uid == uid and row.sequence >= sequence
        self.shown[key] = (row.uid, row.sequence)
        assert [entry["sequence"] for entry in entries] == list(range(1, row.sequence + 1))
        chair = next((each for each in self.diary.chairs if each.call.key == key and each.ended is None), None)
        if chair is None:
            assert not entries or entries[-1]["method"] == "CANCEL"
        elif chair.attendance == "expected":
            assert entries[-1]["method"] == "REQUEST"
            assert datetime.fromisoformat(entries[-1]["starts"]) == chair.slot.starts

    def must_always_hold(self, act: Act) -> None:
        diary = self.diary
        assert not diary.waits_in_vain()
        for chair in [each for each in diary.chairs if each.ended is None and each.slot.starts > self.at]:
            assert chair.slot.day not in diary.off
            assert chair.call.ended is None or chair.attendance != "expected" or act is not due
            assert act is not due or diary.takes_part(chair.call)
        actions = self.session.scalars(select(AuditEvent.action).where(AuditEvent.id > self.since)).all()
        said = Counter(action for action in actions if action.startswith(TOLD))
        agree("the trail", said, Counter({key: n for key, n in diary.trail.items() if key.startswith(TOLD)}))
        failed = select(func.count()).select_from(OutboxMail).where(OutboxMail.state == Delivery.FAILED)
        assert self.session.scalar(failed) == 0
        known = {(row.staff_id, row.application_id): row.declared_at for row in self.session.scalars(select(Conflict))}
        seated = select(Booking.application_id, Booking.booked_at, SlotRow.panel_id)
        seated = seated.where(Booking.application_id.in_(self.people), SlotRow.id == Booking.slot_id)
        for row in self.session.execute(seated):
            for staff in diary.panels[row.panel_id]:
                assert known.get((staff, row.application_id), row.booked_at) >= row.booked_at


Tried = tuple[Callable[[], object], Callable[[], Why]] | None
Act = Callable[[Meetings], Tried]


def invite(life: Meetings) -> Tried:
    invited = {call.person for call in life.diary.calls if not call.ended}
    person = life.random.choice([key for key in life.people if key not in invited] or list(life.people))
    rare = life.random.random() < 0.3
    kind = SessionKind.FITNESS if rare else SessionKind.INTERVIEW
    return (
        lambda: inviting.invite(life.session, life.recruiter, person, kind),
        lambda: life.diary.invite(person, kind.value),
    )


def book(life: Meetings) -> Tried:
    if (found := life.call(seated=False)) is None:
        return None
    call, row = found
    staff, stale, slot = life.random.random() < 0.2, life.random.random() < 0.05, life.slot(call.kind)
    (actor, stranger), key, seen = life.actor(call.person, staff=staff), row.id, row.version - stale
    return (
        lambda: booking.book(life.session, actor, key, slot, seen=seen),
        lambda: stranger or life.diary.book(call, life.diary.slots[slot], staff=staff, stale=stale),
    )


def change(life: Meetings) -> Tried:
    if (found := life.call(seated=True)) is None:
        return None
    call, row = found
    staff, stale, slot = life.random.random() < 0.2, life.random.random() < 0.05, life.slot(call.kind)
    why = life.random.choice((None, ChangeReason.WORK))
    (actor, stranger), key, seen = life.actor(call.person, staff=staff), row.id, row.version - stale
    return (
        lambda: booking.move(life.session, actor, key, slot, reason=why, seen=seen),
        lambda: stranger or life.diary.change(
            call, life.diary.slots[slot], staff=staff, stale=stale, reason=why is not None
        ),
    )  # fmt: skip


def cancel(life: Meetings) -> Tried:
    if (found := life.call(seated=True)) is None:
        return None
    call, row = found
    staff, stale, good = life.random.random() < 0.2, life.random.random() < 0.05, life.random.random() < 0.1
    why = life.random.choice((None, ChangeReason.FAMILY))
    (actor, stranger), key, seen = life.actor(call.person, staff=staff), row.id, row.version - stale
    return (
        lambda: booking.cancel(life.session, actor, key, reason=why, for_good=good, seen=seen),
        lambda: stranger or life.diary.cancel(
            call, staff=staff, stale=stale, reason=why is not None, for_good=good
        ),
    )  # fmt: skip


def wait(life: Meetings) -> Tried:
    if (found := life.call()) is None:
        return None
    call, key = found[0], found[1].id
    (actor, stranger), slots = life.actor(call.person, staff=False), {life.slot(call.kind) for _ in range(2)}
    slots = slots if life.random.random() < 0.9 else set()
    days = {life.diary.slots[life.slot(call.kind)].day} if life.random.random() < 0.4 else set()
    return (
        lambda: waiting_list.wait(life.session, actor, key, slots, days),
        lambda: stranger or life.diary.wait(call, slots, days),
    )


def mark(life: Meetings) -> Tried:
    if (found := life.chair()) is None:
        return None
    chair, key = found
    attendance = life.random.choice((*Attendance, Attendance.NO_SHOW, Attendance.NO_SHOW))
    return (
        lambda: attending.mark(life.session, life.recruiter, key, attendance),
        lambda: life.diary.mark(chair, attendance.value),
    )


def reseat(life: Meetings) -> Tried:
    if (found := life.chair()) is None or found[0].slot.starts + 24 * HOUR < life.at:
        return None  # a day that is over is not moved about in
    chair, key = found
    slot = life.slot(chair.slot.kind)
    return (
        lambda: changing.reseat(life.session, life.recruiter, key, slot),
        lambda: life.diary.reseat(chair, life.diary.slots[slot]),
    )


def call_off(life: Meetings) -> Tried:
    if life.random.random() < 0.6:
        return None
    day = life.random.choice(list(life.diary.slots.values())).day
    return (
        lambda: changing.cancel_session(life.session, life.recruiter, day, "weather"),
        lambda: life.diary.call_off(day),
    )


def know(life: Meetings) -> Tried:
    staff, person = life.random.choice(life.interviewers), life.person()
    if life.random.random() < 0.7 or (staff.id, person) in life.diary.knows:
        return None

    def model() -> Why:
        life.diary.knows.add((staff.id, person))
        life.diary.say("conflict.declared")
        return set()

    return lambda: declare_conflict(life.session, staff, person, Relation.FRIEND), model


def give_time(life: Meetings) -> Tried:
    if (found := life.call()) is None:
        return None
    call, key, until = found[0], found[1].id, life.at + 72 * HOUR
    return (
        lambda: inviting.give_time(life.session, life.recruiter, key, until),
        lambda: life.diary.give_time(call, until),
    )


def lapse(life: Meetings) -> Tried:
    if (found := life.call()) is None:
        return None
    call, key = found[0], found[1].id
    return lambda: inviting.let_lapse(life.session, life.recruiter, key), lambda: life.diary.lapse(call)


def take_back(life: Meetings) -> Tried:
    if (found := life.call()) is None or life.random.random() < 0.6:
        return None
    call, key = found[0], found[1].id
    return lambda: inviting.take_back(life.session, life.recruiter, key), lambda: life.diary.take_back(call)


def withdraw(life: Meetings) -> Tried:
    person = life.person()
    if life.random.random() < 0.6:
        return None

    def model() -> Why:
        why = life.diary.end(person, "withdrawn", "application.withdrawn", "application_withdrawn")
        if not why:
            life.diary.let_go(person)
        return why

    return lambda: ending.withdraw(life.session, life.people[person], person, WithdrawReason.TIME), model


def decide(life: Meetings) -> Tried:
    """Turned down, or put on the reserve list: also before the interview."""
    person, reserve = life.person(), life.random.random() < 0.4
    if life.random.random() < 0.7 or (reserve and life.diary.states[person] != "interview"):
        return None
    verdict, reason = (Verdict.RESERVE, None) if reserve else (Verdict.DECLINE, "criteria")
    state = "reserve" if reserve else "unsuccessful"

    def real() -> None:
        deciding.decide(life.session, life.recruiter, person, verdict, reason=reason)
        deciding.release(life.session, life.recruiter, person)

    return real, lambda: life.diary.end(person, state, "decision.released", f"outcome_{state}")


def reopen(life: Meetings) -> Tried:
    person = life.person()
    return (
        lambda: deciding.reopen(life.session, life.recruiter, person, "asked"),
        lambda: life.diary.reopen(person),
    )


def due(life: Meetings) -> Tried:
    def model() -> Why:
        life.diary.due()
        return set()

    return lambda: run_due(life.session, outside_of(life.app)), model


ACTS: tuple[Act, ...] = (
    invite, invite, invite, invite, book, book, book, book, book, change, change, change, cancel, cancel,
    wait, wait, wait, mark, mark, mark, reseat, call_off, know, give_time, lapse, take_back, withdraw, decide,
    reopen, due, due, due,
)  # fmt: skip
