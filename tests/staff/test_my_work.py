"""My work: what waits for each role, and nothing of anybody else's."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.deputies import name_deputy
from portal.domain.accounts.models import Role
from portal.domain.applications.actions import withdraw
from portal.domain.applications.rules import WithdrawReason
from portal.domain.attendance import marking
from portal.domain.attendance.models import Presence
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import Verdict
from portal.domain.casework.owning import give_owner
from portal.domain.correspondence.actions import write_to_us
from portal.domain.duplicates.finding import match_due
from portal.domain.overview.work import Waiting
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.staff.work_ways import WAYS, way_to
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, browser_of
from tests.support.registers import a_day, wish
from tests.support.stage import put_clock
from tests.support.training import a_cohort, a_trainer, sessions_of


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


def test_a_decision_on_somebody_who_withdrew_waits_no_more(app: Flask, session: Session, pilot: Campaign) -> None:
    sent, recruiter = a_submitted(session, app, pilot), a_staff_member(session, Role.RECRUITER)
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    browser = browser_of(app, recruiter)
    assert "Decisions not released" in browser.get("/staff/").text
    withdraw(session, sent.applicant, sent.id, WithdrawReason.TIME)
    assert "Decisions not released" not in browser.get("/staff/").text


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_page(app: Flask, session: Session, pilot: Campaign, role: Role) -> None:
    a_submitted(session, app, pilot)
    page = browser_of(app, a_staff_member(session, role)).get("/staff/")
    assert page.status_code == 200
    assert ("Okafor" in page.text) is False
    if role is Role.TRAINER:
        assert 'href="/staff/cohorts/today"' in page.text
    if role in {Role.VETTING, Role.SUPERVISOR}:
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


def test_what_others_do_makes_work(app: Flask, session: Session, pilot: Campaign) -> None:
    """A message, two alike, scores that differ, a decision not released: each stands with its number and its link."""
    one, other = a_submitted(session, app, pilot), a_submitted(session, app, pilot, given_name="Samuel")
    recruiter, reader = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.ASSESSOR)
    write_to_us(session, one.applicant, one.id, "May I swap a weekend?")
    match_due(session, keys_of(app))
    add_assessor(session, recruiter, pilot.id, reader.id)
    assign(session, recruiter, pilot.id)
    decide(session, recruiter, other.id, Verdict.SHORTLIST)
    page = browser_of(app, recruiter).get("/staff/").text
    for number, address, words in (
        (1, "/staff/messages?part=unread", "Messages from applicants"),
        (1, "/staff/duplicates", "Perhaps the same person"),
        (1, "/staff/applications?flag=decision", "Decisions not released"),
    ):
        assert f'<td>{number}</td><td><a href="{address}"><b>{words}' in page
    theirs = browser_of(app, reader).get("/staff/").text
    assert "<b>Your readings past their day" in theirs or "<b>Applications to read" in theirs
    assert "Messages from applicants" not in theirs and "Okafor" not in theirs


def test_a_register_waits_until_everybody_is_marked(app: Flask, session: Session) -> None:
    day = a_day(session, app, people=2)
    trainer, recruiter = browser_of(app, day.trainer), browser_of(app, a_staff_member(session, Role.RECRUITER))
    today, gaps, over = "Registers of today", "Registers with gaps", "Training to complete"
    days, list_of = sessions_of(session, day.cohort), "/staff/cohorts"
    register = f"{list_of}/{day.cohort.id}/register?session="
    assert f'<td>1</td><td><a href="{register}{day.session_id}"><b>{today}' in trainer.get("/staff/").text
    assert today not in browser_of(app, a_trainer(session)).get("/staff/").text, "somebody else's cohort"
    marking.mark(session, day.viewer, day.session_id, wish(day.people[0]))
    assert today in trainer.get("/staff/").text
    marking.mark(session, day.viewer, day.session_id, wish(day.people[1], Presence.ABSENT))
    page = trainer.get("/staff/").text
    assert today not in page and gaps not in page
    last = days[1]
    put_clock(app, last.starts_at)
    assert today in trainer.get("/staff/").text and over not in recruiter.get("/staff/").text
    put_clock(app, last.ends_at + timedelta(days=1))
    page = trainer.get("/staff/").text
    assert today not in page and f'<td>1</td><td><a href="{register}{last.id}"><b>{gaps}' in page
    there = f"{list_of}/{day.cohort.id}/completion"
    assert f'<td>2</td><td><a href="{there}"><b>{over}' in recruiter.get("/staff/").text


def test_ones_own_come_before_the_teams(app: Flask, session: Session, pilot: Campaign) -> None:
    mine, theirs, nobodys = (a_submitted(session, app, pilot) for _ in range(3))
    me, colleague = (a_staff_member(session, Role.RECRUITER) for _ in range(2))
    give_owner(session, me, mine.id, me.id)
    give_owner(session, me, theirs.id, colleague.id)
    assert nobodys.owner_id is None
    page = browser_of(app, me).get("/staff/").text
    link = '<a href="/staff/applications?flag=late&amp;sort=oldest&amp;owner=me&amp;owner=none">'
    assert f"<td>2</td><td>{link}" in page and "of 3" in page


def test_what_changed_is_counted_from_the_last_sign_in(app: Flask, session: Session, pilot: Campaign) -> None:
    person = a_staff_member(session, Role.RECRUITER)
    assert "Since you were last here" not in browser_of(app, person).get("/staff/").text
    open_now = a_campaign(session, closes_at=clock.now() + timedelta(days=30), training=())
    a_submitted(session, app, open_now, received_at=clock.now())
    page = browser_of(app, person).get("/staff/").text
    assert "Since you were last here" in page and "application sent" in page


def test_a_deputy_sees_whom_they_stand_in_for(app: Flask, session: Session) -> None:
    boss, away, deputy = (a_staff_member(session, role) for role in (Role.ADMINISTRATOR, Role.RECRUITER, Role.TRAINER))
    name_deputy(session, boss, away.id, deputy.id, starts_on=clock.today(), ends_on=clock.today())
    page = browser_of(app, deputy).get("/staff/").text
    assert "You stand in for Robin Officer." in page and "Recruiter · Trainer" in page


def test_work_in_several_places_leads_to_a_list_of_just_those(app: Flask, session: Session) -> None:
    """Two days with gaps stand on the trainer's day; cohorts with somebody to complete in a list without the others."""
    day, other = a_day(session, app, people=1), a_day(session, app, people=1)
    idle = a_cohort(session, name="Idle cohort", days=1)
    days = sessions_of(session, day.cohort)
    put_clock(app, max(each.ends_at for each in [*days, *sessions_of(session, other.cohort)]) + timedelta(days=1))
    trainer, recruiter = browser_of(app, day.trainer), browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert '<td>2</td><td><a href="/staff/cohorts/today#gaps"><b>Registers with gaps' in trainer.get("/staff/").text
    page = trainer.get("/staff/cohorts/today").text
    for each in days:
        assert f'href="/staff/cohorts/{day.cohort.id}/register?session={each.id}&amp;show=to-do"' in page
    assert f"/staff/cohorts/{other.cohort.id}/register" not in page, "somebody else's"
    address = "/staff/cohorts?work=completing"
    assert f'<td>2</td><td><a href="{address}"><b>Training to complete' in recruiter.get("/staff/").text
    listed = recruiter.get(address).text
    for cohort in (day.cohort, other.cohort):
        assert f'href="/staff/cohorts/{cohort.id}/completion"' in listed
    assert idle.name not in listed and idle.name in recruiter.get("/staff/cohorts").text
    assert "Only those with" not in trainer.get(address).text, "certificates are not for trainers to issue"
    assert idle.name in recruiter.get("/staff/cohorts?work=nonsense").text


def test_every_single_step_has_a_page(app: Flask) -> None:
    """What each address calls the thing and the place is what its page calls them."""
    for work, ways in WAYS.items():
        for way in ways:
            waiting = Waiting(work, 1, 1, None, "7" if way.thing else None, "8" if way.place else None)
            with app.test_request_context():
                address = str(way_to(waiting))
            path, _, query = address.partition("#")[0].partition("?")
            endpoint, given = app.url_map.bind("localhost").match(path)
            assert endpoint == f"staff.{way.endpoint}"
            named = {name: str(said) for name, said in given.items()} | dict(parse_qsl(query))
            assert named == {name: said for name, said in ((way.thing, "7"), (way.place, "8")) if name}
            assert address.endswith(f"#{way.anchor}" if way.anchor else path + (f"?{query}" if query else ""))
