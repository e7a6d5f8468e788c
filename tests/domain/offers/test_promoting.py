"""The reserve list moves in order when a place frees; what nobody answers is reminded of, then a person's work."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import Verdict
from portal.domain.offers.answering import accept, decline
from portal.domain.offers.expiring import pass_on_due, remind_due
from portal.domain.offers.making import keep_open, offer, take_back
from portal.domain.offers.models import Offer
from portal.domain.offers.places import live_offer
from portal.domain.offers.promoting import is_stopped, promote_due, promote_next, restart, stop
from portal.domain.offers.rules import DeclineReason, answer_by
from tests.support.offers import MET, a_course, mails_to, now_of, reserves, someone_in
from tests.support.people import a_staff_member

DAY = timedelta(days=1)


def _freed(app: Flask, session: Session, places: int = 1, waiting: int = 2) -> tuple[int, list[Application]]:
    """A course whose one offered place has been turned down, and a reserve list."""
    course, recruiter = a_course(session, places), a_staff_member(session, Role.RECRUITER)
    first, people = someone_in(session, app, course), reserves(session, app, course, waiting)
    with clock.at(MET):
        offer(session, recruiter, first.id)
        decline(session, first.applicant, first.id, DeclineReason.TIME)
    return course.id, people


def _states(session: Session, people: list[Application]) -> list[State]:
    return [now_of(session, each.id).state for each in people]


def test_a_place_that_comes_free_goes_to_the_next_in_order_once(app: Flask, session: Session) -> None:
    _course, people = _freed(app, session, places=5)
    with clock.at(MET):
        assert (promote_due(session), promote_due(session)) == (1, 0)
        made = live_offer(session, people[0].id)
    assert made is not None and made.promoted and made.made_by is None
    assert answer_by(made.expires_at) == date(2018, 3, 10)
    assert _states(session, people) == [State.OFFERED, State.RESERVE]
    assert mails_to(session, people[0].id) == ["offer_promoted"]


def test_places_nobody_was_offered_yet_are_the_recruiters_to_offer(app: Flask, session: Session) -> None:
    course = a_course(session, 5)
    people = reserves(session, app, course, 2)
    with clock.at(MET):
        assert promote_next(session, course.id) is None
    assert _states(session, people) == [State.RESERVE, State.RESERVE]


def test_a_place_given_by_hand_is_not_given_again(app: Flask, session: Session) -> None:
    course, people = _freed(app, session, places=5, waiting=3)
    with clock.at(MET):
        offer(session, a_staff_member(session, Role.RECRUITER), people[2].id)
        assert promote_next(session, course) is None


def test_stopped_it_waits_and_started_again_it_moves(app: Flask, session: Session) -> None:
    course, people = _freed(app, session)
    recruiter = a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        stop(session, recruiter, course)
        stop(session, recruiter, course)
        assert is_stopped(session, course) and promote_due(session) == 0 and promote_next(session, course) is None
        restart(session, recruiter, course)
        assert promote_due(session) == 1
    assert _states(session, people)[0] is State.OFFERED


def test_who_asked_us_to_wait_or_is_being_decided_on_is_passed_over(app: Flask, session: Session) -> None:
    course, people = _freed(app, session, waiting=3)
    with unit_of_work(session):
        session.get_one(Application, people[0].id).paused_until = date(2018, 3, 20)
    with clock.at(MET):
        decide(session, a_staff_member(session, Role.RECRUITER), people[1].id, Verdict.DECLINE, reason="time")
        made = promote_next(session, course)
    assert made is not None and made.application_id == people[2].id


def test_nobody_is_promoted_to_a_course_that_begins(app: Flask, session: Session) -> None:
    course, people = _freed(app, session)
    with clock.at(MET.replace(month=4, day=27)):
        assert promote_due(session) == 0
    assert _states(session, people) == [State.RESERVE, State.RESERVE] and course


def test_a_promoted_one_who_does_not_answer_is_back_on_the_list_and_the_next_is_asked(
    app: Flask, session: Session
) -> None:
    course, people = _freed(app, session)
    with clock.at(MET):
        promote_next(session, course)
    with clock.at(MET + 2 * DAY):
        assert (remind_due(session), remind_due(session)) == (1, 0)
    made = live_offer(session, people[0].id)
    assert made is not None
    with clock.at(made.expires_at - DAY / 2):
        assert (remind_due(session), pass_on_due(session)) == (1, 0)
    with clock.at(made.expires_at):
        assert (pass_on_due(session), pass_on_due(session)) == (1, 0)
        assert (promote_due(session), promote_due(session)) == (1, 0)
    assert _states(session, people) == [State.RESERVE, State.OFFERED]
    assert now_of(session, people[0].id).reserve_place == 1
    assert mails_to(session, people[0].id) == ["offer_promoted", "offer_reminder", "offer_reminder", "offer_ended"]


def test_nobody_loses_a_place_they_were_never_reminded_of(app: Flask, session: Session) -> None:
    """The worker slept all the while."""
    course, people = _freed(app, session)
    with clock.at(MET):
        promote_next(session, course)
    with clock.at(MET + 30 * DAY):
        assert pass_on_due(session) == 1
        made = live_offer(session, people[0].id)
        assert made is not None and answer_by(made.expires_at) == date(2018, 4, 5)
        assert mails_to(session, people[0].id) == ["offer_promoted", "offer_reminder"]
        accept(session, people[0].applicant, people[0].id)
    assert _states(session, people)[0] is State.ACCEPTED


def test_an_offer_that_is_not_promoted_is_never_ended_by_a_job(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        made = offer(session, recruiter, person.id)
    for days in (7, 9.5, 10, 40):
        with clock.at(MET + days * DAY):
            remind_due(session)
            assert pass_on_due(session) == 0
    assert now_of(session, person.id).state is State.OFFERED and made.freed_at is None
    assert mails_to(session, person.id) == ["offer_made", "offer_reminder", "offer_reminder"]


def test_a_day_that_was_moved_is_reminded_of_anew(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        offer(session, recruiter, person.id)
    with clock.at(MET + 9.5 * DAY):
        assert remind_due(session) == 1
        keep_open(session, recruiter, person.id, date(2018, 3, 22))
        assert remind_due(session) == 0
    with clock.at(MET + 16.5 * DAY):
        assert remind_due(session) == 1


def test_whose_offer_was_taken_back_is_not_offered_the_same_place_by_itself(app: Flask, session: Session) -> None:
    course, recruiter = a_course(session, 1), a_staff_member(session, Role.RECRUITER)
    person = someone_in(session, app, course)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        take_back(session, recruiter, person.id, "course")
        assert promote_due(session) == 0
        assert session.scalar(select(func.count()).select_from(Offer)) == 1
