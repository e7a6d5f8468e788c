"""What people may try with places and registers: what the portal is asked, and what the model is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import TypeVar

from sqlalchemy import update

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Requirement, RequirementState
from portal.domain.applications.rules import WithdrawReason
from portal.domain.attendance import beforehand, marking, settling
from portal.domain.attendance.catching_up import let_go
from portal.domain.attendance.models import MarkSource, Presence
from portal.domain.journeys import ending, training_days
from portal.domain.journeys.training import places_due
from portal.domain.training import enrolling, giving_up, starting, transferring, waiting_list
from portal.domain.training.moving import CancelReason
from tests.domain.cohorts import HOUR, Cohorts, Tried
from tests.domain.pupils import DAY, UNSAID, Day, Place, Tap, Why, Words, end_of
from tests.support.make_applications import keys_of

_keys = count(1)
One = TypeVar("One")
HERE = Words("present")
KEEP = {"accepted", "training"}
SAYINGS = (
    *[HERE] * 12, Words("present", 10), Words("present", 25), Words("present", 60), Words("present", 0, 45),
    Words("present", 100, 40), Words("present", 20, 20), Words("absent"), Words("absent"), Words("absent"),
    Words("excused", reason="work"), Words("excused", reason="agreed"), UNSAID,
)  # fmt: skip
IMPOSSIBLE = (
    Words("present", 480), Words("present", 400, 90), Words("absent", 10), Words("excused"),
    Words("present", reason="work"),
)  # fmt: skip


# Whom and what an act is about


def one(life: Cohorts, fitting: Sequence[One], others: Sequence[One], often: float = 0.85) -> One | None:
    """Usually one of those that fit, so that most acts come to something; none where there is none."""
    found = fitting if life.random.random() < often else others
    return life.random.choice(found) if found else None


def place(life: Cohorts, fits: Callable[[Place], bool], often: float = 0.85) -> Place | None:
    return one(life, [each for each in life.model.live if fits(each)], life.model.places, often)


def joining(life: Cohorts) -> tuple[int, int] | None:
    """Somebody who may have a place, and a cohort that takes people."""
    model = life.model
    fitting = [
        (key, to)
        for key, them in model.people.items()
        for to in model.groups
        if them.state == "accepted" and model.place_of(key) is None and model.is_open(to)
    ]
    return one(life, fitting, [(key, to) for key in model.people for to in model.groups])


def themselves(life: Cohorts, key: int) -> tuple[Applicant, int]:
    """Usually the applicant; now and then another, who finds nothing there."""
    chosen = key if life.random.random() < 0.96 else life.random.choice(list(life.people))
    return life.people[chosen], chosen


def own_or_not(chosen: int, key: int, model: Callable[[], Why]) -> Callable[[], Why]:
    return model if chosen == key else lambda: {"NotFound", "CohortNotOpen"}


def near(life: Cohorts) -> Day:
    """A day of training, usually today's or the last one."""
    every = list(life.model.days.values())
    close = [day for day in every if day.starts - DAY / 2 < life.at < day.starts + 3 * DAY]
    return life.random.choice(close if close and life.random.random() < 0.9 else every)


def trainer(life: Cohorts) -> StaffMember:
    return life.random.choice(life.trainers)


# Places


def enrol(life: Cohorts) -> Tried:
    if (found := joining(life)) is None:
        return None
    key, to = found
    until = end_of(life.model.today + DAY) if life.random.random() < 0.15 else None
    return (
        lambda: enrolling.enrol(life.session, life.recruiter, to, key, confirm_by=until),
        lambda: life.model.enrol(key, to, until),
    )


def wait(life: Cohorts) -> Tried:
    if (found := joining(life)) is None:
        return None
    key, to = found
    actor, chosen = themselves(life, key)
    act = waiting_list.wait
    return lambda: act(life.session, actor, key, to), own_or_not(chosen, key, lambda: life.model.wait(key, to))


def leave(life: Cohorts) -> Tried:
    waits = [(each.person, each.group) for each in life.model.waits if each.ended is None]
    found = one(life, waits, [(key, to) for key in life.people for to in life.model.groups])
    if found is None or life.random.random() < 0.5:
        return None
    key, to = found
    actor, chosen = themselves(life, key)
    act = waiting_list.leave
    return lambda: act(life.session, actor, key, to), own_or_not(chosen, key, lambda: life.model.leave(key, to))


def promote(life: Cohorts) -> Tried:
    to = life.random.choice(list(life.model.groups))

    def model() -> Why:
        life.model.promote(to)
        return set()

    return lambda: waiting_list.promote_next(life.session, to, patient=True), model


def confirm(life: Cohorts) -> Tried:
    open_ones = [each.person for each in life.model.live if not each.confirmed]
    if (key := one(life, open_ones, list(life.people))) is None:
        return None
    actor, chosen = themselves(life, key)
    return (
        lambda: giving_up.confirm(life.session, actor, key),
        own_or_not(chosen, key, lambda: life.model.confirm(key)),
    )


def decline(life: Cohorts) -> Tried:
    found = place(life, lambda each: not each.started)
    if found is None or life.random.random() < 0.5:
        return None
    actor, chosen = themselves(life, found.person)
    return (
        lambda: giving_up.decline(life.session, actor, found.person),
        own_or_not(chosen, found.person, lambda: life.model.decline(found.person)),
    )


def remove(life: Cohorts) -> Tried:
    found = place(life, lambda each: not each.completed)
    if found is None or life.random.random() < 0.6:
        return None
    return (
        lambda: giving_up.remove(life.session, life.recruiter, found.id, "asked"),
        lambda: life.model.remove(found),
    )


def transfer(life: Cohorts) -> Tried:
    model = life.model
    open_ones = [to for to in model.groups if model.is_open(to) and model.free_seat(to)]
    pairs = [(each, to) for each in model.live for to in open_ones if to != each.group and not each.completed]
    pair = one(life, pairs, [(each, to) for each in model.places for to in model.groups])
    if pair is None or life.random.random() < 0.5:
        return None
    found, to = pair
    return (
        lambda: transferring.transfer(life.session, life.recruiter, found.id, to, "dates"),
        lambda: life.model.transfer(found, to),
    )


def start(life: Cohorts) -> Tried:
    people, today = life.model.people, life.model.today
    found = place(
        life,
        lambda each: each.confirmed and not each.started and people[each.person].needs["medical"].holds(today),
    )
    if found is None:
        return None
    return lambda: starting.start(life.session, life.recruiter, found.id), lambda: life.model.start(found)


def say_away(life: Cohorts) -> Tried:
    """ "I cannot make it", or that they can after all."""
    every = list(life.model.days.values())
    ahead = [day for day in every if day.starts > life.at and not day.off]
    own = [(each.person, day) for each in life.model.live for day in ahead if day.group == each.group]
    pair = one(life, own, [(key, day) for key in life.people for day in every])
    if pair is None:
        return None
    (key, day), (actor, chosen) = pair, themselves(life, pair[0])
    away, session = life.random.random() < 0.7, life.session
    reason, keys = beforehand.AwayReason.WORK, keys_of(life.app)

    def real() -> object:
        if away:
            return beforehand.cannot_come(session, keys, actor, key, day.id, reason)
        return beforehand.can_come(session, actor, key, day.id)

    return real, own_or_not(chosen, key, lambda: life.model.say_away(key, day, away))


def call_off(life: Cohorts) -> Tried:
    ahead = [day for day in life.model.days.values() if day.starts > life.at and not day.off]
    day = one(life, ahead, list(life.model.days.values()))
    if day is None or life.random.random() < 0.8:
        return None
    return (
        lambda: training_days.call_off(life.session, life.recruiter, day.id, CancelReason.PLACE),
        lambda: life.model.call_off(day),
    )


def withdraw(life: Cohorts) -> Tried:
    key = one(life, [each for each, them in life.model.people.items() if them.state in KEEP], list(life.people))
    if key is None or life.random.random() < 0.85:
        return None
    return (
        lambda: ending.withdraw(life.session, life.people[key], key, WithdrawReason.TIME),
        lambda: life.model.withdraw(key),
    )


def due(life: Cohorts) -> Tried:
    def real() -> None:
        while sum(act(life.session, most=50) for act in (places_due, ending.free_due, let_go)):
            pass

    return real, life.model.due


def checks_change(life: Cohorts) -> Tried:
    """Not an act of training: a check comes in, is lost again, or holds for so long."""
    key, kind = life.random.choice(list(life.people)), life.random.choice(("medical", "vetting"))
    need = life.model.people[key].needs[kind]
    met = life.random.random() < 0.85
    until = life.model.today + life.random.choice((3, 20, 400)) * DAY if met and life.random.random() < 0.7 else None

    def real() -> None:
        state = RequirementState.MET if met else RequirementState.WITH_US
        with unit_of_work(life.session):
            life.session.execute(
                update(Requirement).where(Requirement.application_id == key, Requirement.kind == kind).values(
                    state=state, decided_by=life.recruiter.id if met else None,
                    decided_at=clock.now() if met else None, expires_on=until,
                )
            )  # fmt: skip

    def model() -> Why:
        need.met, need.until = met, until
        return set()

    return real, model


# The register


def wish(found: Place, tap: Tap) -> marking.MarkWish:
    said = tap.said
    return marking.MarkWish(
        tap.key, found.id, Presence(said.presence), said.late, said.left, said.reason, MarkSource(tap.source), tap.why,
        tap.seen, tap.made,
    )  # fmt: skip


def _why(life: Cohorts, day: Day) -> str | None:
    if life.at >= day.closes and life.random.random() < 0.85:
        return life.random.choice(("paper", "forgotten", "wrong"))
    return "because" if life.random.random() < 0.02 else None


def _tap(life: Cohorts, day: Day, found: Place) -> Tap:
    standing, random = life.model.marks.get((day, found)), life.random
    version = standing.version if standing else 0
    seen = random.choice((version, version, version, version, 0, max(version - 1, 0), version + 1))
    ago = random.choice((0, 0, 0, 0, 0, 1, 2, 26))
    made = life.at + HOUR / 6 if random.random() < 0.05 else life.at - ago * HOUR
    said = random.choice(IMPOSSIBLE if random.random() < 0.04 else SAYINGS)
    source = random.choice(("register",) * 6 + ("scan", "paper"))
    return Tap(f"tap-{next(_keys):08}", said, seen, made, source, _why(life, day))


def mark(life: Cohorts) -> Tried:
    day, by = near(life), trainer(life)
    begun = [each for each in life.model.register(day) if each.started]
    found = one(life, begun, life.model.places, 0.9)
    if found is None:
        return None
    tap = _tap(life, day, found)
    return (
        lambda: marking.mark(life.session, by, day.id, wish(found, tap)),
        lambda: life.model.mark(by.id, day, found, tap),
    )


def mark_blind(life: Cohorts) -> Tried:
    """The other trainer's device marks somebody without having seen what stands."""
    marked = [(spot, each) for spot, each in life.model.marks.items() if each.said != UNSAID and not spot[0].off]
    if not marked:
        return None
    (day, found), standing = life.random.choice(marked)
    by = next(each for each in life.trainers if each.id != standing.by)
    said, why = life.random.choice(SAYINGS[12:]), "learned" if life.at >= day.closes else None
    tap = Tap(f"tap-{next(_keys):08}", said, 0, life.at, "register", why)
    return (
        lambda: marking.mark(life.session, by, day.id, wish(found, tap)),
        lambda: life.model.mark(by.id, day, found, tap),
    )


def send_again(life: Cohorts) -> Tried:
    """A device sends what it sent before: as it was, or with other words, or for somebody else."""
    sent = [step for step in life.model.steps if step.key.startswith("tap-")]
    if not sent:
        return None
    step, by = life.random.choice(sent[-6:]), trainer(life)
    said = step.said if life.random.random() < 0.7 else life.random.choice(SAYINGS)
    tap = Tap(step.key, said, step.seen, step.made, "register", step.why)
    found = step.place if life.random.random() < 0.8 else life.random.choice(life.model.places)
    return (
        lambda: marking.mark(life.session, by, step.day.id, wish(found, tap)),
        lambda: life.model.mark(by.id, step.day, found, tap),
    )


def everyone_else(life: Cohorts) -> Tried:
    begun = [day for day in life.model.days.values() if day.starts - DAY / 24 < life.at and life.model.expected(day)]
    day, by = one(life, begun, list(life.model.days.values())), trainer(life)
    if day is None:
        return None
    why = _why(life, day)
    known = [step.act.removeprefix("all:") for step in life.model.here(day) if step.key.startswith("all:")]
    batch = life.random.choice(known) if known and life.random.random() < 0.3 else f"batch-{next(_keys):08}"
    return (
        lambda: marking.everyone_else(life.session, by, day.id, batch, why),
        lambda: life.model.everyone_else(by.id, day, batch, why),
    )


def undo(life: Cohorts) -> Tried:
    lasts = [
        (step, by)
        for day in life.model.days.values()
        for by in life.trainers
        if (step := life.model.last_of(by.id, day)) is not None
    ]
    pair = one(life, lasts, [(step, trainer(life)) for step in life.model.steps])
    if pair is None:
        return None
    step, by = pair
    return (
        lambda: marking.undo(life.session, by, step.day.id, step.id),
        lambda: life.model.undo(by.id, step.day, step),
    )


def settle(life: Cohorts) -> Tried:
    step = one(life, [each for each in life.model.steps if each.outcome == "conflict"], life.model.steps, 0.93)
    if step is None:
        return None
    by, choose = trainer(life), life.random.random() < 0.6
    return lambda: settling.settle(life.session, by, step.id, choose), lambda: life.model.settle(by.id, step, choose)


PLACES = (
    enrol, enrol, enrol, enrol, enrol, wait, wait, leave, promote, confirm, confirm, confirm, decline, remove, transfer,
    transfer, start, start, start, start, start, start, say_away, say_away, call_off, withdraw, due, due, due,
    checks_change,
)  # fmt: skip
REGISTER = (
    mark, mark, mark, mark, mark, mark, mark, mark_blind, mark_blind, send_again, send_again, everyone_else,
    everyone_else, everyone_else, everyone_else, undo, undo, settle, settle,
)  # fmt: skip
