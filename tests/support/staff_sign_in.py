"""Staff who sign in as people do: with a password they know and an app that shows codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pyotp
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.passwords import hash_password
from portal.web.setup import outside_of
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member

PASSWORD = "seven grey herons"


@dataclass(frozen=True)
class Enrolled:
    """A member of staff, and what is in their head and their pocket."""

    member: StaffMember
    secret: str
    password: str = PASSWORD

    def code(self, steps: int = 0) -> str:
        """What their app shows now, or so many half minutes from now."""
        return pyotp.TOTP(self.secret).at(clock.wall() + timedelta(seconds=30 * steps))


def an_enrolled_member(app: Flask, session: Session, *roles: Role) -> Enrolled:
    """Somebody fully set up, second step included."""
    member = a_staff_member(session, *roles)
    secret = pyotp.random_base32()
    stored = hash_password(PASSWORD)
    sealed = outside_of(app).keys.seal(secret, table="staff_member", row=str(member.id), column="totp_sealed")
    with unit_of_work(session):
        member.password_hash, member.totp_sealed = stored, sealed
    return Enrolled(member, secret)


def give_password(browser: JudgingClient, email: str, password: str = PASSWORD, onward: str = "") -> TestResponse:
    address = "/staff/sign-in" + (f"?next={onward}" if onward else "")
    return browser.post(address, data={"email": email, "password": password})


def give_code(browser: JudgingClient, code: str, address: str = "/staff/second-factor") -> TestResponse:
    return send(browser, address, code=code)


def send(browser: JudgingClient, address: str, page: str = "", **fields: str) -> TestResponse:
    """Posts a form with the token of the page it is on (its own address unless said)."""
    return browser.post(address, data=browser.tokens(browser.get(page or address).text) | fields)
