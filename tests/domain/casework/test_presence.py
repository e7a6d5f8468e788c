"""Who has a page open: only who may see it, by the real clock, forgotten after a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, SignInSession, StaffMember
from portal.domain.applications.models import Application
from portal.domain.casework.models import Presence
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, browser_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sent(app: Flask, session: Session) -> Application:
    return a_submitted(session, app, the_pilot(session))


def named(session: Session, name: str, *roles: Role) -> StaffMember:
    person = a_staff_member(session, *roles)
    with unit_of_work(session):
        session.get_one(StaffMember, person.id).name = name
    return person


def ask(browser: JudgingClient, sent: Application, **fields: str) -> tuple[int, str]:
    page = browser.get(f"/staff/applications/{sent.reference}").text
    answer = browser.post(f"/staff/presence/application/{sent.id}", data=browser.tokens(page) | fields, headers=HTMX)
    return answer.status_code, answer.text


def test_two_people_see_each_other(app: Flask, session: Session, sent: Application) -> None:
    tom, priya = (named(session, name, Role.RECRUITER) for name in ("Tom Achterberg", "Priya Nandakumar"))
    toms, priyas = browser_of(app, tom), browser_of(app, priya)
    assert ask(toms, sent) == (204, "")
    status, line = ask(priyas, sent, editing="1")
    assert status == 200
    assert "Tom Achterberg has this page open too (reading)." in line
    assert "Priya Nandakumar has this page open too (writing)." in ask(toms, sent)[1]
    third = browser_of(app, named(session, "Una Low", Role.LIAISON))
    both = "Priya Nandakumar (writing) and Tom Achterberg (reading) have this page open too."
    assert both in ask(third, sent)[1]
    assert ask(third, sent, shown=both) == (204, "")  # nothing new: the page is left alone
    assert session.scalar(select(func.count()).select_from(Presence)) == 3


def test_it_is_forgotten_after_a_minute(app: Flask, session: Session, sent: Application) -> None:
    toms, priyas = (browser_of(app, named(session, name, Role.RECRUITER)) for name in ("Tom", "Priya"))
    start = clock.wall()
    with time_machine.travel(start, tick=False) as moment:
        ask(toms, sent)
        moment.shift(timedelta(seconds=59))
        assert "Tom has this page open" in ask(priyas, sent)[1]
        moment.shift(timedelta(seconds=2))
        assert ask(priyas, sent) == (204, "")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Presence)) == 1


def test_only_those_who_may_see_it(app: Flask, session: Session, sent: Application) -> None:
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    token = west.tokens(west.get(f"/staff/applications/{sent.reference}").text)
    outside = a_submitted(session, app, a_campaign(session, districts=("medway",)), postcode="ME4 4AA")
    assert west.post(f"/staff/presence/application/{outside.id}", data=token).status_code == 404
    assert west.post("/staff/presence/application/999999", data=token).status_code == 404
    assert west.post(f"/staff/presence/nonsense/{sent.id}", data=token).status_code == 404
    assert west.post(f"/staff/presence/campaign/{sent.campaign_id}", data=token).status_code == 204
    liaison = browser_of(app, a_staff_member(session, Role.LIAISON))
    token = liaison.tokens(liaison.get(f"/staff/applications/{sent.reference}").text)
    for kind in ("campaign", "shortlist"):
        assert liaison.post(f"/staff/presence/{kind}/{sent.campaign_id}", data=token).status_code == 404
    assert liaison.get(f"/staff/presence/application/{sent.id}").status_code == 405
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Presence)) == 1


def test_a_page_left_open_keeps_no_sign_in_alive(app: Flask, session: Session, sent: Application) -> None:
    person = a_staff_member(session, Role.RECRUITER)
    browser = browser_of(app, person)

    def seen() -> datetime:
        session.rollback()
        return session.scalars(select(SignInSession.seen_at).filter_by(staff_id=person.id)).one()

    token = browser.tokens(browser.get(f"/staff/applications/{sent.reference}").text)
    address, before = f"/staff/presence/application/{sent.id}", seen()
    with time_machine.travel(before + timedelta(minutes=10), tick=False) as moment:
        assert browser.post(address, data=token, headers=HTMX).status_code == 204
        assert seen() == before
        browser.get(f"/staff/applications/{sent.reference}")
        assert seen() > before
        moment.shift(timedelta(days=2))
        assert browser.post(address, data=token, headers=HTMX).status_code == 286  # it stops asking; the page stays
        assert browser.post(address, data=token).status_code == 303
