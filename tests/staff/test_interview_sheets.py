"""An interviewer's pages: nothing opens before who knows whom is said, one's own sheet first, then the agreed one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Conflict
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import Verdict
from portal.domain.interviews.models import Sheet, SheetMark
from portal.domain.interviews.questions import asked_in
from portal.domain.interviews.standard import STANDARD
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, browser_of
from tests.support.sheets import Panel, a_panel, agree, complete_own, declare

LIST = "/staff/interviews/sheets"


@pytest.fixture
def panel(session: Session, app: Flask) -> Panel:
    return a_panel(session, app, applicants=2)


@pytest.fixture(autouse=True)
def on_the_day(app: Flask, panel: Panel) -> Iterator[None]:
    with clock.at(panel.over):
        clock.store_offset(app.config["PORTAL"].clock_file, clock.offset())
        yield


@pytest.fixture
def interviewer(app: Flask, panel: Panel) -> JudgingClient:
    return browser_of(app, panel.members[0])


def at(panel: Panel, part: str = "") -> str:
    return f"{LIST}/{panel.booking.id}{part}"


def send(browser: JudgingClient, address: str, *, page: str = "", quiet: bool = False, **fields: str) -> TestResponse:
    token = browser.tokens(browser.get(page or address).text)
    return browser.post(address, data=token | fields, headers={"HX-Request": "true"} if quiet else {})


def filled(
    session: Session, panel: Panel, points: int = 4, words: str = "Named three streets", **more: str
) -> dict[str, str]:
    asked = asked_in(session, panel.campaign.id)
    marks = {f"p{each.id}": str(points) for each in asked} | {f"w{each.id}": words for each in asked}
    return marks | {"recommendation": "offer", "words": "A good talk", "version": "0"} | more


def test_the_list_has_a_name_a_time_and_a_room_and_the_sheet_asks_who_knows_whom(
    panel: Panel, interviewer: JudgingClient
) -> None:
    listed = interviewer.get(LIST).text
    assert listed.count("Sam Okafor") >= 2 and "Room 1" in listed and "9:30am" in listed
    assert panel.application.reference not in listed
    page = interviewer.get(at(panel)).text
    assert "Do you know Sam Okafor?" in page and STANDARD[0][0] not in page
    for part in ("/blank", "/agreed"):
        assert STANDARD[0][0] not in interviewer.get(at(panel, part), follow_redirects=True).text
    opened = send(interviewer, at(panel, "/no-conflict"), page=at(panel))
    assert opened.status_code == 303
    sheet = interviewer.get(at(panel)).text
    assert all(text in sheet.replace("&#39;", "'") for text, _ in STANDARD)
    assert interviewer.get(at(panel, "/blank")).status_code == 200


def test_who_knows_them_is_off_the_sheet(session: Session, panel: Panel, interviewer: JudgingClient) -> None:
    wrong = send(interviewer, at(panel, "/know"))
    assert wrong.status_code == 422 and "Choose how you know them" in wrong.text
    gone = send(interviewer, at(panel, "/know"), relation="friend")
    assert gone.status_code == 303
    session.rollback()
    assert session.scalars(select(Conflict.staff_id)).all() == [panel.members[0].id]
    listed = interviewer.get(LIST).text
    assert "You stand aside" in listed and "somebody else is needed" in listed
    for part in ("", "/know", "/agreed", "/blank"):
        assert interviewer.get(at(panel, part)).status_code == 404


def test_a_sheet_saves_itself_and_without_a_script(
    session: Session, app: Flask, panel: Panel, interviewer: JudgingClient
) -> None:
    declare(session, panel, panel.booking, panel.members[0])
    quiet = send(interviewer, at(panel), quiet=True, **filled(session, panel))
    assert quiet.status_code == 200 and "Saved" in quiet.text and 'name="version" value="1"' in quiet.text
    assert "<html" not in quiet.text
    page = interviewer.get(at(panel)).text
    assert page.count("Named three streets") == len(STANDARD) and "A good talk" in page
    loud = send(interviewer, at(panel), **filled(session, panel, points=3, version="1"))
    assert loud.status_code == 303
    session.rollback()
    assert set(session.scalars(select(SheetMark.points))) == {3}


def test_another_tabs_words_are_shown_beside_ones_own(
    session: Session, panel: Panel, interviewer: JudgingClient
) -> None:
    declare(session, panel, panel.booking, panel.members[0])
    send(interviewer, at(panel), **filled(session, panel))
    stale = filled(session, panel, words="From the other tab")
    quiet = send(interviewer, at(panel), quiet=True, **stale)
    assert quiet.status_code == 422 and "Changed somewhere else" in quiet.text
    both = send(interviewer, at(panel), **stale)
    assert both.status_code == 409 and "Named three streets" in both.text and "From the other tab" in both.text
    again = send(interviewer, at(panel), **stale | {"version": "1"})
    assert again.status_code == 303


def test_completing_says_what_is_missing_beside_its_field_and_keeps_the_rest(
    session: Session, panel: Panel, interviewer: JudgingClient
) -> None:
    declare(session, panel, panel.booking, panel.members[0])
    first = asked_in(session, panel.campaign.id)[0].id
    partly = filled(session, panel) | {f"p{first}": "", "recommendation": "", "complete": "yes"}
    answer = send(interviewer, at(panel), **partly)
    assert answer.status_code == 422 and "Question 1: give 1 to 5 points" in answer.text
    assert "Say what you recommend" in answer.text and "Question 2: give" not in answer.text
    assert "Named three streets" in interviewer.get(at(panel)).text, "what was sent is kept all the same"
    long = send(interviewer, at(panel), **filled(session, panel, words="x" * 2001, version="1"))
    assert long.status_code == 422 and "Use 2,000 characters or fewer" in long.text
    done = send(interviewer, at(panel), **filled(session, panel, complete="yes", version="1"))
    assert done.status_code == 303 and done.location.endswith("/agreed")
    assert interviewer.get(at(panel)).status_code == 303
    refused = send(interviewer, at(panel), page=LIST, **filled(session, panel, points=1, version="2"))
    assert refused.status_code in {400, 409}


def test_all_see_all_and_agree(session: Session, app: Flask, panel: Panel, interviewer: JudgingClient) -> None:
    one, two = panel.members
    complete_own(session, app, panel, panel.booking, one, points=5, words="Canary of one")
    other = browser_of(app, two)
    declare(session, panel, panel.booking, two)
    assert "Canary of one" not in other.get(at(panel)).text
    assert other.get(at(panel, "/agreed")).status_code == 303
    early = interviewer.get(at(panel, "/agreed")).text
    assert "Canary of one" in early and "Still to come" in early and "This is agreed" not in early
    complete_own(session, app, panel, panel.booking, two, points=3, words="Canary of two")
    seen = other.get(at(panel, "/agreed")).text
    assert "Canary of one" in seen and "Canary of two" in seen and "This is agreed" in seen
    quiet = send(other, at(panel, "/agreed"), quiet=True, **filled(session, panel, words=""))
    assert quiet.status_code == 200 and "Saved" in quiet.text
    done = send(other, at(panel, "/agreed"), **filled(session, panel, words="", version="1", complete="yes"))
    assert done.status_code == 303
    assert f"{4 * len(STANDARD)} of {5 * len(STANDARD)}" in interviewer.get(at(panel, "/agreed")).text
    assert "agreed" in interviewer.get(LIST).text


def test_whose_they_are_not_do_not_find_them(session: Session, app: Flask, panel: Panel) -> None:
    for role in (Role.ASSESSOR, Role.RECRUITER):
        browser = browser_of(app, a_staff_member(session, role))
        assert "Sam Okafor" not in browser.get(LIST).text
        for part in ("", "/know", "/agreed", "/blank"):
            assert browser.get(at(panel, part)).status_code == 404
            assert browser.get(f"{LIST}/999999{part}").status_code == 404
        token = browser.tokens(browser.get(LIST).text) or browser.tokens(browser.get("/staff/shortlisting/known").text)
        assert browser.post(at(panel, "/no-conflict"), data=token).status_code == 404
        assert browser.post(at(panel), data=token | {"version": "0"}).status_code == 404
    for role in (Role.LIAISON, Role.VETTING, Role.MEDICAL, Role.TRAINER, Role.AUDITOR):
        browser = browser_of(app, a_staff_member(session, role))
        assert browser.get(LIST).status_code == browser.get(at(panel)).status_code == 403
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Sheet)) == 0


def test_what_interviewers_write_appears_nowhere_else(session: Session, app: Flask, panel: Panel) -> None:
    canary = "zephyr-quartz"
    agree(session, app, panel, words=canary)
    reference = panel.application.reference
    applicant = browser_of(app, panel.application.applicant)
    pages = {applicant: ["/account", f"/applications/{reference}", f"/applications/{reference}/messages"]}
    for role in (Role.RECRUITER, Role.LIAISON, Role.ASSESSOR, Role.AUDITOR, Role.MEDICAL, Role.VETTING):
        pages[browser_of(app, a_staff_member(session, role))] = [
            "/staff/", "/staff/applications", f"/staff/applications/{reference}", "/staff/audit", "/staff/messages",
            f"/staff/interviews/outcomes/{panel.campaign.slug}", LIST, at(panel), at(panel, "/agreed"),
            "/staff/checks", "/staff/interviews",
        ]  # fmt: skip
    for browser, addresses in pages.items():
        browser.canaries.add(canary)  # the client fails on any page that shows it
        for address in addresses:
            assert canary not in browser.get(address).text
    recruiter = browser_of(app, panel.recruiter)
    assert canary in recruiter.get(f"/staff/applications/{reference}/outcome").text


def version_on(page: str) -> str:
    found = re.search(r'<input[^>]* name="version"[^>]* value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_what_was_agreed_is_opened_again_and_everybody_sees_why(
    session: Session, app: Flask, panel: Panel, interviewer: JudgingClient
) -> None:
    agree(session, app, panel)
    page = interviewer.get(at(panel, "/agreed")).text
    assert "Is something wrong with it?" in page and "This is agreed" not in page
    for why, said in (("", "Say what is wrong with it"), ("x" * 501, "Use 500 characters or fewer")):
        refused = send(interviewer, at(panel, "/reopen"), page=at(panel, "/agreed"), why=why)
        assert refused.status_code == 422 and said in refused.text
    assert "x" * 501 in refused.text, "nothing typed is lost"
    mending = {"why": "Two points were swapped", "version": version_on(page)}
    again = send(interviewer, at(panel, "/reopen"), page=at(panel, "/agreed"), **mending)
    assert again.status_code == 303 and again.location.endswith("/agreed")
    other = browser_of(app, panel.members[1])
    page = other.get(at(panel, "/agreed")).text
    assert "Opened again" in page and "Two points were swapped" in page and "Agreed until then" in page
    assert "This is agreed" in page and "Is something wrong with it?" not in page
    recruiter = browser_of(app, panel.recruiter)
    outcome = f"/staff/applications/{panel.application.reference}/outcome"
    assert "Two points were swapped" not in recruiter.get(outcome).text
    done = send(other, at(panel, "/agreed"), **filled(session, panel, 3, complete="yes", version=version_on(page)))
    assert done.status_code == 303
    assert "Two points were swapped" in recruiter.get(outcome).text


def test_a_reason_for_an_older_sheet_is_kept_beside_what_was_agreed_anew(
    session: Session, app: Flask, panel: Panel, interviewer: JudgingClient
) -> None:
    agree(session, app, panel)
    old = version_on(interviewer.get(at(panel, "/agreed")).text)
    other = browser_of(app, panel.members[1])
    send(other, at(panel, "/reopen"), page=at(panel, "/agreed"), why="Two points were swapped", version=old)
    send(other, at(panel, "/agreed"), complete="yes", **filled(session, panel, 3, version=str(int(old) + 1)))
    mine = {"why": "Question 1 is 5 points", "version": old}
    stale = send(interviewer, at(panel, "/reopen"), page=at(panel, "/agreed"), **mine)
    assert stale.status_code == 409 and "agreed anew" in stale.text and "Question 1 is 5 points" in stale.text
    anew = mine | {"version": version_on(stale.text)}
    assert send(interviewer, at(panel, "/reopen"), page=at(panel, "/agreed"), **anew).status_code == 303
    assert "Question 1 is 5 points" in other.get(at(panel, "/agreed")).text


def test_what_has_been_decided_from_is_not_opened_again(
    session: Session, app: Flask, panel: Panel, interviewer: JudgingClient
) -> None:
    agree(session, app, panel)
    before = interviewer.get(at(panel, "/agreed")).text
    decide(session, panel.recruiter, panel.application.id, Verdict.OFFER)
    page = interviewer.get(at(panel, "/agreed")).text
    assert "Is something wrong with it?" not in page and "tell the recruiters" in page
    sent = interviewer.tokens(before) | {"why": "Too late"}
    for why in ("Too late", ""):  # nothing asks for a reason that no field takes any more
        assert interviewer.post(at(panel, "/reopen"), data=sent | {"why": why}).status_code == 409
    assert browser_of(app, panel.recruiter).post(at(panel, "/reopen"), data=sent).status_code in {400, 404}
    assert interviewer.post(f"{LIST}/999999/reopen", data=sent).status_code == 404
    assert interviewer.get(at(panel, "/reopen")).status_code == 405
