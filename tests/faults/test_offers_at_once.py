"""Places offered, taken and passed on by many at one moment, to a live server on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.offers.making import offer
from portal.domain.offers.models import Offer
from portal.domain.offers.promoting import promote_due
from tests.support.crowd import Ask, Caller, over_open_connections
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.make_documents import set_clock
from tests.support.offers import MET, a_course, mails_to, now_of, reserves, someone_in
from tests.support.people import a_staff_member
from tests.support.programme import count
from tests.support.submissions import check_file

pytestmark = pytest.mark.faults
CROWD, ROUNDS = (24, 1000), (2, 20)


@dataclass(frozen=True)
class Person:
    """An application by its number and reference, and its applicant's signed-in browser."""

    id: int
    reference: str
    browser: Caller


def _people(app: Flask, session: Session, found: list[Application], url: str) -> list[Person]:
    token = form_token(app)
    made = [Person(each.id, each.reference, Caller(url, cookies_of(app, each.applicant), token)) for each in found]
    session.rollback()
    return made


def _again(session: Session, states: dict[State, list[int]]) -> None:
    """Before any offer: the rounds of one test begin alike."""
    session.rollback()
    with unit_of_work(session):
        session.execute(delete(Offer))
        session.execute(delete(AuditEvent).where(AuditEvent.action.startswith("offer.")))
        for state, ids in states.items():
            session.execute(update(Application).where(Application.id.in_(ids)).values(state=state))


def _acts(session: Session) -> Counter[str]:
    session.rollback()
    return Counter(session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("offer."))))


def _held(session: Session) -> list[tuple[int, int]]:
    session.rollback()
    query = select(Offer.place, Offer.application_id).where(Offer.freed_at.is_(None)).order_by(Offer.place)
    return [(row.place, row.application_id) for row in session.execute(query)]


def test_the_last_place_is_offered_to_one_and_all_others_hear_that_none_is_left(
    app: Flask, session: Session, settings: Settings
) -> None:
    course, recruiter = a_course(session, 1), a_staff_member(session, Role.RECRUITER)
    found = [someone_in(session, app, course) for _ in range(count(*CROWD))]
    people = [(each.id, each.reference) for each in found]
    set_clock(settings, MET)
    with LiveServer(settings, workers=3, threads=8) as server:
        staff = Caller(server.url, cookies_of(app, recruiter), form_token(app))
        for _ in range(count(*ROUNDS)):
            _again(session, {State.INTERVIEW: [key for key, _reference in people]})
            asks = [Ask(staff, f"/staff/applications/{reference}/offer", {}) for _key, reference in people]
            replies = over_open_connections(asks)
            assert Counter(reply.status for reply in replies) == {303: 1, 409: len(people) - 1}
            assert all("No place is left" in reply.body for reply in replies if reply.status == 409)
            [winner] = [key for (key, _), reply in zip(people, replies, strict=True) if reply.status == 303]
            assert _held(session) == [(1, winner)]
            offered = select(Application.id).where(Application.state == State.OFFERED)
            assert list(session.scalars(offered)) == [winner]
    check_file(session)


def test_one_offer_is_answered_once_whoever_clicks_what(app: Flask, session: Session, settings: Settings) -> None:
    """Half say yes and half say no: one answer stands, and everybody is told how it stands."""
    course, recruiter = a_course(session, 1), a_staff_member(session, Role.RECRUITER)
    found = someone_in(session, app, course)
    key, many = found.id, count(*CROWD)
    set_clock(settings, MET)
    with LiveServer(settings, workers=3, threads=8) as server:
        [person] = _people(app, session, [found], server.url)
        page = f"/applications/{person.reference}/offer"
        yes, no = Ask(person.browser, page, {}), Ask(person.browser, f"{page}/decline", {"reason": "time"})
        for _ in range(count(*ROUNDS)):
            _again(session, {State.INTERVIEW: [key]})
            with clock.at(MET):
                offer(session, recruiter, key)
            before = len(mails_to(session, key))
            replies = over_open_connections([(yes, no)[number % 2] for number in range(many)])
            assert {reply.status for reply in replies} <= {303, 409}
            acts, state = _acts(session), now_of(session, key).state
            assert acts in (
                Counter({"offer.made": 1, "offer.accepted": 1}),
                Counter({"offer.made": 1, "offer.declined": 1}),
            )
            assert state is (State.ACCEPTED if acts["offer.accepted"] else State.DECLINED)
            assert len(_held(session)) == acts["offer.accepted"]
            assert len(mails_to(session, key)) == before + 1
    check_file(session)


def test_each_place_that_comes_free_goes_to_the_next_in_order_once(
    app: Flask, session: Session, settings: Settings
) -> None:
    """Everybody turns their place down at one moment, while the worker promotes as well."""
    places = count(6, 50)
    course, recruiter = a_course(session, places), a_staff_member(session, Role.RECRUITER)
    found = [someone_in(session, app, course) for _ in range(places)]
    waiting = [each.id for each in reserves(session, app, course, places + 3)]
    set_clock(settings, MET)
    with LiveServer(settings, workers=3, threads=8) as server:
        people = _people(app, session, found, server.url)
        staff = Caller(server.url, cookies_of(app, recruiter), form_token(app))
        for _ in range(count(*ROUNDS)):
            _again(session, {State.INTERVIEW: [each.id for each in people], State.RESERVE: waiting})
            with clock.at(MET):
                for each in people:
                    offer(session, recruiter, each.id)
            asks = [
                Ask(each.browser, f"/applications/{each.reference}/offer/decline", {"reason": "time"})
                for each in people
            ]
            asks += [Ask(staff, f"/staff/offers/{course.slug}/restart", {}) for _ in range(places)]
            replies = over_open_connections(asks)
            assert Counter(reply.status for reply in replies) == {303: len(asks)}
            with clock.at(MET):
                promote_due(session)
            held = _held(session)
            assert [place for place, _key in held] == list(range(1, places + 1))
            assert {key for _place, key in held} == set(waiting[:places])
            assert _acts(session)["offer.promoted"] == places
            left = select(func.count()).where(Application.id.in_(waiting), Application.state == State.RESERVE)
            assert session.scalar(left) == 3
    check_file(session)


def test_many_promotions_of_one_place_give_it_once(app: Flask, session: Session, settings: Settings) -> None:
    """The last place frees; everybody asks the list to move."""
    course, recruiter = a_course(session, 1), a_staff_member(session, Role.RECRUITER)
    first, waiting = someone_in(session, app, course), [each.id for each in reserves(session, app, course, 3)]
    key, slug, many = first.id, course.slug, count(*CROWD)
    set_clock(settings, MET)
    with LiveServer(settings, workers=3, threads=8) as server:
        [person] = _people(app, session, [first], server.url)
        staff = Caller(server.url, cookies_of(app, recruiter), form_token(app))
        for _ in range(count(*ROUNDS)):
            _again(session, {State.INTERVIEW: [key], State.RESERVE: waiting})
            with clock.at(MET):
                offer(session, recruiter, key)
            down = Ask(person.browser, f"/applications/{person.reference}/offer/decline", {"reason": "work"})
            moves = [Ask(staff, f"/staff/offers/{slug}/restart", {}) for _ in range(many - 1)]
            replies = over_open_connections([down, *moves])
            assert Counter(reply.status for reply in replies) == {303: many}
            assert _held(session) == [(1, waiting[0])]
            assert _acts(session) == Counter({"offer.made": 1, "offer.declined": 1, "offer.promoted": 1})
    check_file(session)
