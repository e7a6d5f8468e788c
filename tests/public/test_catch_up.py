"""A trainee's own page: what they attended, what is left, catching up in each way, and what they thought of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.applications.models import Application
from portal.domain.attendance import signing_off
from portal.domain.attendance.feedback import ASKED
from portal.domain.attendance.models import CatchUp, CatchUpEnd, CatchUpWay, Feedback, FeedbackGiven
from portal.domain.overview.todo import todo_of
from tests.support.casework import statements
from tests.support.catch_ups import AFTER_TWO, Group, another, catch_ups, first_weekend, on
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import set_clock
from tests.support.people import an_applicant, browser_of


@pytest.fixture(autouse=True)
def after_the_first_weekend(settings: Settings) -> Iterator[None]:
    set_clock(settings, AFTER_TWO)
    with clock.at(AFTER_TWO):
        yield
    clock.use_offset(timedelta())


@pytest.fixture
def group(app: Flask, session: Session) -> Group:
    return first_weekend(session)


def own(session: Session, group: Group, place: int = 0) -> Application:
    return session.get_one(Application, group.people[place].application_id)


def browser_for(app: Flask, session: Session, group: Group, place: int = 0) -> tuple[JudgingClient, str]:
    found = own(session, group, place)
    return browser_of(app, found.applicant), f"/applications/{found.reference}/training"


def post(browser: JudgingClient, address: str, behind: str, **fields: str) -> int:
    data = {**browser.tokens(browser.get(behind).text), **fields}
    return browser.post(address, data=data).status_code


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_page_says_what_was_missed_and_what_is_left(app: Flask, session: Session, group: Group) -> None:
    browser, here = browser_for(app, session, group)
    said = words(browser.get(here).text)
    assert "You attended or caught up 1 of 2 days . You need at least 4 of 4." in said
    assert "You missed Law 1." in said and "Catch up: Law 1" in said and "Pass: First aid 2" in said
    fine, there = browser_for(app, session, group, 1)
    said = words(fine.get(there).text)
    assert "2 of 2 days" in said and "You missed" not in said and "How was your first weekend?" in said


def test_a_place_with_another_group_is_booked_and_given_up(app: Flask, session: Session, group: Group) -> None:
    other = another(session, group)
    browser, here = browser_for(app, session, group)
    assert "Saturday 5 May" in browser.get(f"{here}/catch-up").text
    day = str(other.days[0].id)
    assert post(browser, f"{here}/catch-up/book", f"{here}/catch-up", session=day) == 303
    assert post(browser, f"{here}/catch-up/book", f"{here}/catch-up", session=day) == 303
    rows = catch_ups(session, group.people[0])
    assert len(rows) == 1 and rows[0].booked_by is None
    assert "Saturday 5 May" in browser.get(here).text
    assert post(browser, f"{here}/catch-up/{rows[0].id}/cancel", here) == 303
    assert post(browser, f"{here}/catch-up/{rows[0].id}/cancel", f"{here}/catch-up") == 303
    assert catch_ups(session, group.people[0])[0].ended_as is CatchUpEnd.CANCELLED


def test_what_cannot_be_booked_says_why(app: Flask, session: Session, group: Group) -> None:
    other = another(session, group)
    browser, here = browser_for(app, session, group)
    for session_id in (str(other.days[1].id), "999999", "", "x"):
        assert post(browser, f"{here}/catch-up/book", f"{here}/catch-up", session=session_id) == 409
    assert post(browser, f"{here}/catch-up/written", f"{here}/catch-up", module="law-2") == 409
    assert session.scalar(select(func.count()).select_from(CatchUp)) == 0


def test_written_work_is_chosen_written_and_handed_in(app: Flask, session: Session, group: Group) -> None:
    browser, here = browser_for(app, session, group)
    assert post(browser, f"{here}/catch-up/written", f"{here}/catch-up", module="law-1") == 303
    row = catch_ups(session, group.people[0])[0]
    address = f"{here}/catch-up/{row.id}/work"
    assert post(browser, address, address, work="   ") == 422
    refused = browser.post(address, data=browser.tokens(browser.get(address).text) | {"work": "x" * 20_001})
    assert refused.status_code == 422 and "Use 20,000 characters or fewer" in refused.text and "xxxx" in refused.text
    assert post(browser, address, address, work="In my own words.") == 303
    assert "In my own words." in browser.get(address).text and "With your trainer" in browser.get(here).text
    kept = catch_ups(session, group.people[0])[0]
    assert kept.work is not None and b"own words" not in kept.work
    signing_off.sign_off(session, group.trainer, row.id)
    assert browser.get(address).status_code == 404
    assert "2 of 2 days" in words(browser.get(here).text)


def test_a_time_alone_is_asked_for_and_nothing_typed_is_lost(app: Flask, session: Session, group: Group) -> None:
    browser, here = browser_for(app, session, group)
    address = f"{here}/catch-up/alone"
    data = browser.tokens(browser.get(address).text) | {"module": "law-1", "on": "31 June 2018", "at": "6pm"}
    refused = browser.post(address, data=data)
    assert refused.status_code == 422 and "31 June 2018" in refused.text
    past = browser.post(address, data=data | {"on": "1 April 2018"})
    assert past.status_code == 422 and "Enter a day and a time to come" in past.text
    assert browser.post(address, data=data | {"on": "8 May 2018"}).status_code == 303
    row = catch_ups(session, group.people[0])[0]
    assert row.way is CatchUpWay.ONE_TO_ONE and row.starts_at == on(8, 5, 18) and row.staff_id is None
    assert browser.get(address).status_code == 303, "nothing is left to ask for"


def test_somebody_elses_training_is_not_there(app: Flask, session: Session, group: Group) -> None:
    browser, here = browser_for(app, session, group)
    post(browser, f"{here}/catch-up/written", f"{here}/catch-up", module="law-1")
    row = catch_ups(session, group.people[0])[0]
    neighbour, theirs = browser_for(app, session, group, 1)
    for part in ("", "/catch-up", "/catch-up/alone", f"/catch-up/{row.id}/work", "/feedback/1"):
        assert neighbour.get(here + part).status_code == 404, part
        assert app.test_client().get(here + part).status_code == 303, part
    assert neighbour.get(f"{theirs}/catch-up/{row.id}/work").status_code == 404
    data = neighbour.tokens(neighbour.get(f"{theirs}/catch-up").text) or {"csrf_token": ""}
    for part in ("book", "written", f"{row.id}/cancel"):
        token = neighbour.tokens(neighbour.get(f"{theirs}/feedback/1").text)
        assert neighbour.post(f"{here}/catch-up/{part}", data=data | token).status_code == 404, part
    assert catch_ups(session, group.people[0])[0].ended_at is None
    nobody = browser_of(app, an_applicant(session))
    assert nobody.get(f"{here}/catch-up").status_code == 404
    assert neighbour.get(f"{here}/catch-up/book").status_code == 405


def test_what_they_thought_is_asked_once_and_is_nobodys(app: Flask, session: Session, group: Group) -> None:
    browser, here = browser_for(app, session, group, 1)
    address = f"{here}/feedback/1"
    assert post(browser, address, address, clear="5", pace="3") == 422
    refused = browser.post(
        address, data=browser.tokens(browser.get(address).text) | {"clear": "6", "remarks": "These words stay"}
    )  # fmt: skip
    assert refused.status_code == 422 and "These words stay" in refused.text
    assert post(browser, address, address, clear="5", pace="3", useful="4", remarks="Good") == 303
    assert browser.get(address).status_code == 303, "answered"
    assert browser.get(f"{here}/feedback/2").status_code == 303, "not over"
    assert browser.get(f"{here}/feedback/9").status_code == 404
    session.rollback()
    row = session.scalars(select(Feedback)).one()
    assert session.scalars(select(FeedbackGiven.block)).all() == [1]
    assert set(Feedback.__table__.columns.keys()) == {"id", "cohort_id", "block", "remarks", *ASKED}, "nobody, no time"
    assert (row.clear, row.pace, row.useful, row.remarks) == (5, 3, 4, "Good")
    assert "How was your first weekend?" not in browser.get(here).text


def test_what_is_to_do_stands_on_the_tracker(app: Flask, session: Session, group: Group) -> None:
    browser, here = browser_for(app, session, group)
    titles = [todo.title for todo in todo_of(session, own(session, group))]
    assert "Choose how to catch up on what you missed" in titles
    assert browser.get(here.removesuffix("/training")).status_code == 200
    post(browser, f"{here}/catch-up/written", f"{here}/catch-up", module="law-1")
    session.rollback()
    titles = [todo.title for todo in todo_of(session, own(session, group))]
    assert "Hand in your written work: Law 1" in titles and not [title for title in titles if "Choose how" in title]
    assert keys_of(app) is not None


def test_the_page_asks_the_same_number_of_statements_however_much_was_missed(
    app: Flask, session: Session, group: Group
) -> None:
    another(session, group)
    browser, here = browser_for(app, session, group)
    counts = []
    for _ in range(2):
        browser.get(here)
        with statements() as ran:
            browser.get(here)
        counts.append(len(ran))
        post(browser, f"{here}/catch-up/written", f"{here}/catch-up", module="law-1")
        another(session, group)
    assert counts[0] == counts[1]
