"""One application's page: what it shows to whom, and what is recorded of looking."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.models import Application, ContactReveal
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of

CANARY = "canary-step-free-room"
PHONE = "07700 900 982"
LANE = "12 Mill Lane"


def address(application: Application, part: str = "") -> str:
    return f"/staff/applications/{application.reference}{part}"


def acts(session: Session, action: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def sent(app: Flask, session: Session, pilot: Campaign) -> Application:
    person = an_applicant(session, "sam@mailbox.example")
    return a_submitted(session, app, pilot, applicant=person, adjustments=CANARY)


def a_browser(app: Flask, session: Session, *roles: Role, **more: int) -> JudgingClient:
    return browser_of(app, a_staff_member(session, *roles, **more))


def test_shows_the_whole_application(app: Flask, session: Session, sent: Application) -> None:
    page = a_browser(app, session, Role.RECRUITER).get(address(sent))
    assert page.status_code == 200
    for words in (
        "Sam Okafor",
        sent.reference,
        "phone tree",
        "Gardener",
        "Maidstone",
        "applied online",
        CANARY,
        "Application sent",
    ):
        assert words in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert "Sam" not in page.text[page.text.index("<title>") : page.text.index("</title>")]


def test_adjustments_are_for_those_who_may_read_them(app: Flask, session: Session, sent: Application) -> None:
    liaison = a_browser(app, session, Role.LIAISON)
    liaison.canaries.add(CANARY)
    assert liaison.get(address(sent)).status_code == 200
    assert acts(session, "application.adjustments_viewed") == 0
    assert CANARY in a_browser(app, session, Role.RECRUITER).get(address(sent)).text
    assert acts(session, "application.adjustments_viewed") == 1


def test_opening_is_recorded_once_an_hour_for_each_person(app: Flask, session: Session, sent: Application) -> None:
    one, two = (a_browser(app, session, Role.RECRUITER) for _ in range(2))
    for browser in (one, one, two, one):
        browser.get(address(sent))
    assert acts(session, "application.viewed") == 2


def test_contact_details_are_masked_until_shown_with_a_purpose(app: Flask, session: Session, sent: Application) -> None:
    person = a_staff_member(session, Role.RECRUITER)
    browser = browser_of(app, person)
    page = browser.get(address(sent)).text
    for secret in (PHONE, LANE, "sam@mailbox.example", "ME14 1XX"):
        assert secret not in page
    form = browser.get(address(sent, "/contact"))
    refused = browser.post(address(sent, "/contact"), data=browser.tokens(form.text))
    assert refused.status_code == 422
    assert "Say why you need their contact details" in refused.text
    assert acts(session, "contact.revealed") == 0
    given = browser.tokens(form.text) | {"purpose": "arrange"}
    assert browser.post(address(sent, "/contact"), data=given).status_code == 303
    browser.post(address(sent, "/contact"), data=given)
    assert acts(session, "contact.revealed") == 1
    page = browser.get(address(sent)).text
    for shown in (PHONE, LANE, "sam@mailbox.example", "ME14 1XX"):
        assert shown in page
    assert PHONE not in browser_of(app, person).get(address(sent)).text  # another sign-in asks again


def test_a_reveal_needs_the_page_s_token_and_a_known_purpose(app: Flask, session: Session, sent: Application) -> None:
    browser = a_browser(app, session, Role.RECRUITER)
    assert browser.post(address(sent, "/contact"), data={"purpose": "arrange"}).status_code == 400
    form = browser.get(address(sent, "/contact"))
    assert (
        browser.post(address(sent, "/contact"), data=browser.tokens(form.text) | {"purpose": "nosy"}).status_code == 422
    )
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ContactReveal)) == 0


def test_corrects_an_address_with_a_reason(app: Flask, session: Session, sent: Application) -> None:
    browser = a_browser(app, session, Role.RECRUITER)
    form = browser.get(address(sent, "/address"))
    token = browser.tokens(form.text)
    assert browser.post(address(sent, "/address"), data=token | {"email": "new@mailbox.example"}).status_code == 422
    assert (
        browser.post(address(sent, "/address"), data=token | {"email": "nonsense", "reason": "lost_access"}).status_code
        == 422
    )
    an_applicant(session, "taken@mailbox.example")
    taken = browser.post(
        address(sent, "/address"), data=token | {"email": "taken@mailbox.example", "reason": "lost_access"}
    )
    assert taken.status_code == 422
    done = browser.post(
        address(sent, "/address"), data=token | {"email": "New@Mailbox.example", "reason": "lost_access"}
    )
    assert done.status_code == 303
    session.rollback()
    assert session.scalar(select(Applicant.email).filter_by(id=sent.applicant_id)) == "new@mailbox.example"
    found = browser.get("/staff/applications?q=new@mail")
    assert sent.reference in found.text
    assert f'/applications/{sent.reference}"' not in browser.get("/staff/applications?q=sam@mail").text
    assert "E-mail address corrected: lost access" in browser.get(address(sent)).text


def test_only_within_reach(app: Flask, session: Session, pilot: Campaign, sent: Application) -> None:
    north = a_campaign(session, districts=("medway",))
    outside = a_submitted(session, app, north, postcode="ME4 4AA")
    nowhere = a_submitted(session, app, pilot)
    with unit_of_work(session):
        session.get_one(Application, nowhere.id).district_id = None
    west = a_browser(app, session, Role.RECRUITER, division_id=west_division(session))
    assert west.get(address(sent)).status_code == 200
    for part in ("", "/contact", "/address"):
        assert west.get(address(outside, part)).status_code == 404
        assert west.get(address(nowhere, part)).status_code == 404
    assert a_browser(app, session, Role.RECRUITER).get(address(nowhere)).status_code == 200


def test_drafts_and_unknown_references_are_not_there(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = a_browser(app, session, Role.RECRUITER)
    draft = a_draft(session, app, pilot)
    assert browser.get(address(draft)).status_code == 404
    for reference in ("CPV-2222-2222", "x", "%00", "CPV-7K4F-92QX%27", "🦊"):
        assert browser.get(f"/staff/applications/{reference}").status_code == 404
    assert acts(session, "application.viewed") == 0


def test_who_may_not(app: Flask, session: Session, sent: Application, client: JudgingClient) -> None:
    assert client.get(address(sent)).status_code == 303
    for role in (Role.ASSESSOR, Role.MEDICAL, Role.TRAINER, Role.ADMINISTRATOR, Role.AUDITOR):
        for part in ("", "/contact", "/address"):
            assert a_browser(app, session, role).get(address(sent, part)).status_code == 403
    assert a_browser(app, session, Role.LIAISON).get(address(sent, "/address")).status_code == 403
    assert a_browser(app, session, Role.RECRUITER).post(address(sent)).status_code == 405


def test_the_statements_do_not_grow_with_the_trail(app: Flask, session: Session, sent: Application) -> None:
    browser = a_browser(app, session, Role.RECRUITER)
    browser.get(address(sent))
    with statements() as few:
        browser.get(address(sent))
    for _ in range(4):
        a_browser(app, session, Role.RECRUITER).get(address(sent))
    with statements() as more:
        browser.get(address(sent))
    assert len(more) == len(few)
