"""The applicant's own thread: reads, writes, loses nothing, and is nobody else's."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.models import Application
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import Verdict
from portal.domain.correspondence import actions
from portal.domain.correspondence.models import Message
from portal.domain.shortlisting.assigning import add_assessor, assign
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.make_sifts import readings, score_all
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.stage import put_clock


@pytest.fixture
def sam(app: Flask, session: Session) -> Applicant:
    put_clock(app, datetime(2018, 1, 15, 12))
    return an_applicant(session, "sam@example.org")


@pytest.fixture
def sent(app: Flask, session: Session, sam: Applicant) -> Application:
    return a_submitted(session, app, the_pilot(session), applicant=sam)


@pytest.fixture
def browser(app: Flask, sam: Applicant, sent: Application) -> JudgingClient:
    return browser_of(app, sam)


def page_of(sent: Application) -> str:
    return f"/applications/{sent.reference}/messages"


def send(browser: JudgingClient, sent: Application, body: str, **data: str) -> tuple[int, str]:
    tokens = browser.tokens(browser.get(page_of(sent)).text)
    answer = browser.post(page_of(sent), data=tokens | {"body": body} | data)
    return answer.status_code, answer.text


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message)) or 0


def test_writing_and_reading(browser: JudgingClient, session: Session, sent: Application) -> None:
    assert page_of(sent) in browser.get(f"/applications/{sent.reference}").text
    assert send(browser, sent, "Where do I park?\n<b>Thanks</b>")[0] == 303
    page = browser.get(f"{page_of(sent)}?sent=yes").text
    assert "We have your message" in page and "Where do I park?\n&lt;b&gt;Thanks" in page


def test_a_new_message_of_ours_is_on_the_tracker_until_it_is_read(
    browser: JudgingClient, session: Session, sent: Application
) -> None:
    officer = a_staff_member(session, Role.RECRUITER)
    actions.write(session, officer, sent.id, subject="Parking", body="Behind the station. https://map.example/a")
    tracker = f"/applications/{sent.reference}"
    assert "1 new message from us" in browser.get(tracker).text
    page = browser.get(page_of(sent)).text
    assert "Recruitment team" in page and officer.name not in page and 'rel="nofollow noopener noreferrer"' in page
    assert "new message" not in browser.get(tracker).text


@pytest.mark.parametrize(
    ("body", "said"), [("  ", "Enter your message"), ("x" * 4001, "Use 4,000 characters or fewer")]
)
def test_what_is_wrong_stands_beside_the_box(
    browser: JudgingClient, session: Session, sent: Application, body: str, said: str
) -> None:
    status, page = send(browser, sent, body)
    assert status == 422 and said in page and body.strip() in page and count(session) == 0


def test_too_many_are_refused_with_everything_typed(
    browser: JudgingClient, session: Session, sent: Application
) -> None:
    assert {send(browser, sent, f"Message {number}")[0] for number in range(10)} == {303}
    status, page = send(browser, sent, "And another thing")
    assert status == 429 and "And another thing</textarea>" in page and count(session) == 10


def test_a_token_too_old_loses_nothing(browser: JudgingClient, session: Session, sent: Application) -> None:
    answer = browser.post(page_of(sent), data={"body": "Typed for an hour", "csrf_token": "stale"})
    assert answer.status_code == 400 and "Typed for an hour</textarea>" in answer.text and count(session) == 0


def test_what_was_sent_signed_out_comes_back_after_signing_in(
    app: Flask, session: Session, client: JudgingClient, sam: Applicant, sent: Application
) -> None:
    answer = client.post(page_of(sent), data={"body": "Typed for two hours"})
    assert answer.status_code == 303 and "/sign-in?next=" in answer.location and count(session) == 0
    cookie = client.get_cookie("kept_form", path="/applications")
    assert cookie is not None
    browser = browser_of(app, sam)
    browser.set_cookie("kept_form", cookie.value, path="/applications")
    page = browser.get(page_of(sent)).text
    assert "Typed for two hours</textarea>" in page and "so we kept what you typed" in page
    assert send(browser, sent, "Typed for two hours")[0] == 303
    assert "so we kept" not in browser.get(page_of(sent)).text


def test_it_is_nobody_elses(app: Flask, session: Session, client: JudgingClient, sent: Application) -> None:
    actions.write_to_us(session, sent.applicant, sent.id, "Where do I park?")
    other = browser_of(app, an_applicant(session))
    assert other.get(page_of(sent)).status_code == 404
    tokens = {"csrf_token": "x"}
    assert other.post(page_of(sent), data=tokens | {"body": "Mine?"}).status_code == 404
    assert client.get(page_of(sent)).status_code == 303
    assert count(session) == 1


def test_a_draft_has_no_messages_yet(app: Flask, session: Session, sam: Applicant) -> None:
    draft = a_draft(session, app, a_campaign(session), applicant=sam)
    assert browser_of(app, sam).get(f"/applications/{draft.reference}/messages").status_code == 404


def test_other_methods_are_refused(browser: JudgingClient, sent: Application) -> None:
    assert {browser.open(page_of(sent), method=method).status_code for method in ("PUT", "DELETE", "PATCH")} == {405}


def test_the_download_holds_what_they_wrote(browser: JudgingClient, sent: Application) -> None:
    send(browser, sent, "Where do I park?")
    archive = ZipFile(BytesIO(browser.get(f"/applications/{sent.reference}/download").data))
    held = json.loads(archive.read("application.json"))
    assert [each["text"] for each in held["messages"]] == ["Where do I park?"]
    assert b"Where do I park?" in archive.read("application.html")


def test_the_download_tells_nothing_of_what_is_not_decided_or_was_said_in_confidence(
    app: Flask, session: Session, browser: JudgingClient, sent: Application
) -> None:
    recruiter, assessor = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.ASSESSOR)
    add_assessor(session, recruiter, sent.campaign_id, assessor.id)
    assign(session, recruiter, sent.campaign_id)
    score_all(session, readings(session, assessor.id)[0])
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    actions.write(session, recruiter, sent.id, subject="Later", body="Held", send_at=clock.now() + timedelta(days=1))
    archive = ZipFile(BytesIO(browser.get(f"/applications/{sent.reference}/download").data))
    told = {each["what"] for each in json.loads(archive.read("application.json"))["history"]}
    assert "application.submitted" in told
    assert not [what for what in told if what.startswith(("decision", "score", "reading", "message"))]
    assert b"Held" not in archive.read("application.html")
