"""Places on a course and the checks behind them as they should be: plain Python that the portal is held to.

An act returns why it is refused, as the names of the refusals that may be told; none, and it has happened.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.domain.holdings import Case, Offer, Person

Why = set[str]
LONDON, DAY = ZoneInfo("Europe/London"), timedelta(days=1)
ENDED = {"withdrawn", "unsuccessful", "lapsed", "declined"}
ANSWER, PROMOTED, QUIET, FIRST, LAST = 10 * DAY, 5 * DAY, DAY, 4 * DAY, DAY
MET, OFFERED = {"interview", "offered", "accepted"}, {"offered", "accepted"}
ASKED = {"identity": MET, "medical": OFFERED, "vetting": MET}  # in which states each is asked for
STEPS = {  # what may be done with a vetting case in which states, and what it is then
    "send": ({"ready"}, "sent"),
    "clear": ({"sent"}, "passed"),
    "propose": ({"sent"}, "refusal_proposed"),
    "take_back": ({"refusal_proposed"}, "sent"),
    "confirm": ({"refusal_proposed"}, "refused"),
    "uphold": ({"appealed"}, "passed"),
    "dismiss": ({"appealed"}, "refused"),
}
SAID = {
    "send": "vetting.sent", "clear": "vetting.passed", "propose": "vetting.refusal_proposed",
    "take_back": "vetting.refusal_taken_back", "confirm": "vetting.refused", "uphold": "vetting.appeal_upheld",
    "dismiss": "vetting.appeal_dismissed",
}  # fmt: skip


def end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, time.min, LONDON)


@dataclass
class Ledger:
    own: int  # the course they applied for
    later: int
    places: dict[int, int]
    begins: dict[int, date]
    people: dict[int, Person]
    now: datetime
    offers: list[Offer] = field(default_factory=list)
    stopped: bool = False
    letters: Counter[tuple[int, str]] = field(default_factory=Counter)
    trail: Counter[str] = field(default_factory=Counter)

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    def say(self, action: str, person: int = 0, letter: str = "") -> None:
        self.trail[action] += 1
        if letter:
            self.letters[person, letter] += 1

    # What stands

    def live(self, person: int) -> Offer | None:
        return next((each for each in self.offers if each.person == person and not each.freed), None)

    def last(self, person: int) -> Offer | None:
        return next((each for each in reversed(self.offers) if each.person == person), None)

    def held(self, course: int) -> set[int]:
        return {each.place for each in self.offers if each.course == course and not each.freed}

    def open(self, person: int) -> set[str]:
        """What a place still depends on."""
        needs = self.people[person].needs.items()
        return {kind for kind, (state, until) in needs if state != "met" or (until is not None and until < self.today)}

    def home(self, person: int) -> str:
        """Where somebody stood before they were offered a place."""
        if any(each.person == person and each.answer == "deferred" for each in self.offers):
            return "deferred"
        return "interview" if self.people[person].reserve is None else "reserve"

    def move(self, person: int, state: str, before: str | None = None) -> None:
        them = self.people[person]
        them.before, them.state = before or them.state, state

    # Offers

    def offer(self, person: int) -> Why:
        them = self.people[person]
        if them.state == "offered":
            return set()
        if them.state not in {"interview", "reserve", "deferred"}:
            return {"NotEditable"}
        course = self.own
        if them.state == "deferred":
            put_off = [each for each in self.offers if each.person == person and each.answer == "deferred"]
            if put_off[-1].course == self.later:
                return {"NoLaterCourse"}
            course = self.later
        left = set(range(1, self.places[course] + 1)) - self.held(course)
        if not left:
            return {"NoPlaceLeft"}
        return self._give(person, course, min(left), ANSWER)

    def _give(self, person: int, course: int, place: int, days: timedelta, *, promoted: bool = False) -> Why:
        last = min(self.today + days, self.begins[course] - DAY)
        if last <= self.today:
            return {"CourseBegun"}
        self.offers.append(Offer(person, course, place, self.now, end_of(last), promoted))
        self.move(person, "offered")
        word = "promoted" if promoted else "made"
        self.say(f"offer.{word}", person, f"offer_{word}")
        return set()

    def decide_offer(self, person: int) -> Why:
        """A pass, released: where no place is left, it stays a decision."""
        them = self.people[person]
        if them.state != "interview":
            return {"NotEditable"}
        them.provisional = True
        why = self.offer(person)
        if not why:
            them.provisional, them.reserve = False, None
        return why

    def _unanswered(self, person: int) -> Offer | None:
        live = self.live(person)
        return live if live is not None and live.answer is None and self.people[person].state == "offered" else None

    def keep_open(self, person: int, until: date) -> Why:
        if (found := self._unanswered(person)) is None:
            return {"NoOffer"}
        if not self.today < until < self.begins[found.course]:
            return {"DayImpossible"}
        if found.expires != end_of(until):
            found.expires = end_of(until)
            self.say("offer.kept_open", person, "offer_kept_open")
        return set()

    def take_back(self, person: int) -> Why:
        if (found := self._unanswered(person)) is None:
            return {"NoOffer"}
        self._put_back(found, "taken_back", "offer.taken_back")
        return set()

    def _put_back(self, offer: Offer, answer: str, action: str) -> None:
        them = self.people[offer.person]
        if them.reserve is None:
            them.reserve = max((each.reserve or 0 for each in self.people.values()), default=0) + 1
        self.move(offer.person, "reserve", self.home(offer.person))
        offer.answer, offer.freed = answer, True
        self.say(action, offer.person, "offer_ended")

    def lapse(self, person: int) -> Why:
        if (found := self._unanswered(person)) is None:
            return {"NoOffer"}
        if self.now < found.expires:
            return {"NotOverdue"}
        self.move(person, "lapsed", self.home(person))
        found.answer, found.freed = "lapsed", True
        self.say("offer.lapsed", person, "offer_ended")
        return set()

    # Answers

    def accept(self, person: int) -> Why:
        last = self.last(person)
        if last is not None and last.answer == "accepted" and not last.freed:
            return set()
        if (found := self._unanswered(person)) is None:
            return {"NoOffer"}
        if self.now >= found.expires:
            return {"OfferExpired"}
        found.answer = "accepted"
        self.move(person, "accepted")
        self.say("offer.accepted", person, "offer_accepted")
        return set()

    def decline(self, person: int) -> Why:
        last = self.last(person)
        if last is None or last.answer != "declined":
            if (found := self._unanswered(person)) is None:
                return {"NoOffer"}
            self.move(person, "declined", self.home(person))
            found.answer, found.freed, last = "declined", True, found
            self.say("offer.declined", person, "offer_declined")
        self.promote(last.course)
        return set()

    def defer(self, person: int, to: int | None) -> Why:
        last = self.last(person)
        if last is None or last.answer != "deferred":
            found = self.live(person)
            if found is None or self.people[person].state not in {"offered", "accepted"}:
                return {"NoOffer"}
            why = {"OfferExpired"} if found.answer is None and self.now >= found.expires else set()
            why |= {"NotALaterCourse"} if to is not None and (to, found.course) != (self.later, self.own) else set()
            if why:
                return why
            self.move(person, "deferred")
            found.answer, found.freed, found.confirmed, found.to, last = "deferred", True, False, to, found
            self.say("offer.deferred", person, "offer_deferred")
        self.promote(last.course)
        return set()

    # The reserve list

    def promote(self, course: int) -> bool:
        waiting = [
            (them.reserve, key) for key, them in self.people.items()
            if them.state == "reserve" and them.reserve is not None and not them.provisional
            and (them.paused is None or them.paused < self.today)
            and not any(each.person == key and each.course == self.own for each in self.offers)
        ]  # fmt: skip
        freed = {each.place for each in self.offers if each.course == course and each.freed} - self.held(course)
        if course != self.own or self.stopped or not waiting or not freed:
            return False
        return not self._give(min(waiting)[1], course, min(freed), PROMOTED, promoted=True)

    def stop(self, stopped: bool) -> Why:
        if self.stopped is not stopped:
            self.stopped = stopped
            self.say("promotion.stopped" if stopped else "promotion.restarted")
        return set()

    # Comings and goings

    def end(self, person: int, state: str, action: str, letter: str) -> Why:
        if self.people[person].state in ENDED:
            return {"NotEditable"}
        self.move(person, state)
        self.say(action, person, letter)
        return set()

    def reopen(self, person: int) -> Why:
        them = self.people[person]
        if them.state not in ENDED:
            return {"NotEditable"}
        them.state, them.before = them.before or "submitted", None
        self.say("application.reopened", person, "application_reopened")
        return set()

    def let_go(self, person: int) -> bool:
        them, found = self.people[person], self.live(person)
        if them.before in {"offered", "accepted"}:
            them.before = self.home(person)
        if found is None:
            return False
        if found.answer is None:
            found.answer = "declined" if them.state in {"withdrawn", "declined"} else "taken_back"
        found.freed = True
        self.say("offer.freed")
        return True

    def pause(self, person: int, until: date) -> Why:
        them, found = self.people[person], self.live(person)
        why = {"NotEditable"} if them.state in ENDED else set()
        why |= {"AnswerFirst"} if found is not None and found.answer is None else set()
        if not why and them.paused != until:
            them.paused = until
            self.say("application.paused", person, "application_paused")
        return why

    def resume(self, person: int) -> Why:
        them = self.people[person]
        if them.state in ENDED:
            return {"NotEditable"}
        if them.paused is not None:
            them.paused = None
            self.say("application.resumed")
        return set()

    # Checks

    def settle(self, person: int, kind: str, state: str, until: date | None) -> Why:
        them = self.people[person]
        if them.state in ENDED:
            return {"Conflict"}
        if them.needs[kind] != (state, until):
            them.needs[kind] = (state, until)
            self.say("requirement.decided" if state in {"met", "not_met"} else "requirement.sent_back")
        return set()

    def declare(self, person: int, kind: str) -> Why:
        them = self.people[person]
        if them.case is None or them.state in ENDED:
            return {"NotFound", *({"AlreadySent"} if them.case and kind in them.case.declared else set())}
        if kind in them.case.declared:
            return {"AlreadySent"}
        them.case.declared.add(kind)
        if len(them.case.declared) == 2:
            them.case.state, them.needs["vetting"] = "ready", ("with_us", None)
            self.say("vetting.ready")
        return set()

    def vet(self, person: int, officer: int, step: str) -> Why:
        them = self.people[person]
        case = them.case
        assert case is not None
        states, then = STEPS[step]
        why = set() if case.state in states else {"NotNow"}
        why |= {"Conflict"} if them.state in ENDED else set()
        why |= {"SamePerson"} if step == "confirm" and officer == case.proposed else set()
        why |= {"RefusedIt"} if step in {"uphold", "dismiss"} and officer in {case.proposed, case.refused} else set()
        if why:
            return why
        case.state = then
        if step in {"propose", "take_back"}:
            case.proposed = officer if step == "propose" else None
        if step == "confirm":
            case.refused, case.appeal_until = officer, end_of(self.today + 28 * DAY)
        self.say(SAID[step])
        if then in {"passed", "refused"}:
            self.letters[person, f"vetting_{then}"] += 1
            found = ("met", self.today + 1096 * DAY) if then == "passed" else ("not_met", None)
            self.settle(person, "vetting", *found)
        return set()

    def appeal(self, person: int) -> Why:
        them = self.people[person]
        case = them.case
        if case is None or them.state in ENDED:
            return {"NotFound"}
        if case.appealed:
            return set()
        if case.state != "refused":
            return {"NotNow"}
        if case.appeal_until is None or self.now >= case.appeal_until:
            return {"AppealOver"}
        case.state, case.appealed, them.needs["vetting"] = "appealed", True, ("with_us", None)
        self.say("vetting.appealed")
        return set()

    # What falls due

    def due(self) -> Why:
        while any([self._ask(), self._remind(), self._pass_on(), self._promote_all(), self._confirm(), self._free()]):
            pass
        return set()

    def _ask(self) -> bool:
        found = False
        for key, them in self.people.items():
            if them.paused is not None and them.paused >= self.today:
                continue
            new = {k for k, need in them.needs.items() if need[0] == "not_asked" and them.state in ASKED[k]}
            for kind in new:
                them.needs[kind], found = ("with_applicant", None), True
            if "vetting" in new:
                them.case = Case()
                self.say("vetting.begun", key, "declarations_asked")
            if new - {"vetting"}:
                self.letters[key, "check_asked"] += 1
        return found

    def _remind(self) -> bool:
        found = False
        for each in filter(None, map(self._unanswered, self.people)):
            left = each.expires - self.now
            window = (each.expires, "last" if left <= LAST else "first")
            if timedelta() < left <= FIRST and self.now >= each.made_at + QUIET and window not in each.reminded:
                each.reminded.add(window)
                found = True
        return found

    def _pass_on(self) -> bool:
        found = False
        for each in filter(None, map(self._unanswered, self.people)):
            if each.promoted and each.expires <= self.now:
                found = True
                if each.reminded:
                    self._put_back(each, "lapsed", "offer.passed_on")
                    continue
                each.expires = end_of(self.today + DAY)
                each.reminded.add((each.expires, "last"))
                self.say("offer.kept_open")
        return found

    def _promote_all(self) -> bool:
        found = False
        while self.promote(self.own):
            found = True
        return found

    def _confirm(self) -> bool:
        found = False
        for key, them in self.people.items():
            live = self.live(key)
            if them.state == "accepted" and live and not live.confirmed and not self.open(key):
                live.confirmed, found = True, True
                self.say("offer.confirmed", key, "offer_confirmed")
        return found

    def _free(self) -> bool:
        ended = [key for key, them in self.people.items() if them.state in ENDED and self.live(key)]
        return bool([self.let_go(key) for key in ended])
