"""A course with few places for the state-machine test: people met, a reserve list, checks, and what all may try.

Each act is done to the portal and then to the ledger, a model in plain Python; both must say the same of it.
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
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.casework import deciding
from portal.domain.casework.models import Verdict
from portal.domain.clearances import steps, vetting, vetting_answers
from portal.domain.clearances.models import DeclarationKind, VettingCase
from portal.domain.journeys import ending, offering, pausing, releasing
from portal.domain.journeys.due import run_due
from portal.domain.messages.models import Delivery, Notice, OutboxMail
from portal.domain.offers import answering, making, promoting
from portal.domain.offers.models import Offer
from portal.domain.offers.rules import DeclineReason
from portal.domain.refusals import Refusal
from portal.web.setup import outside_of
from tests.domain.ledger import ENDED, STEPS, Ledger, Why
from tests.support.make_applications import keys_of
from tests.support.programme import agree
from tests.support.vetting import all_given, declare

HOUR, SECONDS = timedelta(hours=1), timedelta(seconds=13)  # never the same second of an hour twice in a run
DAY = 24 * HOUR
REMINDER = "offer_reminder"
LETTERS = ("offer_", "application_", "vetting_", "declarations_asked", "check_asked", "outcome_")
TOLD = ("offer.", "application.", "promotion.", "vetting.", "requirement.")


@dataclass
class Places:
    """One run: some have been met, some wait on the reserve list, and there are fewer places than people."""

    app: Flask
    session: Session
    random: Random
    people: dict[int, Applicant]  # by application
    recruiter: StaffMember
    reviewer: StaffMember
    officers: list[StaffMember]
    ledger: Ledger
    at: datetime
    since: int  # the last line of the trail before the run
    done: Counter[str] = field(default_factory=Counter)
    certain: set[int] = field(default_factory=set)  # offers that are unconditional

    def step(self) -> None:
        """Time goes by, somebody tries something, the ledger is asked, and everything that must hold is looked at."""
        self.at += HOUR * self.random.choice((0, 0, 0, 0, 6, 24, 72)) + SECONDS
        self.ledger.now = self.at
        act = self.random.choice(ACTS)
        with clock.at(self.at):
            refused = self.attempt(act)
            self.done[f"{act.__name__}: {refused}" if refused else act.__name__] += 1
            self.stands_as_in_the_ledger()
            self.must_always_hold(act)
            self.told_once()

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
        assert (refused in why) if refused else not why, f"{act.__name__}: {refused}, the ledger says {why or 'fine'}"
        return refused

    # Whom an act is about

    def person(self, *states: str) -> int:
        """Usually somebody in one of these states, so that most acts come to something."""
        found = [key for key, them in self.ledger.people.items() if them.state in states]
        return self.random.choice(found if found and self.random.random() < 0.85 else list(self.people))

    def themselves(self, person: int) -> tuple[Applicant, Why]:
        """Usually the applicant; now and then another, who finds nothing there."""
        actor = self.people[person if self.random.random() < 0.95 else self.person()]
        return actor, set() if actor is self.people[person] else {"NotFound"}

    def case(self, *states: str) -> tuple[int, VettingCase] | None:
        """A vetting case, usually one in one of these states."""
        cases = {key: them.case for key, them in self.ledger.people.items() if them.case is not None}
        found = [key for key, case in cases.items() if case.state in states]
        if not cases:
            return None
        person = self.random.choice(found if found and self.random.random() < 0.9 else list(cases))
        return person, self.session.scalars(select(VettingCase).filter_by(application_id=person)).one()

    # What is looked at after each step

    def stands_as_in_the_ledger(self) -> None:
        session, ids, people = self.session, list(self.people), self.ledger.people
        rows = session.scalars(select(Application).where(Application.id.in_(ids))).all()
        states = {row.id: (row.state.value, row.reserve_place, row.paused_until) for row in rows}
        agree("people", states, {key: (them.state, them.reserve, them.paused) for key, them in people.items()})
        before = {row.id: row.state_before and row.state_before.value for row in rows if row.state.value in ENDED}
        agree("ways back", before, {key: people[key].before for key in before})
        offers = self.offers()
        now = [
            (o.application_id, o.campaign_id, o.place, o.promoted, o.answer and o.answer.value, o.freed_at is not None,
             o.confirmed_at is not None)
            for o in offers
        ]  # fmt: skip
        agree("offers", now, [each.key for each in self.ledger.offers])
        agree("days", [o.expires_at for o in offers], [each.expires for each in self.ledger.offers])
        needs = {(row.application_id, row.kind.value): (row.state.value, row.expires_on) for row in self.needs()}
        agree("checks", needs, {(key, kind): n for key, them in people.items() for kind, n in them.needs.items()})
        cases = session.scalars(select(VettingCase).where(VettingCase.application_id.in_(ids)))
        found = {row.application_id: (row.state.value, row.proposed_by, row.refused_by) for row in cases}
        wanted = {key: them.case for key, them in people.items() if them.case is not None}
        agree("vetting", found, {key: (case.state, case.proposed, case.refused) for key, case in wanted.items()})

    def offers(self) -> list[Offer]:
        query = select(Offer).where(Offer.application_id.in_(self.people)).order_by(Offer.id)
        return list(self.session.scalars(query))

    def needs(self) -> list[Requirement]:
        return list(self.session.scalars(select(Requirement).where(Requirement.application_id.in_(self.people))))

    def must_always_hold(self, act: Act) -> None:
        offers = self.offers()
        live = [each for each in offers if each.freed_at is None]
        assert len({(each.campaign_id, each.place) for each in live}) == len(live)
        assert len({each.application_id for each in live}) == len(live)
        for course in self.session.scalars(select(Campaign).where(Campaign.id.in_(self.ledger.places))):
            assert all(1 <= each.place <= course.places for each in live if each.campaign_id == course.id)
        holds = {each.application_id: each.answer and each.answer.value for each in live}
        for key, them in self.ledger.people.items():
            wanted = {"offered": None, "accepted": "accepted"}
            if them.state not in ENDED:
                assert (key in holds) == (them.state in wanted) and holds.get(key) == wanted.get(them.state)
            assert them.state not in ENDED or act is not due or key not in holds
        met = {RequirementState.MET}
        certain = {each.id: each.application_id for each in live if each.confirmed_at is not None}
        for application_id in {certain[key] for key in certain.keys() - self.certain}:
            rows = [row for row in self.needs() if row.application_id == application_id]
            assert {row.state for row in rows} == met
            assert all(row.expires_on is None or row.expires_on >= clock.today() for row in rows)
        self.certain |= certain.keys()
        for case in self.session.scalars(select(VettingCase).where(VettingCase.refused_by.is_not(None))):
            assert case.proposed_by is not None and case.proposed_by != case.refused_by
            assert case.appeal_decided_by not in {case.proposed_by, case.refused_by}

    def told_once(self) -> None:
        """Each act has its one letter and its one line; a reminder is never sent twice."""
        mails = select(OutboxMail.application_id, OutboxMail.name).where(OutboxMail.application_id.in_(self.people))
        sent = Counter((row.application_id, row.name) for row in self.session.execute(mails))
        for person, name in sent.keys() | self.ledger.letters.keys():
            if name.startswith(LETTERS) and name not in {REMINDER, "application_received"}:
                agree(name, sent[person, name], self.ledger.letters[person, name])
        notices = self.session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == REMINDER))
        reminded = sum(len(each.reminded) for each in self.ledger.offers)
        agree(
            "reminders", (notices, sum(n for (_p, name), n in sent.items() if name == REMINDER)), (reminded, reminded)
        )
        failed = select(func.count()).select_from(OutboxMail).where(OutboxMail.state == Delivery.FAILED)
        assert self.session.scalar(failed) == 0
        actions = self.session.scalars(select(AuditEvent.action).where(AuditEvent.id > self.since))
        said = Counter(action for action in actions if action.startswith(TOLD))
        agree("the trail", said, Counter({key: n for key, n in self.ledger.trail.items() if key.startswith(TOLD)}))


Tried = tuple[Callable[[], object], Callable[[], Why]] | None
Act = Callable[[Places], Tried]


def offer(life: Places) -> Tried:
    person = life.person("interview", "reserve", "deferred")
    return lambda: making.offer(life.session, life.recruiter, person), lambda: life.ledger.offer(person)


def pass_interview(life: Places) -> Tried:
    person = life.person("interview")

    def real() -> None:
        deciding.decide(life.session, life.recruiter, person, Verdict.OFFER)
        releasing.release_decided(life.session, life.recruiter, person)

    return real, lambda: life.ledger.decide_offer(person)


def accept(life: Places) -> Tried:
    person = life.person("offered")
    actor, stranger = life.themselves(person)
    return lambda: answering.accept(life.session, actor, person), lambda: stranger or life.ledger.accept(person)


def decline(life: Places) -> Tried:
    person = life.person("offered")
    actor, stranger = life.themselves(person)
    return (
        lambda: offering.decline(life.session, actor, person, DeclineReason.TIME),
        lambda: stranger or life.ledger.decline(person),
    )


def defer(life: Places) -> Tried:
    person, to = life.person("offered", "accepted"), life.random.choice((None, life.ledger.later, life.ledger.own))
    actor, stranger = life.themselves(person)
    return (
        lambda: offering.defer(life.session, actor, person, to),
        lambda: stranger or life.ledger.defer(person, to),
    )


def keep_open(life: Places) -> Tried:
    person, until = life.person("offered"), life.ledger.today + life.random.choice((0, 3, 14, 60)) * DAY
    return (
        lambda: making.keep_open(life.session, life.recruiter, person, until),
        lambda: life.ledger.keep_open(person, until),
    )


def take_back(life: Places) -> Tried:
    person = life.person("offered")
    return (
        lambda: making.take_back(life.session, life.recruiter, person, "asked"),
        lambda: life.ledger.take_back(person),
    )


def lapse(life: Places) -> Tried:
    person = life.person("offered")
    return lambda: making.lapse(life.session, life.recruiter, person), lambda: life.ledger.lapse(person)


def stop(life: Places) -> Tried:
    stopping, course = life.random.random() < 0.4, life.ledger.own
    act = promoting.stop if stopping else promoting.restart
    return lambda: act(life.session, life.recruiter, course), lambda: life.ledger.stop(stopping)


def withdraw(life: Places) -> Tried:
    person = life.person("offered", "accepted")
    if life.random.random() < 0.6:
        return None

    def model() -> Why:
        why = life.ledger.end(person, "withdrawn", "application.withdrawn", "application_withdrawn")
        if not why:
            life.ledger.let_go(person)
        return why

    return lambda: ending.withdraw(life.session, life.people[person], person, WithdrawReason.TIME), model


def turn_down(life: Places) -> Tried:
    person = life.person("offered", "accepted", "interview")
    if life.random.random() < 0.6:
        return None

    def real() -> None:
        deciding.decide(life.session, life.recruiter, person, Verdict.DECLINE, reason="requirement")
        deciding.release(life.session, life.recruiter, person)

    def model() -> Why:
        why = life.ledger.end(person, "unsuccessful", "decision.released", "outcome_unsuccessful")
        if not why:
            life.ledger.people[person].provisional = False
        return why

    return real, model


def reopen(life: Places) -> Tried:
    person = life.person(*ENDED)
    return lambda: deciding.reopen(life.session, life.recruiter, person, "asked"), lambda: life.ledger.reopen(person)


def pause(life: Places) -> Tried:
    person, until = life.person("reserve", "accepted"), life.ledger.today + 3 * DAY
    if life.random.random() < 0.5:
        return lambda: pausing.resume(life.session, life.people[person], person), lambda: life.ledger.resume(person)
    return lambda: pausing.pause(life.session, life.people[person], person, until), lambda: life.ledger.pause(
        person, until
    )


def settle(life: Places) -> Tried:
    person, kind = (
        life.person("accepted", "offered"),
        life.random.choice((RequirementKind.IDENTITY, RequirementKind.MEDICAL)),
    )
    state = life.random.choice((*[RequirementState.MET] * 4, RequirementState.NOT_MET, RequirementState.WITH_APPLICANT))
    short = state is RequirementState.MET and life.random.random() < 0.4
    until = life.ledger.today + life.random.choice((1, 5)) * DAY if short else None
    reason = None if state is RequirementState.WITH_APPLICANT else state.value
    return (
        lambda: steps.settle(life.session, life.reviewer, person, kind, state, reason, until),
        lambda: life.ledger.settle(person, kind.value, state.value, until),
    )


def tell(life: Places) -> Tried:
    found = life.case("with_applicant")
    person = found[0] if found else life.person()
    case = life.ledger.people[person].case
    missing = [kind for kind in DeclarationKind if case is None or kind.value not in case.declared]
    kinds = missing if missing and life.random.random() < 0.9 else [life.random.choice(list(DeclarationKind))]
    application = life.session.get_one(Application, person)

    def real() -> None:
        for kind in kinds:
            declare(life.session, life.app, application, kind, all_given(kind))

    return real, lambda: set().union(*(life.ledger.declare(person, kind.value) for kind in kinds))


def vet(life: Places) -> Tried:
    found = life.case("ready", "sent", "refusal_proposed", "appealed")
    if found is None:
        return None
    (person, row), officer = found, life.random.choice(life.officers)
    fitting = [step for step, (states, _then) in STEPS.items() if row.state.value in states]
    fitting += [step for step in fitting if step in {"propose", "confirm"}]  # or hardly anybody could appeal
    step = life.random.choice(fitting if fitting and life.random.random() < 0.9 else list(STEPS))
    session, keys, key, version = life.session, keys_of(life.app), row.id, row.version
    reals: dict[str, Callable[[], object]] = {
        "send": lambda: vetting.send(session, officer, key, "level_2", version=version),
        "clear": lambda: vetting.pass_case(session, officer, key, None, version=version),
        "propose": lambda: vetting.propose_refusal(session, keys, officer, key, "A reason", version=version),
        "take_back": lambda: vetting.take_back(session, officer, key, version=version),
        "confirm": lambda: vetting.confirm_refusal(session, officer, key, version=version),
        "uphold": lambda: vetting.decide_appeal(session, keys, officer, key, True, "A reason", version=version),
        "dismiss": lambda: vetting.decide_appeal(session, keys, officer, key, False, "A reason", version=version),
    }
    return reals[step], lambda: life.ledger.vet(person, officer.id, step)


def appeal(life: Places) -> Tried:
    found = life.case("refused")
    person = found[0] if found else life.person()
    return (
        lambda: vetting_answers.appeal(life.session, keys_of(life.app), life.people[person], person, "It is wrong"),
        lambda: life.ledger.appeal(person),
    )


def due(life: Places) -> Tried:
    return lambda: run_due(life.session, outside_of(life.app)), life.ledger.due


ACTS: tuple[Act, ...] = (
    offer, offer, offer, pass_interview, accept, accept, accept, accept, decline, defer, keep_open, take_back, lapse,
    stop, withdraw, turn_down, reopen, reopen, pause, settle, settle, settle, settle, tell, tell, tell, tell, vet, vet,
    vet, vet, vet, appeal, appeal, appeal, appeal, due, due, due, due, due, due,
)  # fmt: skip
