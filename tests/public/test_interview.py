"""Choosing a time for an interview, as its applicant does it in a browser without scripts."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.interviews.booking import book
from portal.domain.interviews.choosing import live_booking
from portal.domain.interviews.inviting import close, invite
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind, Wish
from portal.domain.interviews.waiting_list import wishes_of
from tests.support.client import JudgingClient
from tests.support.interviews import PLANNED_AT, InterviewStage, an_interview_stage
from tests.support.make_applications import keys_of
from tests.support.people import an_applicant, browser_of
from tests.support.stage import put_clock

HOUR = timedelta(hours=1)


@pytest.fixture
def stage(app: Flask, session: Session) -> InterviewStage:
    made = an_interview_stage(session, app, applicants=2, slots=4)
    put_clock(app, clock.london(PLANNED_AT).replace(tzinfo=None))
    with clock.at(PLANNED_AT):
        for each in made.applications:
            invite(session, made.recruiter, each.id, SessionKind.INTERVIEW)
    return made


@pytest.fixture
def browser(app: Flask, stage: InterviewStage) -> JudgingClient:
    return browser_of(app, stage.application.applicant)


def invitation(session: Session, stage: InterviewStage, number: int = 0) -> Invitation:
    session.rollback()  # what the pages wrote since
    query = select(Invitation).filter_by(application_id=stage.applications[number].id)
    return session.scalars(query.order_by(Invitation.attempt.desc())).first() or pytest.fail("not invited")


def page_of(stage: InterviewStage, end: str = "") -> str:
    return f"/applications/{stage.application.reference}/interview{end}"


def send(browser: JudgingClient, address: str, **data: str | list[str]) -> tuple[int, str]:
    page = browser.get(address).text
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    fields = browser.tokens(page) | ({"seen": seen[1]} if seen else {}) | data
    answer = browser.post(address, data=fields)
    return answer.status_code, answer.headers.get("Location", "") + answer.text


def take(session: Session, stage: InterviewStage, place: int, number: int = 1) -> None:
    with clock.at(PLANNED_AT):
        held = invitation(session, stage, number)
        book(session, stage.applications[number].applicant, held.id, stage.slots[place].id)


def test_a_time_is_chosen_booked_moved_and_given_up(
    session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    take(session, stage, 1)
    page = browser.get(page_of(stage)).text
    assert "Choose your interview" in page
    assert "Saturday 10 February" in page
    assert page.count(" disabled") == 1
    assert " taken</span>" in page
    status, where = send(browser, page_of(stage), slot=str(stage.slots[0].id))
    assert (status, "done=booked" in where) == (303, True)
    booked = browser.get(page_of(stage, "?done=booked")).text
    assert "Saturday 10 February, 9:30am" in booked
    tracker = browser.get(f"/applications/{stage.application.reference}").text
    assert "Your interview: Saturday 10 February, 9:30am" in tracker
    status, where = send(browser, page_of(stage, "/move"), slot=str(stage.slots[2].id))
    assert (status, "done=moved" in where) == (303, True)
    assert "10:30am" in browser.get(page_of(stage)).text
    status, _ = send(browser, page_of(stage, "/cancel"), then="again")
    assert status == 303
    assert live_booking(session, invitation(session, stage).id) is None
    assert "Choose your interview" in browser.get(page_of(stage)).text


def test_the_tracker_asks_until_a_time_is_chosen(browser: JudgingClient, stage: InterviewStage) -> None:
    tracker = browser.get(f"/applications/{stage.application.reference}").text
    assert "Choose a time for your interview" in tracker
    assert page_of(stage) in tracker


def test_a_taken_time_is_refused_with_what_is_left(
    session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    take(session, stage, 0)
    status, page = send(browser, page_of(stage), slot=str(stage.slots[0].id))
    assert status == 409
    assert "Somebody else took that time a moment ago. 3 times left, the first on Saturday 10 February" in page
    assert live_booking(session, invitation(session, stage).id) is None


@pytest.mark.parametrize("slot", ["", "0", "999999", "nonsense", "99999999999999999999", "-1", "१"])
def test_what_is_no_time_is_refused_beside_the_times(
    session: Session, stage: InterviewStage, browser: JudgingClient, slot: str
) -> None:
    status, page = send(browser, page_of(stage), slot=slot)
    assert status == 422
    assert "There is a problem" in page
    assert live_booking(session, invitation(session, stage).id) is None


def test_two_tabs_do_not_undo_each_other(session: Session, stage: InterviewStage, browser: JudgingClient) -> None:
    stale = browser.tokens(browser.get(page_of(stage)).text) | {"seen": str(invitation(session, stage).version)}
    send(browser, page_of(stage), slot=str(stage.slots[0].id))
    second = browser.post(page_of(stage), data=stale | {"slot": str(stage.slots[1].id)})
    assert (second.status_code, "You have booked a time already" in second.text) == (409, True)
    moved = browser.post(page_of(stage, "/move"), data=stale | {"slot": str(stage.slots[1].id)})
    assert (moved.status_code, "changed while you had the page open" in moved.text) == (409, True)


def test_a_late_change_asks_why_and_loses_nothing(
    app: Flask, session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    send(browser, page_of(stage), slot=str(stage.slots[0].id))
    put_clock(app, clock.london(stage.slots[0].starts_at - 3 * HOUR).replace(tzinfo=None))
    fresh = browser_of(app, stage.application.applicant)
    status, page = send(fresh, page_of(stage, "/cancel"), then="for_good")
    assert status == 422
    assert "Choose why, or that you would rather not say." in page
    assert re.search(r'value="for_good"[^>]* checked', page)
    status, _ = send(fresh, page_of(stage, "/cancel"), then="for_good", reason="travel")
    assert status == 303
    assert invitation(session, stage).ended_as is InvitationEnd.CANCELLED


def test_waiting_for_a_taken_time_and_thinking_better_of_it(
    session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    take(session, stage, 0)
    status, page = send(browser, page_of(stage, "/wait"))
    assert (status, "Choose a time or a day to wait for" in page) == (422, True)
    status, _ = send(browser, page_of(stage, "/wait"), wait=[str(stage.slots[0].id), "day-0", "day-x", "7777777"])
    assert status == 303
    [wish] = wishes_of(session, invitation(session, stage).id)
    assert wish.slot_id == stage.slots[0].id
    assert re.search(rf'value="{stage.slots[0].id}"[^>]* checked', browser.get(page_of(stage, "/wait")).text)
    send(browser, page_of(stage, "/wait"))
    assert wishes_of(session, invitation(session, stage).id) == []


def test_another_time_is_asked_for_in_words_that_nobody_reads_in_the_table(
    app: Flask, session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    status, page = send(browser, page_of(stage, "/other-time"), words="  ")
    assert (status, "Tell us which days and times you could come" in page) == (422, True)
    status, page = send(browser, page_of(stage, "/other-time"), words="x" * 2001)
    assert (status, "Use 2,000 characters or fewer" in page, "x" * 2001 in page) == (422, True, True)
    status, _ = send(browser, page_of(stage, "/other-time"), words="Any Sunday")
    assert status == 303
    session.rollback()
    [wish] = session.scalars(select(Wish)).all()
    assert wish.sealed is not None
    assert keys_of(app).unseal(wish.sealed, table="wish", row=str(wish.id), column="sealed") == "Any Sunday"
    archive = ZipFile(BytesIO(browser.get(f"/applications/{stage.application.reference}/download").data))
    held = json.loads(archive.read("application.json"))["interviews"]
    assert ("Asked for another time", "Any Sunday") in {(each["what"], each["words"]) for each in held}


@pytest.mark.parametrize("end", ["", "/move", "/cancel", "/wait", "/other-time"])
def test_strangers_find_nothing_and_the_uninvited_are_led_back(
    app: Flask, session: Session, stage: InterviewStage, browser: JudgingClient, end: str
) -> None:
    assert browser_of(app, an_applicant(session)).get(page_of(stage, end)).status_code == 404
    assert app.test_client().get(page_of(stage, end)).status_code == 303
    assert browser.get(page_of(stage, end).replace("interview", "fitness-session")).status_code == 303
    close(session, invitation(session, stage).id, InvitationEnd.ATTENDED)
    assert browser.get(page_of(stage, end)).status_code == 303
    assert browser.get(page_of(stage, "/nothing")).status_code == 404


def test_where_no_time_is_left_there_is_a_way_on(app: Flask, session: Session, stage: InterviewStage) -> None:
    put_clock(app, clock.london(stage.slots[-1].starts_at).replace(tzinfo=None))
    late = browser_of(app, stage.application.applicant)
    page = late.get(page_of(stage)).text
    assert "There is no time you can take just now" in page
    assert page_of(stage, "/other-time") in page
    assert late.get(page_of(stage, "/wait")).status_code == 200
