"""The register as it should be: every tap is a step, and what stands follows from the steps that were kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.domain.pupils import UNSAID, Day, Place, Stands, Step, Tap, Why, Words, day_of
from tests.domain.roll import Roll

REASONS = {"personal", "work", "travel", "agreed", "other"}
WHYS = {"paper", "no_device", "forgotten", "wrong", "learned"}
KEPT_ON_DEVICE, UNDO_FOR = timedelta(hours=72), timedelta(hours=12)
Spot = tuple[Day, Place]


@dataclass
class Tally(Roll):
    steps: list[Step] = field(default_factory=list)
    marks: dict[Spot, Stands] = field(default_factory=dict)

    def said_of(self, day: Day, place: Place) -> Words:
        standing = self.marks.get((day, place))
        return standing.said if standing else UNSAID

    def register(self, day: Day) -> list[Place]:
        """Who is on it: of the cohort then, guests, and whoever was marked; nobody on a day called off."""
        own = {
            place for place in self.places
            if place.group == day.group and place.confirmed and (place.ended is None or place.ended > day.starts)
        }  # fmt: skip
        came = {None, "signed_off", "missed"}
        guests = {catch.place for catch in self.catches if catch.day is day and catch.ended in came}
        marked = {place for place in self.places if self.said_of(day, place) != UNSAID}
        return [] if day.off else sorted(own | guests | marked, key=lambda place: place.id)

    def here(self, day: Day) -> list[Step]:
        return [step for step in self.steps if step.day is day]

    # One mark

    def mark(self, by: int, day: Day, place: Place, tap: Tap) -> Why:
        if place not in self.register(day):
            return {"NotOnRegister"}
        known = [step for step in self.steps if step.key == tap.key]
        if known:
            return set() if (known[0].day, known[0].place) == (day, place) else {"BadMark"}
        made, said, stands = min(tap.made, self.now), tap.said, self.said_of(day, place)
        why = self._unsayable(day, said) | self._late(day, tap.why, made)
        why |= {"NotStarted"} if said.here and not place.started else set()
        why |= {"TooEarly"} if said.here and day_of(made) < day_of(day.starts) else set()
        if why:
            return why
        late, standing = self._is_late(day, made), self.marks.get((day, place))
        source = "correction" if late and stands != UNSAID and tap.source == "register" else tap.source
        own = standing is not None and standing.by == by and standing.made <= made
        knew = standing is None or standing.version == tap.seen or own
        step = Step(tap.key, day, place, said, by, made, self.now, tap.seen, source, tap.why)
        step.outcome = "kept" if stands in {said, UNSAID} or knew else "conflict"
        self._replace_waiting(step)
        self.steps.append(step)
        if step.outcome == "kept":
            self._put(step)
        else:
            self.say("mark.conflict")
        return set()

    def _unsayable(self, day: Day, said: Words) -> Why:
        minutes = int((day.ends - day.starts).total_seconds()) // 60
        why: Why = set()
        if said.late >= minutes or said.left >= minutes - said.late:
            why.add("TooManyMinutes")
        if not said.here and (said.late or said.left):
            why.add("BadMark")
        if (said.presence == "excused") != (said.reason in REASONS):
            why.add("UnknownReason" if said.presence == "excused" else "BadMark")
        return why

    def _is_late(self, day: Day, made: datetime) -> bool:
        return made >= day.closes or self.now >= day.closes + KEPT_ON_DEVICE

    def _late(self, day: Day, why: str | None, made: datetime) -> Why:
        wrong = why is None if self._is_late(day, made) else False
        return {"WhyNeeded"} if wrong or (why is not None and why not in WHYS) else set()

    def _replace_waiting(self, step: Step) -> None:
        """Somebody's newer word takes the place of their own that waits; one that says the same was right."""
        for other in self.waiting_at(step.day, step.place):
            if step.outcome == "kept" and other.said == step.said:
                other.outcome, other.settled = "chosen", self.now
            elif other.by == step.by and other.made <= step.made:
                other.outcome, other.settled = "set_aside", self.now

    def waiting_at(self, day: Day, place: Place) -> list[Step]:
        return [step for step in self.here(day) if step.place is place and step.outcome == "conflict"]

    def _put(self, step: Step) -> None:
        standing = self.marks.get((step.day, step.place))
        if standing is not None and standing.said == step.said:
            return
        version = standing.version + 1 if standing else 1
        self.marks[step.day, step.place] = Stands(step.said, step.by, step.made, version)
        self.say("mark.corrected" if step.source == "correction" or step.why else "mark.made")

    # Everyone else, and back

    def expected(self, day: Day) -> list[Place]:
        return [
            place for place in self.register(day)
            if place.started and place.made < day.ends and not place.away.get(day.id)
            and (place.ended is None or place.ended >= day.ends)
            and self.said_of(day, place) == UNSAID
        ]  # fmt: skip

    def everyone_else(self, by: int, day: Day, batch: str, why: str | None) -> Why:
        prefix, people = f"all:{batch}", self.expected(day)
        if not people or any(step.act == prefix for step in self.here(day)):
            return set()
        wrong = self._late(day, why, self.now)
        wrong |= {"TooEarly"} if day_of(self.now) < day_of(day.starts) else set()
        for place in people if not wrong else []:
            standing = self.marks.get((day, place))
            seen, key = standing.version if standing else 0, f"{prefix}:{place.id}"
            step = Step(key, day, place, Words("present"), by, self.now, self.now, seen, "register", why)
            self.steps.append(step)
            self._put(step)
        return wrong

    def counts(self, day: Day, place: Place) -> list[Step]:
        """The steps that came to stand, in the order they did, without what was undone."""
        found: list[Step] = []
        own = [step for step in self.here(day) if step.place is place and step.outcome in {"kept", "chosen"}]
        for step in sorted(
            own, key=lambda step: (step.settled or step.when, step.id or self.steps.index(step) + 10**9)
        ):
            if step.key.startswith("undo:"):
                found.pop()
            else:
                found.append(step)
        return found

    def follows(self, day: Day, place: Place) -> Words:
        """What stands, from the kept steps alone."""
        steps = self.counts(day, place)
        return steps[-1].said if steps else UNSAID

    def last_of(self, by: int, day: Day) -> Step | None:
        """What somebody did last at a day, and may still undo."""
        undone = {step.key for step in self.steps}
        own = [
            step for step in self.here(day)
            if step.by == by and step.outcome == "kept" and step.when > self.now - UNDO_FOR
            and (self.now < day.closes or step.why is not None)
            and not step.key.startswith("undo:") and f"undo:{step.id}" not in undone
            and self.counts(day, step.place)[-1:] == [step]
        ]  # fmt: skip
        return max(own, key=lambda step: step.id, default=None)

    def undo(self, by: int, day: Day, step: Step) -> Why:
        last = self.last_of(by, day)
        if last is None or (last.act, last.by) != (step.act, step.by):
            return {"NothingToUndo"}
        back = [
            found for place in self._of_act(last) if (found := self.counts(day, place)) and found[-1].act == last.act
        ]
        for found in back:
            newest, standing = found[-1], self.marks[day, found[-1].place]
            said = found[-2].said if len(found) > 1 else UNSAID
            undone = Step(
                f"undo:{newest.id}", day, newest.place, said, by, self.now, self.now, standing.version, newest.source,
                newest.why,
            )  # fmt: skip
            self.steps.append(undone)
            self._put(undone)
        return set() if back else {"NothingToUndo"}

    def _of_act(self, last: Step) -> Iterable[Place]:
        places = {step.place for step in self.here(last.day) if step.by == last.by and step.act == last.act}
        return [place for place in self.register(last.day) if place in places]

    def settle(self, by: int, step: Step, choose: bool) -> Why:
        wanted = "chosen" if choose else "set_aside"
        if step.place not in self.register(step.day):
            return {"NotOnRegister"}
        if step.outcome not in {"conflict", wanted}:
            return {"SettledMeanwhile"}
        if step.outcome == "conflict":
            step.outcome, step.settled = wanted, self.now
            self.say("mark.settled")
            if choose:
                self._put(step)
        return set()
