"""Signing in with the force's own account, against a real provider on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock, create_app
from portal.config import Unsafe, settings_from
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.single_sign_on import group_roles, map_group
from portal.domain.accounts.staff_accounts import disable
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.actions import seed_catalogue
from portal.extensions import db
from tests.support import settings as supported
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, browser_of
from tests.support.provider import CLIENT, SECRET, Provider, a_provider

WHO = {
    "sub": "77", "email": "dana@force.example", "email_verified": True, "name": "Dana Reed",
    "groups": ["recruiters"], "amr": ["pwd", "mfa"],
}  # fmt: skip


@pytest.fixture
def provider() -> Iterator[Provider]:
    with a_provider() as made:
        made.person = dict(WHO)
        yield made


@pytest.fixture
def app(tmp_path: Path, database_url: str, provider: Provider) -> Iterator[Flask]:
    app = create_app(
        supported.testing_settings(
            tmp_path, database_url, oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET
        )
    )
    app.test_client_class = JudgingClient
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def recruiters(session: Session) -> None:
    map_group(session, SYSTEM, "recruiters", Role.RECRUITER, None)


def there_and_back(browser: JudgingClient, address: str = "/staff/sign-in/sso") -> TestResponse:
    away = browser.get(address)
    assert away.status_code == 302, away.text
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return browser.get(f"{parts.path}?{parts.query}")


def people(session: Session) -> list[StaffMember]:
    session.rollback()
    return list(session.scalars(select(StaffMember).order_by(StaffMember.id).execution_options(populate_existing=True)))


@pytest.mark.usefixtures("recruiters")
def test_a_group_gives_somebody_new_a_place_and_a_role(client: JudgingClient, session: Session) -> None:
    answer = there_and_back(client, "/staff/sign-in/sso?next=/staff/applications")
    assert (answer.status_code, answer.location) == (303, "/staff/applications")
    assert client.get("/staff/applications").status_code == 200
    (made,) = people(session)
    assert (made.email, made.name) == ("dana@force.example", "Dana Reed")
    assert [(role.role, role.from_group) for role in made.roles] == [(Role.RECRUITER, "recruiters")]
    there_and_back(client)
    assert len(people(session)) == 1 and len(people(session)[0].roles) == 1


def test_somebody_without_a_group_or_an_account_gets_nowhere(client: JudgingClient, session: Session) -> None:
    answer = there_and_back(client)
    assert answer.status_code == 403 and "nobody has given you a place" in answer.text
    assert people(session) == []
    assert client.get("/staff/").status_code == 303


@pytest.mark.usefixtures("recruiters")
def test_an_invited_person_is_known_by_a_verified_address_once(
    client: JudgingClient, session: Session, provider: Provider
) -> None:
    invited = a_staff_member(session, Role.AUDITOR)
    provider.person |= {"email": invited.email.upper(), "email_verified": False, "groups": []}
    assert there_and_back(client).status_code == 403
    provider.person["email_verified"] = True
    assert there_and_back(client).status_code == 303
    assert client.get("/staff/audit").status_code == 200
    provider.person["sub"] = "78"  # another person of the provider's who has come to the address
    client.post("/staff/sign-out")
    assert there_and_back(client).status_code == 403
    assert [member.id for member in people(session)] == [invited.id]


@pytest.mark.usefixtures("recruiters")
def test_roles_follow_groups_at_the_next_sign_in_and_given_ones_stay(
    client: JudgingClient, session: Session, provider: Provider
) -> None:
    there_and_back(client)
    member = people(session)[0]
    with unit_of_work(session):
        member.roles[0].starts_on -= timedelta(days=3)
    map_group(session, SYSTEM, "readers", Role.AUDITOR, None)
    provider.person["groups"] = ["readers"]
    there_and_back(client)
    assert client.get("/staff/applications").status_code == 403
    assert client.get("/staff/audit").status_code == 200
    provider.person["groups"] = ["readers", "recruiters"]
    there_and_back(client)
    assert client.get("/staff/applications").status_code == 200


@pytest.mark.usefixtures("recruiters")
def test_a_disabled_account_stays_out(client: JudgingClient, session: Session) -> None:
    there_and_back(client)
    disable(session, SYSTEM, people(session)[0].id, reason="left")
    assert client.get("/staff/").status_code == 303
    assert there_and_back(client).status_code == 403


@pytest.mark.usefixtures("recruiters")
def test_without_the_providers_second_factor_ours_is_asked(client: JudgingClient, provider: Provider) -> None:
    provider.person["amr"] = ["pwd"]
    answer = there_and_back(client)
    assert answer.status_code == 303 and answer.location.startswith("/staff/second-factor")
    assert client.get("/staff/").status_code == 302


@pytest.mark.usefixtures("recruiters")
@pytest.mark.parametrize("spoil", ["issuer", "audience", "nonce", "expired", "key", "refuses"])
def test_a_token_that_is_not_right_signs_nobody_in(
    client: JudgingClient, session: Session, provider: Provider, spoil: str
) -> None:
    provider.spoil = spoil
    assert there_and_back(client).status_code == 502
    assert client.get("/staff/").status_code == 303
    assert people(session) == []


@pytest.mark.usefixtures("recruiters")
def test_an_answer_that_was_not_asked_for_signs_nobody_in(app: Flask, client: JudgingClient) -> None:
    away = client.get("/staff/sign-in/sso")
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    stranger = app.test_client()
    assert stranger.get(f"{parts.path}?{parts.query}").status_code == 502
    assert client.get(f"{parts.path}?{parts.query}").status_code == 303
    assert client.get(f"{parts.path}?{parts.query}").status_code == 502  # a second time


def test_a_provider_that_is_down_says_so(client: JudgingClient, provider: Provider) -> None:
    provider.metadata = dict  # type: ignore[method-assign]
    assert client.get("/staff/sign-in/sso").status_code == 502


@pytest.mark.usefixtures("recruiters")
def test_it_can_be_asked_again_for_a_sensitive_act(client: JudgingClient, provider: Provider, session: Session) -> None:
    map_group(session, SYSTEM, "recruiters", Role.ADMINISTRATOR, None)
    there_and_back(client)
    with time_machine.travel(clock.wall() + timedelta(minutes=20), tick=True):
        refused = client.get("/staff/admin/groups")
        assert refused.status_code == 303 and refused.location.startswith("/staff/step-up?next=")
        assert "Confirm with your force account" in client.get(refused.location).text
        provider.spoil = "old"  # it let them in without asking
        assert there_and_back(client, "/staff/sign-in/sso?again=1&next=/staff/admin/groups").status_code == 502
        assert provider.asked[-1]["prompt"] == "login"
        assert client.get("/staff/admin/groups").status_code == 303
        provider.spoil = ""
        answer = there_and_back(client, "/staff/sign-in/sso?again=1&next=/staff/admin/groups")
        assert answer.location == "/staff/admin/groups"
        assert client.get("/staff/admin/groups").status_code == 200


def test_an_administrator_maps_groups(app: Flask, session: Session) -> None:
    seed_catalogue(session)
    browser = browser_of(app, a_staff_member(session, Role.ADMINISTRATOR))
    tokens = browser.tokens(browser.get("/staff/admin/groups").text)
    west = str(west_division(session))
    line = tokens | {"group": "cpv-west", "role": "recruiter", "division": west}
    assert browser.post("/staff/admin/groups", data=line).status_code == 303
    again = browser.post("/staff/admin/groups", data=line)
    assert again.status_code == 422 and "gives this role already" in again.text and "cpv-west" in again.text
    wrong = browser.post("/staff/admin/groups", data=line | {"role": "trainer"})
    assert wrong.status_code == 422 and "always for the whole force" in wrong.text
    assert browser.post("/staff/admin/groups", data=tokens | {"group": ""}).status_code == 422
    session.rollback()
    (row,) = group_roles(session)
    assert browser.post(f"/staff/admin/groups/{row.id}/remove", data=tokens).status_code == 303
    assert browser.post(f"/staff/admin/groups/{row.id}/remove", data=tokens).status_code == 404
    session.rollback()
    assert group_roles(session) == []


def test_a_production_provider_must_be_safe() -> None:
    with pytest.raises(Unsafe, match="PORTAL_OIDC_ISSUER"):
        settings_from({"PORTAL_MODE": "production", "PORTAL_OIDC_ISSUER": "http://sso.example"})
