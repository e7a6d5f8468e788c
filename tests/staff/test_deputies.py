"""Deputies: somebody stands in on the days said, with the roles lent and no others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.deputies import NotADeputy, WrongDays, end_deputy, name_deputy
from portal.domain.accounts.models import Deputy, Role
from portal.domain.accounts.staff_accounts import disable, leave
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from tests.support.people import a_staff_member, browser_of

A_DAY = timedelta(days=1)


def boxes(name: str, day: date) -> dict[str, list[str]]:
    return {name: [str(day.day), str(day.month), str(day.year)]}


def test_a_deputy_holds_the_roles_on_the_days_said_only(app: Flask, session: Session) -> None:
    away, deputy = a_staff_member(session, Role.AUDITOR), a_staff_member(session, Role.TRAINER)
    boss = a_staff_member(session, Role.ADMINISTRATOR)
    today = clock.today()
    name_deputy(session, boss, away.id, deputy.id, starts_on=today + A_DAY, ends_on=today + 2 * A_DAY)
    browser = browser_of(app, deputy)
    for days, allowed in ((0, False), (1, True), (2, True), (3, False)):
        with clock.at(clock.now() + days * A_DAY):
            clock.store_offset(app.config["PORTAL"].clock_file, clock.offset())
            assert browser.get("/staff/audit").status_code == (200 if allowed else 403), days
    clock.store_offset(app.config["PORTAL"].clock_file, timedelta(days=1))
    disable(session, boss, away.id, reason="gone")
    assert browser.get("/staff/audit").status_code == 403


def test_the_deputys_deputy_gains_nothing(app: Flask, session: Session) -> None:
    one, two, three = (a_staff_member(session, role) for role in (Role.AUDITOR, Role.TRAINER, Role.ASSESSOR))
    boss, today = a_staff_member(session, Role.ADMINISTRATOR), clock.today()
    name_deputy(session, boss, one.id, two.id, starts_on=today, ends_on=today)
    name_deputy(session, boss, two.id, three.id, starts_on=today, ends_on=today)
    assert browser_of(app, three).get("/staff/audit").status_code == 403


def test_only_a_colleague_with_the_same_roles_may_be_named_by_oneself(app: Flask, session: Session) -> None:
    one, same, other = (a_staff_member(session, role) for role in (Role.RECRUITER, Role.RECRUITER, Role.TRAINER))
    browser = browser_of(app, one)
    page = browser.get("/staff/account/deputies").text
    assert f'value="{same.id}"' in page and f'value="{other.id}"' not in page
    days = boxes("starts_on", clock.today()) | boxes("ends_on", clock.today() + A_DAY)
    sent = browser.tokens(page) | days
    assert browser.post("/staff/account/deputies", data=sent | {"deputy": str(other.id)}).status_code == 422
    assert browser.post("/staff/account/deputies", data=sent | {"deputy": ""}).status_code == 422
    assert browser.post("/staff/account/deputies", data=sent | {"deputy": str(same.id)}).status_code == 303
    again = browser.post("/staff/account/deputies", data=sent | {"deputy": str(same.id)})
    assert again.status_code == 422 and "stand in already" in again.text
    row = session.scalars(select(Deputy)).one()
    assert browser.get("/staff/account/deputies").text.count("End now") == 1
    mail = session.scalars(select(OutboxMail).filter_by(name="deputy_named")).one()
    assert mail.recipient == same.email
    stranger = browser_of(app, other)
    tokens = stranger.tokens(stranger.get("/staff/account/deputies").text)
    assert stranger.post(f"/staff/account/deputies/{row.id}/end", data=tokens).status_code == 404
    assert browser.post(f"/staff/account/deputies/{row.id}/end", data=sent).status_code == 303
    session.rollback()
    assert session.scalars(select(Deputy)).all() == []


def test_days_that_cannot_be(session: Session) -> None:
    one, same = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.RECRUITER)
    today = clock.today()
    for first, last in ((today, today - A_DAY), (today - 3 * A_DAY, today - A_DAY), (today, today + 90 * A_DAY)):
        with pytest.raises(WrongDays):
            name_deputy(session, one, one.id, same.id, starts_on=first, ends_on=last)
    with pytest.raises(NotADeputy):
        name_deputy(session, one, one.id, one.id, starts_on=today, ends_on=today)
    with pytest.raises(NotFound):
        name_deputy(session, same, one.id, same.id, starts_on=today, ends_on=today)


def test_ending_twice_is_one_act(session: Session) -> None:
    one, same = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.RECRUITER)
    today = clock.today()
    row = name_deputy(session, one, one.id, same.id, starts_on=today - A_DAY, ends_on=today + A_DAY)
    end_deputy(session, one, one.id, row.id)
    end_deputy(session, one, one.id, row.id)
    assert len(session.scalars(select(AuditEvent).filter_by(action="deputy.ended")).all()) == 1


def test_an_administrator_names_anybody_and_sets_a_last_day(app: Flask, session: Session) -> None:
    boss, one, other = (a_staff_member(session, role) for role in (Role.ADMINISTRATOR, Role.RECRUITER, Role.TRAINER))
    browser = browser_of(app, boss)
    address = f"/staff/admin/people/{one.id}/deputies"
    days = boxes("starts_on", clock.today()) | boxes("ends_on", clock.today())
    sent = browser.tokens(browser.get(address).text) | days | {"deputy": str(other.id)}
    assert browser.post(address, data=sent).status_code == 303
    assert browser_of(app, other).get("/staff/applications").status_code == 200
    row = session.scalars(select(Deputy)).one()
    assert browser.post(f"{address}/{row.id}/end", data=sent).status_code == 303
    assert browser_of(app, other).get("/staff/applications").status_code == 403
    assert browser.get("/staff/admin/people/999999/deputies").status_code == 404


def test_leaving_takes_effect_on_the_next_request(app: Flask, session: Session) -> None:
    boss, one = a_staff_member(session, Role.ADMINISTRATOR), a_staff_member(session, Role.RECRUITER)
    browser, theirs = browser_of(app, boss), browser_of(app, one)
    assert theirs.get("/staff/applications").status_code == 200
    address = f"/staff/admin/people/{one.id}"
    sent = browser.tokens(browser.get(address).text) | {"leave-reason": "They have a new job"}
    assert browser.post(f"{address}/leave", data=sent).status_code == 422
    yesterday = clock.today() - A_DAY
    answer = browser.post(f"{address}/leave", data=sent | boxes("leave-last_day", yesterday))
    assert answer.status_code == 303
    assert theirs.get("/staff/applications").status_code == 303
    assert browser_of(app, one).get("/staff/applications").status_code == 403


def test_a_last_day_to_come_still_works_on_it(app: Flask, session: Session) -> None:
    one = a_staff_member(session, Role.RECRUITER)
    leave(session, SYSTEM, one.id, last_day=clock.today(), reason="They move away")
    browser = browser_of(app, one)
    assert browser.get("/staff/applications").status_code == 200
    clock.store_offset(app.config["PORTAL"].clock_file, A_DAY)
    assert browser.get("/staff/applications").status_code == 403
