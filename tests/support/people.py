"""People for tests: applicants and staff of each role, and browsers signed in as them."""

from __future__ import annotations

from datetime import date
from itertools import count

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts import actions
from portal.domain.accounts.models import Applicant, Role, StaffMember, StaffRole
from tests.support.client import JudgingClient

_numbers = count(1)
RAW_TOKEN = "0123456789abcdef"  # what a signed-in browser's form token is made of


def an_applicant(session: Session, email: str = "") -> Applicant:
    with unit_of_work(session):
        person = Applicant(email=email or f"person{next(_numbers)}@example.org", created_at=clock.wall())
        session.add(person)
    return person


def a_staff_member(
    session: Session, *roles: Role, division_id: int | None = None, starts: date = date(2017, 1, 1)
) -> StaffMember:
    """Somebody with these roles, second factor confirmed; in one division or the whole force."""
    with unit_of_work(session):
        person = StaffMember(
            email=f"officer{next(_numbers)}@force.example",
            name="Robin Officer",
            created_at=clock.wall(),
            totp_confirmed_at=clock.wall(),
        )
        person.roles = [StaffRole(role=role, division_id=division_id, starts_on=starts) for role in roles]
        session.add(person)
    return person


def browser_of(app: Flask, person: Applicant | StaffMember, *, second_factor: bool = True) -> JudgingClient:
    """A browser signed in as this person, with the cookie the real sign-in would have set."""
    session = app.extensions["sqlalchemy"].session()
    token = actions.begin_session(session, person, second_factor=second_factor)
    made = app.test_client()
    assert isinstance(made, JudgingClient)
    door = "/staff/" if isinstance(person, StaffMember) else "/"
    with made.session_transaction(door) as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
        cookie["csrf_token"] = RAW_TOKEN
    return made
