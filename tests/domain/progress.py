"""What trainees have of a course, and how they make good the rest, as it should be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.domain.pupils import (
    BY_CODE,
    CODES,
    DAY,
    LEAST_DAYS,
    SUBJECTS,
    Attempt,
    Catch,
    Day,
    Place,
    Subject,
    Why,
    Words,
    day_of,
)
from tests.domain.tally import Tally

CATCH_UP, WRITTEN = 28 * DAY, 14 * DAY
COVERED = {"attended", "signed_off"}


def followed(words: Words, subjects: Collection[Subject]) -> set[str]:
    """Of subjects taught one after another, those of which no more than a quarter was missed."""
    found, begun, whole = set(), 0, sum(each.minutes for each in subjects)
    for each in subjects:
        end = begun + each.minutes
        missed = max(0, min(end, words.late) - begun) + max(0, end - max(begun, whole - words.left))
        if words.here and missed <= each.minutes / 4:
            found.add(each.code)
        begun = end
    return found


@dataclass
class Progress(Tally):
    trainers: tuple[int, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)

    # Where somebody stands

    def marks_of(self, person: int) -> dict[Day, Words]:
        """What the register says of each day, under any of their places: that they were there counts for more."""
        found: dict[Day, Words] = {}
        for (day, place), standing in sorted(self.marks.items(), key=lambda item: item[0][1].id):
            known = found.get(day)
            if place.person == person and not day.off and (standing.said.here or known is None or not known.here):
                found[day] = standing.said
        return found

    def attended(self, person: int) -> set[str]:
        return {code for day, words in self.marks_of(person).items() for code in followed(words, day.subjects)}

    def made_good(self, person: int) -> set[str]:
        return {each.code for each in self.catches if each.place.person == person and each.ended == "signed_off"}

    def booked(self, person: int) -> set[str]:
        """What a way is set for; who did not come there either has nothing booked."""
        own = [each for each in self.catches if each.place.person == person and each.ended is None]
        away = {
            day for (day, place), standing in self.marks.items()
            if place.person == person and standing.said.presence in {"absent", "excused"}
        }  # fmt: skip
        return {
            each.code for each in own
            if each.place.ended is None and not (each.day is not None and (each.day.off or each.day in away))
        }  # fmt: skip

    def done(self, person: int, group: int) -> dict[str, str]:
        """How each subject stands for somebody in this cohort."""
        marks = {day for day, words in self.marks_of(person).items() if words.presence != "unmarked"}
        open_days = [day for day in self.groups[group].on if day not in marks]
        ways = (
            ("attended", self.attended(person)),
            ("signed_off", self.made_good(person)),
            ("booked", self.booked(person)),
            ("to_come", {each.code for day in open_days if day.ends > self.now for each in day.subjects}),
            ("unmarked", {each.code for day in open_days for each in day.subjects}),
        )
        return {code: next((word for word, codes in ways if code in codes), "missed") for code in CODES}

    def day_states(self, person: int, group: int) -> dict[int, str]:
        """By the course's day: whether it counts, is still to be or to be marked, or is lost."""
        done, marks, states = self.done(person, group), self.marks_of(person), {}
        whole = [day.number for day, words in marks.items() if words.here and words.late + words.left <= 30]
        for number in sorted({each.day for each in SUBJECTS}):
            codes = [each.code for each in SUBJECTS if each.day == number]
            held = next((day for day in self.groups[group].on if day.number == number), None)
            words = marks.get(held) if held else None
            if words is not None and words.here and words.late + words.left <= 30:
                states[number] = "counts"
            elif all(done[code] in COVERED for code in codes) or number in whole:
                states[number] = "made_good"
            elif held is not None and (words is None or words.presence == "unmarked"):
                states[number] = "open"
            else:
                states[number] = "lost"
        return states

    def days_done(self, person: int, group: int) -> int:
        return sum(state in {"counts", "made_good"} for state in self.day_states(person, group).values())

    def passed(self, person: int, code: str) -> bool:
        return any(
            each.result == "passed" and not each.back and each.place.person == person and each.code == code
            for each in self.attempts
        )

    def gaps(self, place: Place) -> list[str]:
        """What stands between somebody and their certificate."""
        person, group = place.person, place.group
        done, states = self.done(person, group), self.day_states(person, group)
        found = [each.code for each in SUBJECTS if each.mandatory and done[each.code] not in COVERED]
        found += [
            f"{each.code} not passed" for each in SUBJECTS if each.assessed and not self.passed(person, each.code)
        ]
        found += ["days"] if self.days_done(person, group) < LEAST_DAYS else []
        for day in self.groups[group].on:
            if states[day.number] == "open" or (states[day.number] != "made_good" and day.ends > self.now):
                found.append(f"day {day.number}")
        return found

    def missed(self, place: Place) -> list[str]:
        return [code for code, state in self.done(place.person, place.group).items() if state == "missed"]

    # Whose act it is

    def acts_for(self, place: Place, person: int | None = None) -> Why:
        """Why somebody may not act on a place: `person` for applicants, none for staff."""
        gone = place.ended is not None or not place.confirmed or person not in {None, place.person}
        why: Why = {"NotFound"} if gone else set()
        return why | ({"CompletedAlready"} if place.completed else set())

    # Making good

    def until(self, group: int) -> datetime:
        return max((day.ends for day in self.groups[group].on), default=self.now) + CATCH_UP

    def left(self, day: Day) -> int:
        return self.groups[day.group].capacity - len(self.guests(day)) - len(self.in_group(day.group))

    def may_sit(self, place: Place, day: Day) -> bool:
        beside = any(own.starts < day.ends and day.starts < own.ends for own in self.groups[place.group].on)
        ahead = self.now < day.starts and day.ends <= self.until(place.group)
        return ahead and not day.off and day.group != place.group and not beside and self.left(day) > 0

    def book(self, place: Place, day: Day, person: int | None) -> Why:
        if why := self.acts_for(place, person):
            return why
        if any(each.day is day for each in self.live_of(place)):
            return set()
        missed = self.missed(place)
        codes = [code for code in missed if BY_CODE[code].day == day.number] if self.may_sit(place, day) else []
        if not codes:
            return {"NoPlaceThere"} if missed else {"NotMissed"}
        for code in codes:
            self._new(Catch(place, code, "session", day=day))
        self._booked(place, person)
        return set()

    def live_of(self, place: Place) -> list[Catch]:
        return [each for each in self.catches if each.place is place and each.ended is None]

    def _new(self, catch: Catch) -> None:
        for old in self.live_of(catch.place):
            if old.code == catch.code:  # they did not come there either
                self.end(old, "missed")
        self.catches.append(catch)

    def _booked(self, place: Place, person: int | None, *, told: bool = True) -> None:
        self.say("catch_up.booked", place.person, "catch_up_set" if person is None and told else "")

    def end(self, catch: Catch, ended: str) -> None:
        catch.ended, catch.version = ended, catch.version + 1

    def _not_missed(self, place: Place, code: str) -> Why:
        done = self.done(place.person, place.group)[code]
        if done == "missed":
            return set()
        return {"BookedAlready"} if done == "booked" else {"NotMissed"}

    def _when(self, place: Place, starts: datetime) -> Why:
        return set() if self.now < starts <= self.until(place.group) else {"WhenNeeded"}

    def ask(self, place: Place, code: str, starts: datetime, person: int | None) -> Why:
        why = self.acts_for(place, person) or self._not_missed(place, code)
        why |= set() if BY_CODE[code].alone else {"NotThisWay"}
        why |= self._when(place, starts)
        if not why:
            self._new(Catch(place, code, "one_to_one", starts=starts))
            self._booked(place, person, told=False)
        return why

    def take_on(self, place: Place, code: str, starts: datetime, where: str, trainer: int) -> Why:
        """A trainer sets a time alone, or answers the one that was asked for."""
        why = self.acts_for(place)
        teaches = trainer in self.trainers and bool(self.groups[place.group].on)
        why |= set() if teaches and BY_CODE[code].alone else {"NotThisWay"}
        asked = next((each for each in self.live_of(place) if each.code == code), None)
        if asked is not None and asked.way != "one_to_one":
            why.add("BookedAlready")
        why |= self._not_missed(place, code) if asked is None else set()
        if asked is not None and (asked.starts, asked.where, asked.staff) == (starts, where, trainer) and not why:
            return set()
        why |= self._when(place, starts)
        if why:
            return why
        if asked is None:
            asked = Catch(place, code, "one_to_one")
            self._new(asked)
        asked.starts, asked.where, asked.staff, asked.version = starts, where, trainer, asked.version + 1
        self.say("catch_up.set", place.person, "catch_up_set")
        return set()

    def write(self, place: Place, code: str, due: date | None, person: int | None) -> Why:
        why = self.acts_for(place, person) or self._not_missed(place, code)
        why |= set() if BY_CODE[code].written else {"NotThisWay"}
        why |= {"WhenNeeded"} if due is not None and due < self.today else set()
        if not why:
            last = day_of(self.until(place.group))
            due = due or max(self.today, min(self.today + WRITTEN, last))
            self._new(Catch(place, code, "written", due=due))
            self._booked(place, person)
        return why

    def hand_in(self, catch: Catch, work: str, person: int) -> Why:
        why = self.acts_for(catch.place, person)
        why |= {"NoSuchCatchUp"} if catch.ended or catch.way != "written" else set()
        if not why and catch.work != work:
            catch.work, catch.version = work, catch.version + 1
            self.say("catch_up.handed_in")
        return why

    def sign_off(self, catch: Catch, seen: int) -> Why:
        why = self.acts_for(catch.place)
        if not why and catch.ended == "signed_off":
            return set()
        why |= {"NoSuchCatchUp"} if catch.ended else set()
        why |= {"Changed"} if seen != catch.version else set()
        if catch.way == "written" and catch.work is None:
            why.add("NotYetDone")
        if catch.way == "one_to_one" and (catch.staff is None or catch.starts is None or catch.starts > self.now):
            why.add("NotYetDone")
        if catch.day is not None and catch.code not in followed(
            self.said_of(catch.day, catch.place), catch.day.subjects
        ):
            why.add("NotOnRegister")
        if not why:
            self.end(catch, "signed_off")
            self.say("catch_up.signed_off")
        return why

    def unsign(self, catch: Catch) -> Why:
        why = self.acts_for(catch.place)
        if not why and catch.ended is None:
            return set()
        why |= set() if catch.ended in {"signed_off", None} else {"NoSuchCatchUp"}
        if not why:
            catch.ended, catch.version = None, catch.version + 1
            self.say("catch_up.taken_back")
        return why

    def miss(self, catch: Catch, seen: int) -> Why:
        why = self.acts_for(catch.place)
        if not why and catch.ended == "missed":
            return set()
        why |= {"NoSuchCatchUp"} if catch.ended else set()
        why |= {"Changed"} if seen != catch.version else set()
        if catch.due is not None and catch.due >= self.today:
            why.add("NotYetDone")
        why |= set() if catch.due or self._begun(catch) else {"NotYetDone"}
        if not why:
            self.end(catch, "missed")
            self.say("catch_up.missed")
        return why

    def _begun(self, catch: Catch) -> bool:
        starts = catch.day.starts if catch.day else catch.starts
        return starts is not None and starts <= self.now

    def cancel(self, catch: Catch, person: int | None) -> Why:
        why = self.acts_for(catch.place, person)
        if not why and catch.ended == "cancelled":
            return set()
        why |= {"NoSuchCatchUp"} if catch.ended else set()
        why |= {"TooLate"} if person is not None and self._begun(catch) else set()
        if not why:
            self.end(catch, "cancelled")
            self.say("catch_up.cancelled")
        return why

    # Assessments

    def assess(self, place: Place, code: str, result: str, on: date, seen: int, by: int) -> Why:
        why = self.acts_for(place)
        why |= {"WhenNeeded"} if on > self.today else set()
        why |= set() if place.started else {"NotStarted"}
        why |= set() if BY_CODE[code].assessed else {"NotAssessed"}
        own = [each for each in self.attempts if each.place is place and each.code == code]
        if not why and (same := [each for each in own if each.number == seen + 1]):
            return set() if (same[0].result, same[0].on, same[0].by) == (result, on, by) else {"RecordedMeanwhile"}
        why |= {"PassedAlready"} if self.passed(place.person, code) else set()
        if not why:
            self.attempts.append(Attempt(place, code, len(own) + 1, result, on, by))
            self.say("assessment.recorded")
        return why

    def unassess(self, place: Place, attempt: Attempt) -> Why:
        why = self.acts_for(place)
        why |= {"NotFound"} if attempt.place.person != place.person else set()
        if not why and not attempt.back:
            attempt.back = True
            self.say("assessment.taken_back")
        return why


def later(moment: datetime, hours: int) -> datetime:
    """So many hours on, to the whole hour."""
    return (moment + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
