"""A campaign's life for the state-machine test: its people, what they may try, and what must hold after each step."""

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
from portal.domain.applications import actions
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.rules import WITHDRAW_WORDS
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Campaign
from portal.domain.casework import deciding
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.owning import give_owner
from portal.domain.journeys.extending import extend
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import Refusal
from portal.domain.shortlisting import assigning, scoring, settling
from portal.domain.shortlisting.models import Assignment, Entry, Relation, Settling
from portal.domain.shortlisting.scoring import Wishes
from tests.support.make_applications import full_answers, keys_of

# state before → state after → the one line of the trail that says so. By hand, from the lifecycle.
SAID = {
    (None, "draft"): "application.started",
    ("draft", "submitted"): "application.submitted",
    ("draft", None): "application.discarded",
    ("submitted", "shortlisted"): "decision.released",
    ("submitted", "reserve"): "decision.released",
    ("submitted", "unsuccessful"): "decision.released",
    ("shortlisted", "unsuccessful"): "decision.released",
    ("reserve", "unsuccessful"): "decision.released",
    ("submitted", "withdrawn"): "application.withdrawn",
    ("shortlisted", "withdrawn"): "application.withdrawn",
    ("reserve", "withdrawn"): "application.withdrawn",
    ("unsuccessful", "submitted"): "application.reopened",
    ("unsuccessful", "shortlisted"): "application.reopened",
    ("unsuccessful", "reserve"): "application.reopened",
    ("withdrawn", "submitted"): "application.reopened",
    ("withdrawn", "shortlisted"): "application.reopened",
    ("withdrawn", "reserve"): "application.reopened",
}
TELLING = set(SAID.values())
OUTCOMES = ("outcome_shortlisted", "outcome_reserve", "outcome_unsuccessful")
HOUR = timedelta(hours=1)


@dataclass
class Life:
    """One run: a campaign that closes half-way, a few applicants, a recruiter and three readers."""

    app: Flask
    session: Session
    random: Random
    campaign: Campaign
    applicants: list[Applicant]
    recruiter: StaffMember
    readers: list[StaffMember]
    at: datetime
    done: Counter[str] = field(default_factory=Counter)
    released: int = 0

    def step(self) -> None:
        """Time goes by, somebody tries something, and everything that must hold is looked at."""
        self.at += HOUR * self.random.choice((0, 0, 1, 5, 12))
        act = self.random.choice(ACTS)
        with clock.at(self.at):
            before, last = self.states(), self.last_event()
            decided = self.decisions()
            try:
                act(self)
                self.done[act.__name__] += 1
            except Refusal as refusal:
                self.done[f"{act.__name__}: {type(refusal).__name__}"] += 1
            self.session.rollback()
            self.session.expire_all()
            self.check(before, last, decided)

    def any_application(self) -> int:
        found = list(self.states())
        return self.random.choice(found) if found else 0

    def a_sent_one(self) -> int:
        """Usually one that was sent, so that staff do not spend their time on drafts."""
        found = [key for key, state in self.states().items() if state is not State.DRAFT]
        return self.random.choice(found) if found and self.random.random() < 0.9 else self.any_application()

    def states(self) -> dict[int, State]:
        rows = self.session.execute(
            select(Application.id, Application.state)
            .where(Application.campaign_id == self.campaign.id)
            .order_by(Application.id)
        )
        return {row.id: row.state for row in rows}

    def last_event(self) -> int:
        return self.session.scalar(select(func.max(AuditEvent.id))) or 0

    def decisions(self) -> dict[int, tuple[bool, bool]]:
        """Each decision: whether it was undone, and released."""
        query = (
            select(Decision.id, Decision.undone_at, Decision.released_at)
            .join(Application, Application.id == Decision.application_id)
            .where(Application.campaign_id == self.campaign.id)
            .order_by(Application.id)
        )
        return {row.id: (row.undone_at is not None, row.released_at is not None) for row in self.session.execute(query)}

    def check(self, before: dict[int, State], last: int, decided: dict[int, tuple[bool, bool]]) -> None:
        self.one_line_for_each_change(before, last)
        self.one_line_for_each_decision(decided, last)
        self.what_must_always_hold()

    def one_line_for_each_change(self, before: dict[int, State], last: int) -> None:
        now = self.states()
        both = {key: (before.get(key), now.get(key)) for key in before.keys() | now.keys()}
        moves = {key: pair for key, pair in both.items() if pair[0] != pair[1]}
        wanted = Counter(SAID[one and one.value, other and other.value] for one, other in moves.values())
        told = self.session.scalars(
            select(AuditEvent.action).where(AuditEvent.id > last, AuditEvent.action.in_(TELLING))
        )
        assert Counter(told) == wanted, moves

    def one_line_for_each_decision(self, before: dict[int, tuple[bool, bool]], last: int) -> None:
        now = self.decisions()
        told = Counter(
            self.session.scalars(
                select(AuditEvent.action).where(AuditEvent.id > last, AuditEvent.action.like("decision.%"))
            )
        )
        released = sum(now[key][1] for key in now) - sum(before[key][1] for key in before)
        assert told["decision.made"] == len(now.keys() - before.keys())
        assert told["decision.released"] == released
        self.released += released

    def what_must_always_hold(self) -> None:
        session, campaign = self.session, session_campaign(self.session, self.campaign.id)
        rows = session.scalars(select(Application).where(Application.campaign_id == campaign.id)).all()
        live = Counter(row.applicant_id for row in rows if row.state not in ENDED)
        assert not live or max(live.values()) == 1
        for row in rows:
            assert (row.received_at is None) == (row.state is State.DRAFT)
            assert row.received_at is None or campaign.opens_at <= row.received_at < campaign.closes_at
        ids = [row.id for row in rows]
        mails = select(func.count()).where(OutboxMail.application_id.in_(ids), OutboxMail.name.in_(OUTCOMES))
        assert session.scalar(mails.select_from(OutboxMail)) == self.released
        entries = session.scalars(select(Entry).where(Entry.campaign_id == campaign.id)).all()
        for entry in entries:
            assert (entry.score is not None) == (entry.state in {Settling.AGREED, Settling.SETTLED})


def session_campaign(session: Session, campaign_id: int) -> Campaign:
    return session.get_one(Campaign, campaign_id)


def begin(life: Life) -> None:
    actions.start(life.session, life.random.choice(life.applicants), life.campaign)


def answer(life: Life) -> None:
    application = life.session.get(Application, life.any_application())
    if application is not None:
        missing = {"why": ""} if life.random.random() < 0.2 else {}
        given = full_answers(life.campaign, **missing)
        actions.save_answers(life.session, owner(life, application), application, given, keys_of(life.app))


def owner(life: Life, application: Application) -> Applicant:
    """Usually the applicant themselves, sometimes somebody else who tries."""
    theirs = next(each for each in life.applicants if each.id == application.applicant_id)
    return theirs if life.random.random() < 0.9 else life.random.choice(life.applicants)


def send(life: Life) -> None:
    application = life.session.get(Application, life.any_application())
    if application is not None:
        person = owner(life, application)
        actions.submit(life.session, person, application.id, clock.now(), keys_of(life.app))


def withdraw(life: Life) -> None:
    application = life.session.get(Application, life.any_application())
    if application is not None and life.random.random() < 0.2:
        reason = life.random.choice(list(WITHDRAW_WORDS))
        actions.withdraw(life.session, owner(life, application), application.id, reason)


def discard(life: Life) -> None:
    application = life.session.get(Application, life.any_application())
    if application is not None and life.random.random() < 0.1:
        actions.discard_draft(life.session, owner(life, application), application.id)


def extend_it(life: Life) -> None:
    if life.random.random() < 0.2:
        closes = life.session.get_one(Campaign, life.campaign.id).closes_at + HOUR * life.random.choice((-3, 12, 24))
        extend(life.session, life.recruiter, life.campaign.id, closes, "More time for those who were ill")


def deal(life: Life) -> None:
    assigning.assign(life.session, life.recruiter, life.campaign.id)


def score(life: Life) -> None:
    assignment = life.session.get(Assignment, any_reading(life))
    if assignment is None:
        return
    reader = a_reader(life, assignment)
    veto = "Says that they broke the law" if life.random.random() < 0.05 else ""
    for criterion in criteria_of(life.session, life.campaign.id):
        points = life.random.randint(1, 5)
        scoring.save_score(life.session, reader, assignment.public_id, criterion.id, points, "so they say", 0)
    if veto:
        wishes = Wishes(False, veto, assignment.version)
        first = criteria_of(life.session, life.campaign.id)[0].id
        scoring.save_score(life.session, reader, assignment.public_id, first, 3, "", 1, wishes)


def any_reading(life: Life) -> int:
    query = select(Assignment.id).join(Application, Application.id == Assignment.application_id)
    found = list(life.session.scalars(query.where(Application.campaign_id == life.campaign.id).order_by(Assignment.id)))
    return life.random.choice(found) if found else 0


def a_reader(life: Life, assignment: Assignment) -> StaffMember:
    theirs = next(each for each in life.readers if each.id == assignment.staff_id)
    return theirs if life.random.random() < 0.9 else life.random.choice(life.readers)


def complete(life: Life) -> None:
    assignment = life.session.get(Assignment, any_reading(life))
    if assignment is not None:
        scoring.complete(life.session, a_reader(life, assignment), assignment.public_id)


def step_down(life: Life) -> None:
    assignment = life.session.get(Assignment, any_reading(life))
    if assignment is not None and life.random.random() < 0.1:
        assigning.step_down(life.session, a_reader(life, assignment), assignment.id, Relation.FRIEND)


def settle(life: Life) -> None:
    entry = life.session.get(Entry, life.a_sent_one())
    if entry is not None:
        points = {each.id: life.random.randint(1, 5) for each in criteria_of(life.session, life.campaign.id)}
        version = entry.version - (life.random.random() < 0.1)
        settling.settle(life.session, life.recruiter, entry.application_id, points, "They agree now", version)


def decide(life: Life) -> None:
    verdict = life.random.choice(list(Verdict))
    reason = "criteria" if verdict is Verdict.DECLINE and life.random.random() < 0.9 else None
    deciding.decide(life.session, life.recruiter, life.a_sent_one(), verdict, reason=reason)


def undo(life: Life) -> None:
    deciding.undo_decision(life.session, life.recruiter, life.a_sent_one())


def release(life: Life) -> None:
    deciding.release(life.session, life.recruiter, life.a_sent_one())


def reopen(life: Life) -> None:
    deciding.reopen(life.session, life.recruiter, life.a_sent_one(), "mistake")


def own(life: Life) -> None:
    give_owner(life.session, life.recruiter, life.a_sent_one(), life.recruiter.id)


ACTS: tuple[Callable[[Life], None], ...] = (
    begin, begin, begin, answer, answer, answer, send, send, send, withdraw, discard, extend_it, deal,
    score, score, score, complete, complete, step_down, settle, decide, decide, undo, release, release, reopen, own,
)  # fmt: skip
