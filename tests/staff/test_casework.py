"""What staff do on one application's page: notes, calls, owner, promise; and what nobody else sees of it."""

from __future__ import annotations

import io
import json
import logging
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import Base, unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.models import Call, Note
from portal.domain.casework.owning import may_own
from portal.domain.journeys.rotating import rotate_keys
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member, an_applicant, browser_of

CANARY = "canary: rang about her knee"
NOW = datetime(2018, 1, 20, 10, 0)
FORMS = ("/note", "/call", "/owner", "/promise")


def address(application: Application, part: str = "") -> str:
    return f"/staff/applications/{application.reference}{part}"


@pytest.fixture
def pilot(session: Session, settings: Settings) -> Campaign:
    set_clock(settings, NOW)
    clock.use_offset(clock.read_offset(settings.clock_file))
    return the_pilot(session)


@pytest.fixture
def sent(app: Flask, session: Session, pilot: Campaign) -> Application:
    return a_submitted(session, app, pilot, applicant=an_applicant(session, "sam@mailbox.example"))


def named(session: Session, name: str, *roles: Role, **more: int) -> StaffMember:
    person = a_staff_member(session, *roles, **more)
    with unit_of_work(session):
        session.get_one(StaffMember, person.id).name = name
    return person


def send(browser: JudgingClient, path: str, **fields: str) -> tuple[int, str]:
    """These fields to this address, with its form's token."""
    answer = browser.post(path, data=browser.tokens(browser.get(path).text) | fields)
    return answer.status_code, answer.text


def count(session: Session, model: type[Base]) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_note_is_kept_sealed_and_read_by_staff_alone(
    app: Flask, session: Session, sent: Application, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    writer, other = named(session, "Priya N", Role.RECRUITER), named(session, "Hester V", Role.LIAISON)
    browser = browser_of(app, writer)
    for _twice in range(2):
        assert send(browser, address(sent, "/note"), text=CANARY)[0] == 303
    assert count(session, Note) == 1
    assert send(browser, address(sent, "/note"), text=f"{CANARY}, again")[0] == 303
    page = browser_of(app, other).get(address(sent)).text
    assert page.index(f"{CANARY}, again") < page.index(f"{CANARY}</p>")  # newest first
    assert "Priya N" in page
    note = session.scalars(select(Note)).first()
    assert note is not None and CANARY.encode() not in note.sealed
    for event in session.scalars(select(AuditEvent)):
        assert "knee" not in json.dumps(event.detail)
    assert "knee" not in caplog.text
    public = browser_of(app, sent.applicant)
    public.canaries.add(CANARY)
    assert public.get(f"/applications/{sent.reference}").status_code == 200


def test_the_applicant_finds_notes_and_calls_in_what_they_download(
    app: Flask, session: Session, sent: Application
) -> None:
    browser = browser_of(app, named(session, "Priya N", Role.RECRUITER))
    send(browser, address(sent, "/note"), text=CANARY)
    send(browser, address(sent, "/call"), outcome="spoke", text="She will send it on Monday.")
    archive = ZipFile(io.BytesIO(browser_of(app, sent.applicant).get(f"/applications/{sent.reference}/download").data))
    held = json.loads(archive.read("application.json"))
    assert [each["text"] for each in held["notes"]] == ["She will send it on Monday.", CANARY]
    assert "Priya" not in json.dumps(held)
    assert CANARY in archive.read("application.html").decode()


def test_a_call_stands_in_the_timeline_with_what_was_said(app: Flask, session: Session, sent: Application) -> None:
    browser = browser_of(app, named(session, "Priya N", Role.RECRUITER))
    assert send(browser, address(sent, "/call"), outcome="left_message")[0] == 303
    for _twice in range(2):
        assert send(browser, address(sent, "/call"), outcome="they_rang", text=CANARY)[0] == 303
    assert count(session, Call) == 2
    page = browser.get(address(sent)).text
    assert "Call logged: left message" in page and "Call logged: they rang" in page and CANARY in page
    assert send(browser, address(sent, "/call"), outcome="shouted", text="keep me")[0] == 422
    status, again = send(browser, address(sent, "/call"), text="keep me")
    assert status == 422 and "Say what came of the call" in again and "keep me" in again


def test_a_note_needs_words_and_not_too_many(app: Flask, session: Session, sent: Application) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    for text in ("", "  \r\n "):
        status, page = send(browser, address(sent, "/note"), text=text)
        assert status == 422 and "Write the note first" in page
    status, page = send(browser, address(sent, "/note"), text="long " * 801)
    assert status == 422 and "Use 4,000 characters or fewer" in page and "long long" in page
    assert count(session, Note) == 0


def test_a_new_master_key_opens_notes_and_calls(app: Flask, session: Session, sent: Application) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    send(browser, address(sent, "/note"), text=CANARY)
    send(browser, address(sent, "/call"), outcome="spoke", text=CANARY)
    old = keys_of(app)
    ring = type(old).from_settings({**old.masters, 9: b"n" * 32})
    changed = rotate_keys(session, SYSTEM, ring)
    assert (changed["note.sealed"], changed["call.sealed"]) == (1, 1)
    assert rotate_keys(session, SYSTEM, ring)["note.sealed"] == 0


def test_an_owner_is_taken_handed_over_and_shown_as_a_team(app: Flask, session: Session, sent: Application) -> None:
    priya, tom = named(session, "Priya N", Role.RECRUITER), named(session, "Tom A", Role.RECRUITER)
    with unit_of_work(session):
        session.get_one(StaffMember, tom.id).team = "West team"
    browser = browser_of(app, priya)
    given = {"version": str(sent.version), "seen": "0"}
    assert send(browser, address(sent, "/owner"), owner=str(priya.id), **given)[0] == 303
    assert send(browser, address(sent, "/owner"), owner=str(priya.id), **given)[0] == 303  # again: nothing
    assert acts(session, "application.owned") == 1
    page = browser.get(address(sent)).text
    assert "<b>Priya N</b>" in page and "take it" not in page and "hand over" in page
    status, clash = send(browser_of(app, tom), address(sent, "/owner"), owner=str(tom.id), **given)
    assert status == 409 and "Priya N changed this while you had it open" in clash and "Tom A" in clash
    now = {"version": str(fresh(session, sent).version), "seen": str(priya.id)}
    assert send(browser, address(sent, "/owner"), owner=str(tom.id), **now)[0] == 303
    tracker = browser_of(app, sent.applicant).get(f"/applications/{sent.reference}").text
    assert "West team" in tracker and "Tom" not in tracker


def test_only_those_who_may_open_it_can_own_it(app: Flask, session: Session, sent: Application) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    kept, gone, north = (named(session, name, Role.RECRUITER) for name in ("Kept", "Gone", "North"))
    medical, liaison = named(session, "Doctor", Role.MEDICAL), named(session, "Hester", Role.LIAISON)
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=kept.id, application_id=sent.id, relation=Relation.FAMILY, declared_at=clock.now())
        )
        session.get_one(StaffMember, gone.id).disabled_at = clock.now()
    far = a_submitted(session, app, a_campaign(session, districts=("medway",)), postcode="ME4 4AA")
    with unit_of_work(session):
        session.get_one(StaffMember, north.id).roles[0].division_id = far.district.division_id if far.district else None
    assert set(session.scalars(select(Application.id).where(may_own(north.id)))) == {far.id}
    assert set(session.scalars(select(Application.id).where(may_own(kept.id)))) == {far.id}
    assert set(session.scalars(select(Application.id).where(may_own(liaison.id)))) == {far.id, sent.id}
    offered = browser.get(address(sent, "/owner")).text
    assert "Hester" in offered
    for person in (kept, gone, north, medical):
        assert f"{person.name}," not in offered
        assert send(browser, address(sent, "/owner"), owner=str(person.id), version="1")[0] == 422
    assert fresh(session, sent).owner_id is None
    assert send(browser, address(sent, "/owner"), owner="nonsense")[0] == 422
    assert send(browser, address(sent, "/owner"), owner=str(liaison.id), version=str(sent.version))[0] == 303


def promised(browser: JudgingClient, sent: Application, day: str, month: str, **seen: str) -> tuple[int, str]:
    path = address(sent, "/promise")
    page = browser.get(path).text
    fields = browser.tokens(page) | {"day": [day, month, "2018" if day else ""]} | seen
    answer = browser.post(path, data=fields)
    return answer.status_code, answer.text


def test_a_promised_day_is_what_the_applicant_reads(
    app: Flask, session: Session, settings: Settings, sent: Application
) -> None:
    priya = named(session, "Priya N", Role.RECRUITER)
    browser, tracker = browser_of(app, priya), browser_of(app, sent.applicant)
    send(browser, address(sent, "/owner"), owner=str(priya.id), version=str(sent.version), seen="0")
    now = {"version": str(fresh(session, sent).version), "seen": ""}
    for bad, why in ((("19", "1"), "Choose today or a later day"), (("1", "5"), "no later than 17 February 2018"),
                     (("31", "2"), "Enter a real date")):  # fmt: skip
        status, page = promised(browser, sent, *bad, **now)
        assert status == 422 and why in page and f'value="{bad[0]}"' in page
    assert promised(browser, sent, "9", "2", **now)[0] == 303
    assert "Recruitment team will write by 9 February" in tracker.get(f"/applications/{sent.reference}").text
    sheet = browser.get(address(sent)).text
    assert "Fri 9 Feb" in sheet and "in 20 days" in sheet and "“Recruitment team will write by 9 February”" in sheet
    set_clock(settings, datetime(2018, 2, 11, 9, 0))
    assert (
        "We are late, and we are sorry." in browser_of(app, sent.applicant).get(f"/applications/{sent.reference}").text
    )
    late = browser_of(app, priya).get(address(sent)).text
    assert "Next: write to them, 2 days late" in late
    assert "late, and it says so" in late


def test_two_tabs_on_one_promise_show_both_days(app: Flask, session: Session, sent: Application) -> None:
    priya, tom = (named(session, name, Role.RECRUITER) for name in ("Priya N", "Tom A"))
    first, second = browser_of(app, priya), browser_of(app, tom)
    seen = {"version": str(sent.version), "seen": ""}
    assert promised(first, sent, "30", "1", **seen)[0] == 303
    status, clash = promised(second, sent, "2", "2", **seen)
    assert status == 409
    for words in ("Priya N changed this while you had it open", "Tuesday 30 January 2018", "Friday 2 February 2018"):
        assert words in clash
    assert fresh(session, sent).next_contact_on == date(2018, 1, 30)
    assert 'value="2018-01-30"' in clash and 'value="2"' in clash  # what is seen now, and what was typed
    again = {"version": str(fresh(session, sent).version), "seen": "2018-01-30"}
    assert promised(second, sent, "2", "2", **again)[0] == 303
    assert fresh(session, sent).next_contact_on == date(2018, 2, 2)
    assert promised(first, sent, "", "", version=str(fresh(session, sent).version), seen="2018-02-02")[0] == 303
    assert fresh(session, sent).next_contact_on is None


def test_another_change_in_between_is_no_clash(app: Flask, session: Session, sent: Application) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    old = str(sent.version)
    assert promised(browser, sent, "30", "1", version=old, seen="")[0] == 303
    me = session.scalars(select(StaffMember.id)).first()
    assert send(browser, address(sent, "/owner"), owner=str(me), version=old, seen="0")[0] == 303


def test_nothing_is_promised_once_it_has_ended(app: Flask, session: Session, sent: Application) -> None:
    with unit_of_work(session):
        ended = session.get_one(Application, sent.id)
        ended.state = State.UNSUCCESSFUL
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert promised(browser, sent, "30", "1", version="1", seen="")[0] == 422
    assert fresh(session, sent).next_contact_on is None
    assert "promise a day" not in browser.get(address(sent)).text


def test_only_within_reach_and_only_what_was_sent(
    app: Flask, session: Session, pilot: Campaign, sent: Application
) -> None:
    north = a_submitted(session, app, a_campaign(session, districts=("medway",)), postcode="ME4 4AA")
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    draft = a_draft(session, app, pilot)
    token = west.tokens(west.get(address(sent)).text)
    for part in (*FORMS, "/latest"):
        assert west.get(address(sent, part)).status_code == 200
        for path in (address(north, part), address(draft, part), f"/staff/applications/CPV-2222-2222{part}"):
            assert west.get(path).status_code == 404
            if part != "/latest":
                assert west.post(path, data=token | {"text": "x", "outcome": "spoke"}).status_code == 404
    assert count(session, Note) == count(session, Call) == 0
    for role in (Role.ASSESSOR, Role.MEDICAL, Role.AUDITOR):
        stranger = browser_of(app, a_staff_member(session, role))
        assert {stranger.get(address(sent, part)).status_code for part in (*FORMS, "/latest")} == {403}
    assert {west.put(address(sent, part)).status_code for part in FORMS} == {405}


def test_an_open_page_learns_what_others_changed(app: Flask, session: Session, sent: Application) -> None:
    one, two = (browser_of(app, named(session, name, Role.RECRUITER)) for name in ("One", "Two"))
    page = one.get(address(sent)).text
    latest = address(sent, "/latest?mark=") + page.split("/latest?mark=")[1].split('"')[0]
    assert one.get(latest).status_code == 204
    two.get(address(sent))  # only looking is no change
    assert one.get(latest).status_code == 204
    send(two, address(sent, "/note"), text=CANARY)
    fresh_parts = one.get(latest)
    assert fresh_parts.status_code == 200 and CANARY in fresh_parts.text
    assert 'hx-swap-oob="true"' in fresh_parts.text and "<textarea" not in fresh_parts.text


def fresh(session: Session, sent: Application) -> Application:
    session.rollback()
    return session.get_one(Application, sent.id, populate_existing=True)


def acts(session: Session, action: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0
