"""From the last day to an appointment and powers, as it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.domain.progress import COVERED, Progress
from tests.domain.pupils import DAY, Held, Paper, Place, Task, Why

BARRED = 180 * DAY
KINDS = ("induction", "identification", "barred_list")
OPEN = {"accepted", "training"}
EVIDENCE = "powers-traffic"


@dataclass
class Careers(Progress):
    agreement: int = 0  # the last published
    papers: list[Paper] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    volunteers: dict[int, Paper | None] = field(default_factory=dict)  # by person
    held: list[Held] = field(default_factory=list)

    # The course done

    def paper_of(self, person: int) -> Paper | None:
        """The newest certificate that stands."""
        own = [each for each in self.papers if each.place.person == person and not each.withdrawn]
        return max(own, key=lambda each: each.id, default=None)

    def complete(self, place: Place) -> Why:
        if place.ended:
            return {"NoSuchPlace"}
        if place.completed:
            return set()
        begun = place.started and self.people[place.person].state in {"training", "appointed"}
        if not begun or self.gaps(place):
            return {"NotComplete"}
        done = self.done(place.person, place.group)
        codes = frozenset(code for code, state in done.items() if state in COVERED)
        self.papers.append(Paper(place, codes, self.days_done(place.person, place.group)))
        place.completed = True
        self.say("training.completed", place.person, "training_completed")
        return set()

    def withdraw_paper(self, paper: Paper) -> Why:
        if paper.withdrawn:  # of a place that has ended, too
            return set()
        paper.withdrawn, paper.place.completed = True, False
        self.say("certificate.withdrawn", paper.place.person, "certificate_withdrawn")
        for held in self.held:
            if held.paper is paper and held.withdrawn is None:
                held.withdrawn, held.withdrawn_on = "certificate", max(self.today, held.starts)
                self.say("power.withdrawn")
        return set()

    # Before an appointment

    def task(self, person: int, kind: str) -> Task | None:
        return next((each for each in self.tasks if (each.person, each.kind, each.back) == (person, kind, False)), None)

    def do_task(self, person: int, kind: str, on: date, applied: date) -> Why:
        if self.people[person].state not in OPEN:
            return {"NotEditable"}
        if self.task(person, kind) is not None:
            return set()
        why = {"DayAhead"} if on > self.today else set()
        why |= {"TooLongAgo"} if on < applied else set()
        if not why:
            self.tasks.append(Task(person, kind, on))
            self.say("appointment.step_done")
        return why

    def undo_task(self, task: Task) -> Why:
        if task.back:
            return set()
        if self.people[task.person].state not in OPEN:
            return {"NotEditable"}
        task.back = True
        self.say("appointment.step_taken_back")
        return set()

    def agree_to(self, person: int, agreement: int) -> Why:
        them = self.people[person]
        why = set() if them.state in {*OPEN, "appointed"} else {"NotEditable"}
        why |= {"AgreementChanged"} if agreement != self.agreement else set()
        if not why and agreement not in them.agreed:
            them.agreed.add(agreement)
            self.say("agreement.accepted")
        return why

    def lacks(self, person: int) -> list[str]:
        """What is missing before somebody may be appointed."""
        them, barred = self.people[person], self.task(person, "barred_list")
        found = [kind for kind, need in them.needs.items() if not need.holds(self.today)]
        found += [] if self.paper_of(person) else ["training"]
        found += [kind for kind in KINDS if self.task(person, kind) is None]
        found += ["barred_list"] if barred is not None and barred.on + BARRED < self.today else []
        return found + ([] if self.agreement in them.agreed else ["agreement"])

    def appoint(self, person: int) -> Why:
        if person in self.volunteers:
            return set()
        if self.people[person].state != "training":
            return {"NotEditable"}
        if self.lacks(person):
            return {"NotReady"}
        self.volunteers[person] = self.paper_of(person)
        self.move(person, "appointed")
        self.say("volunteer.appointed", person, "volunteer_welcome")
        return set()

    # Powers

    def power_of(self, person: int) -> Held | None:
        return next((each for each in self.held if each.person == person and each.withdrawn is None), None)

    def grant(self, person: int, starts: date, ends: date | None) -> Why:
        why: Why = set() if self.people[person].state == "appointed" else {"NotEditable"}
        why |= {"DatesImpossible"} if starts < self.today or (ends is not None and ends < starts) else set()
        vetting = self.people[person].needs["vetting"]
        vetted = vetting.met and (vetting.until is None or vetting.until >= max(starts, ends or starts, self.today))
        why |= set() if vetted else {"NotVetted"}
        own = [each for each in self.papers if each.place.person == person and not each.withdrawn]
        own = [each for each in own if EVIDENCE in each.codes]
        why |= set() if own else {"NotTrained"}
        until, standing = ends or vetting.until, self.power_of(person)
        if not why and standing is not None:
            if (standing.starts, standing.ends) == (starts, until):
                return set()
            if standing.ends is None or standing.ends >= starts:
                return {"AlreadyHeld"}
            standing.withdrawn, standing.withdrawn_on = "ran_out", standing.ends + DAY
        if not why:
            self.held.append(Held(person, max(own, key=lambda each: each.id), starts, until))
            self.say("power.granted", person, "power_granted")
        return why | ({"AlreadyHeld"} if standing is not None and why else set())

    def ungrant(self, held: Held) -> Why:
        if held.withdrawn is not None:
            return set()
        if held.ends is not None and held.ends < self.today:
            return {"NotInForce"}
        held.withdrawn, held.withdrawn_on = "role", self.today
        self.say("power.withdrawn", held.person, "power_withdrawn")
        return set()
