"""An offer read and answered on its page; a pause; what is offered before a withdrawal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.offers.making import offer
from portal.domain.offers.places import live_offer
from portal.extensions import db
from tests.support import databases
from tests.support.applying import Applying, set_clock
from tests.support.offers import a_course, now_of, reserves, someone_in, the_next_course
from tests.support.people import a_staff_member, an_applicant, browser_of

MET = datetime(2018, 3, 5, 10)
PAGES = ("offer", "offer/decline", "offer/later")


@pytest.fixture(autouse=True)
def _after_the_interviews(app: Flask) -> None:
    set_clock(app, MET)


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


def _offered(app: Flask, **changes: Any) -> Applying:
    """Somebody with an open offer, at their browser."""
    session = db.session()
    course = a_course(session, **changes)
    found = someone_in(session, app, course)
    offer(session, a_staff_member(session, Role.RECRUITER), found.id)
    return Applying(app, course, found, browser_of(app, found.applicant))


def _state(application: Application) -> State:
    db.session.rollback()
    return now_of(db.session(), application.id).state


def test_the_tracker_leads_to_the_offer_with_its_day(app: Flask) -> None:
    mine = _offered(app)
    page = mine.browser.get(mine.address()).text
    assert mine.address("offer") in page and "By 15 March" in page


def test_the_offer_says_what_it_depends_on_and_by_when(app: Flask) -> None:
    mine = _offered(app)
    page = mine.browser.get(mine.address("offer")).text
    for words in (
        "Thursday 15 March",
        "Saturday 28 April",
        "Medical certificate",
        "Two references",
        "Accept the place",
    ):
        assert words in page, words
    assert "vetting" in page


def test_accepting_it_and_again(app: Flask) -> None:
    mine = _offered(app)
    token = mine.browser.tokens(mine.browser.get(mine.address("offer")).text)
    answers = [mine.browser.post(mine.address("offer"), data=token) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert "Your place is kept for you" in mine.browser.get(mine.address("offer")).text
    assert _state(mine.application) is State.ACCEPTED


def test_turning_it_down_asks_why_and_says_what_else_there_is(app: Flask) -> None:
    mine = _offered(app)
    page = mine.browser.get(mine.address("offer/decline"))
    assert "It cannot be undone" in page.text and mine.address("offer/later") in page.text
    assert mine.post("offer/decline").status_code == 422
    assert _state(mine.application) is State.OFFERED
    assert mine.post("offer/decline", reason="not-a-reason").status_code == 422
    assert mine.post("offer/decline", reason="dates").status_code == 303
    assert _state(mine.application) is State.DECLINED
    for page_name in PAGES:
        assert mine.browser.get(mine.address(page_name)).status_code == 303, page_name


def test_the_next_on_the_reserve_list_has_it_at_once(app: Flask) -> None:
    mine = _offered(app, places=1)
    waiting = reserves(db.session(), app, mine.campaign, 2)
    mine.post("offer/decline", reason="time")
    assert [_state(each) for each in waiting] == [State.OFFERED, State.RESERVE]


def test_a_later_course_is_chosen_from_those_there_are(app: Flask) -> None:
    mine = _offered(app)
    later = the_next_course(db.session())
    page = mine.browser.get(mine.address("offer/later")).text
    assert "Autumn course, from 29 September 2018" in page and "Whichever comes next" in page
    assert mine.post("offer/later").status_code == 422
    assert mine.post("offer/later", to="999999").status_code == 422
    assert mine.post("offer/later", to=str(later.id)).status_code == 303
    assert _state(mine.application) is State.DEFERRED


def test_after_its_day_it_cannot_be_taken_but_still_be_turned_down(app: Flask) -> None:
    mine = _offered(app)
    token = mine.browser.tokens(mine.browser.get(mine.address("offer")).text)
    set_clock(app, datetime(2018, 3, 16, 9))
    assert mine.browser.post(mine.address("offer"), data=token).status_code == 409
    page = mine.browser.get(mine.address("offer")).text
    assert "The day to answer has passed" in page and "Accept the place" not in page
    assert mine.post("offer/decline", reason="time").status_code == 303


@pytest.mark.parametrize("page", PAGES)
def test_it_is_its_owners_alone(app: Flask, page: str) -> None:
    mine = _offered(app)
    neighbour = browser_of(app, an_applicant(db.session()))
    assert neighbour.get(mine.address(page)).status_code == 404
    assert app.test_client().get(mine.address(page)).status_code in {302, 303}
    assert mine.browser.get(f"/applications/CPV-2222-2222/{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_without_an_offer_there_is_no_such_page(app: Flask, page: str) -> None:
    found = someone_in(db.session(), app, a_course(db.session()))
    mine = Applying(app, found.campaign, found, browser_of(app, found.applicant))
    assert mine.browser.get(mine.address(page)).status_code == 404


# A pause, and what is offered before a withdrawal


def _waiting(app: Flask) -> Applying:
    found = someone_in(db.session(), app, a_course(db.session()), State.SHORTLISTED)
    return Applying(app, found.campaign, found, browser_of(app, found.applicant))


def test_a_pause_until_a_day_and_going_on(app: Flask) -> None:
    mine = _waiting(app)
    assert mine.post("pause", until=["20", "3", "2018"]).status_code == 303
    db.session.rollback()
    assert now_of(db.session(), mine.application.id).paused_until == date(2018, 3, 20)
    page = mine.browser.get(mine.address()).text
    assert "Your application is paused" in page
    assert mine.browser.post(mine.address("resume"), data=mine.browser.tokens(page)).status_code == 303
    assert "Your application is paused" not in mine.browser.get(mine.address()).text


@pytest.mark.parametrize("day", [["", "", ""], ["5", "3", "2018"], ["31", "12", "2018"], ["31", "2", "2018"]])
def test_a_pause_on_no_possible_day_is_said_beside_the_field(app: Flask, day: list[str]) -> None:
    mine = _waiting(app)
    refused = mine.post("pause", until=day)
    assert refused.status_code == 422 and 'id="until-error"' in refused.text
    assert not day[0] or f'value="{day[0]}"' in refused.text


def test_an_open_offer_is_answered_not_paused(app: Flask) -> None:
    mine = _offered(app)
    assert mine.post("pause", until=["20", "3", "2018"]).status_code == 409
    assert mine.address("pause") not in mine.browser.get(mine.address("withdraw")).text


def test_withdrawing_first_offers_what_else_there_is(app: Flask) -> None:
    mine, placed = _waiting(app), _offered(app)
    page = mine.browser.get(mine.address("withdraw")).text
    assert page.index(mine.address("pause")) < page.index("Withdraw all the same")
    assert "/roles/" in page and "interest" in page
    assert placed.address("offer/later") in placed.browser.get(placed.address("withdraw")).text


def test_withdrawing_gives_the_place_back(app: Flask) -> None:
    mine = _offered(app, places=1)
    assert mine.post("withdraw", reason="time").status_code == 303
    db.session.rollback()
    assert live_offer(db.session(), mine.application.id) is None
