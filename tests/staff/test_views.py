"""Saved views: whose they are, what they hold, and what they never hold."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role, StaffMember
from portal.domain.audit.models import AuditEvent
from portal.domain.casework.models import SavedView
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, browser_of

LIST = "/staff/applications"
VIEWS = LIST + "/views"
NEW = f"{VIEWS}/new?owner=me&flag=late&sort=promised&stage=sift"


@pytest.fixture
def officer(session: Session) -> StaffMember:
    the_pilot(session)
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def browser(app: Flask, officer: StaffMember) -> JudgingClient:
    return browser_of(app, officer)


@pytest.fixture
def colleague(app: Flask, session: Session, officer: StaffMember) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.LIAISON, division_id=west_division(session)))


def token(browser: JudgingClient) -> dict[str, str]:
    return browser.tokens(browser.get("/staff/account").text)


def save(browser: JudgingClient, name: str, *, shared: bool = False, address: str = NEW) -> int:
    data = token(browser) | {"name": name} | ({"shared": "y"} if shared else {})
    return browser.post(address, data=data).status_code


def kept(session: Session) -> list[SavedView]:
    session.rollback()
    return list(session.scalars(select(SavedView).order_by(SavedView.id)))


def test_a_view_keeps_the_filters_and_leads_back_to_them(session: Session, browser: JudgingClient) -> None:
    form = browser.get(NEW + "&q=okafor&after=1-1&nonsense=1").text
    assert "Sift · Owner: me · Promise missed · Soonest promise first" in form
    sent = browser.post(NEW + "&q=okafor&after=1-1&nonsense=1", data=token(browser) | {"name": "  My   late\x00 ones "})
    assert sent.status_code == 303
    (view,) = kept(session)
    assert view.name == "My late ones"
    assert view.query == "stage=sift&owner=me&flag=late&sort=promised"
    assert sent.location == f"{LIST}?{view.query}"
    page = browser.get(sent.location).text
    assert "The view is saved." in page
    link = re.search(r'href="([^"]+)" aria-current="true">My late ones<', page)
    assert link
    assert link[1].replace("&amp;", "&") == sent.location


def test_only_a_shared_view_is_seen_by_others_and_only_its_owner_changes_it(
    session: Session, browser: JudgingClient, colleague: JudgingClient
) -> None:
    assert save(browser, "Mine alone") == 303
    assert save(browser, "Vetting chase", shared=True) == 303
    page = colleague.get(LIST).text
    assert "Shared: Vetting chase" in page
    assert "Mine alone" not in page + colleague.get(VIEWS).text
    for view in kept(session):
        for address in (f"{VIEWS}/{view.id}", f"{VIEWS}/{view.id}/delete"):
            assert colleague.get(address).status_code == 404
            assert colleague.post(address, data=token(colleague) | {"name": "Taken over"}).status_code == 404
            assert browser.get(address).status_code == 200
    assert [view.name for view in kept(session)] == ["Mine alone", "Vetting chase"]


def test_renaming_sharing_and_deleting(session: Session, browser: JudgingClient, colleague: JudgingClient) -> None:
    save(browser, "Early")
    (view,) = kept(session)
    address = f"{VIEWS}/{view.id}"
    changed = browser.post(address, data=token(browser) | {"name": "Later", "shared": "y", "query": "owner=none"})
    assert changed.status_code == 303
    (view,) = kept(session)
    assert (view.name, view.shared, view.query) == ("Later", True, "stage=sift&owner=me&flag=late&sort=promised")
    assert "Later" in colleague.get(VIEWS).text
    asked = browser.get(address + "/delete").text
    assert "Your colleagues lose it too." in asked
    assert [one.name for one in kept(session)] == ["Later"]
    assert browser.post(address + "/delete", data=token(browser)).status_code == 303
    assert kept(session) == []
    assert browser.post(address + "/delete", data=token(browser)).status_code == 404
    told = [(event.action, event.detail) for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert [each for each in told if each[0].startswith("view.")] == [
        ("view.saved", {"state": "private"}), ("view.changed", {"state": "shared"}), ("view.deleted", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "Enter a name"), ("   ", "Enter a name"), ("x" * 41, "at most 40 characters"), ("TAKEN", "Choose another")],
)
def test_a_name_that_will_not_do_is_said_beside_it(
    session: Session, browser: JudgingClient, name: str, says: str
) -> None:
    save(browser, "Taken")
    page = browser.post(NEW, data=token(browser) | {"name": name, "shared": "y"})
    assert page.status_code == 422
    assert says in page.text
    assert f'value="{name.strip()}"' in page.text or not name.strip()
    assert re.search(r'name="shared"[^>]*checked', page.text)
    assert len(kept(session)) == 1


def test_two_people_may_use_one_name(session: Session, browser: JudgingClient, colleague: JudgingClient) -> None:
    assert save(browser, "No owner") == 303
    assert save(colleague, "No owner") == 303
    assert len(kept(session)) == 2


def test_a_view_of_what_has_gone_still_opens(session: Session, browser: JudgingClient) -> None:
    assert save(browser, "Old", address=f"{VIEWS}/new?campaign=no-such&owner=none") == 303
    (view,) = kept(session)
    assert view.query == "owner=none&sort=newest"
    assert browser.get(f"{LIST}?{view.query}&campaign=gone").status_code == 200
