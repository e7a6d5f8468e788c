"""Letters on paper: tagged, for their owner and for staff, and nothing where there is nothing to say."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pikepdf
import pytest
from flask import Flask

from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.applications.viewing import Purpose
from portal.domain.casework.deciding import decide, release
from portal.domain.casework.models import Verdict
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import SessionKind
from portal.domain.journeys.letters import letter_of
from portal.domain.offers.answering import accept
from portal.domain.offers.making import offer
from portal.extensions import db
from tests.support import databases
from tests.support.applying import set_clock
from tests.support.live import form_token
from tests.support.make_applications import keys_of
from tests.support.offers import a_course, someone_in
from tests.support.people import a_staff_member, an_applicant, browser_of

NAMES = ("invitation", "offer", "outcome")


@pytest.fixture(autouse=True)
def _after_the_interviews(app: Flask) -> None:
    set_clock(app, datetime(2018, 3, 5, 10))


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


def _with(app: Flask, name: str) -> Application:
    """Somebody who has this letter."""
    session = db.session()
    recruiter = a_staff_member(session, Role.RECRUITER)
    state = State.SHORTLISTED if name == "invitation" else State.INTERVIEW
    found = someone_in(session, app, a_course(session), state)
    if name == "invitation":
        invite(session, recruiter, found.id, SessionKind.INTERVIEW)
    elif name == "offer":
        offer(session, recruiter, found.id)
    else:
        decide(session, recruiter, found.id, Verdict.DECLINE, reason="interview", feedback="Say what you did.")
        release(session, recruiter, found.id)
    session.rollback()
    return found


def _text(app: Flask, found: Application, name: str, *, address: bool = True) -> str:
    content: Any = letter_of(db.session(), keys_of(app), found, name, address=address)
    return str(content)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_tagged_page_its_owner_can_print(app: Flask, name: str) -> None:
    found = _with(app, name)
    mine = browser_of(app, found.applicant)
    answer = mine.get(f"/applications/{found.reference}/letters/{name}.pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}.pdf"'
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        root: Any = pdf.Root
        assert root.MarkInfo.Marked and b"pdfuaid" in root.Metadata.read_bytes()
        assert "Okafor" not in str(pdf.docinfo["/Title"])
    assert f"letters/{name}.pdf" in mine.get(f"/applications/{found.reference}").text


def test_they_say_what_there_is_to_say(app: Flask) -> None:
    invited, offered, told = (_with(app, name) for name in NAMES)
    assert "Choose a time by" in _text(app, invited, "invitation")
    words = _text(app, offered, "offer")
    assert "Thursday 15 March 2018" in words and "Medical certificate" in words and "12 Mill Lane" in words
    assert "Say what you did." in _text(app, told, "outcome")
    accept(db.session(), offered.applicant, offered.id)
    assert "Your place is kept for you" in _text(app, offered, "offer")


@pytest.mark.parametrize("name", [*NAMES, "medical", "x" * 200])
def test_a_letter_nobody_wrote_is_not_there(app: Flask, name: str) -> None:
    found = someone_in(db.session(), app, a_course(db.session()))
    mine = browser_of(app, found.applicant)
    assert mine.get(f"/applications/{found.reference}/letters/{name}.pdf").status_code == 404


def test_it_is_its_owners_and_staffs_who_may_open_the_application(app: Flask) -> None:
    found = _with(app, "offer")
    paths = [f"{door}/applications/{found.reference}/letters/offer.pdf" for door in ("", "/staff")]
    assert browser_of(app, an_applicant(db.session())).get(paths[0]).status_code == 404
    assert app.test_client().get(paths[0]).status_code in {302, 303}
    asked = {role: browser_of(app, a_staff_member(db.session(), role)).get(paths[1]).status_code for role in Role}
    assert {role for role, status in asked.items() if status == 200} == {Role.RECRUITER, Role.LIAISON}
    assert set(asked.values()) == {200, 403}


def test_staff_have_the_address_on_it_once_it_is_shown_to_them(app: Flask) -> None:
    found = _with(app, "offer")
    browser = browser_of(app, a_staff_member(db.session(), Role.RECRUITER))
    path = f"/staff/applications/{found.reference}"
    before = len(browser.get(f"{path}/letters/offer.pdf").data)
    fields = {"csrf_token": form_token(app), "purpose": next(iter(Purpose)).value}
    assert browser.post(f"{path}/contact", data=fields).status_code == 303
    assert len(browser.get(f"{path}/letters/offer.pdf").data) > before
    assert "12 Mill Lane" not in _text(app, found, "offer", address=False)


def test_what_somebody_is_called_is_only_text(app: Flask) -> None:
    found = _with(app, "offer")
    with unit_of_work(db.session()):
        db.session().get_one(Application, found.id).given_name = '#panic("x") $1$ [a] \u0628'
    answer = browser_of(app, found.applicant).get(f"/applications/{found.reference}/letters/offer.pdf")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")
