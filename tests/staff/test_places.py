"""A cohort's places as planners see and change them: the order, the fill, enrolling, beginning, transferring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.campaigns.models import Division, RequirementKind
from portal.domain.offers.models import Offer
from portal.domain.training.availability import state
from portal.domain.training.board import places_of
from portal.domain.training.models import Cohort, Trainee, Waiting
from portal.extensions import db
from tests.support import databases
from tests.support.applying import set_clock
from tests.support.casework import statements
from tests.support.live import form_token
from tests.support.offers import mails_to, now_of
from tests.support.people import a_staff_member, browser_of
from tests.support.trainees import somebody_accepted, still_asked, trainees
from tests.support.training import COHORT_AT, FIRST, a_cohort, a_course, sessions_of
from tests.support.vetting import viewer_of

LATER = timedelta(days=70)


@pytest.fixture(autouse=True)
def _in_march(app: Flask) -> None:
    set_clock(app, clock.london(COHORT_AT).replace(tzinfo=None))


@pytest.fixture
def database_url(tmp_path) -> Iterator[str]:
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


class Desk:
    """A recruiter at their browser, with a cohort of few places."""

    def __init__(self, app: Flask, capacity: int = 2, **plan: Any) -> None:
        self.app, self.session = app, db.session()
        self.course = a_course(self.session, scheme="community-policing-volunteer")
        self.cohort: Cohort = a_cohort(self.session, course=self.course, capacity=capacity, **plan)
        self.recruiter = a_staff_member(self.session, Role.RECRUITER)
        self.browser = browser_of(app, self.recruiter)

    def address(self, part: str = "") -> str:
        return f"/staff/cohorts/{self.cohort.id}/places{part}"

    def get(self, part: str = "") -> str:
        return self.browser.get(self.address(part)).text

    def post(self, part: str, **fields: Any) -> Any:
        answer = self.browser.post(self.address(part), data={"csrf_token": form_token(self.app), **fields})
        db.session.rollback()
        return answer

    def somebody(self, *, after: int = 0) -> Application:
        """Somebody who accepted so many days after the first."""
        key = somebody_accepted(self.session)
        with unit_of_work(self.session):
            offer = self.session.scalars(select(Offer).where(Offer.application_id == key)).one()
            offer.answered_at = COHORT_AT - timedelta(days=20 - after)
        return self.session.get_one(Application, key)

    def held(self) -> list[int]:
        live = Trainee.cohort_id == self.cohort.id, Trainee.ended_at.is_(None)
        return list(self.session.scalars(select(Trainee.application_id).where(*live).order_by(Trainee.seat)))


def test_the_board_suggests_the_fair_fill_and_says_why(app: Flask) -> None:
    desk = Desk(app, capacity=2)
    other = a_cohort(desk.session, course=desk.course, capacity=5, first=FIRST + LATER)
    free, here_only, unsuited, unsaid = (desk.somebody(after=number) for number in range(4))
    days = sessions_of(desk.session, desk.cohort)
    for person, cohort, suits, misses in (
        (free, desk.cohort, True, []), (free, other, True, []), (here_only, desk.cohort, True, [days[1].id]),
        (unsuited, desk.cohort, False, []),
    ):  # fmt: skip
        state(desk.session, person.applicant, person.id, cohort.id, suits=suits, misses=misses)
    people = places_of(desk.session, viewer_of(desk.recruiter), desk.cohort.id).people
    assert [each.reference for each in people] == [each.reference for each in (free, here_only, unsuited, unsaid)]
    assert [each.suggested for each in people] == [True, True, False, False]
    page = desk.get()
    assert "<b>Yes</b>" in page and "they said so" in page
    assert "no place is left for them" in page and "Enrol the 2 suggested" in page
    with unit_of_work(desk.session):
        desk.session.get_one(Cohort, desk.cohort.id).capacity = 1
    page = desk.get()
    assert f"{other.name} suits them too, and has room" in page and "Enrol the 1 suggested" in page


def test_the_suggested_are_looked_at_then_enrolled_once(app: Flask) -> None:
    desk = Desk(app)
    people = [desk.somebody(after=number) for number in range(3)]
    still_asked(desk.session, people[0].id, RequirementKind.MEDICAL)
    page = desk.get("/enrol?suggested=1")
    assert people[0].reference in page and people[1].reference in page and people[2].reference not in page
    assert "Medical certificate" in page and "2 places" in page
    who = [each.reference for each in people[:2]]
    assert desk.post("/enrol", who=who, how="now").status_code == 303
    assert "2 people have a place" in desk.get()
    assert desk.post("/enrol", who=who, how="now").status_code == 422
    assert desk.held() == [each.id for each in people[:2]]
    assert mails_to(desk.session, people[0].id) == ["training_enrolled"]


def test_more_people_than_places_says_who_got_none(app: Flask) -> None:
    desk = Desk(app, capacity=1)
    first, second = desk.somebody(), desk.somebody(after=1)
    answer = desk.post("/enrol", who=[first.reference, second.reference], how="now")
    assert answer.status_code == 409
    assert "Every place in this cohort is taken" in answer.text and second.reference in answer.text
    assert desk.held() == [first.id]


def test_a_day_to_confirm_by_has_to_be_possible(app: Flask) -> None:
    desk, wrong = Desk(app), {"until": ["1", "3", "2018"]}
    person = desk.somebody()
    for fields in ({}, wrong, {"until": ["31", "2", "2018"]}, {"until": ["29", "4", "2018"]}):
        answer = desk.post("/enrol", who=person.reference, how="ask", **fields)
        assert answer.status_code == 422 and person.reference in answer.text
    assert desk.held() == []
    assert desk.post("/enrol", who=person.reference, how="ask", until=["12", "3", "2018"]).status_code == 303
    trainee = desk.session.scalars(select(Trainee)).one()
    assert trainee.confirmed_at is None and mails_to(desk.session, person.id) == ["training_place_free"]
    assert "to confirm" in desk.get() and "Mon 12 Mar" in desk.get()
    assert desk.post(f"/{trainee.id}/confirm").status_code == 303
    assert desk.session.get_one(Trainee, trainee.id, populate_existing=True).confirmed_at is not None


def test_nobody_and_strangers_are_not_enrolled(app: Flask) -> None:
    desk = Desk(app)
    offered = somebody_accepted(desk.session, state=State.OFFERED)
    assert "Nobody is chosen" in desk.get("/enrol")
    for who in ("", "CPV-0000-0000", now_of(desk.session, offered).reference):
        assert desk.post("/enrol", who=who, how="now").status_code == 422
    assert desk.held() == []


def test_training_begins_for_those_who_may_and_names_what_stops_the_others(app: Flask) -> None:
    desk = Desk(app)
    ready, waits = trainees(desk.session, desk.cohort, 2, started=False)
    still_asked(desk.session, waits.application_id, RequirementKind.VETTING)
    assert "Begin training for 1" in desk.get()
    page = desk.get("/start")
    assert (
        "not yet" in page and "Vetting" in page and f'value="{ready.id}"' in page and f'value="{waits.id}"' not in page
    )
    answer = desk.post("/start", who=[str(ready.id), str(waits.id)])
    assert answer.status_code == 409 and "Not done yet: Vetting." in answer.text
    assert now_of(desk.session, ready.application_id).state is State.TRAINING
    assert now_of(desk.session, waits.application_id).state is State.ACCEPTED
    assert desk.post("/start", who="").status_code == 422


def test_a_transfer_and_a_place_taken_back(app: Flask) -> None:
    desk = Desk(app)
    later = a_cohort(desk.session, course=desk.course, first=FIRST + LATER)
    moves, leaves = trainees(desk.session, desk.cohort, 2)
    assert later.name in desk.get(f"/{moves.id}/transfer")
    assert desk.post(f"/{moves.id}/transfer", cohort=later.id).status_code == 422
    assert desk.post(f"/{moves.id}/transfer", cohort=desk.cohort.id, reason="dates").status_code == 422
    assert desk.post(f"/{moves.id}/transfer", cohort=later.id, reason="dates").status_code == 303
    assert desk.post(f"/{leaves.id}/remove").status_code == 422
    assert desk.post(f"/{leaves.id}/remove", reason="away").status_code == 303
    assert desk.held() == []
    assert desk.browser.get(desk.address(f"/{leaves.id}/remove")).status_code == 404


def test_somebody_who_rang_waits_and_waits_no_more(app: Flask) -> None:
    desk = Desk(app, capacity=1)
    trainees(desk.session, desk.cohort, 1)
    person = desk.somebody()
    assert desk.post("/waiting", who=person.reference).status_code == 303
    assert [row.application_id for row in desk.session.scalars(select(Waiting))] == [person.id]
    assert "Waits no more" in desk.get()
    assert desk.post("/waiting", who=person.reference).status_code == 303
    assert "Nobody waits." in desk.get()
    assert desk.post("/waiting", who="nobody").status_code == 404


def test_only_planners_of_the_cohorts_division_open_its_places(app: Flask) -> None:
    desk = Desk(app)
    division = desk.session.scalars(select(Division)).first()
    assert division is not None
    trainer, liaison = (a_staff_member(desk.session, role) for role in (Role.TRAINER, Role.LIAISON))
    divisional = a_staff_member(desk.session, Role.RECRUITER, division_id=division.id)
    for person, status in ((trainer, 403), (liaison, 403), (divisional, 404), (desk.recruiter, 200)):
        assert browser_of(app, person).get(desk.address()).status_code == status
    assert desk.browser.get("/staff/cohorts/999/places").status_code == 404
    assert desk.browser.post(desk.address()).status_code == 405


def test_somebody_a_recruiter_is_kept_from_is_counted_and_never_named(app: Flask) -> None:
    desk = Desk(app)
    [trainee] = trainees(desk.session, desk.cohort, 1)
    with unit_of_work(desk.session):
        desk.session.add(
            Conflict(
                staff_id=desk.recruiter.id, application_id=trainee.application_id, relation=Relation.FRIEND,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    page, reference = desk.get(), now_of(desk.session, trainee.application_id).reference
    assert reference not in page and "1 beyond your reach" in page
    assert desk.browser.get(desk.address(f"/{trainee.id}/remove")).status_code == 404


def _count(desk: Desk) -> int:
    address = desk.address()
    with statements() as sent:
        desk.browser.get(address)
    return len(sent)


def test_the_board_asks_as_much_for_many_as_for_few(app: Flask) -> None:
    desk = Desk(app, capacity=40)
    trainees(desk.session, desk.cohort, 1)
    desk.somebody()
    few = _count(desk)
    trainees(desk.session, desk.cohort, 8)
    for number in range(6):
        person = desk.somebody(after=number)
        state(desk.session, person.applicant, person.id, desk.cohort.id, suits=True)
        still_asked(desk.session, person.id, RequirementKind.MEDICAL)
    assert _count(desk) == few


def test_whom_to_enrol_and_whose_training_to_begin_stand_in_the_days_work(app: Flask) -> None:
    desk = Desk(app)
    person = desk.somebody()
    there, begin = desk.address(), f"{desk.address()}/start"
    assert f'<a href="{there}"><b>People to enrol' in desk.browser.get("/staff/").text
    trainees(desk.session, desk.cohort, 1, started=False)
    assert "Training to begin" not in desk.browser.get("/staff/").text
    set_clock(app, clock.london(clock.start_of(FIRST - timedelta(days=7))).replace(tzinfo=None))
    assert f'<a href="{begin}"><b>Training to begin' in desk.browser.get("/staff/").text
    assert f'href="{begin}"' in desk.browser.get("/staff/cohorts?work=begin").text
    assert f'href="{there}"' in desk.browser.get("/staff/cohorts?work=enrol").text
    desk.post("/enrol", who=person.reference, how="now")
    page = desk.browser.get("/staff/").text
    assert "People to enrol" not in page
    page = desk.browser.get(f"/staff/applications/{person.reference}").text
    assert "has a place" in page and desk.address() in page
