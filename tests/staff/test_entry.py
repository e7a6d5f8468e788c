"""Staff enter an application for somebody who rang or wrote."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.models import Application, Channel, State
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.questions import seed_questions
from portal.domain.messages.models import OutboxMail
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.make_questions import OWN
from tests.support.people import a_staff_member, an_applicant, browser_of

NEW = "/staff/applications/new"
SECTIONS: dict[str, dict[str, object]] = {
    "name": {"given_name": "Ida", "family_name": "Paper", "date_of_birth": ["27", "3", "1985"]},
    "contact": {"phone": "01632 960 001"},
    "address": {"address_line1": "1 Hill", "town": "Maidstone", "postcode": "ME14 1XX"},
    "availability": {"hours": "yes", "weekends": ["1", "2", "3", "4", "5"]},
    "why": {"why": "To help where I live."},
    "occupation": {"occupation": "Retired", "employer_kind": "none"},
    "declaration": {"declaration_true": "y", "declaration_contact": "y"},
}


@pytest.fixture
def pilot(app: Flask, session: Session) -> Campaign:
    """The pilot while it is open."""
    seed_questions(session)
    clock.store_offset(app.config["PORTAL"].clock_file, clock.start_of(date(2018, 1, 15)) - clock.wall())
    return the_pilot(session)


def a_recruiter(app: Flask, session: Session, **more: int) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER, **more))


def begin(
    browser: JudgingClient, campaign: Campaign, email: str = "ida@mailbox.example", channel: str = "paper"
) -> str:
    token = browser.tokens(browser.get(NEW).text)
    answer = browser.post(NEW, data=token | {"email": email, "campaign": campaign.slug, "channel": channel})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_campaigns_own_questions_are_entered_too(app: Flask, session: Session, pilot: Campaign) -> None:
    browser, campaign = a_recruiter(app, session), a_campaign(session, questions=OWN)
    address = begin(browser, campaign)
    overview = browser.get(address).text
    assert overview.index(">Why you want to do this</a>") < overview.index(">Driving</a>")
    page = browser.get(f"{address}/question-drive")
    assert "Which vehicles" not in page.text
    token = browser.tokens(page.text)
    led = browser.post(f"{address}/question-drive", data=token | {"question-drive": "yes"})
    assert led.location == f"{address}/question-drive#question-car"
    assert 'name="shown" value="question-car"' in browser.get(f"{address}/question-drive").text
    given = {"question-drive": "yes", "shown": "question-car"}
    wrong = browser.post(f"{address}/question-drive", data=token | given | {"question-car": ""})
    assert wrong.status_code == 422 and 'id="question-car-error"' in wrong.text
    done = browser.post(f"{address}/question-drive", data=token | given | {"question-car": "A van"})
    assert done.location == f"{address}/question-days"
    assert browser.get(f"{address}/question-none").status_code == 404


def test_from_paper_to_sent(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = a_recruiter(app, session, division_id=west_division(session))
    address = begin(browser, pilot)
    reference = address.split("/")[-2]
    assert reference in browser.get(NEW).text
    for section, given in SECTIONS.items():
        page = browser.get(f"{address}/{section}")
        assert page.status_code == 200, section
        done = browser.post(f"{address}/{section}", data=browser.tokens(page.text) | given)
        assert done.status_code == 303, done.text
    token = browser.tokens(browser.get(address).text)
    assert browser.post(f"/staff/applications/{reference}/send", data=token).status_code == 303
    session.rollback()
    sent = session.scalars(select(Application).filter_by(reference=reference)).one()
    assert (sent.state, sent.channel) == (State.SUBMITTED, Channel.PAPER)
    assert (
        session.scalars(select(OutboxMail.recipient).filter_by(name="application_received")).one()
        == "ida@mailbox.example"
    )
    assert "entered by staff from a paper form" in browser.get(f"/staff/applications/{reference}").text
    assert "by paper" in browser.get("/staff/applications?q=ida").text
    assert browser.get(address).status_code == 404


def test_missing_answers_are_named_and_nothing_is_lost(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = a_recruiter(app, session)
    address = begin(browser, pilot, channel="telephone")
    page = browser.get(f"{address}/name")
    given = browser.tokens(page.text) | {"given_name": "Ida", "family_name": "", "date_of_birth": ["31", "2", "1985"]}
    wrong = browser.post(f"{address}/name", data=given)
    assert wrong.status_code == 422
    assert "Enter your last name" in wrong.text
    assert 'value="31"' in wrong.text
    again = browser.get(f"{address}/name").text
    assert 'value="Ida"' in again
    reference = address.split("/")[-2]
    sent = browser.post(f"/staff/applications/{reference}/send", data=browser.tokens(again))
    assert sent.status_code == 422
    assert "Some answers are missing" in sent.text
    session.rollback()
    assert session.scalars(select(Application.state)).one() is State.DRAFT


def test_beginning_again_goes_on_with_the_same_one(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = a_recruiter(app, session)
    assert begin(browser, pilot) == begin(browser, pilot, email=" IDA@Mailbox.example ")
    session.rollback()
    assert len(session.scalars(select(Applicant)).all()) == 1


def test_what_people_write_themselves_stays_theirs(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = a_recruiter(app, session)
    token = browser.tokens(browser.get(NEW).text)
    own = a_draft(session, app, pilot, applicant=an_applicant(session, "own@mailbox.example"))
    a_submitted(session, app, pilot, applicant=an_applicant(session, "sent@mailbox.example"))
    for email in ("own@mailbox.example", "sent@mailbox.example"):
        answer = browser.post(NEW, data=token | {"email": email, "campaign": pilot.slug, "channel": "paper"})
        assert answer.status_code == 422
        assert "already has an application" in answer.text
    for part in ("/edit", "/edit/name"):
        assert browser.get(f"/staff/applications/{own.reference}{part}").status_code == 404
    assert browser.post(f"/staff/applications/{own.reference}/send", data=token).status_code == 404


@pytest.mark.parametrize(
    "given",
    [{}, {"email": "nonsense"}, {"email": "a@b.example", "campaign": "none", "channel": "paper"},
     {"email": "a@b.example", "campaign": "cpv-west-2018", "channel": "online"}],
)  # fmt: skip
def test_a_bad_beginning_says_what_is_wrong(
    app: Flask, session: Session, pilot: Campaign, given: dict[str, str]
) -> None:
    browser = a_recruiter(app, session)
    answer = browser.post(NEW, data=browser.tokens(browser.get(NEW).text) | given)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert session.scalars(select(Application)).all() == []


def test_closed_campaigns_take_nothing_more(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = a_recruiter(app, session)
    address = begin(browser, pilot)
    token = browser.tokens(browser.get(address).text)
    clock.store_offset(app.config["PORTAL"].clock_file, pilot.closes_at - clock.wall())
    assert "No campaign is open" in browser.get(NEW).text
    late = browser.post(address.replace("/edit", "/send"), data=token)
    assert late.status_code == 422
    assert "closed at" in late.text


def test_somebody_elses_entry_is_out_of_reach_in_a_division(app: Flask, session: Session, pilot: Campaign) -> None:
    address = begin(a_recruiter(app, session), pilot)
    west = a_recruiter(app, session, division_id=west_division(session))
    assert west.get(address).status_code == 404
    assert address.split("/")[-2] not in west.get(NEW).text


def test_who_may_enter(app: Flask, session: Session, pilot: Campaign, client: JudgingClient) -> None:
    assert client.get(NEW).status_code == 303
    for role in set(Role) - {Role.RECRUITER}:
        assert browser_of(app, a_staff_member(session, role)).get(NEW).status_code == 403
    browser = a_recruiter(app, session)
    address = begin(browser, pilot)
    assert browser.get(f"{address}/nonsense").status_code == 404
    assert browser.get(f"{address}/documents").status_code == 404
    assert browser.get(address.replace("/edit", "/send")).status_code == 405
    unprotected = browser.post(address.replace("/edit", "/send"), data={})
    assert unprotected.status_code == 400
