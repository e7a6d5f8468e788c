"""The list of days and the board: who may open which, marks of the day, moves, late panels, days called off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Conflict, Relation
from portal.domain.interviews import booking, inviting
from portal.domain.interviews.models import Attendance, Booking, InterviewSession, Panel
from portal.domain.messages.models import OutboxMail
from tests.support.applying import set_clock
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.filled import filled
from tests.support.interviews import PLANNED_AT, InterviewStage, a_day, an_interview_stage
from tests.support.people import a_staff_member, browser_of

LIST = "/staff/interviews"
MORNING = clock.from_london(datetime(2018, 2, 10, 9, 45))


@pytest.fixture
def stage(app: Flask, session: Session) -> Iterator[InterviewStage]:
    """Two people on two panels at half past nine and ten, seen at a quarter to ten."""
    made = an_interview_stage(session, app, applicants=2, panels=2, slots=3)
    for person, slot in zip(made.applications, (0, 4), strict=True):
        with clock.at(PLANNED_AT):
            invitation = inviting.invite(session, made.recruiter, person.id, made.day.kind)
            booking.book(session, made.recruiter, invitation.id, made.slots[slot].id)
    set_clock(app, MORNING)
    yield made
    clock.use_offset(timedelta())


@pytest.fixture
def browser(app: Flask, stage: InterviewStage) -> JudgingClient:
    return browser_of(app, stage.recruiter)


def board(stage: InterviewStage, below: str = "") -> str:
    return f"{LIST}/sessions/{stage.day.id}{below}"


def live(session: Session, stage: InterviewStage, person: int = 0) -> Booking:
    session.rollback()
    query = select(Booking).filter_by(application_id=stage.applications[person].id, ended_at=None)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def post(browser: JudgingClient, address: str, page: str, **fields: Any) -> Any:
    return browser.post(address, data={**browser.tokens(browser.get(page).text), **fields})


def mark(browser: JudgingClient, stage: InterviewStage, to: str) -> int:
    return int(post(browser, board(stage, "/mark"), board(stage), to=to).status_code)


def test_the_board_shows_people_panels_and_what_is_next(browser: JudgingClient, stage: InterviewStage) -> None:
    page = browser.get(board(stage)).text
    for words in ("Saturday 10 February", "Panel A", "Officer", "Sam Okafor", "Arrived", "No-show", "free"):
        assert words in page
    assert page.count("No-show<span") == 1  # the one whose time has come
    assert "<title>Interviews, 10 February" in page  # no name


def test_somebody_is_marked_through_the_day_and_back(
    browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    seat = live(session, stage).id
    for to in ("arrived-expected", "in_room-arrived", "left-in_room"):
        assert mark(browser, stage, f"{seat}-{to}") == 303
    page = browser.get(board(stage)).text
    assert "1 sheet missing" in page
    assert mark(browser, stage, f"{seat}-in_room-left") == 303
    assert live(session, stage).attendance is Attendance.IN_ROOM
    assert mark(browser, stage, f"{seat}-no_show-arrived") == 409  # a colleague was quicker


@pytest.mark.parametrize("to", ["", "1", "x-arrived-expected", "999999-arrived-expected", "1-gone-expected"])
def test_marks_of_nobody_are_not_there(browser: JudgingClient, stage: InterviewStage, to: str) -> None:
    assert mark(browser, stage, to) == 404


def test_an_interviewer_marks_their_own_panel_and_no_other(app: Flask, session: Session, stage: InterviewStage) -> None:
    own = browser_of(app, session.get_one(StaffMember, stage.interviewers[0].id))
    page = own.get(board(stage)).text
    assert page.count("Sam Okafor") == page.count("Sam Okafor, 09:30") + 1
    assert "Taken" in page
    assert "Invited, not booked" not in page
    assert stage.applications[0].reference not in page
    assert mark(own, stage, f"{live(session, stage).id}-arrived-expected") == 303
    assert mark(own, stage, f"{live(session, stage, 1).id}-arrived-expected") == 404
    for below in ("/cancel", f"/panels/{stage.day.panels[0].id}", f"/bookings/{live(session, stage).id}"):
        assert own.get(board(stage, below)).status_code == 403
    assert stage.day.venue.name in own.get(LIST).text


def test_others_find_no_day(app: Flask, session: Session, stage: InterviewStage) -> None:
    elsewhere = a_staff_member(session, Role.RECRUITER, division_id=west_division(session) + 1)
    for member in (elsewhere, a_staff_member(session, Role.ASSESSOR)):
        other = browser_of(app, member)
        assert other.get(board(stage)).status_code == 404
        assert other.get(board(stage, "/print")).status_code == 404
        assert mark(other, stage, f"{live(session, stage).id}-arrived-expected") in {400, 404}
        assert stage.day.venue.name not in other.get(LIST).text
    vetting = browser_of(app, a_staff_member(session, Role.VETTING))
    assert vetting.get(board(stage)).status_code == vetting.get(LIST).status_code == 403
    assert browser_of(app, stage.recruiter).get(f"{LIST}/sessions/999999").status_code == 404


def test_a_divisions_recruiter_sees_a_name_of_their_district_only(
    app: Flask, session: Session, stage: InterviewStage
) -> None:
    own = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    assert "Sam Okafor" in own.get(board(stage)).text
    with unit_of_work(session):
        for person in stage.applications:
            person.district_id = None
    page = own.get(board(stage)).text
    assert "Sam Okafor" not in page
    assert page.count("Taken") == 2


def test_a_panel_is_late_and_says_so(browser: JudgingClient, session: Session, stage: InterviewStage) -> None:
    panel = stage.day.panels[0].id
    late = board(stage, f"/panels/{panel}/late")
    assert post(browser, late, board(stage), minutes="20").status_code == 303
    assert "20 minutes late" in browser.get(board(stage)).text
    for wrong in ("", "soon", "-5", "500"):
        assert post(browser, late, board(stage), minutes=wrong).status_code == 422
    session.rollback()
    assert session.get_one(Panel, panel, populate_existing=True).late_minutes == 20
    assert post(browser, board(stage, "/panels/999999/late"), board(stage), minutes="5").status_code == 404
    set_clock(browser.application, MORNING + timedelta(days=1))
    assert "minutes late" not in browser.get(board(stage)).text


def test_those_still_to_come_are_told_that_a_panel_is_late(
    browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    late = board(stage, f"/panels/{stage.day.panels[1].id}/late")
    assert browser.get(board(stage)).text.count('name="tell" value="y">') == 2
    post(browser, late, board(stage), minutes="20")
    assert session.scalar(select(OutboxMail.id).filter_by(name="interview_late")) is None
    post(browser, late, board(stage), minutes="20", tell="y")
    page = browser.get(board(stage)).text
    assert "1 person told by e-mail" in page
    assert page.count('name="tell" value="y" checked>') == 1  # late enough: ticked from now on
    session.rollback()
    [mail] = session.scalars(select(OutboxMail).filter_by(name="interview_late"))
    assert (mail.application_id, mail.context["time"]) == (stage.applications[1].id, "10:20am")


def test_a_free_time_is_kept_free_and_opened_again(
    app: Flask, browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    slot, times = stage.slots[1], board(stage, "/times")  # panel A, ten o'clock
    assert browser.get(board(stage)).text.count("Keep free<span") == 3  # half past nine has begun, one is taken
    assert post(browser, times, board(stage), to=f"keep-{slot.id}-0").status_code == 303
    page = browser.get(board(stage)).text
    assert page.count("Kept free") == page.count("Open again<span") == 1
    assert page.count(f'id="time-{slot.id}"') == 1  # of either button: the focus stays
    assert "kept free" in browser.get(board(stage, "/print")).text
    own = browser_of(app, session.get_one(StaffMember, stage.interviewers[0].id))
    assert "Kept free" in own.get(board(stage)).text
    assert "Open again" not in own.get(board(stage)).text
    assert post(own, times, board(stage), to=f"open-{slot.id}").status_code == 403
    assert post(browser, times, board(stage), to=f"open-{slot.id}").status_code == 303
    assert "Kept free" not in browser.get(board(stage)).text


@pytest.mark.parametrize(
    ("to", "status"),
    [("", 404), ("keep", 404), ("keep-999999-0", 404), ("drop-{free}-0", 404), ("keep-{free}-x", 409),
     ("keep-{taken}-0", 409), ("keep-{begun}-0", 409)],
)  # fmt: skip
def test_what_cannot_be_kept_free_is_refused(
    browser: JudgingClient, stage: InterviewStage, to: str, status: int
) -> None:
    named = to.format(free=stage.slots[1].id, taken=stage.slots[4].id, begun=stage.slots[3].id)
    assert post(browser, board(stage, "/times"), board(stage), to=named).status_code == status
    assert browser.get(board(stage, "/times")).status_code == 405


def test_somebody_is_moved_and_two_change_places(
    browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    first, second = live(session, stage), live(session, stage, 1)
    seat = board(stage, f"/bookings/{first.id}")
    page = browser.get(seat).text
    assert "10:00, Panel B: change places with Sam Okafor" in page
    assert "11:00" not in page
    answer = browser.post(seat, data={**filled(page), "to": ""})
    assert (answer.status_code, "Choose a time" in answer.text) == (422, True)
    assert browser.post(seat, data={**filled(page), "to": str(second.slot_id)}).status_code == 303
    assert (live(session, stage).slot_id, live(session, stage, 1).slot_id) == (stage.slots[4].id, stage.slots[0].id)
    assert browser.get(seat).status_code == 404  # that seat is history
    now = live(session, stage)
    to = str(stage.slots[2].id)
    assert post(browser, board(stage, f"/bookings/{now.id}"), board(stage), to=to).status_code == 303
    assert live(session, stage).slot_id == stage.slots[2].id
    assert "They have another time. They are told." in browser.get(board(stage)).text
    here = live(session, stage, 1)
    assert mark(browser, stage, f"{here.id}-arrived-expected") == 303
    post(browser, board(stage, f"/bookings/{here.id}"), board(stage), to=to)
    assert "changed places. One of them is here already: tell them yourself." in browser.get(board(stage)).text


def test_a_clash_is_shown_with_the_seat_that_mends_it(
    browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=stage.interviewers[1].id,
                application_id=stage.applications[1].id,
                relation=Relation.WORK,
                declared_at=PLANNED_AT,
            )
        )
    page = browser.get(board(stage)).text
    assert "1 clash" in page
    assert "Robin Officer knows them" in page
    assert "Mend the 10am clash: move to Panel A" in page
    answer = post(
        browser, board(stage, f"/bookings/{live(session, stage, 1).id}"), board(stage), to=str(stage.slots[1].id)
    )
    assert answer.status_code == 303
    assert "clash</b>" not in browser.get(board(stage)).text


def test_a_panel_is_changed_and_whoever_is_elsewhere_is_pointed_out(
    browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    busy = a_staff_member(session, Role.ASSESSOR)
    a_day(session, stage.campaign, staff=[busy])
    address = board(stage, f"/panels/{stage.day.panels[0].id}")
    given = {**filled(browser.get(address).text), "staff": [str(busy.id)], "room": "Room 9"}
    refused = browser.post(address, data=given)
    assert refused.status_code == 422
    assert "Robin Officer is at" in refused.text
    assert 'value="Room 9"' in refused.text
    assert browser.post(address, data={**given, "accepted": "y"}).status_code == 422  # of what was read nowhere
    given |= {"read": filled(refused.text)["read"]}
    assert browser.post(address, data={**given, "accepted": "y"}).status_code == 303
    stale = browser.post(address, data={**given, "room": "Room 10", "accepted": "y"})
    assert stale.status_code == 409
    assert "Room 9" in stale.text
    assert 'value="Room 10"' in stale.text
    assert browser.post(address, data={**given, "name": ""}).status_code == 422
    assert browser.get(board(stage, "/panels/999999")).status_code == 404


def test_a_day_is_called_off_with_a_reason_and_a_tick(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    set_clock(app, PLANNED_AT)
    browser = browser_of(app, stage.recruiter)
    address = board(stage, "/cancel")
    given = filled(browser.get(address).text)
    refused = browser.post(address, data={**given, "reason": "weather"})
    assert (refused.status_code, "Tick the box" in refused.text) == (422, True)
    assert '<option selected value="weather">' in refused.text or 'value="weather" selected' in refused.text
    assert browser.post(address, data={**given, "sure": "y"}).status_code == 422
    assert browser.post(address, data={**given, "sure": "y", "reason": "weather"}).status_code == 303
    assert "This day was called off" in browser.get(board(stage)).text
    assert "called off" in browser.get(LIST).text


def test_a_draft_is_published_from_its_board(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, published=False)
    set_clock(app, PLANNED_AT)
    browser = browser_of(app, stage.recruiter)
    assert "Nobody outside sees this day yet" in browser.get(board(stage)).text
    for _again in range(2):
        assert post(browser, board(stage, "/publish"), board(stage)).status_code == 303
    session.rollback()
    assert session.get_one(InterviewSession, stage.day.id, populate_existing=True).published_at is not None


def test_the_list_on_paper_names_people_once(browser: JudgingClient, stage: InterviewStage) -> None:
    page = browser.get(board(stage, "/print")).text
    assert page.count("Sam Okafor") == 2
    assert "Panel A, Room 1" in page


def test_wrong_methods_are_refused(browser: JudgingClient, stage: InterviewStage) -> None:
    assert browser.get(board(stage, "/mark")).status_code == 405
    assert browser.get(board(stage, "/publish")).status_code == 405
    assert post(browser, LIST, board(stage)).status_code == 405


def test_the_list_takes_as_many_statements_for_many_days(
    browser: JudgingClient, session: Session, stage: InterviewStage
) -> None:
    counts = []
    for _more in range(2):
        with statements() as found:
            browser.get(LIST)
        counts.append(len(found))
        for number in range(3):
            a_day(session, stage.campaign, day=MORNING.date() + timedelta(days=number + 1))
    assert counts[0] == counts[1]
