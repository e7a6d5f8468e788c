"""The last place in a cohort wanted, left and passed on by many at one moment, to a live server on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.training import waiting_list
from portal.domain.training.enrolling import enrol
from portal.domain.training.models import Cohort, Trainee, TraineeEnd, Waiting
from tests.support.crowd import Ask, Caller, over_open_connections
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member
from tests.support.programme import count
from tests.support.submissions import check_file
from tests.support.trainees import somebody_accepted
from tests.support.training import COHORT_AT, a_cohort

pytestmark = pytest.mark.faults
CROWD, ROUNDS = (12, 40), (2, 1000)
AT = COHORT_AT.replace(hour=12)


def _people(session: Session, many: int) -> list[tuple[int, str]]:
    keys = [somebody_accepted(session) for _ in range(many)]
    return [(key, session.get_one(Application, key).reference) for key in keys]


def _browsers(app: Flask, session: Session, people: list[tuple[int, str]], url: str) -> list[Caller]:
    token = form_token(app)
    made = [Caller(url, cookies_of(app, session.get_one(Application, key).applicant), token) for key, _ in people]
    session.rollback()
    return made


def _again(session: Session) -> None:
    """Before anybody had a place: the rounds of one test begin alike."""
    session.rollback()
    with unit_of_work(session):
        session.execute(delete(Trainee))
        session.execute(delete(Waiting))
        session.execute(delete(AuditEvent).where(AuditEvent.action.startswith("trainee.")))
        session.execute(update(Application).where(Application.state == State.TRAINING).values(state=State.ACCEPTED))


def _held(session: Session) -> list[tuple[int, int]]:
    session.rollback()
    query = select(Trainee.seat, Trainee.application_id).where(Trainee.ended_at.is_(None)).order_by(Trainee.seat)
    return [(row.seat, row.application_id) for row in session.execute(query)]


def _acts(session: Session) -> Counter[str]:
    session.rollback()
    return Counter(session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("trainee."))))


def test_the_last_place_goes_to_one_and_all_others_hear_that_none_is_left(
    app: Flask, session: Session, settings: Settings
) -> None:
    cohort, recruiter = a_cohort(session, days=2, capacity=1), a_staff_member(session, Role.RECRUITER)
    people, place = _people(session, count(*CROWD)), f"/staff/cohorts/{cohort.id}/places/enrol"
    set_clock(settings, AT)
    with LiveServer(settings, workers=3, threads=8) as server:
        staff = Caller(server.url, cookies_of(app, recruiter), form_token(app))
        session.rollback()
        for _ in range(count(*ROUNDS)):
            _again(session)
            asks = [Ask(staff, place, {"who": reference, "how": "now"}) for _key, reference in people]
            replies = over_open_connections(asks)
            assert Counter(reply.status for reply in replies) == {303: 1, 409: len(people) - 1}
            [winner] = [key for (key, _), reply in zip(people, replies, strict=True) if reply.status == 303]
            assert _held(session) == [(1, winner)]
            assert _acts(session) == Counter({"trainee.enrolled": 1})
    check_file(session)


def test_places_given_up_at_one_moment_each_go_to_the_next_in_order_once(
    app: Flask, session: Session, settings: Settings
) -> None:
    """Everybody leaves at once, each twice, while those who wait change nothing."""
    places = count(4, 10)
    cohort, recruiter = a_cohort(session, days=2, capacity=places), a_staff_member(session, Role.RECRUITER)
    number = cohort.id
    people, waiting = _people(session, places), _people(session, places + 2)
    set_clock(settings, AT)
    with LiveServer(settings, workers=3, threads=8) as server:
        leavers = _browsers(app, session, people, server.url)
        for _ in range(count(*ROUNDS)):
            _again(session)
            with clock.at(AT):
                for key, _reference in people:
                    enrol(session, recruiter, number, key)
                for key, _reference in reversed(waiting):
                    waiting_list.wait(session, session.get_one(Application, key).applicant, key, number)
            asks = [
                Ask(browser, f"/applications/{reference}/training/give-up", {})
                for browser, (_key, reference) in zip(leavers, people, strict=True)
                for _twice in range(2)
            ]
            replies = over_open_connections(asks)
            assert Counter(reply.status for reply in replies) == {303: len(asks)}
            with clock.at(AT):
                waiting_list.promote_due(session)  # whoever was held by somebody else at that moment
            held = _held(session)
            assert [seat for seat, _key in held] == list(range(1, places + 1))
            assert {key for _seat, key in held} == {key for key, _reference in waiting[:places]}
            acts = _acts(session)
            assert (acts["trainee.declined"], acts["trainee.promoted"]) == (places, places)
    check_file(session)


def test_a_place_is_taken_or_left_whatever_is_clicked_at_once(app: Flask, session: Session, settings: Settings) -> None:
    cohort, recruiter = a_cohort(session, days=2, capacity=1), a_staff_member(session, Role.RECRUITER)
    number, many = cohort.id, count(*CROWD)
    [person] = people = _people(session, 1)
    set_clock(settings, AT)
    with LiveServer(settings, workers=3, threads=8) as server:
        [browser] = _browsers(app, session, people, server.url)
        here = f"/applications/{person[1]}/training"
        yes, no = Ask(browser, f"{here}/confirm", {}), Ask(browser, f"{here}/give-up", {})
        for _ in range(count(*ROUNDS)):
            _again(session)
            with clock.at(AT):
                until = clock.end_of(clock.today() + timedelta(days=3))
                enrol(session, recruiter, number, person[0], confirm_by=until)
            replies = over_open_connections([(yes, no)[turn % 2] for turn in range(many)])
            assert {reply.status for reply in replies} <= {303, 404, 409}
            session.rollback()
            trainee = session.scalars(select(Trainee)).one()
            assert trainee.ended_as is TraineeEnd.DECLINED  # a no after a yes is a no
            acts = _acts(session)
            assert acts["trainee.declined"] == 1 and acts["trainee.confirmed"] <= 1
    assert session.get_one(Cohort, number).capacity == 1
    check_file(session)
