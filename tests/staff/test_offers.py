"""Offers as staff make them: the boards, one person's offer, the reserve list stopped and started, the placement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, ApplicationStrand, Channel, Conflict, Relation, State
from portal.domain.campaigns.models import Campaign, Division
from portal.domain.offers.answering import accept
from portal.domain.offers.making import offer
from portal.domain.offers.models import Placement
from portal.domain.offers.places import live_offer
from portal.domain.offers.promoting import is_stopped
from portal.extensions import db
from tests.support import databases
from tests.support.applying import set_clock
from tests.support.casework import statements
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.offers import a_course, now_of, reserves, someone_in
from tests.support.people import a_staff_member, browser_of

MET = datetime(2018, 3, 5, 10)
ACTS = ("keep-open", "take-back", "lapse", "answer")


@pytest.fixture(autouse=True)
def _after_the_interviews(app: Flask) -> None:
    set_clock(app, MET)


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


class Desk:
    """A recruiter at their browser, with a course of a few places and somebody met."""

    def __init__(self, app: Flask, places: int = 2) -> None:
        self.app, self.session = app, db.session()
        self.recruiter = a_staff_member(self.session, Role.RECRUITER)
        self.course: Campaign = a_course(self.session, places)
        self.met = someone_in(self.session, app, self.course)
        self.browser: JudgingClient = browser_of(app, self.recruiter)
        self.slug, self.reference = self.course.slug, self.met.reference

    def address(self, act: str = "") -> str:
        return f"/staff/applications/{self.reference}/offer" + (f"/{act}" if act else "")

    def post(self, address: str, **fields: Any) -> Any:
        answer = self.browser.post(address, data={"csrf_token": form_token(self.app), **fields})
        db.session.rollback()
        return answer

    def state(self) -> State:
        return now_of(self.session, self.met.id).state


def test_an_offer_is_looked_at_then_made_once(app: Flask) -> None:
    desk = Desk(app)
    page = desk.browser.get(desk.address()).text
    assert "2 of 2" in page and "Thursday 15 March" in page and "Medical certificate" in page
    assert [desk.post(desk.address()).status_code for _ in range(2)] == [303, 303]
    made = live_offer(desk.session, desk.met.id)
    assert desk.state() is State.OFFERED and made is not None and made.version == 1
    assert "Take the offer back" in desk.browser.get(desk.address()).text


def test_no_place_left_is_a_clear_refusal(app: Flask) -> None:
    desk = Desk(app, places=1)
    offer(desk.session, desk.recruiter, someone_in(desk.session, app, desk.course).id)
    assert "none of 1" in desk.browser.get(desk.address()).text
    refused = desk.post(desk.address())
    assert refused.status_code == 409 and "No place is left" in refused.text


def test_more_time_is_given_and_a_stale_page_is_not_obeyed(app: Flask) -> None:
    desk = Desk(app)
    desk.post(desk.address())
    moved = desk.post(desk.address("keep-open"), version="1", until=["20", "3", "2018"])
    stale = desk.post(desk.address("keep-open"), version="1", until=["22", "3", "2018"])
    assert (moved.status_code, stale.status_code) == (303, 409)
    for day in (["", "", ""], ["28", "4", "2018"], ["5", "3", "2018"]):
        refused = desk.post(desk.address("keep-open"), version="2", until=day)
        assert refused.status_code == 422 and "until-error" in refused.text


def test_an_offer_is_taken_back_with_a_reason(app: Flask) -> None:
    desk = Desk(app)
    desk.post(desk.address())
    assert desk.post(desk.address("take-back"), version="1").status_code == 422
    assert desk.post(desk.address("take-back"), version="1", reason="mistake").status_code == 303
    assert desk.state() is State.RESERVE


def test_an_overdue_offer_lapses_by_a_person_and_not_before(app: Flask) -> None:
    desk = Desk(app)
    desk.post(desk.address())
    assert desk.post(desk.address("lapse"), version="1").status_code == 409
    set_clock(app, datetime(2018, 3, 16, 9))
    assert "Let it lapse" in desk.browser.get(desk.address()).text
    assert "1 overdue" in desk.browser.get(f"/staff/offers/{desk.slug}").text
    assert desk.post(desk.address("lapse"), version="1").status_code == 303
    assert desk.state() is State.LAPSED


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"answer": "accepted"}, State.ACCEPTED),
        ({"answer": "deferred"}, State.DEFERRED),
        ({"answer": "declined", "because": "time"}, State.DECLINED),
    ],
)
def test_somebody_who_rang_is_answered_for(app: Flask, fields: dict[str, str], state: State) -> None:
    desk = Desk(app)
    with unit_of_work(desk.session):
        held = desk.session.get_one(Application, desk.met.id)
        held.channel, held.entered_by = Channel.TELEPHONE, desk.recruiter.id
    desk.post(desk.address())
    assert "Record their answer" in desk.browser.get(desk.address()).text
    assert desk.post(desk.address("answer")).status_code == 422
    assert desk.post(desk.address("answer"), answer="declined").status_code == 422
    assert desk.post(desk.address("answer"), **fields).status_code == 303
    assert desk.state() is state


def test_who_applied_online_answers_alone(app: Flask) -> None:
    desk = Desk(app)
    desk.post(desk.address())
    assert "Record their answer" not in desk.browser.get(desk.address()).text
    assert desk.post(desk.address("answer"), answer="accepted").status_code == 409
    assert desk.state() is State.OFFERED


def test_the_board_shows_places_and_the_reserve_list_in_order(app: Flask) -> None:
    desk = Desk(app)
    waiting = reserves(desk.session, app, desk.course, 3)
    desk.post(desk.address())
    page = desk.browser.get(f"/staff/offers/{desk.slug}").text
    places = [page.index(each.reference) for each in waiting]
    assert places == sorted(places) and "1</b> left" in page
    assert desk.course.name in desk.browser.get("/staff/offers").text


def test_the_boards_take_as_many_statements_for_many_as_for_one(app: Flask) -> None:
    desk = Desk(app, places=9)
    reserves(desk.session, app, desk.course, 1)
    offer(desk.session, desk.recruiter, desk.met.id)
    numbers = []
    for _ in range(2):
        with statements() as few:
            desk.browser.get(f"/staff/offers/{desk.slug}")
        with statements() as all_of_them:
            desk.browser.get("/staff/offers")
        numbers.append((len(few), len(all_of_them)))
        reserves(desk.session, app, desk.course, 3)
        for _each in range(3):
            offer(desk.session, desk.recruiter, someone_in(desk.session, app, desk.course).id)
    assert numbers[0] == numbers[1]


def test_the_reserve_list_is_stopped_and_started(app: Flask) -> None:
    desk = Desk(app)
    for act, stopped in (("stop", True), ("stop", True), ("restart", False)):
        assert desk.post(f"/staff/offers/{desk.slug}/{act}").status_code == 303
        assert is_stopped(desk.session, desk.course.id) is stopped


def test_what_came_free_meanwhile_is_offered_on_starting(app: Flask) -> None:
    desk = Desk(app, places=1)
    waiting = reserves(desk.session, app, desk.course, 2)
    desk.post(desk.address())
    desk.post(f"/staff/offers/{desk.slug}/stop")
    desk.post(desk.address("take-back"), version="1", reason="course")
    assert now_of(desk.session, waiting[0].id).state is State.RESERVE
    desk.post(f"/staff/offers/{desk.slug}/restart")
    assert [now_of(desk.session, each.id).state for each in waiting] == [State.OFFERED, State.RESERVE]


def test_beyond_ones_division_nobody_is_there(app: Flask) -> None:
    desk = Desk(app)
    north = desk.session.scalars(select(Division).filter_by(slug="north")).one()
    other = browser_of(app, a_staff_member(desk.session, Role.RECRUITER, division_id=north.id))
    offer(desk.session, desk.recruiter, desk.met.id)
    for address in (desk.address(), f"/staff/offers/{desk.slug}"):
        assert other.get(address).status_code == 404, address
    for act in ACTS:
        assert other.post(desk.address(act), data={"csrf_token": form_token(app)}).status_code == 404, act
    assert desk.course.name not in other.get("/staff/offers").text


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.LIAISON, Role.MEDICAL, Role.VETTING, Role.AUDITOR])
def test_only_who_makes_offers_opens_them(app: Flask, role: Role) -> None:
    desk = Desk(app)
    other = browser_of(app, a_staff_member(desk.session, role))
    for address in (desk.address(), "/staff/offers", f"/staff/offers/{desk.slug}"):
        assert other.get(address).status_code == 403, address


def test_unknown_ones_and_wrong_methods(app: Flask) -> None:
    desk = Desk(app)
    assert desk.browser.get("/staff/offers/no-such").status_code == 404
    assert desk.browser.get("/staff/applications/CPV-2222-2222/offer").status_code == 404
    assert desk.browser.get(desk.address("lapse")).status_code == 405
    assert desk.post(desk.address("keep-open"), until=["20", "3", "2018"]).status_code == 404  # nothing is offered


# Placement


def _placed(desk: Desk) -> str:
    offer(desk.session, desk.recruiter, desk.met.id)
    accept(desk.session, now_of(desk.session, desk.met.id).applicant, desk.met.id)
    return f"/staff/applications/{desk.reference}/placement"


def _supervisors(desk: Desk) -> tuple[StaffMember, StaffMember]:
    first, second = (a_staff_member(desk.session, Role.SUPERVISOR) for _ in range(2))
    with unit_of_work(desk.session):
        first.name, second.name = "Ada Adair", "Bo Brindle"
    return first, second


def test_a_placement_is_proposed_with_its_reasons_and_confirmed(app: Flask) -> None:
    desk = Desk(app)
    with unit_of_work(desk.session):
        desk.session.add(ApplicationStrand(application_id=desk.met.id, strand="dog-walking"))
    first, _second = _supervisors(desk)
    address = _placed(desk)
    page = desk.browser.get(address).text
    assert "lives in this district" in page and "chose it" in page and "Ada Adair</b>: fewest people so far" in page
    home = now_of(desk.session, desk.met.id).district_id
    sent = {"version": "0", "district": str(home), "strand": "dog-walking", "supervisor": str(first.id)}
    assert [desk.post(address, **sent).status_code for _ in range(2)] == [303, 303]
    kept = desk.session.get_one(Placement, desk.met.id)
    assert (kept.version, kept.confirmed_by) == (1, desk.recruiter.id)
    assert kept.reasons["supervisor"] == ["fewest"]


def test_a_change_says_that_a_person_chose_it_and_a_stale_one_shows_both(app: Flask) -> None:
    desk = Desk(app)
    first, second = _supervisors(desk)
    address, home = _placed(desk), str(now_of(desk.session, desk.met.id).district_id)
    desk.post(address, version="0", district=home, strand="", supervisor=str(first.id))
    stale = desk.post(address, version="0", district=home, strand="", supervisor=str(second.id))
    assert stale.status_code == 409 and "Ada Adair" in stale.text and "Bo Brindle" in stale.text
    assert desk.post(address, version="1", district=home, strand="", supervisor=str(second.id)).status_code == 303
    assert desk.session.get_one(Placement, desk.met.id).reasons["supervisor"] == ["person"]


def test_nobody_supervises_somebody_they_have_a_conflict_with(app: Flask) -> None:
    desk = Desk(app)
    first, _second = _supervisors(desk)
    with unit_of_work(desk.session):
        desk.session.add(
            Conflict(
                staff_id=first.id, application_id=desk.met.id, relation=Relation.FRIEND, declared_at=desk.met.created_at
            )
        )
    address = _placed(desk)
    page = desk.browser.get(address).text
    assert "Ada Adair" not in page and "Bo Brindle" in page
    home = str(now_of(desk.session, desk.met.id).district_id)
    assert desk.post(address, version="0", district=home, strand="", supervisor=str(first.id)).status_code == 422


def test_nobody_is_placed_before_they_accept(app: Flask) -> None:
    desk = Desk(app)
    assert desk.browser.get(f"/staff/applications/{desk.reference}/placement").status_code == 422


def test_a_liaison_officer_places_their_own_division(app: Flask) -> None:
    desk = Desk(app)
    address = _placed(desk)
    west, north = (desk.session.scalars(select(Division).filter_by(slug=slug)).one() for slug in ("west", "north"))
    seen = [
        browser_of(app, a_staff_member(desk.session, Role.LIAISON, division_id=each.id)).get(address).status_code
        for each in (west, north)
    ]
    assert seen == [200, 404]


def test_the_application_shows_its_offer_and_the_next_act(app: Flask) -> None:
    desk = Desk(app)
    sheet = f"/staff/applications/{desk.reference}"
    assert desk.address() in desk.browser.get(sheet).text
    address = _placed(desk)
    page = desk.browser.get(sheet).text
    assert "accepted, conditional" in page and address in page
    first, _second = _supervisors(desk)
    home = str(now_of(desk.session, desk.met.id).district_id)
    desk.post(address, version="0", district=home, strand="", supervisor=str(first.id))
    assert "with Ada Adair" in desk.browser.get(sheet).text


def test_a_liaison_officer_sees_the_offer_and_no_button_to_make_one(app: Flask) -> None:
    desk = Desk(app)
    page = browser_of(app, a_staff_member(desk.session, Role.LIAISON)).get(f"/staff/applications/{desk.reference}").text
    assert desk.address() not in page


def test_what_nobody_answered_and_whom_nobody_placed_is_somebodys_work(app: Flask) -> None:
    desk = Desk(app)
    other = someone_in(desk.session, app, desk.course)
    desk.post(desk.address())
    offer(desk.session, desk.recruiter, other.id)
    accept(desk.session, now_of(desk.session, other.id).applicant, other.id)
    assert "Offers without an answer" not in desk.browser.get("/staff/").text
    set_clock(app, datetime(2018, 3, 16, 9))
    page = desk.browser.get("/staff/").text
    assert "Offers without an answer" in page and "People to place" in page
