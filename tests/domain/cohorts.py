"""Two cohorts of one course for the state-machine test: what is looked at after each step.

Each act is done to the portal and then to the model, plain Python; both must say the same of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Select, Table, bindparam, func, inspect, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.attendance.models import Assessment, CannotCome, CatchUp, Certificate, Mark, MarkStep
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.models import Notice, OutboxMail
from portal.domain.refusals import Refusal
from portal.domain.training.models import Trainee, TrainingSession, Waiting
from portal.domain.volunteers.models import AgreementAccepted, AppointmentStep, PowerGrant, Volunteer
from tests.domain.careers import BARRED, EVIDENCE, Careers
from tests.domain.pupils import LEAST_DAYS, Why, Words
from tests.support.programme import agree

HOUR, SECONDS = timedelta(hours=1), timedelta(seconds=13)  # never the same second of an hour twice in a run
TOLD = (
    "trainee.", "mark.", "catch_up.", "assessment.", "training.", "certificate.", "appointment.", "agreement.",
    "volunteer.", "power.", "day.", "application.",
)  # fmt: skip
LETTERS = (
    "training_", "catch_up_set", "certificate_", "volunteer_", "power_", "application_withdrawn",
)  # fmt: skip
REMINDER = "training_confirm_reminder"
MOVES = {  # by hand, from the lifecycle: no other move of an application has a reason here
    ("accepted", "training"), ("training", "accepted"), ("training", "appointed"), ("accepted", "withdrawn"),
    ("training", "withdrawn"),
}  # fmt: skip
Rows = Sequence[Any]
Tried = tuple[Callable[[], object], Callable[[], Why]] | None


def _table(model: type[Any]) -> Table:
    found = inspect(model).local_table
    assert isinstance(found, Table)
    return found


def _of(model: type[Any], column: str, wanted: Select[int], *order: str) -> Select[Any]:
    table = _table(model)
    return select(table).where(table.c[column].in_(wanted)).order_by(*(table.c[each] for each in order or ("id",)))


_people = bindparam("people", expanding=True)
_placed = select(Trainee.id).where(Trainee.application_id.in_(_people))
_made = select(Volunteer.id).where(Volunteer.application_id.in_(_people))
_application = _table(Application).c
READ: dict[str, Select[Any]] = {
    "people": select(
        _application.id, _application.state, _application.version, _application.state_before, _application.state_since
    ).where(_application.id.in_(_people)).order_by(_application.id),
    "places": _of(Trainee, "application_id", _people),
    "waiting": _of(Waiting, "application_id", _people),
    "needs": _of(Requirement, "application_id", _people),
    "tasks": _of(AppointmentStep, "application_id", _people),
    "agreed": _of(AgreementAccepted, "application_id", _people, "application_id", "agreement_id"),
    "volunteers": _of(Volunteer, "application_id", _people),
    "marks": _of(Mark, "trainee_id", _placed, "session_id", "trainee_id"),
    "steps": _of(MarkStep, "trainee_id", _placed),
    "away": _of(CannotCome, "trainee_id", _placed, "trainee_id", "session_id"),
    "catches": _of(CatchUp, "trainee_id", _placed),
    "attempts": _of(Assessment, "trainee_id", _placed),
    "papers": _of(Certificate, "trainee_id", _placed),
    "powers": _of(PowerGrant, "volunteer_id", _made),
    "days": select(_table(TrainingSession)).where(
        _table(TrainingSession).c.cohort_id.in_(bindparam("groups", expanding=True))
    ).order_by(_table(TrainingSession).c.id),
}  # fmt: skip


class Seen(NamedTuple):
    """Everything the run could change, as the tables have it."""

    rows: dict[str, Rows]
    told: int  # lines of the trail
    sent: int  # letters


@dataclass
class Cohorts:
    """One run: people with accepted offers, two trainers, a recruiter, two cohorts of three days."""

    app: Flask
    session: Session
    random: Random
    people: dict[int, Applicant]  # by application
    recruiter: StaffMember
    trainers: tuple[StaffMember, StaffMember]
    power: int
    model: Careers
    at: datetime
    since: int  # the last line of the trail before the run
    done: Counter[str] = field(default_factory=Counter)
    trail: Counter[str] = field(default_factory=Counter)
    letters: Counter[tuple[int, str]] = field(default_factory=Counter)
    last_mail: int = 0
    before: Seen | None = None

    def step(self, acts: Sequence[Act]) -> None:
        """Time goes by, somebody tries something, the model is asked, and everything that must hold is looked at."""
        self.at = self._next()
        self.model.now = self.at
        with clock.at(self.at):
            if self.before is None:
                self.before = self.read()
            tried = None
            while tried is None:  # where there is nothing to try it on, another act
                act = self.random.choice(acts)
                tried = act(self)
            refused = self.attempt(act.__name__, *tried)
            self.done[f"{act.__name__}: {refused}" if refused else act.__name__] += 1

    def _next(self) -> datetime:
        """Mostly moments later; now and then hours, days, or some way into the next day of training."""
        chance = self.random.random()
        if chance < 0.8:
            return self.at + SECONDS
        days = self.model.days.values()
        ahead = [day.starts for day in days if day.starts > self.at]
        if chance < 0.9 and ahead and (len(ahead) < len(days) or min(ahead) < self.at + HOUR * 72):
            return min(ahead) + timedelta(minutes=20) + SECONDS
        return self.at + HOUR * self.random.choice((1, 3, 6, 6, 13, 24, 72)) + SECONDS

    def attempt(self, name: str, real: Callable[[], object], model: Callable[[], Why]) -> str | None:
        refused, said = None, self.model.trail.copy()
        try:
            real()
        except Refusal as refusal:
            refused = type(refusal).__name__
        self.session.rollback()
        self.session.expire_all()
        why = model()
        assert (refused in why) if refused else not why, f"{name}: {refused}, the model says {why or 'fine'}"
        before, now = self.before, self.read()
        assert before is not None
        if refused is not None:
            assert before == now, f"{name} was refused, and changed {_changed(before, now)}"
        elif self.model.trail == said:
            untold = _changed(before, now) - {"steps", "needs"}  # each step is kept; needs are changed by no act here
            assert not untold, f"{name} changed {untold} and told nobody"
        self.moved_by_the_table(before.rows["people"], now.rows["people"])
        self.stands_as_in_the_model(now.rows)
        self.must_always_hold(before.rows, now.rows)
        self.told_once()
        self.before = now
        return refused

    def read(self) -> Seen:
        """The tables as they are; the trail and the letters since the last look are counted on the way."""
        given = {"people": list(self.people), "groups": list(self.model.groups)}
        rows = {name: self.session.execute(query, given).all() for name, query in READ.items()}
        for key, action in self.session.execute(
            select(AuditEvent.id, AuditEvent.action).where(AuditEvent.id > self.since).order_by(AuditEvent.id)
        ):
            self.since = key
            self.trail[action] += 1
        mails = select(OutboxMail.id, OutboxMail.application_id, OutboxMail.name)
        for key, person, name in self.session.execute(
            mails.where(OutboxMail.id > self.last_mail).order_by(OutboxMail.id)
        ):
            self.last_mail = key
            self.letters[person or 0, name] += 1
        self.session.rollback()
        return Seen(rows, self.trail.total(), self.letters.total())

    # What is looked at after each step

    def moved_by_the_table(self, before: Rows, now: Rows) -> None:
        for was, row in zip(before, now, strict=True):
            assert was.state is row.state or (was.state.value, row.state.value) in MOVES, (was.state, row.state)

    def stands_as_in_the_model(self, rows: dict[str, Rows]) -> None:
        model = self.model
        agree(
            "states",
            [row.state.value for row in rows["people"]],
            [model.people[row.id].state for row in rows["people"]],
        )
        self.numbered(rows)
        agree("places", [_place(row) for row in rows["places"]], [each.key for each in model.places])
        waits = [(row.application_id, row.cohort_id, _word(row.ended_as)) for row in rows["waiting"]]
        agree("waiting", waits, [(each.person, each.group, each.ended) for each in model.waits])
        away = {(row.trainee_id, row.session_id): row.taken_back_at is None for row in rows["away"]}
        agree("away", away, {(each.id, day): said for each in model.places for day, said in each.away.items()})
        agree("days off", {row.id: row.cancelled_at is not None for row in rows["days"]},
              {day.id: day.off for day in model.days.values()})  # fmt: skip
        self.register_is_right(rows)
        agree("catch-ups", [_catch(row) for row in rows["catches"]], [each.key for each in model.catches])
        attempts = [
            (row.trainee_id, row.module_code, row.attempt, row.result.value, row.assessed_on, row.staff_id,
             row.taken_back_at is not None)
            for row in rows["attempts"]
        ]  # fmt: skip
        agree("attempts", attempts, [
            (each.place.id, each.code, each.number, each.result, each.on, each.by, each.back) for each in model.attempts
        ])  # fmt: skip
        self.careers_are_right(rows)

    def numbered(self, rows: dict[str, Rows]) -> None:
        """What was made by the last act gets its number, in the order it was made."""
        model = self.model
        pairs: tuple[tuple[str, list[Any]], ...] = (
            ("places", model.places), ("catches", model.catches), ("attempts", model.attempts),
            ("papers", model.papers), ("tasks", model.tasks), ("powers", model.held),
        )  # fmt: skip
        for name, made in pairs:
            agree(name, len(rows[name]), len(made))
            for row, each in zip(rows[name], made, strict=True):
                each.id = row.id
        keys = {row.key: row.id for row in rows["steps"]}
        agree("keys", sorted(keys), sorted(step.key for step in model.steps))
        for step in model.steps:
            step.id = keys[step.key]

    def register_is_right(self, rows: dict[str, Rows]) -> None:
        """Every key that was sent is one step, and what stands is what the kept steps say."""
        model = self.model
        agree("steps", [_step(row) for row in rows["steps"]], [s.row for s in sorted(model.steps, key=lambda s: s.id)])
        marks = {(row.session_id, row.trainee_id): (_words(row), row.marked_by, row.version) for row in rows["marks"]}
        kept = {(day.id, place.id): (each.said, each.by, each.version) for (day, place), each in model.marks.items()}
        agree("marks", marks, kept)
        for (day, place), standing in model.marks.items():
            agree("what the steps say", model.follows(day, place), standing.said)
        assert all(row.settled_at is not None for row in rows["steps"] if row.outcome.value in {"chosen", "set_aside"})

    def careers_are_right(self, rows: dict[str, Rows]) -> None:
        model = self.model
        papers = [
            (row.trainee_id, frozenset(each["code"] for each in row.facts["modules"]), row.facts["days"],
             row.withdrawn_at is not None)
            for row in rows["papers"]
        ]  # fmt: skip
        agree("certificates", papers, [(each.place.id, each.codes, each.days, each.withdrawn) for each in model.papers])
        tasks = [
            (row.application_id, row.kind.value, row.done_on, row.taken_back_at is not None) for row in rows["tasks"]
        ]
        agree("tasks", tasks, [(each.person, each.kind, each.on, each.back) for each in model.tasks])
        agreed = {(row.application_id, row.agreement_id) for row in rows["agreed"]}
        agree("agreed", agreed, {(each.id, key) for each in model.people.values() for key in each.agreed})
        made = {row.application_id: row.certificate_id for row in rows["volunteers"]}
        agree("volunteers", made, {key: paper and paper.id for key, paper in model.volunteers.items()})
        person = {row.id: row.application_id for row in rows["volunteers"]}
        powers = [
            (person[row.volunteer_id], row.certificate_id, row.starts_on, row.ends_on, row.withdrawn_reason,
             row.withdrawn_on)
            for row in rows["powers"]
        ]  # fmt: skip
        agree("powers", powers, [
            (each.person, each.paper.id, each.starts, each.ends, each.withdrawn, each.withdrawn_on)
            for each in model.held
        ])  # fmt: skip

    def must_always_hold(self, before: dict[str, Rows], now: dict[str, Rows]) -> None:
        live = [row for row in now["places"] if row.ended_at is None]
        assert len({row.application_id for row in live}) == len(live)
        assert len({(row.cohort_id, row.seat) for row in live}) == len(live)
        assert all(1 <= row.seat <= self.model.groups[row.cohort_id].capacity for row in live)
        for row in now["papers"][len(before["papers"]) :]:
            self.completed_without_a_gap(row)
        for row in now["volunteers"][len(before["volunteers"]) :]:
            self.appointed_without_a_gap(row, now)
        standing = {row.id: row for row in now["papers"] if row.withdrawn_at is None}
        for row in now["powers"]:
            if row.withdrawn_at is None:
                assert EVIDENCE in {each["code"] for each in standing[row.certificate_id].facts["modules"]}

    def completed_without_a_gap(self, row: Any) -> None:
        place = next(each for each in self.model.places if each.id == row.trainee_id)
        assert place.started and not self.model.gaps(place)
        assert {"law", "aid", EVIDENCE} <= {each["code"] for each in row.facts["modules"]}
        assert row.facts["days"] >= LEAST_DAYS
        assert next(each for each in row.facts["modules"] if each["code"] == "aid")["passed"]

    def appointed_without_a_gap(self, row: Any, rows: dict[str, Rows]) -> None:
        own, today = row.application_id, clock.today()
        needs = [each for each in rows["needs"] if each.application_id == own]
        assert {each.kind.value for each in needs} == {"medical", "vetting"}
        assert all(each.state is RequirementState.MET for each in needs)
        assert all(each.expires_on is None or each.expires_on >= today for each in needs)
        places = {each.id for each in rows["places"] if each.application_id == own}
        papers = {each.id for each in rows["papers"] if each.trainee_id in places and each.withdrawn_at is None}
        assert row.certificate_id in papers
        steps = [each for each in rows["tasks"] if each.application_id == own and each.taken_back_at is None]
        assert {each.kind.value for each in steps} == {"induction", "identification", "barred_list"}
        assert next(each for each in steps if each.kind.value == "barred_list").done_on + BARRED >= today
        agreed = [each.agreement_id for each in rows["agreed"] if each.application_id == own]
        assert row.agreement_id == self.model.agreement and row.agreement_id in agreed

    def told_once(self) -> None:
        """Each change has its one line and each act its one letter; a reminder is never sent twice."""
        said = Counter({key: number for key, number in self.trail.items() if key.startswith(TOLD)})
        agree("the trail", said, self.model.trail)
        for person, name in self.letters.keys() | self.model.letters.keys():
            if name.startswith(LETTERS) and name != REMINDER:
                agree(name, self.letters[person, name], self.model.letters[person, name])
        notices = self.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == REMINDER))
        reminded = sum(place.reminded for place in self.model.places)
        sent = sum(number for (_person, name), number in self.letters.items() if name == REMINDER)
        agree("reminders", (notices, sent), (reminded, reminded))
        self.session.rollback()


Act = Callable[[Cohorts], Tried]


def _changed(before: Seen, now: Seen) -> set[str]:
    found = {name for name in READ if before.rows[name] != now.rows[name]}
    found |= {"the trail"} if before.told != now.told else set()
    return found


def _word(value: Any) -> str | None:
    return value and str(value.value)


def _words(row: Any) -> Words:
    return Words(row.presence.value, row.late_minutes, row.left_minutes, row.reason)


def _place(row: Any) -> tuple[object, ...]:
    return (
        row.application_id, row.cohort_id, row.seat, row.confirmed_at is not None, row.started_at is not None,
        row.completed_at is not None, _word(row.ended_as), row.confirm_by,
    )  # fmt: skip


def _step(row: Any) -> tuple[object, ...]:
    return (
        row.key, row.session_id, row.trainee_id, _words(row), row.staff_id, row.seen, row.source.value, row.why,
        row.outcome.value,
    )  # fmt: skip


def _catch(row: Any) -> tuple[object, ...]:
    return (
        row.trainee_id, row.module_code, row.way.value, row.session_id, row.starts_at, row.due_on, row.staff_id,
        row.handed_in_at is not None, _word(row.ended_as), row.version,
    )  # fmt: skip
