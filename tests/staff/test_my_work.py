"""My work: what waits for each role, and nothing of anybody else's."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.campaigns.models import Campaign
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, browser_of


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


def test_a_recruiter_sees_what_is_late_and_what_waits(app: Flask, session: Session, pilot: Campaign) -> None:
    a_submitted(session, app, pilot)
    soon = a_campaign(session, answer_by=date(2099, 1, 1))
    for _ in range(2):
        a_submitted(session, app, soon)
    page = browser_of(app, a_staff_member(session, Role.RECRUITER)).get("/staff/")
    late, sift = (f'<a href="/staff/applications?{which}&amp;sort=oldest">' for which in ("flag=late", "stage=sift"))
    assert f"<td>1</td><td>{late}<b>Answers past their promised day" in page.text
    assert f"<td>2</td><td>{sift}<b>Applications to sift" in page.text


def test_a_division_counts_its_own(app: Flask, session: Session, pilot: Campaign) -> None:
    north = a_campaign(session, districts=("medway",))
    a_submitted(session, app, north, postcode="ME4 4AA")
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    page = west.get("/staff/")
    assert "Nothing waits for you" in page.text
    assert "Recruiter, West" in page.text


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_page(app: Flask, session: Session, pilot: Campaign, role: Role) -> None:
    a_submitted(session, app, pilot)
    page = browser_of(app, a_staff_member(session, role)).get("/staff/")
    assert page.status_code == 200
    assert ("Okafor" in page.text) is False
    if role in {Role.TRAINER, Role.ASSESSOR, Role.VETTING, Role.SUPERVISOR}:
        assert "Nothing waits for you yet" in page.text
        assert "Your places" not in page.text
    if role is Role.AUDITOR:
        assert 'href="/staff/audit"' in page.text


def test_the_same_statements_for_1_and_for_5(app: Flask, session: Session, pilot: Campaign) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    a_submitted(session, app, pilot)
    browser.get("/staff/")
    with statements() as few:
        browser.get("/staff/")
    for _ in range(4):
        a_submitted(session, app, pilot)
    with statements() as more:
        browser.get("/staff/")
    assert len(few) == len(more)


def test_open_campaigns_stand_beside(app: Flask, session: Session, pilot: Campaign, client: JudgingClient) -> None:
    person = a_staff_member(session, Role.LIAISON)
    with clock.at(clock.start_of(date(2018, 1, 15))):
        clock.store_offset(app.config["PORTAL"].clock_file, clock.offset())
        page = browser_of(app, person).get("/staff/")
    assert "applications hoped for · closes in" in page.text
    assert client.get("/staff/").status_code == 303
    assert client.post("/staff/").status_code in {303, 405}
