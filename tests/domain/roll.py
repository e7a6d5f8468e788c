"""Places in cohorts as they should be: plain Python that the portal is held to.

An act returns why it is refused, as the names of the refusals that may be told; none, and it has happened, or there
was nothing to do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.domain.pupils import DAY, Catch, Day, Group, Place, Somebody, Wait, Why, day_of, end_of

CONFIRM, REMIND, QUIET = 4 * DAY, DAY, timedelta(hours=12)


@dataclass
class Roll:
    groups: dict[int, Group]
    people: dict[int, Somebody]
    now: datetime
    places: list[Place] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    catches: list[Catch] = field(default_factory=list)
    letters: Counter[tuple[int, str]] = field(default_factory=Counter)
    trail: Counter[str] = field(default_factory=Counter)

    @property
    def today(self) -> date:
        return day_of(self.now)

    def say(self, action: str, person: int = 0, letter: str = "") -> None:
        self.trail[action] += 1
        if letter:
            self.letters[person, letter] += 1

    # What stands

    @property
    def days(self) -> dict[int, Day]:
        return {day.id: day for group in self.groups.values() for day in group.days}

    @property
    def live(self) -> list[Place]:
        return [place for place in self.places if place.ended is None]

    def place_of(self, person: int) -> Place | None:
        return next((place for place in self.live if place.person == person), None)

    def in_group(self, group: int) -> list[Place]:
        return [place for place in self.live if place.group == group]

    def waiting(self, group: int) -> list[Wait]:
        return [wait for wait in self.waits if wait.group == group and wait.ended is None]

    def begins(self, group: int) -> datetime | None:
        return min((day.starts for day in self.groups[group].on), default=None)

    def is_open(self, group: int) -> bool:
        """Whether it still takes people: a day is still to end."""
        return any(day.ends > self.now for day in self.groups[group].on)

    def free_seat(self, group: int) -> int | None:
        seats = set(range(1, self.groups[group].capacity + 1)) - {place.seat for place in self.in_group(group)}
        return min(seats, default=None)

    def freed_seat(self, group: int) -> int | None:
        """The lowest that somebody held and nobody holds."""
        had = {place.seat for place in self.places if place.group == group}
        free = had - {place.seat for place in self.in_group(group)}
        return min((seat for seat in free if seat <= self.groups[group].capacity), default=None)

    def move(self, person: int, state: str) -> None:
        self.people[person].state = state

    # A place

    def enrol(self, person: int, group: int, until: datetime | None) -> Why:
        why: Why = set() if self.is_open(group) else {"CohortNotOpen"}
        first = self.begins(group)
        if until is not None and not (first and end_of(self.today) < until <= first):
            why.add("ConfirmDayImpossible")
        have, seat = self.place_of(person), self.free_seat(group)
        if not why and have is not None and have.group == group:
            return set()
        why |= {"PlacedAlready"} if have else set()
        why |= {"NotAccepted"} if self.people[person].state != "accepted" else set()
        why |= {"NoPlaceLeft"} if seat is None else set()
        if not why and seat is not None:
            self._seat(person, group, seat, until)
            self.say("trainee.enrolled", person, "training_place_free" if until else "training_enrolled")
        return why

    def _seat(self, person: int, group: int, seat: int, until: datetime | None) -> Place:
        for wait in self.waits:
            if wait.person == person and wait.ended is None:
                wait.ended = "offered" if wait.group == group else "gone"
        self.places.append(Place(person, group, seat, self.now, until, until is None))
        return self.places[-1]

    def _end(self, place: Place, ended_as: str) -> None:
        place.ended, place.ended_as = self.now, ended_as

    def _to_wait_again(self, person: int) -> None:
        if self.people[person].state == "training":
            self.move(person, "accepted")

    def confirm(self, person: int) -> Why:
        place = self.place_of(person)
        if place is None:
            return {"NoSuchPlace"}
        if place.confirmed:
            return set()
        if place.confirm_by is not None and place.confirm_by <= self.now:
            return {"TooLateToConfirm"}
        place.confirmed = True
        self.say("trainee.confirmed", person, "training_enrolled")
        return set()

    def decline(self, person: int) -> Why:
        place = self.place_of(person)
        if place is None:
            return set()
        if place.started:
            return {"BegunAlready"}
        self._give_up(place, "declined")
        return set()

    def _give_up(self, place: Place, ended_as: str) -> None:
        self._end(place, ended_as)
        self.say(f"trainee.{ended_as}", place.person, "training_place_ended")
        self.promote(place.group)

    def remove(self, place: Place) -> Why:
        why = {"NoSuchPlace"} if place.ended else set()
        why |= {"CompletedAlready"} if place.completed else set()
        if not why:
            self._to_wait_again(place.person)
            self._give_up(place, "removed")
        return why

    def transfer(self, place: Place, group: int) -> Why:
        why: Why = set() if self.is_open(group) else {"CohortNotOpen"}
        have, seat = self.place_of(place.person), self.free_seat(group)
        if not why and have is not None and have.group == group:
            return set()
        why |= {"NoSuchPlace"} if place.ended else set()
        why |= {"CompletedAlready"} if place.completed else set()
        why |= {"NoPlaceLeft"} if seat is None else set()
        until = None if place.confirmed else self._time_to_confirm(group)
        why |= set() if place.confirmed or until else {"NoTimeToConfirm"}
        if not why and seat is not None:
            self._to_wait_again(place.person)
            self._end(place, "transferred")
            self._seat(place.person, group, seat, until)
            self.say("trainee.transferred", place.person, "training_transferred")
            self.promote(place.group)
        return why

    def start(self, place: Place) -> Why:
        them = self.people[place.person]
        if place.ended:
            return {"NoSuchPlace"}
        if place.started:
            return set()
        why = set() if place.confirmed else {"NotConfirmed"}
        why |= {"NotAccepted"} if them.state != "accepted" else set()
        why |= set() if them.needs["medical"].holds(self.today) else {"NotReady"}
        if not why:
            place.started = True
            self.move(place.person, "training")
            self.say("trainee.started", place.person, "training_started")
        return why

    # Waiting

    def wait(self, person: int, group: int) -> Why:
        why: Why = set() if self.is_open(group) else {"CohortNotOpen"}
        why |= {"NotAccepted"} if self.people[person].state != "accepted" else set()
        why |= {"PlacedAlready"} if self.place_of(person) else set()
        if not why and not any(wait.person == person for wait in self.waiting(group)):
            self.waits.append(Wait(person, group))
            self.say("trainee.waiting")
        return why

    def leave(self, person: int, group: int) -> Why:
        for wait in self.waiting(group):
            if wait.person == person:
                wait.ended = "taken_back"
                self.say("trainee.waits_no_more")
        return set()

    def promote(self, group: int) -> bool:
        """What came free goes to whoever accepted their offer first, and never had a place of it."""
        seat, until = self.freed_seat(group), self._time_to_confirm(group)
        if until is None or seat is None:
            return False
        had = {place.person for place in self.places if place.group == group} | {place.person for place in self.live}
        line = {wait.person for wait in self.waiting(group)} - had
        line = {person for person in line if self.people[person].state == "accepted"}
        if not line:
            return False
        person = min(line, key=lambda each: self.people[each].line)
        self._seat(person, group, seat, until)
        self.say("trainee.promoted", person, "training_place_free")
        return True

    def _time_to_confirm(self, group: int) -> datetime | None:
        first = self.begins(group)
        if first is None or not self.is_open(group):
            return None
        last = min(self.today + CONFIRM, day_of(first) - DAY)
        return end_of(last) if last > self.today else None

    # What a day is not

    def say_away(self, person: int, day: Day, away: bool) -> Why:
        place = self.place_of(person)
        if place is None:
            return {"NoSuchPlace"}
        if day.group != place.group or day.off:
            return {"NotFound"}
        if day.starts <= self.now:
            return {"DayBegun"}
        if away != place.away.get(day.id, False):
            place.away[day.id] = away
            self.say("trainee.cannot_come" if away else "trainee.can_come")
        return set()

    def guests(self, day: Day) -> set[Place]:
        """Of other cohorts, who make something good there."""
        found = {catch.place for catch in self.catches if catch.day is day and catch.ended is None}
        return {place for place in found if place.ended is None}

    def call_off(self, day: Day) -> Why:
        if day.off:
            return set()
        if day.starts <= self.now:
            return {"HasBegun"}
        guests, day.off = self.guests(day), True
        self.say("day.cancelled")
        for catch in self.catches:
            if catch.day is day and catch.ended is None:
                self.lose(catch)
        for place in {*self.in_group(day.group), *guests}:
            self.letters[place.person, "training_day_off"] += 1
        return set()

    def lose(self, catch: Catch) -> None:
        catch.ended, catch.version = "gone", catch.version + 1
        self.say("catch_up.gone")

    # Ends, and what falls due

    def withdraw(self, person: int) -> Why:
        if self.people[person].state not in {"accepted", "training"}:
            return {"NotEditable"}
        self.move(person, "withdrawn")
        self.say("application.withdrawn", person, "application_withdrawn")
        for wait in self.waits:
            wait.ended = "gone" if wait.person == person and wait.ended is None else wait.ended
        place = self.place_of(person)
        if place is not None:
            self._end(place, "gone")
            self.say("trainee.freed")
        return set()

    def due(self) -> Why:
        for place in self._to_confirm():
            soon = place.confirm_by is not None and self.now < place.confirm_by <= self.now + REMIND
            if soon and not place.reminded and place.made <= self.now - QUIET:
                place.reminded = True
        for place in [each for each in self._to_confirm() if each.confirm_by and each.confirm_by <= self.now]:
            self._lapse(place)
        for group in self.groups:
            while self.promote(group):
                pass
        for catch in [each for each in self.catches if each.ended is None and each.place.ended is not None]:
            self.lose(catch)
        return set()

    def _to_confirm(self) -> list[Place]:
        found = [place for place in self.live if not place.confirmed and place.confirm_by is not None]
        return sorted(found, key=lambda place: (place.confirm_by, place.id))

    def _lapse(self, place: Place) -> None:
        """Who was never reminded has another day, where there is one before the course."""
        first, until = self.begins(place.group), end_of(self.today + DAY)
        if first is not None and until <= first and not place.reminded:
            place.confirm_by, place.reminded = until, True
            self.say("trainee.kept_open")
        else:
            self._give_up(place, "lapsed")
