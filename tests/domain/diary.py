"""Times given, changed and handed on as they should be: plain Python that the state-machine test holds the portal to.

An act returns why it is refused, as the names of the refusals that may be told; none, and it has happened.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.domain.chairs import Call, Chair, Hope, Slot

Why = set[str]
LONDON = ZoneInfo("Europe/London")
CUT_OFF, ANSWER, CHANCE, LATE = timedelta(hours=24), timedelta(days=7), timedelta(hours=18), timedelta(days=7)
FREE_MOVES, SECOND_CHANCES = 2, 1
ENDED = {"withdrawn", "unsuccessful", "lapsed", "declined"}
COMES = {"expected", "arrived"}
OVER = {"left": "attended", "no_show": "no_show"}


@dataclass
class Diary:
    slots: dict[int, Slot]
    panels: dict[int, set[int]]  # who sits on each
    states: dict[int, str]
    now: datetime
    before: dict[int, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    chairs: list[Chair] = field(default_factory=list)
    hopes: list[Hope] = field(default_factory=list)
    off: set[int] = field(default_factory=set)
    knows: set[tuple[int, int]] = field(default_factory=set)
    letters: Counter[tuple[int, str]] = field(default_factory=Counter)
    trail: Counter[str] = field(default_factory=Counter)

    def say(self, action: str, person: int = 0, letter: str = "") -> None:
        self.trail[action] += 1
        if letter:
            self.letters[person, letter] += 1

    # What stands

    def chair(self, call: Call) -> Chair | None:
        return next((each for each in self.chairs if each.call is call and each.ended is None), None)

    def on(self, slot: Slot) -> list[Chair]:
        return [each for each in self.chairs if each.slot is slot and each.ended is None]

    def free(self, slot: Slot) -> bool:
        return len(self.on(slot)) < slot.seats

    def may_take(self, call: Call, slot: Slot, after: datetime) -> bool:
        known = any((staff, call.person) in self.knows for staff in self.panels[slot.panel])
        return slot.kind == call.kind and slot.day not in self.off and slot.starts > after and not known

    def takes_part(self, call: Call) -> bool:
        state = self.states[call.person]
        return state == "interview" if call.kind == "interview" else state not in ENDED | {"submitted"}

    def beside(self, slot: Slot) -> list[Slot]:
        """This one first."""
        same = [each for each in self.slots.values() if each.time == slot.time]
        return sorted(same, key=lambda each: (each is not slot, each.id))

    def opens(self, day: int) -> datetime:
        return min(slot.starts for slot in self.slots.values() if slot.day == day)

    def waits_in_vain(self) -> list[tuple[Call, Slot]]:
        """Who waits for a seat that is free, and theirs to take."""
        return [
            (hope.call, slot)
            for hope in self.hopes
            for slot in self.slots.values()
            if hope.covers(slot) and self.free(slot) and self.takes_part(hope.call) and self.fits(hope.call, slot)
        ]

    def fits(self, call: Call, slot: Slot) -> bool:
        have = self.chair(call)
        soon = have is not None and have.slot.starts - self.now < CUT_OFF
        same = have is not None and have.slot.time == slot.time
        return not soon and not same and self.may_take(call, slot, self.now + CUT_OFF)

    # Inviting

    def invite(self, person: int, kind: str) -> Why:
        earlier = [call for call in self.calls if (call.person, call.kind) == (person, kind)]
        if any(call.ended is None for call in earlier):
            return set()
        made = Call(person, kind, len(earlier) + 1, self.now + ANSWER)
        ended = [call.ended for call in earlier]
        shortlisted = self.states[person] == "shortlisted"
        fitting = self.takes_part(made) or (kind == "interview" and shortlisted)
        if not fitting or (kind == "interview" and "attended" in ended):
            return {"NotInvitable"}
        if ended.count("no_show") > SECOND_CHANCES:
            return {"NoChanceLeft"}
        self.calls.append(made)
        if kind == "interview" and shortlisted:
            self.move(person, "interview")
        self.say("interview.invited", person, "interview_invited")
        return set()

    def move(self, person: int, state: str) -> None:
        self.before[person], self.states[person] = self.states[person], state

    def close(self, call: Call, end: str) -> None:
        if call.ended != end:
            call.ended, call.ended_at = end, self.now
            self.forget([hope for hope in self.hopes if hope.call is call])

    def forget(self, hopes: Iterable[Hope]) -> None:
        gone = set(hopes)
        self.hopes = [hope for hope in self.hopes if hope not in gone]

    def give_time(self, call: Call, until: datetime) -> Why:
        why = self._shut(call) | ({"BookedAlready"} if self.chair(call) else set())
        if not why and call.answer_by != until:
            call.answer_by = until
            self.say("interview.time_given", call.person, "interview_unanswered")
        return why

    def lapse(self, call: Call) -> Why:
        if call.ended == "lapsed":
            return set()
        late = call.ended is None and call.answer_by <= self.now and self.chair(call) is None
        if not late or self.states[call.person] not in {"shortlisted", "interview", "reserve", "offered"}:
            return {"NotInvitable"}
        self.close(call, "lapsed")
        self.move(call.person, "lapsed")
        self.say("application.lapsed", call.person, "interview_lapsed")
        return set()

    def take_back(self, call: Call) -> Why:
        if call.ended is not None:
            return set()
        if self.chair(call) is not None:
            return {"BookedAlready"}
        self.close(call, "taken_back")
        self.say("invitation.ended")
        return set()

    # Booking

    def _shut(self, call: Call) -> Why:
        return set() if call.ended is None and self.takes_part(call) else {"NotInvited"}

    def _options(self, slot: Slot, staff: bool) -> list[Slot]:
        return [slot] if staff else self.beside(slot)

    def _no_seat(self, call: Call, slot: Slot, staff: bool) -> Why:
        after = self.now if staff else self.now + CUT_OFF
        allowed = [each for each in self._options(slot, staff) if self.may_take(call, each, after)]
        why = set() if allowed else {"NotThisTime"}
        if not any(map(self.free, allowed)) and (allowed or not any(map(self.free, self.beside(slot)))):
            why.add("SlotTaken")
        return why

    def _sit(self, call: Call, slot: Slot, staff: bool) -> None:
        after = self.now if staff else self.now + CUT_OFF
        options = self._options(slot, staff)
        seat = next(each for each in options if self.may_take(call, each, after) and self.free(each))
        self.chairs.append(Chair(call, seat))
        self.forget([hope for hope in self.hopes if hope.call is call and hope.covers(seat)])

    def book(self, call: Call, slot: Slot, *, staff: bool, stale: bool) -> Why:
        why, have = self._shut(call), self.chair(call)
        if not why and have is not None and have.slot in self._options(slot, staff):
            return set()
        why |= {"BookedAlready"} if have else set()
        why |= {"ChangedMeanwhile"} if stale else set()
        why |= self._no_seat(call, slot, staff)
        if not why:
            self._sit(call, slot, staff)
            self.say("interview.booked", call.person, "interview_booked")
        return why

    def _held_fast(self, chair: Chair, staff: bool, reason: bool) -> Why:
        """Why a time that is booked stays as it is."""
        if chair.attendance != "expected" or chair.slot.starts <= self.now:
            return {"BegunAlready"}
        asks = chair.slot.starts - self.now < CUT_OFF or chair.call.moves >= FREE_MOVES
        return {"WhyNeeded"} if asks and not staff and not reason else set()

    def change(self, call: Call, slot: Slot, *, staff: bool, stale: bool, reason: bool) -> Why:
        why, have = self._shut(call), self.chair(call)
        if have is None:
            return why | {"NothingBooked"} | self._no_seat(call, slot, staff)
        if not why and have.slot in self._options(slot, staff):
            return set()
        why |= {"ChangedMeanwhile"} if stale else set()
        why |= self._held_fast(have, staff, reason) | self._no_seat(call, slot, staff)
        if not why:
            have.ended = "moved"
            self._sit(call, slot, staff)
            call.moves += not staff
            self.say("interview.moved", call.person, "interview_moved")
            self.hand_on([have.slot])
        return why

    def cancel(self, call: Call, *, staff: bool, stale: bool, reason: bool, for_good: bool) -> Why:
        have = self.chair(call)
        if call.ended is not None or (have is None and not for_good):
            return set()
        why = {"ChangedMeanwhile"} if stale else set()
        why |= self._held_fast(have, staff, reason) if have else set()
        if why:
            return why
        self.say("interview.cancelled")
        if have is not None:
            have.ended = "cancelled"
            self.letters[call.person, "interview_cancelled"] += 1
        if for_good:
            self.close(call, "cancelled")
        if have is not None:
            self.hand_on([have.slot, *self.wished(call)])
        return set()

    # Waiting

    def wished(self, call: Call) -> list[Slot]:
        mine = [hope for hope in self.hopes if hope.call is call]
        found = [slot for slot in self.slots.values() if any(hope.covers(slot) for hope in mine)]
        return sorted(found, key=lambda slot: (slot.starts, slot.id))

    def wait(self, call: Call, slots: Collection[int], days: Collection[int]) -> Why:
        mine = [hope for hope in self.hopes if hope.call is call]
        if why := self._shut(call) | (set() if mine or slots or days else {"NothingChosen"}):
            return why
        have = self.chair(call)
        mayhap = [slot for slot in self.slots.values() if self.may_take(call, slot, self.now + CUT_OFF)]
        wanted: set[tuple[int | None, int | None]] = {
            (slot.id, None) for slot in mayhap if slot.id in slots and not (have and have.slot.time == slot.time)
        }
        wanted |= {(None, slot.day) for slot in mayhap if slot.day in days and not (have and have.slot.day == slot.day)}
        kept = {(hope.slot.id if hope.slot else None, hope.day): hope for hope in mine}
        self.forget([hope for key, hope in kept.items() if key not in wanted])
        for slot_id, day in sorted(wanted - kept.keys(), key=str):
            self.hopes.append(Hope(call, self.slots[slot_id] if slot_id else None, day))
        self.say("interview.waiting")
        self.hand_on(self.wished(call))
        return set()

    def hand_on(self, freed: Iterable[Slot]) -> None:
        """Each free seat to whoever asked first and may take it; the seat they leave goes on."""
        queue = deque(freed)
        while queue:
            slot = queue.popleft()
            fitting = [
                hope for hope in self.hopes
                if hope.covers(slot) and self.takes_part(hope.call) and self.fits(hope.call, slot) and self.free(slot)
            ]  # fmt: skip
            if not fitting:
                continue
            call = fitting[0].call
            queue.append(slot)
            if (have := self.chair(call)) is not None:
                have.ended = "moved"
                queue.append(have.slot)
            self.chairs.append(Chair(call, slot))
            self.forget([hope for hope in self.hopes if hope.call is call])
            self.say("interview.moved_up", call.person, "interview_seat_free")

    # The day itself

    def mark(self, chair: Chair, attendance: str) -> Why:
        if chair.ended is not None:
            return {"NotFound"}
        if chair.attendance == attendance:
            return set()
        call, was = chair.call, chair.attendance
        ahead = _day(chair.slot.starts) > _day(self.now)
        absent = attendance == "no_show" and (chair.slot.starts > self.now or was in {"in_room", "left"})
        why = {"NotYet"} if attendance != "expected" and (ahead or absent) else set()
        again = any(each.attempt > call.attempt for each in self.calls if each.key[:2] == call.key[:2])
        why |= {"InvitedAgain"} if was in OVER and again else set()
        if why:
            return why
        if was in OVER:
            call.ended = call.ended_at = None
        chair.attendance = attendance
        if attendance in OVER:
            self.close(call, OVER[attendance])
        self.say("attendance.marked")
        return set()

    def call_off(self, day: int) -> Why:
        if day in self.off:
            return set()
        if self.opens(day) <= self.now:
            return {"IsOver"}
        self.off.add(day)
        seated = [each for each in self.chairs if each.slot.day == day and each.ended is None]
        seated = [each for each in seated if each.attendance in COMES]
        for chair in seated:
            chair.ended, chair.attendance = "session_cancelled", "expected"
            chair.call.answer_by = max(chair.call.answer_by, self.now + ANSWER)
            self.say("interview.session_cancelled", chair.call.person, "interview_cancelled")
        self.forget([hope for hope in self.hopes if hope.day == day or (hope.slot and hope.slot.day == day)])
        self.say("interviews.cancelled")
        for chair in seated:
            self.hand_on(self.wished(chair.call))
        return set()

    def reseat(self, chair: Chair, slot: Slot) -> Why:
        if chair.ended is not None or slot.day != chair.slot.day:
            return {"NotFound"}
        if slot is chair.slot:
            return set()
        taken = self.on(slot)
        other = taken[0] if len(taken) == slot.seats == 1 else None
        pairs = [(chair, slot), *([(other, chair.slot)] if other else [])]
        early = self.opens(slot.day) - timedelta(minutes=1)
        fine = all(each.attendance in COMES and self.may_take(each.call, to, early) for each, to in pairs)
        if not fine or (other is None and not self.free(slot)):
            return {"NotThere"}
        old = chair.slot
        for each, to in pairs:
            each.ended = "moved"
            self.chairs.append(Chair(each.call, to, each.attendance))
            self.say("interview.moved", each.call.person, "interview_moved" if each.attendance == "expected" else "")
            each.attendance = "expected"
            self.forget([hope for hope in self.hopes if hope.call is each.call and hope.covers(to)])
        if other is None:
            self.hand_on([old])
        return set()

    # Ends, and what falls due

    def end(self, person: int, state: str, action: str, letter: str) -> Why:
        if self.states[person] in ENDED:
            return {"NotEditable"}
        self.move(person, state)
        self.say(action, person, letter)
        return set()

    def reopen(self, person: int) -> Why:
        if self.states[person] not in ENDED:
            return {"NotEditable"}
        self.states[person] = self.before[person]
        self.say("application.reopened", person, "application_reopened")
        return set()

    def let_go(self, person: int) -> None:
        freed = []
        for chair in [each for each in self.chairs if each.call.person == person and each.ended is None]:
            if chair.attendance in COMES and chair.slot.starts > self.now and not self.takes_part(chair.call):
                chair.ended, chair.attendance = "gone", "expected"
                self.letters[person, "interview_cancelled"] += 1
                freed.append(chair.slot)
        for call in self.calls:
            if call.person == person and call.ended is None and not self.takes_part(call):
                self.close(call, "gone")
                self.say("invitation.ended")
        self.hand_on(freed)

    def due(self) -> None:
        for person in sorted(self.states):
            self.let_go(person)
        since = self.now - CHANCE
        for call in [each for each in self.calls if each.ended == "no_show"]:
            fresh = call.ended_at is not None and since - LATE < call.ended_at <= since
            newest = not any(each.attempt > call.attempt for each in self.calls if each.key[:2] == call.key[:2])
            if fresh and newest:
                self.invite(call.person, call.kind)


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
