"""Staff invite, book for somebody, move, cancel, give time and let lapse; and each has their own calendar."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.campaigns.models import Division
from portal.domain.interviews.booking import book, cancel
from portal.domain.interviews.choosing import live_booking
from portal.domain.interviews.inviting import close, invite
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind
from portal.domain.interviews.reminding import remind_due
from portal.domain.interviews.waiting_list import ask_in_words, wishes_of
from tests.support.client import JudgingClient
from tests.support.interviews import PLANNED_AT, InterviewStage, an_interview_stage
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, browser_of
from tests.support.stage import put_clock

INTERVIEW = SessionKind.INTERVIEW


@pytest.fixture
def stage(app: Flask, session: Session) -> InterviewStage:
    made = an_interview_stage(session, app, applicants=2, slots=3)
    put_clock(app, clock.london(PLANNED_AT).replace(tzinfo=None))
    return made


@pytest.fixture
def browser(app: Flask, stage: InterviewStage) -> JudgingClient:
    return browser_of(app, stage.recruiter)


def page_of(stage: InterviewStage, number: int = 0) -> str:
    return f"/staff/applications/{stage.applications[number].reference}/interview"


def send(browser: JudgingClient, address: str, **data: str) -> tuple[int, str]:
    page = browser.get(address).text
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    fields = browser.tokens(page) | ({"seen": seen[1]} if seen else {}) | data
    answer = browser.post(address, data=fields)
    return answer.status_code, answer.text


def newest(session: Session, application: Application) -> Invitation:
    session.rollback()
    query = select(Invitation).filter_by(application_id=application.id).order_by(Invitation.attempt.desc())
    return session.scalars(query).first() or pytest.fail("not invited")


def test_staff_invite_book_move_and_cancel(session: Session, stage: InterviewStage, browser: JudgingClient) -> None:
    sheet = browser.get(f"/staff/applications/{stage.application.reference}").text
    assert page_of(stage) in sheet  # the next act
    assert send(browser, page_of(stage), act="invite")[0] == 303
    made = newest(session, stage.application)
    assert send(browser, page_of(stage), act="book", slot=str(stage.slots[0].id))[0] == 303
    assert "Saturday 10 February 2018, 9:30am" in browser.get(page_of(stage)).text
    assert send(browser, page_of(stage), act="book", slot=str(stage.slots[2].id))[0] == 303
    booked = live_booking(session, made.id)
    session.rollback()
    booked = live_booking(session, made.id)
    assert booked is not None
    assert (booked.slot_id, booked.booked_by) == (stage.slots[2].id, stage.recruiter.id)
    assert send(browser, page_of(stage), act="cancel")[0] == 303
    page = browser.get(page_of(stage)).text
    assert "Invited, no time chosen" in page
    assert "Earlier times" in page


def test_a_stale_page_and_a_taken_time_are_refused_on_the_page(
    session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    send(browser, page_of(stage), act="invite")
    send(browser, page_of(stage, 1), act="invite")
    send(browser, page_of(stage, 1), act="book", slot=str(stage.slots[0].id))
    status, page = send(browser, page_of(stage), act="book", slot=str(stage.slots[0].id))
    assert (status, "Somebody else took that time" in page) == (409, True)
    status, page = send(browser, page_of(stage), act="book", slot=str(stage.slots[1].id), seen="99")
    assert (status, "changed while you had the page open" in page) == (409, True)
    assert send(browser, page_of(stage), act="book", slot="nonsense")[0] == 422
    assert send(browser, page_of(stage), act="nonsense")[0] == 422
    assert live_booking(session, newest(session, stage.application).id) is None


def test_who_does_not_answer_becomes_a_persons_work(
    app: Flask, session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    send(browser, page_of(stage), act="invite")
    made = newest(session, stage.application)
    assert 'value="lapse"' not in browser.get(page_of(stage)).text  # the day has not passed
    put_clock(app, clock.london(made.answer_by + timedelta(days=1)).replace(tzinfo=None))
    late = browser_of(app, stage.recruiter)
    listed = late.get(f"/staff/interviews/invite/{stage.campaign.slug}").text
    assert "No answer yet" in listed
    everywhere = late.get("/staff/interviews/invite").text
    assert f"/staff/interviews/invite/{stage.campaign.slug}" in everywhere
    assert "Invited, and no answer" in late.get("/staff/").text
    assert stage.application.reference in listed
    assert stage.applications[1].reference in listed  # not invited yet
    status, page = send(late, page_of(stage), act="time")
    assert (status, "Enter the new day." in page) == (422, True)
    form = {"answer_by": ["20", "2", "2018"]}
    tokens = late.tokens(late.get(page_of(stage)).text)
    assert late.post(page_of(stage), data=tokens | {"act": "time"} | form).status_code == 303
    assert newest(session, stage.application).answer_by == clock.end_of(date(2018, 2, 20))
    put_clock(app, clock.london(newest(session, stage.application).answer_by).replace(tzinfo=None))
    assert send(browser_of(app, stage.recruiter), page_of(stage), act="lapse")[0] == 303
    session.rollback()
    assert stage.application.state is State.LAPSED


def test_a_wish_in_words_is_read_and_answered_by_staff(
    app: Flask, session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    with clock.at(PLANNED_AT):
        made = invite(session, stage.recruiter, stage.application.id, INTERVIEW)
        ask_in_words(session, keys_of(app), stage.application.applicant, made.id, "Any Sunday <b>")
    assert "Asked for another time" in browser.get(f"/staff/interviews/invite/{stage.campaign.slug}").text
    assert "Any Sunday &lt;b&gt;" in browser.get(page_of(stage)).text
    [wish] = wishes_of(session, made.id)
    number = str(wish.id)
    assert send(browser, page_of(stage, 1), act="invite")[0] == 303
    assert send(browser, page_of(stage, 1), act="answered", wish=number)[0] == 404  # not of this person
    assert send(browser, page_of(stage), act="answered", wish=number)[0] == 303
    session.rollback()
    assert wishes_of(session, made.id) == []


def test_a_time_of_the_board_is_offered_to_those_who_may_take_it(
    session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    send(browser, page_of(stage), act="invite")
    slot = stage.slots[1].id
    listed = browser.get(f"/staff/interviews/invite/{stage.campaign.slug}?slot={slot}").text
    assert "You are giving away" in listed
    assert f"{page_of(stage)}?slot={slot}" in listed
    assert "The time you came from" in browser.get(f"{page_of(stage)}?slot={slot}").text
    for nonsense in ("0", "x", "9999999999"):
        assert browser.get(f"{page_of(stage)}?slot={nonsense}").status_code == 200


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.LIAISON, Role.VETTING, Role.MEDICAL, Role.AUDITOR])
def test_other_roles_invite_nobody(app: Flask, session: Session, stage: InterviewStage, role: Role) -> None:
    other = browser_of(app, a_staff_member(session, role))
    for address in (page_of(stage), f"/staff/interviews/invite/{stage.campaign.slug}"):
        assert other.get(address).status_code == 403


def test_who_is_kept_from_somebody_or_of_another_division_finds_nothing(
    app: Flask, session: Session, stage: InterviewStage
) -> None:
    kept = a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=kept.id, application_id=stage.application.id, relation=Relation.WORK, declared_at=clock.now()
            )
        )
    elsewhere = session.scalars(select(Division).where(Division.slug != "west").limit(1)).one()
    other = a_staff_member(session, Role.RECRUITER, division_id=elsewhere.id)
    for member in (kept, other):
        assert browser_of(app, member).get(page_of(stage)).status_code == 404
    listed = browser_of(app, kept).get(f"/staff/interviews/invite/{stage.campaign.slug}").text
    assert stage.application.reference not in listed
    assert stage.applications[1].reference in listed


def address_in(page: str) -> str:
    found = re.search(r'value="(http[^"]+/calendar/[^"]+\.ics)"', page)
    assert found is not None
    return found[1].partition("//")[2].partition("/")[2]


@pytest.mark.parametrize("who", ["applicant", "staff"])
def test_a_private_calendar_follows_the_bookings_until_it_is_renewed(
    app: Flask, session: Session, stage: InterviewStage, who: str
) -> None:
    person = stage.application.applicant if who == "applicant" else stage.interviewers[0]
    page = "/account/calendar" if who == "applicant" else "/staff/account/calendar"
    with clock.at(PLANNED_AT):
        made = invite(session, stage.recruiter, stage.application.id, INTERVIEW)
        book(session, stage.application.applicant, made.id, stage.slots[0].id)
    theirs = browser_of(app, person)
    first = "/" + address_in(send_post(theirs, page, make="yes"))
    answer = app.test_client().get(first)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.mimetype == "text/calendar"
    feed = answer.get_data(as_text=True).replace("\r\n ", "")
    assert stage.application.reference in feed
    assert "DTSTART;TZID=Europe/London:20180210T093000" in feed
    for name in ("Okafor", stage.application.applicant.email):
        assert name not in feed
    with clock.at(PLANNED_AT):
        cancel(session, stage.application.applicant, made.id)
    assert stage.application.reference not in app.test_client().get(first).get_data(as_text=True)
    second = "/" + address_in(send_post(theirs, page, make="yes"))
    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(second).status_code == 200
    send_post(theirs, page, stop="yes")
    assert app.test_client().get(second).status_code == 404


def send_post(browser: JudgingClient, address: str, **data: str) -> str:
    answer = browser.post(address, data=browser.tokens(browser.get(address).text) | data)
    assert answer.status_code == 200
    return answer.text


def test_a_staff_calendar_hides_whom_its_owner_must_not_know(
    app: Flask, session: Session, stage: InterviewStage
) -> None:
    knows: StaffMember = stage.interviewers[0]
    with clock.at(PLANNED_AT):
        made = invite(session, stage.recruiter, stage.application.id, INTERVIEW)
        book(session, stage.application.applicant, made.id, stage.slots[0].id)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=knows.id, application_id=stage.application.id, relation=Relation.WORK, declared_at=clock.now()
            )
        )
    address = "/" + address_in(send_post(browser_of(app, knows), "/staff/account/calendar", make="yes"))
    feed = app.test_client().get(address).get_data(as_text=True).replace("\r\n ", "")
    assert stage.application.reference not in feed
    assert "9:30am booked" in feed
    with unit_of_work(session):
        knows.disabled_at = clock.now()
    assert app.test_client().get(address).status_code == 404


def test_who_did_not_come_is_listed_and_invited_again(
    session: Session, stage: InterviewStage, browser: JudgingClient
) -> None:
    send(browser, page_of(stage), act="invite")
    close(session, newest(session, stage.application).id, InvitationEnd.NO_SHOW)
    assert "did not come" in browser.get(f"/staff/interviews/invite/{stage.campaign.slug}").text
    assert send(browser, page_of(stage), act="invite")[0] == 303
    assert newest(session, stage.application).attempt == 2
    close(session, newest(session, stage.application).id, InvitationEnd.NO_SHOW)
    status, page = send(browser, page_of(stage), act="invite")
    assert (status, "as often as your settings allow" in page) == (422, True)


def test_reminders_go_once_and_a_second_chance_by_itself(app: Flask, session: Session, stage: InterviewStage) -> None:
    with clock.at(PLANNED_AT):
        made = invite(session, stage.recruiter, stage.application.id, INTERVIEW)
        assert remind_due(session, most=50) == 0
    days = {-3: "unanswered", -1: "unanswered", 1: "unanswered"}
    for day in days:
        with clock.at(made.answer_by + timedelta(days=day, minutes=5)):
            assert (remind_due(session, most=50), remind_due(session, most=50)) == (1, 0)
    session.rollback()
    starts = stage.slots[0].starts_at
    with clock.at(made.answer_by + timedelta(minutes=1)):
        assert not made.ended_at  # nothing lapsed by itself
    with clock.at(PLANNED_AT):
        book(session, stage.application.applicant, made.id, stage.slots[0].id)
    for before in (timedelta(days=6, hours=20), timedelta(days=1, hours=20), timedelta(hours=1)):
        with clock.at(starts - before):
            assert (remind_due(session, most=50), remind_due(session, most=50)) == (1, 0)
    with clock.at(starts + timedelta(hours=2)):
        close(session, made.id, InvitationEnd.NO_SHOW)
        assert remind_due(session, most=50) == 0  # the mark may be put right first
    with clock.at(starts + timedelta(hours=21)):
        assert (remind_due(session, most=50), remind_due(session, most=50)) == (1, 0)
    again = newest(session, stage.application)
    assert (again.attempt, again.invited_by) == (2, stage.recruiter.id)
