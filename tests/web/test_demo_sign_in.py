"""One click signs in as somebody made up: in the demonstration, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.db import unit_of_work
from portal.domain.accounts import staff_accounts
from portal.domain.accounts.models import Role
from portal.domain.accounts.staff_accounts import NewRole
from portal.domain.audit.actions import SYSTEM
from portal.extensions import db
from portal.web.demo_sign_in import demo_links
from tests.support import settings as supported
from tests.support.client import JudgingClient


@pytest.fixture
def everybody(session: Session) -> None:
    for role in Role:
        email = f"{role.value}@demo.example"
        staff_accounts.create_staff(session, SYSTEM, email=email, name=role.value, roles=[NewRole(role)], mailed=False)


@pytest.mark.usefixtures("everybody")
def test_every_link_signs_in_at_once(app: Flask) -> None:
    links = demo_links("http://localhost/")
    assert set(links) == {"applicant", *(role.value for role in Role)}
    for who, link in links.items():
        browser = app.test_client()
        answer = browser.get(urlsplit(link).path)
        assert answer.status_code == 303, who
        if who == "applicant":
            assert "Sign out?" in browser.get("/sign-out").text
        else:
            assert browser.get("/staff/account").status_code == 200
            assert who in browser.get("/staff/account").text


@pytest.mark.usefixtures("everybody")
def test_the_sign_in_pages_offer_everybody(client: JudgingClient) -> None:
    page = client.get("/staff/sign-in").text
    for role in Role:
        address = f"/staff/demo-sign-in/{role.value}"
        assert f'action="{address}"' in page
        assert client.post(address).status_code == 303
        client.post("/staff/sign-out")
    assert 'action="/demo/sign-in/applicant"' in client.get("/sign-in").text
    assert client.get("/demo/sign-in/recruiter").location == "/staff/demo-sign-in/recruiter"


@pytest.mark.parametrize("path", ["/demo/sign-in/king", "/staff/demo-sign-in/king", "/staff/demo-sign-in/recruiter"])
def test_nobody_is_made_up_on_the_way(client: JudgingClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_disabled_account_is_not_opened(client: JudgingClient, session: Session) -> None:
    member, _ = staff_accounts.create_staff(
        session, SYSTEM, email="auditor@demo.example", name="A", roles=[NewRole(Role.AUDITOR)], mailed=False
    )
    with unit_of_work(session):
        member.disabled_at = clock.now()
    assert client.get("/staff/demo-sign-in/auditor").status_code == 404


def test_goes_on_to_local_pages_only(client: JudgingClient) -> None:
    assert client.get("/demo/sign-in/applicant?next=/sign-out").location == "/sign-out"
    assert client.get("/demo/sign-in/applicant?next=//evil.example").location in {"/", "/account"}


@pytest.fixture
def production(tmp_path: Path, database_url: str) -> Iterator[JudgingClient]:
    app = create_app(supported.testing_settings(tmp_path, database_url, mode="production", rate_limits=True))
    app.test_client_class = JudgingClient
    with app.app_context():
        yield app.test_client()  # type: ignore[misc]
        db.session.remove()
        db.engine.dispose()


def test_none_of_it_is_there_in_production(production: JudgingClient) -> None:
    for path in ("/demo/sign-in/applicant", "/staff/demo-sign-in/recruiter"):
        assert production.get(path).status_code == production.post(path).status_code == 404
    for page in ("/sign-in", "/staff/sign-in"):
        text = production.get(page).text
        assert "look around" not in text and "demonstration" not in text.lower()
