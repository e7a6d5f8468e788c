"""Two who may be one person: found in the background, decided on by a recruiter, nobody locked out."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.codes import applicant_with
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import answers
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign, Division
from portal.domain.duplicates.finding import match_due
from portal.domain.duplicates.models import MatchKey, Pair, PairState
from portal.domain.messages.models import OutboxMail
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of

ADDRESS = "/staff/duplicates"
FIRST = dict.fromkeys(("email", "application", "name", "date_of_birth", "phone", "address"), "first")


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def two(app: Flask, session: Session, campaign: Campaign) -> tuple[Application, Application]:
    """The same person under two addresses, with another telephone in the second."""
    one = a_submitted(session, app, campaign)
    other = a_submitted(session, app, campaign, phone="01632 960 777", given_name="Samuel")
    match_due(session, keys_of(app))
    return one, other


def the_pair(session: Session) -> Pair:
    session.rollback()
    return session.scalars(select(Pair).execution_options(populate_existing=True)).one()


def recruiter(app: Flask, session: Session, division: str = "") -> JudgingClient:
    where = session.scalars(select(Division.id).filter_by(slug=division)).one() if division else None
    return browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=where))


def post(browser: JudgingClient, pair: Pair, **fields: str) -> Any:
    address = f"{ADDRESS}/{pair.id}"
    return browser.post(address, data=browser.tokens(browser.get(address).text) | fields)


def test_alike_people_are_found_once(app: Flask, session: Session, two: tuple[Application, Application]) -> None:
    assert the_pair(session).reasons == ["name", "born", "postcode", "address"]
    assert match_due(session, keys_of(app)) == 0
    with unit_of_work(session):
        for application in two:
            session.get_one(Application, application.id).matched_at = None
    assert match_due(session, keys_of(app)) == 2
    assert len(session.scalars(select(Pair)).all()) == 1
    assert len(session.scalars(select(AuditEvent).filter_by(action="duplicate.found")).all()) == 1


def test_drafts_are_not_compared(app: Flask, session: Session, campaign: Campaign) -> None:
    a_submitted(session, app, campaign)
    a_draft(session, app, campaign)
    assert match_due(session, keys_of(app)) == 1
    assert session.scalars(select(Pair)).all() == []
    assert len(session.scalars(select(MatchKey)).all()) == 4


@pytest.mark.usefixtures("two")
def test_the_list_and_the_page_show_both(app: Flask, session: Session) -> None:
    browser = recruiter(app, session)
    assert "Sam Okafor" in browser.get(ADDRESS).text and "Samuel Okafor" in browser.get(ADDRESS).text
    page = browser.get(f"{ADDRESS}/{the_pair(session).id}").text
    assert "07700 900 982" in page and "01632 960 777" in page
    session.rollback()
    seen = session.scalars(select(AuditEvent).filter_by(action="duplicate.compared")).all()
    assert len(seen) == 2
    browser.get(f"{ADDRESS}/{the_pair(session).id}")
    session.rollback()
    assert len(session.scalars(select(AuditEvent).filter_by(action="duplicate.compared")).all()) == 2


@pytest.mark.usefixtures("two")
def test_another_division_sees_nothing(app: Flask, session: Session) -> None:
    east, west = recruiter(app, session, "east"), recruiter(app, session, "west")
    address = f"{ADDRESS}/{the_pair(session).id}"
    assert "Nobody to compare" in east.get(ADDRESS).text
    assert east.get(address).status_code == 404
    assert east.post(f"{address}/apart", data=east.tokens(east.get(ADDRESS).text)).status_code in {400, 404}
    assert west.get(address).status_code == 200
    assert west.get(f"{ADDRESS}/999999").status_code == 404
    assert the_pair(session).state is PairState.OPEN


def test_they_are_one(app: Flask, session: Session, two: tuple[Application, Application], campaign: Campaign) -> None:
    one, other = two
    emails = [session.get_one(Applicant, each.applicant_id).email for each in two]
    elsewhere = a_campaign(session)
    more = a_submitted(
        session, app, elsewhere, applicant=session.get_one(Applicant, other.applicant_id), phone="01632 960 777"
    )
    browser, pair = recruiter(app, session), the_pair(session)
    assert post(browser, pair).status_code == 422
    chosen = FIRST | {"phone": "second"}
    looked = post(browser, pair, **chosen)
    assert looked.status_code == 200 and "Look once more" in looked.text
    assert the_pair(session).state is PairState.OPEN
    assert post(browser, pair, sure="yes", **chosen).status_code == 303
    session.rollback()
    session.expire_all()
    assert session.get_one(Application, one.id).state is State.SUBMITTED
    ended = session.get_one(Application, other.id)
    assert (ended.state, ended.withdrawn_reason, ended.state_before) == (
        State.WITHDRAWN, "sent_twice", State.SUBMITTED,
    )  # fmt: skip
    assert {session.get_one(Application, key).applicant_id for key in (one.id, other.id, more.id)} == {one.applicant_id}
    said = answers(session, keys_of(app), session.get_one(Application, one.id))
    assert (said["phone"], said["given_name"]) == ("01632 960 777", "Sam")
    with unit_of_work(session):
        assert [applicant_with(session, email).id for email in emails] == [one.applicant_id] * 2
    told = session.scalars(select(OutboxMail).filter_by(name="applications_joined")).all()
    assert sorted(mail.recipient for mail in told) == sorted(emails)
    assert match_due(session, keys_of(app)) > 0
    assert len(session.scalars(select(Pair)).all()) == 1


@pytest.mark.usefixtures("two")
def test_deciding_twice_is_one_decision(app: Flask, session: Session) -> None:
    browser, pair = recruiter(app, session), the_pair(session)
    data = browser.tokens(browser.get(f"{ADDRESS}/{pair.id}").text) | FIRST | {"sure": "yes"}
    assert browser.post(f"{ADDRESS}/{pair.id}", data=data).status_code == 303
    again = browser.post(f"{ADDRESS}/{pair.id}", data=data)
    assert again.status_code == 200 and "one person" in again.text
    assert browser.post(f"{ADDRESS}/{pair.id}/apart", data=data).status_code == 409
    session.rollback()
    assert len(session.scalars(select(OutboxMail).filter_by(name="applications_joined")).all()) == 2


@pytest.mark.usefixtures("two")
def test_they_are_two(app: Flask, session: Session) -> None:
    browser, pair = recruiter(app, session), the_pair(session)
    data = browser.tokens(browser.get(f"{ADDRESS}/{pair.id}").text)
    for _ in range(2):
        assert browser.post(f"{ADDRESS}/{pair.id}/apart", data=data).status_code == 303
    assert browser.post(f"{ADDRESS}/{pair.id}", data=data | FIRST | {"sure": "yes"}).status_code == 200
    assert the_pair(session).state is PairState.APART
    with unit_of_work(session):
        for application in session.scalars(select(Application)):
            application.matched_at = None
    match_due(session, keys_of(app))
    assert the_pair(session).state is PairState.APART
    assert "Nobody to compare" in browser.get(ADDRESS).text
    assert len(session.scalars(select(AuditEvent).filter_by(action="duplicate.kept_apart")).all()) == 1


def test_what_was_sent_is_never_lost_to_a_draft(
    app: Flask, session: Session, two: tuple[Application, Application]
) -> None:
    one, other = two
    elsewhere = a_campaign(session)
    owner = session.get_one(Applicant, one.applicant_id)
    draft_id = a_draft(session, app, elsewhere, applicant=owner).id
    sent = a_submitted(session, app, elsewhere, applicant=session.get_one(Applicant, other.applicant_id))
    browser, pair = recruiter(app, session), the_pair(session)
    data = browser.tokens(browser.get(f"{ADDRESS}/{pair.id}").text) | FIRST | {"sure": "yes"}
    assert browser.post(f"{ADDRESS}/{pair.id}", data=data).status_code == 303
    session.rollback()
    session.expire_all()
    assert session.scalar(select(Application.id).filter_by(id=draft_id)) is None
    kept = session.get_one(Application, sent.id)
    assert (kept.applicant_id, kept.state) == (owner.id, State.SUBMITTED)


def test_a_person_without_the_role_gets_nothing(app: Flask, session: Session) -> None:
    an_applicant(session)
    for role in (Role.LIAISON, Role.ASSESSOR, Role.MEDICAL):
        assert browser_of(app, a_staff_member(session, role)).get(ADDRESS).status_code == 403
