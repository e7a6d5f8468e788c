"""Fitness tests: judged by the standard of their own day, a rest between two, and a person's word after the last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, RequirementState
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import fitness
from portal.domain.clearances.fitness import Taken
from portal.domain.clearances.models import FitnessAttempt, FitnessStandard
from portal.domain.refusals import Conflict, NotFound
from tests.support.checks import MARCH, an_offered, requirement
from tests.support.make_applications import keys_of
from tests.support.make_documents import a_document
from tests.support.people import a_staff_member

K, R = RequirementKind, RequirementState
TODAY = date(2018, 3, 5)


@pytest.fixture
def offered(session: Session, app: Flask) -> Iterator[Application]:
    with clock.at(MARCH):
        fitness.ship_standards(session)
        yield an_offered(session, app)


@pytest.fixture
def recorder(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def main_test(session: Session, day: date = TODAY) -> FitnessStandard:
    return fitness.in_force(session, day)[0]


def take(
    session: Session, app: Flask, who: StaffMember, application: Application, result: int, *, day: date = TODAY
) -> bool:
    shown = a_document(session, app, application, kind=K.FITNESS).public_id
    standard = main_test(session, day)
    return fitness.record_attempt(
        session, keys_of(app), who, application.id, Taken(standard.id, day, result, document=shown)
    )


def test_the_first_standards_are_ours_and_come_once(session: Session) -> None:
    for _ in "12":
        fitness.ship_standards(session)
    shipped = fitness.standards(session)
    assert [(each.test, each.level, each.alternative) for each in shipped] == [
        ("multi_stage", 540, False),
        ("treadmill_walk", 1000, True),
    ]


def test_an_attempt_is_judged_by_the_standard_of_its_day(
    session: Session, app: Flask, offered: Application, recorder: StaffMember
) -> None:
    fitness.add_standard(
        session, recorder, test="multi_stage", name="Multi-stage fitness test", level=600, unit="level",
        alternative=False, starts_on=TODAY + timedelta(days=1),
    )  # fmt: skip
    old, new = main_test(session), main_test(session, TODAY + timedelta(days=1))
    assert (old.level, old.ends_on, new.level) == (540, TODAY, 600)
    with clock.at(MARCH + timedelta(days=2)):
        assert take(session, app, recorder, offered, 540)
    met = requirement(session, offered, K.FITNESS)
    assert (met.state, met.reason, met.expires_on) == (R.MET, "reached", TODAY + timedelta(days=365))


@pytest.mark.parametrize("starts", [TODAY - timedelta(days=1), date(2017, 1, 1)])
def test_no_standard_reaches_back(session: Session, offered: Application, recorder: StaffMember, starts: date) -> None:
    with pytest.raises(fitness.StandardOverlaps):
        fitness.add_standard(
            session, recorder, test="multi_stage", name="x", level=1, unit="level", alternative=False, starts_on=starts
        )
    assert main_test(session).ends_on is None


def test_a_result_is_sealed_and_read_only_with_the_keys(
    session: Session, app: Flask, offered: Application, recorder: StaffMember
) -> None:
    assert not take(session, app, recorder, offered, 431)
    row = session.scalars(select(FitnessAttempt)).one()
    assert b"431" not in row.sealed
    assert [each.result for each in fitness.attempts_of(session, offered.id)] == [None]
    assert [each.result for each in fitness.attempts_of(session, offered.id, keys_of(app))] == [431]


def test_a_rest_between_two_and_after_the_last_a_person_decides(
    session: Session, app: Flask, offered: Application, recorder: StaffMember
) -> None:
    shown = a_document(session, app, offered, kind=K.FITNESS).public_id
    first = Taken(main_test(session).id, TODAY, 400, document=shown)
    for _ in "12":
        assert not fitness.record_attempt(session, keys_of(app), recorder, offered.id, first)
    assert len(fitness.attempts_of(session, offered.id)) == 1
    again = requirement(session, offered, K.FITNESS)
    assert again.state is R.WITH_APPLICANT and again.due_at and again.due_at > MARCH + timedelta(days=41)
    with clock.at(MARCH + timedelta(days=27)), pytest.raises(fitness.TooSoon):
        take(session, app, recorder, offered, 560, day=TODAY + timedelta(days=27))
    for number in (1, 2):
        with clock.at(MARCH + timedelta(days=28 * number)):
            take(session, app, recorder, offered, 500, day=TODAY + timedelta(days=28 * number))
    assert requirement(session, offered, K.FITNESS).state is R.WITH_US
    with clock.at(MARCH + timedelta(days=90)), pytest.raises(fitness.NoAttemptLeft):
        standard = main_test(session)
        shown = Taken(standard.id, TODAY + timedelta(days=90), 600, document="x")
        fitness.record_attempt(session, keys_of(app), recorder, offered.id, shown)


def test_something_stands_behind_every_result(
    session: Session, app: Flask, offered: Application, recorder: StaffMember
) -> None:
    other = an_offered(session, app)
    others = a_document(session, app, other, kind=K.FITNESS).public_id
    medical = a_document(session, app, offered).public_id
    for document in (None, "nothing", others, medical):
        with pytest.raises(fitness.NothingBehindIt):
            taken = Taken(main_test(session).id, TODAY, 600, document=document)
            fitness.record_attempt(session, keys_of(app), recorder, offered.id, taken)
    with pytest.raises(fitness.DayImpossible):
        take(session, app, recorder, offered, 600, day=TODAY + timedelta(days=1))
    with pytest.raises(fitness.DayImpossible):
        take(session, app, recorder, offered, 600, day=TODAY - timedelta(days=366))
    assert fitness.attempts_of(session, offered.id) == []


def test_a_slip_is_taken_off_until_something_was_decided_by_it(
    session: Session, app: Flask, offered: Application, recorder: StaffMember
) -> None:
    take(session, app, recorder, offered, 400)
    wrong = session.scalars(select(FitnessAttempt.id)).one()
    other = an_offered(session, app)
    with pytest.raises(NotFound):
        fitness.remove_attempt(session, recorder, other.id, wrong)
    fitness.remove_attempt(session, recorder, offered.id, wrong)
    assert fitness.attempts_of(session, offered.id) == []
    take(session, app, recorder, offered, 540)
    with pytest.raises(Conflict):
        fitness.remove_attempt(session, recorder, offered.id, session.scalars(select(FitnessAttempt.id)).one())


@pytest.mark.parametrize(("hundredths", "words"), [(540, "5.4"), (1000, "10"), (1205, "12.05"), (5, "0.05")])
def test_numbers_read_as_people_say_them(hundredths: int, words: str) -> None:
    assert fitness.number_words(hundredths) == words
    assert fitness.amount(hundredths, "level") == f"level {words}"
    assert fitness.amount(hundredths, "minutes") == f"{words} minutes"
