"""What people may try with what was missed, with certificates, appointments and powers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.attendance import assessing, catching_up, completing, signing_off
from portal.domain.attendance.models import Result
from portal.domain.volunteers import agreements, evidence, powers, steps
from portal.domain.volunteers.appointing import appoint as appoint_now
from portal.domain.volunteers.models import StepKind
from tests.domain.careers import KINDS
from tests.domain.cohort_acts import KEEP, one, place, themselves, trainer
from tests.domain.cohorts import HOUR, Cohorts, Tried
from tests.domain.pupils import APPLIED_ON, BY_CODE, CODES, DAY, Catch, Place, Why
from tests.support.make_applications import keys_of

_bodies = count(1)


def _missing(life: Cohorts, fits: Callable[[str], bool]) -> tuple[Place, str] | None:
    """Somebody and something they missed that may be made good in some way."""
    model = life.model
    fitting = [
        (each, code)
        for each in model.live
        if each.confirmed and not each.completed
        for code in model.missed(each)
        if fits(code)
    ]
    return one(life, fitting, [(each, code) for each in model.places for code in CODES], 0.93)


def _booker(life: Cohorts, found: Place) -> tuple[Applicant | StaffMember, int | None]:
    """The trainee for themselves, or a trainer."""
    return themselves(life, found.person) if life.random.random() < 0.6 else (trainer(life), None)


def _catch(life: Cohorts, fits: Callable[[Catch], bool]) -> Catch | None:
    return one(life, [each for each in life.model.catches if fits(each)], life.model.catches)


# Making good


def book(life: Cohorts) -> Tried:
    model, every = life.model, list(life.model.days.values())
    fitting = [
        (each, day)
        for each in model.live
        if each.confirmed and not each.completed
        for number in {BY_CODE[code].day for code in model.missed(each)}
        for day in every
        if day.number == number and model.may_sit(each, day)
    ]
    pair = one(life, fitting, [(each, day) for each in model.places for day in every], 0.93)
    if pair is None:
        return None
    (found, day), (actor, chosen) = pair, _booker(life, pair[0])
    return (
        lambda: catching_up.book_session(life.session, actor, found.id, day.id),
        lambda: life.model.book(found, day, chosen),
    )


def ask(life: Cohorts) -> Tried:
    pair = _missing(life, lambda each: BY_CODE[each].alone)
    if pair is None:
        return None
    (found, code), (actor, chosen) = pair, _booker(life, pair[0])
    starts = life.at + life.random.choice((1, 1, 5, 5, 30, -1, 900)) * HOUR
    return (
        lambda: catching_up.ask_one_to_one(life.session, actor, found.id, code, starts),
        lambda: life.model.ask(found, code, starts, chosen),
    )


def take_on(life: Cohorts) -> Tried:
    asked = [each for each in life.model.catches if each.ended is None and each.way == "one_to_one"]
    known = life.random.choice(asked) if asked and life.random.random() < 0.7 else None
    pair = (known.place, known.code) if known else _missing(life, lambda each: BY_CODE[each].alone)
    if pair is None:
        return None
    found, code = pair
    starts = life.at + life.random.choice((1, 1, 1, 2, 5, 30, -1)) * HOUR
    if known is not None and known.starts is not None and life.random.random() < 0.5:
        starts = known.starts
    by, to = trainer(life), life.recruiter if life.random.random() < 0.05 else trainer(life)
    return (
        lambda: catching_up.set_one_to_one(life.session, by, found.id, code, starts, "Room 2", to.id),
        lambda: life.model.take_on(found, code, starts, "Room 2", to.id),
    )


def write(life: Cohorts) -> Tried:
    if (pair := _missing(life, lambda each: BY_CODE[each].written)) is None:
        return None
    (found, code), (actor, chosen) = pair, _booker(life, pair[0])
    due = life.random.choice((None, None, None, life.model.today + 2 * DAY, life.model.today - DAY))
    return (
        lambda: catching_up.set_written(life.session, actor, found.id, code, due),
        lambda: life.model.write(found, code, due, chosen),
    )


def hand_in(life: Cohorts) -> Tried:
    found = _catch(life, lambda each: each.ended is None and each.way == "written")
    if found is None:
        return None
    actor, chosen = themselves(life, found.place.person)
    work, keys = life.random.choice(("What I learned", "What else I learned")), keys_of(life.app)
    return (
        lambda: catching_up.hand_in(life.session, keys, actor, found.id, work),
        lambda: life.model.hand_in(found, work, chosen),
    )


def _seen(life: Cohorts, found: Catch) -> int:
    return found.version if life.random.random() < 0.93 else found.version - 1


def sign_off(life: Cohorts) -> Tried:
    found = _catch(life, lambda each: each.ended is None and bool(each.work or each.staff or each.day))
    if found is None:
        return None
    by, seen = trainer(life), _seen(life, found)
    return (
        lambda: signing_off.sign_off(life.session, by, found.id, seen=seen),
        lambda: life.model.sign_off(found, seen),
    )


def unsign(life: Cohorts) -> Tried:
    found = _catch(life, lambda each: each.ended == "signed_off")
    if found is None:
        return None
    by = trainer(life)
    return lambda: signing_off.take_back(life.session, by, found.id), lambda: life.model.unsign(found)


def miss(life: Cohorts) -> Tried:
    found = _catch(life, lambda each: each.ended is None)
    if found is None:
        return None
    by, seen = trainer(life), _seen(life, found)
    return lambda: signing_off.missed(life.session, by, found.id, seen=seen), lambda: life.model.miss(found, seen)


def cancel(life: Cohorts) -> Tried:
    found = _catch(life, lambda each: each.ended is None)
    if found is None:
        return None
    actor, chosen = _booker(life, found.place)
    return lambda: catching_up.cancel(life.session, actor, found.id), lambda: life.model.cancel(found, chosen)


# Assessed


def assess(life: Cohorts) -> Tried:
    found = place(
        life, lambda each: each.started and not each.completed and not life.model.passed(each.person, "aid"), 0.9
    )
    if found is None:
        return None
    code = "aid" if life.random.random() < 0.97 else "law"
    own = sum(each.place is found and each.code == code for each in life.model.attempts)
    seen = max(0, own - (life.random.random() < 0.15))
    result, by = life.random.choice(("passed", "passed", "not_yet")), trainer(life)
    on, keys = life.model.today + (DAY if life.random.random() < 0.03 else 0 * DAY), keys_of(life.app)
    return (
        lambda: assessing.record_result(
            life.session, keys, by, found.id, code, Result(result), assessed_on=on, seen=seen, words="Again"
        ),
        lambda: life.model.assess(found, code, result, on, seen, by.id),
    )


def unassess(life: Cohorts) -> Tried:
    attempt = one(life, [each for each in life.model.attempts if not each.back], life.model.attempts)
    if attempt is None or life.random.random() < 0.6:
        return None
    own = [each for each in life.model.live if each.person == attempt.place.person]
    found, by = one(life, own, life.model.places, 0.95), trainer(life)
    if found is None:
        return None
    return (
        lambda: assessing.take_back(life.session, by, found.id, attempt.id),
        lambda: life.model.unassess(found, attempt),
    )


# Done


def complete(life: Cohorts) -> Tried:
    most = life.random.choice((1, 1, 2))  # with nothing in the way, or one thing
    found = place(life, lambda each: each.started and not each.completed and len(life.model.gaps(each)) < most)
    if found is None:
        return None
    return lambda: completing.complete(life.session, life.recruiter, found.id), lambda: life.model.complete(found)


def withdraw_paper(life: Cohorts) -> Tried:
    paper = one(life, [each for each in life.model.papers if not each.withdrawn], life.model.papers)
    if paper is None or life.random.random() < 0.7:
        return None
    return (
        lambda: evidence.withdraw_certificate(life.session, life.recruiter, paper.id, "register"),
        lambda: life.model.withdraw_paper(paper),
    )


def do_task(life: Cohorts) -> Tried:
    every = [(key, kind) for key in life.people for kind in KINDS]
    lacking = [pair for pair in every if life.model.people[pair[0]].state in KEEP and life.model.task(*pair) is None]
    pair = one(life, lacking, every, 0.93)
    if pair is None:
        return None
    key, kind = pair
    ago = life.random.choice((0, 0, 1, 5, 5, -1, 400))
    on, keys = life.model.today - ago * DAY, keys_of(life.app)
    return (
        lambda: steps.record_step(life.session, keys, life.recruiter, key, StepKind(kind), on, number="C 4411"),
        lambda: life.model.do_task(key, kind, on, APPLIED_ON),
    )


def undo_task(life: Cohorts) -> Tried:
    task = one(life, [each for each in life.model.tasks if not each.back], life.model.tasks)
    if task is None or life.random.random() < 0.6:
        return None
    return (
        lambda: steps.take_back(life.session, life.recruiter, task.person, task.id),
        lambda: life.model.undo_task(task),
    )


def agree_to(life: Cohorts) -> Tried:
    people = life.model.people
    lacking = [key for key, them in people.items() if them.state in KEEP and life.model.agreement not in them.agreed]
    if (key := one(life, lacking, list(people), 0.93)) is None:
        return None
    wanted = life.model.agreement if life.random.random() < 0.9 else life.model.agreement - 1
    return (
        lambda: agreements.accept(life.session, life.people[key], key, wanted),
        lambda: life.model.agree_to(key, wanted),
    )


def publish(life: Cohorts) -> Tried:
    """A new version of the agreement: who accepted the one before is asked again."""
    if life.random.random() < 0.9:
        return None
    body, model = f"What we promise each other, once more: {next(_bodies)}.", life.model

    def real() -> None:
        made.append(agreements.publish(life.session, life.recruiter, None, body).id)

    def say() -> Why:
        model.agreement = made[0]
        model.say("agreement.published")
        return set()

    made: list[int] = []
    return real, say


def appoint(life: Cohorts) -> Tried:
    people = life.model.people
    near = [key for key, them in people.items() if them.state == "training" and len(life.model.lacks(key)) < 2]
    ready = [key for key in near if not life.model.lacks(key)]
    if (key := one(life, ready if life.random.random() < 0.6 else near, list(people))) is None:
        return None
    return lambda: appoint_now(life.session, life.recruiter, key), lambda: life.model.appoint(key)


def _volunteers(life: Cohorts) -> dict[int, int]:
    """Numbers of volunteers by application."""
    assert life.before is not None
    return {row.application_id: row.id for row in life.before.rows["volunteers"]}


def grant(life: Cohorts) -> Tried:
    made = _volunteers(life)
    if not made:
        return None
    key, today = life.random.choice(list(made)), life.model.today
    starts = today + life.random.choice((0, 0, 0, 1, 10, -1)) * DAY
    ends = life.random.choice((None, starts + DAY, starts + 5 * DAY, starts + 60 * DAY, starts - DAY))
    wish = powers.PowerWish(life.power, starts, ends)
    return (
        lambda: powers.grant(life.session, life.recruiter, made[key], wish),
        lambda: life.model.grant(key, starts, ends),
    )


def ungrant(life: Cohorts) -> Tried:
    held = one(life, [each for each in life.model.held if each.withdrawn is None], life.model.held)
    if held is None or life.random.random() < 0.3:
        return None
    return (
        lambda: powers.withdraw(life.session, life.recruiter, held.id, "role"),
        lambda: life.model.ungrant(held),
    )


REST = (
    book, book, book, ask, ask, take_on, take_on, write, write, hand_in, hand_in, sign_off, sign_off, sign_off, unsign,
    miss, cancel, assess, assess, assess, assess, unassess, complete, complete, complete, complete, withdraw_paper,
    do_task, do_task, do_task, undo_task, agree_to, agree_to, publish, appoint, appoint, appoint, appoint, grant, grant,
    grant, grant, ungrant, ungrant,
)  # fmt: skip
