"""Starting, the task list, sending, the receipt, the tracker, leaving, and taking everything away."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.actions import deliver_due
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from portal.web.setup import outside_of
from tests.support import databases
from tests.support.applying import DURING, Applying, set_clock, somebody
from tests.support.live import form_token
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.people import an_applicant, browser_of

CANARY = "canary-hearing-loop-88"
PAGES = ("", "check-answers", "submit", "submitted", "withdraw", "download")


@pytest.fixture(autouse=True)
def _during(app: Flask) -> None:
    set_clock(app, DURING)


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


def _all(model: type) -> list:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session().scalars(db.select(model)))


def _send(mine: Applying):
    token = mine.browser.tokens(mine.browser.get(mine.address("check-answers")).text)
    return mine.browser.post(mine.address("submit"), data=token)


# Starting


def test_a_stranger_is_told_what_it_takes_and_signs_in_first(app: Flask) -> None:
    slug = the_pilot(db.session()).slug
    page = app.test_client().get(f"/campaigns/{slug}/apply")
    assert page.status_code == 200
    assert "About 15 minutes" in page.text and "11 days left" in page.text
    assert f"/sign-in?next=/campaigns/{slug}/apply" in page.text
    assert "Set-Cookie" not in page.headers
    posted = app.test_client().post(f"/campaigns/{slug}/apply")
    assert posted.status_code == 303 and _all(Application) == []


def test_the_button_starts_once_and_then_resumes(app: Flask) -> None:
    slug = the_pilot(db.session()).slug
    a_draft(db.session(), app, the_pilot(db.session()), complete=False)  # the questions are there
    browser = browser_of(app, an_applicant(db.session()))
    address = f"/campaigns/{slug}/apply"
    token = browser.tokens(browser.get(address).text)
    first, second = browser.post(address, data=token), browser.post(address, data=token)
    assert first.status_code == 303 and first.location == second.location
    assert browser.get(first.location).status_code == 200
    assert first.location in browser.get(address).text, "the page leads to the one there is"
    assert len(_all(Application)) == 2


@pytest.mark.parametrize(
    ("moment", "status", "words"),
    [
        (datetime(2018, 1, 8, 23, 59), 404, "cannot find"),
        (datetime(2018, 1, 27), 410, "closed at midnight at the end of Friday 26 January 2018"),
    ],
)
def test_the_direct_address_outside_the_window(app: Flask, moment: datetime, status: int, words: str) -> None:
    slug = the_pilot(db.session()).slug
    browser = browser_of(app, an_applicant(db.session()))
    token = browser.tokens(browser.get(f"/campaigns/{slug}/apply").text)
    set_clock(app, moment)
    page = browser.get(f"/campaigns/{slug}/apply")
    assert page.status_code == status and words in page.text
    assert browser.post(f"/campaigns/{slug}/apply", data=token).status_code == status
    assert _all(Application) == []


def test_a_coming_campaign_says_when_it_opens(app: Flask) -> None:
    opens = clock.from_london(datetime(2018, 1, 20, 9))
    campaign = a_campaign(db.session(), opens_at=opens, published_at=clock.from_london(datetime(2018, 1, 1)))
    page = app.test_client().get(f"/campaigns/{campaign.slug}/apply")
    assert page.status_code == 200
    assert "You can apply from Saturday 20 January 2018, 9am" in page.text and "Sign in to start" not in page.text
    browser = browser_of(app, an_applicant(db.session()))
    data = {"csrf_token": form_token(app)}
    assert browser.post(f"/campaigns/{campaign.slug}/apply", data=data).status_code == 409
    assert _all(Application) == []


# Whose it is


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_an_application_are_its_owners(app: Flask, page: str) -> None:
    mine, other = somebody(app, sent=True), somebody(app)
    assert mine.browser.get(mine.address(page)).status_code in {200, 303}
    assert other.browser.get(mine.address(page)).status_code == 404
    stranger = app.test_client().get(mine.address(page))
    assert stranger.status_code == 303 and stranger.location.startswith("/sign-in?next=")
    assert mine.browser.get("/applications/CPV-2222-2222" + (f"/{page}" if page else "")).status_code == 404
    assert mine.browser.delete(mine.address(page)).status_code == 405


def test_nobody_posts_to_somebody_elses_application(app: Flask) -> None:
    mine, other = somebody(app), somebody(app)
    token = other.browser.tokens(other.browser.get(other.address("check-answers")).text)
    for page in ("submit", "withdraw"):
        assert other.browser.post(mine.address(page), data=token).status_code == 404
    assert {each.state for each in _all(Application)} == {State.DRAFT}


# Sending


def test_everything_then_one_receipt_and_one_mail(app: Flask) -> None:
    mine = somebody(app)
    tasks = mine.browser.get(mine.address()).text
    assert "Everything is here" in tasks and "7 of 7 parts done" in tasks
    sent = _send(mine)
    assert (sent.status_code, sent.location) == (303, mine.address("submitted"))
    receipt = mine.browser.get(sent.location).text
    assert mine.application.reference in receipt and "By Friday 2 February 2018" in receipt
    again = _send_again(mine)
    assert again.location == mine.address("submitted")
    assert mine.browser.get(mine.address("submit")).location == mine.address("submitted")
    (mail,) = _all(OutboxMail)
    assert mail.name == "application_received" and mail.context["reference"] == mine.application.reference
    assert [each.action for each in _all(AuditEvent)].count("application.submitted") == 1


def _send_again(mine: Applying):
    token = mine.browser.tokens(mine.browser.get(mine.address("contact")).text)
    return mine.browser.post(mine.address("submit"), data=token)


def test_the_receipt_is_written_and_says_what_the_row_says(app: Flask) -> None:
    mine = somebody(app)
    _send(mine)
    outside = outside_of(app)
    assert deliver_due(db.session(), outside.post, outside.letters) == 1
    (mail,) = _all(OutboxMail)
    (row,) = _all(Application)
    received = clock.london(row.received_at)
    assert f"{received:%A} {received.day} {received:%B %Y} at {received:%H:%M:%S}" in mail.text
    assert mine.application.reference in mail.text and "Friday 2 February 2018" in mail.text
    assert "What we wrote to you" in mine.browser.get(mine.address()).text


def test_an_unfinished_application_says_what_is_missing(app: Flask) -> None:
    mine = somebody(app, occupation="", declaration_true="")
    page = mine.browser.get(mine.address("check-answers")).text
    assert "Some answers are still missing" in page and "Send my application" not in page
    refused = mine.post("submit")
    assert refused.status_code == 422
    for words in ("We have not sent your application", 'href="#line-occupation"', 'href="#line-declaration_true"'):
        assert words in refused.text
    assert _all(OutboxMail) == []


def test_somebody_too_young_is_told_when_and_can_change_the_answer(app: Flask) -> None:
    mine = somebody(app, date_of_birth="2000-06-01", postcode="CT1 2AA")
    for page in ("", "check-answers"):
        text = mine.browser.get(mine.address(page)).text
        assert "You turn 18 on 1 June 2018 and can apply from that day." in text
        assert "This campaign is for people who live in" in text
    assert mine.post("submit").status_code == 422
    assert _all(Application)[0].state is State.DRAFT


@pytest.mark.parametrize("make", [the_pilot, a_july_campaign], ids=["pilot", "july"])
@pytest.mark.parametrize(("late", "taken"), [(-1, True), (0, False), (1, False)])
def test_a_second_decides(app: Flask, make, late: int, taken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make(db.session())
    set_clock(app, campaign.opens_at + timedelta(hours=12))
    mine = somebody(app, campaign)
    token = mine.browser.tokens(mine.browser.get(mine.address("check-answers")).text)
    instant = campaign.closes_at + timedelta(seconds=late)
    monkeypatch.setattr("portal.clock.wall", lambda: clock.from_london(datetime(2026, 6, 1)))
    set_clock(app, instant)
    answer = mine.browser.post(mine.address("submit"), data=token)
    (row,) = _all(Application)
    if taken:
        assert answer.status_code == 303
        assert row.received_at == instant
    else:
        assert answer.status_code == 422
        assert "closed at midnight at the end of" in answer.text and "What you wrote is kept" in answer.text
        assert (row.state, _all(OutboxMail)) == (State.DRAFT, [])


def test_a_lapsed_draft_says_so_and_lives_again_when_the_date_moves(app: Flask) -> None:
    mine = somebody(app)
    set_clock(app, datetime(2018, 1, 27, 0, 0, 1))
    page = mine.browser.get(mine.address()).text
    assert "This application was not sent in time" in page and "What you wrote is kept" in page
    assert mine.browser.get(mine.address("check-answers")).location == mine.address()
    assert "The campaign closed at the end of 26 January" in mine.browser.get("/account").text
    campaign = db.session().get(type(mine.campaign), mine.campaign.id)
    campaign.closes_at += timedelta(days=7)
    db.session.commit()
    assert "Everything is here" in mine.browser.get(mine.address()).text


# Afterwards


def test_the_tracker_says_who_and_by_when_and_when_it_is_late(app: Flask) -> None:
    mine = somebody(app, sent=True)
    page = mine.browser.get(mine.address()).text
    for words in ("We are reading your application", "Citizens in Policing recruitment team", "Friday 2 February 2018"):
        assert words in page
    set_clock(app, datetime(2018, 2, 3))
    late = mine.browser.get(mine.address()).text
    assert "promise--late" in late and "We are late, and we are sorry" in late
    assert "Late" in mine.browser.get("/account").text


def test_contact_details_can_be_corrected_and_the_rest_only_read(app: Flask) -> None:
    mine = somebody(app, sent=True)
    wrong = mine.post("contact", phone="none")
    assert wrong.status_code == 422
    right = mine.post("contact", phone="01632 960 001")
    assert right.location == mine.address() + "?changed=contact"
    assert "How we reach you: we have saved the change" in mine.browser.get(right.location).text
    assert "01632 960 001" in mine.browser.get(mine.address("check-answers")).text
    assert mine.browser.get(mine.address("why")).location == mine.address("check-answers")
    token = mine.browser.tokens(mine.browser.get(mine.address("contact")).text)
    assert mine.browser.post(mine.address("why"), data={**token, "why": "other"}).status_code == 409
    assert mine.left("contact", phone="999").status_code == 204, "a sent application waits for the button"
    assert "other" not in mine.browser.get(mine.address("check-answers")).text


def test_moving_house_moves_the_district(app: Flask) -> None:
    mine = somebody(app, sent=True)
    moved = mine.post("address", address_line1="1 High Street", town="Sevenoaks", postcode="TN13 1AA")
    assert moved.status_code == 303
    assert _all(Application)[0].district.slug == "sevenoaks"


def test_withdrawing_asks_why_as_a_code(app: Flask) -> None:
    mine = somebody(app, sent=True)
    assert mine.post("withdraw").status_code == 422
    assert mine.post("withdraw", reason="because").status_code == 422
    done = mine.post("withdraw", reason="time")
    assert done.location == mine.address()
    assert "You withdrew your application" in mine.browser.get(mine.address()).text
    assert mine.browser.get(mine.address("withdraw")).location == mine.address()
    (row,) = _all(Application)
    assert (row.state, row.withdrawn_reason) == (State.WITHDRAWN, "time")


def test_a_draft_is_deleted_after_a_question(app: Flask) -> None:
    mine = somebody(app)
    assert "Everything you wrote in it is deleted" in mine.browser.get(mine.address("withdraw")).text
    assert mine.browser.post(mine.address("withdraw"), data={}).status_code == 400
    assert len(_all(Application)) == 1
    address = mine.address()
    assert mine.post("withdraw").location == "/account"
    assert _all(Application) == []
    assert mine.browser.get(address).status_code == 404


def test_everything_held_comes_as_a_page_and_as_data(app: Flask) -> None:
    mine = somebody(app, sent=True, adjustments=CANARY, why="<b>bold</b> & plain")
    answer = mine.browser.get(mine.address("download"))
    assert answer.mimetype == "application/zip" and "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    with ZipFile(BytesIO(answer.data)) as archive:
        held = json.loads(archive.read("application.json"))
        page = archive.read("application.html").decode()
    assert held["application"]["reference"] == mine.application.reference
    said = {each["key"]: each["answer"] for each in held["answers"]}
    assert said["adjustments"] == CANARY and said["date_of_birth"] == "1985-03-27"
    assert held["account"]["email"] == mine.application.applicant.email
    assert CANARY in page and "&lt;b&gt;bold" in page
    assert {"application.started", "application.submitted"} <= {each["what"] for each in held["history"]}
    assert [each.action for each in _all(AuditEvent)][-1] == "application.downloaded"


def test_sealed_answers_show_on_their_owners_own_answer_pages_alone(app: Flask) -> None:
    mine = somebody(app, sent=True, adjustments=CANARY)
    assert CANARY in mine.browser.get(mine.address("check-answers")).text
    mine.browser.canaries.add(CANARY)
    for page in (mine.address(), mine.address("submitted"), mine.address("contact"), "/account"):
        assert mine.browser.get(page).status_code == 200
    assert CANARY not in str([(each.context, each.text) for each in _all(OutboxMail)])
    assert CANARY not in str([each.detail for each in _all(AuditEvent)])


def test_my_applications_are_mine(app: Flask) -> None:
    mine, other = somebody(app, sent=True), somebody(app)
    page = mine.browser.get("/account").text
    assert mine.application.reference in page and other.application.reference not in page
    assert "You have not applied yet" in browser_of(app, an_applicant(db.session())).get("/account").text
    assert app.test_client().get("/account").location == "/sign-in?next=%2Faccount"
