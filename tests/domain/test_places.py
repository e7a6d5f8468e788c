"""Offers, the reserve list and the checks, tried at random by everybody in them: 1,000 runs of 40 steps in full."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign, RequirementKind, Stage
from portal.domain.campaigns.plans import Asked
from portal.domain.messages.models import Notice, OutboxMail
from portal.domain.offers.courses import first_day
from portal.domain.offers.models import PromotionStop
from tests.domain.holdings import Person
from tests.domain.ledger import Ledger
from tests.domain.places import ACTS, Places
from tests.support import programme
from tests.support.offers import MET, a_course, someone_in, the_next_course
from tests.support.people import a_staff_member, an_applicant

SHARDS, RUNS, STEPS = 4, 250, 40
SURE = {"settle", "due"}  # done in every sample
COME = (None, None, 1, 2, 3)  # two have been met, three wait on the reserve list
NEEDS = (
    Asked(RequirementKind.IDENTITY, Stage.INTERVIEW),
    Asked(RequirementKind.MEDICAL, Stage.TRAINING),
    Asked(RequirementKind.VETTING, Stage.OFFER),
)
Cast = tuple[StaffMember, StaffMember, list[StaffMember], list[Applicant]]


def a_cast(session: Session) -> Cast:
    officers = [a_staff_member(session, Role.VETTING) for _ in range(3)]
    applicants = [an_applicant(session) for _ in COME]
    return a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.MEDICAL), officers, applicants


def some_places(app: Flask, session: Session, seed: int, cast: Cast) -> Places:
    """A course of two places and one after it, and more people than that."""
    recruiter, reviewer, officers, applicants = cast
    own, later = a_course(session, 2, requirements=NEEDS), the_next_course(session)
    people: dict[int, Applicant] = {}
    for applicant, place in zip(applicants, COME, strict=True):
        state = State.RESERVE if place else State.INTERVIEW
        people[someone_in(session, app, own, state, place, applicant=applicant).id] = applicant
    ledger = Ledger(
        own.id, later.id, {own.id: own.places, later.id: later.places},
        {own.id: first_day(own), later.id: first_day(later)},
        {
            key: Person(
                "reserve" if place else "interview", place,
                needs={each.kind.value: ("not_asked", None) for each in NEEDS},
            )
            for key, place in zip(people, COME, strict=True)
        },
        MET,
    )  # fmt: skip
    since = session.scalar(select(func.max(AuditEvent.id))) or 0
    at = MET + timedelta(minutes=1)
    return Places(app, session, Random(seed), people, recruiter, reviewer, officers, ledger, at, since)


def sweep(session: Session) -> None:
    """The next run finds nobody of this one, and none of its courses."""
    with unit_of_work(session):
        for table in (Notice, OutboxMail, Application, PromotionStop):
            session.execute(delete(table))
        session.execute(update(Campaign).values(archived_at=clock.now()))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_is_tried_the_ledger_is_right(app: Flask, session: Session, shard: int) -> None:
    cast = a_cast(session)
    done: Counter[str] = Counter()
    for number in programme.rounds(2, RUNS, done, SURE):
        seed = 1_000_000 * shard + number
        life = some_places(app, session, seed, cast)
        for step in range(STEPS):
            try:
                life.step()
            except Exception as error:
                raise AssertionError(f"seed {seed}, step {step}: {error!r}") from error
        done.update(life.done)
        with clock.at(life.at):
            sweep(session)
    assert set(done) >= SURE
    if programme.full():  # each was done at least once, and each kind of refusal was met
        refusals = {"NoPlaceLeft", "NoOffer", "OfferExpired", "NotOverdue", "DayImpossible", "NotALaterCourse"}
        refusals |= {"SamePerson", "NotNow", "NotEditable", "AnswerFirst", "NotFound"}
        assert {act.__name__ for act in ACTS} <= set(done)
        assert refusals <= {name.partition(": ")[2] for name in done}
