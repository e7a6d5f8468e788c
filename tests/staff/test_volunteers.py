"""Completion, appointment, volunteers and the register of powers on their pages: what works, and what is said no to."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, SignInSession
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.attendance.models import Certificate
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Division, RequirementKind
from portal.domain.volunteers.models import Agreement, AppointmentStep, PowerGrant, Volunteer
from tests.support import databases
from tests.support.applying import set_clock
from tests.support.casework import statements
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.people import a_staff_member, browser_of
from tests.support.trainees import a_trainee
from tests.support.volunteers import (
    MET,
    a_graduate,
    a_small_cohort,
    a_volunteer,
    application_of,
    attended,
    met,
    somebody_ready,
    the_power,
    with_a_power,
)

TODAY = datetime(2018, 6, 25, 12)
POWERS = "/staff/volunteers/powers"


@pytest.fixture(autouse=True)
def _after_the_course(app: Flask) -> None:
    set_clock(app, TODAY)


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
def recruiter(app: Flask, session: Session) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def sent(app: Flask, **fields: Any) -> dict[str, Any]:
    return {"csrf_token": form_token(app)} | fields


def boxes(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def division(session: Session, slug: str) -> int:
    return session.scalars(select(Division.id).where(Division.slug == slug)).one()


# Completion


def test_certificates_are_issued_to_those_ticked_who_are_ready(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    with clock.at(datetime(2018, 4, 27, 10)):
        cohort = a_small_cohort(session)
        ready, other, gap = (a_trainee(session, cohort) for _ in range(3))
    with clock.at(TODAY):
        for each, but in ((ready, 0), (other, 0), (gap, 1)):
            attended(session, each, but=but)
    path = f"/staff/cohorts/{cohort.id}/completion"
    page = recruiter.get(path)
    assert page.status_code == 200 and page.text.count('name="chosen"') == 2 and "things missing" in page.text
    none = recruiter.post(path, data=sent(app))
    assert none.status_code == 422 and "Choose at least one person" in none.text
    refused = recruiter.post(path, data=sent(app, chosen=[str(gap.id)]))
    assert refused.status_code == 422
    assert recruiter.post(path, data=sent(app, chosen=[str(ready.id), str(gap.id), "x"])).status_code == 303
    session.rollback()
    found = session.scalars(select(Certificate)).all()
    assert [each.trainee_id for each in found] == [ready.id]
    paper = recruiter.get(f"{path}/{found[0].id}.pdf")
    assert paper.status_code == 200 and paper.data.startswith(b"%PDF-")
    assert recruiter.get(f"{path}/{gap.id}/statement.pdf").data.startswith(b"%PDF-")
    assert recruiter.get(f"{path}/{found[0].id + 1}.pdf").status_code == 404
    assert recruiter.get(f"{path}/999999/statement.pdf").status_code == 404


def test_a_certificate_is_withdrawn_with_a_reason_and_its_powers_with_it(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    cohort = a_small_cohort(session)
    volunteer = a_volunteer(session, app, member, cohort=cohort)
    with_a_power(session, volunteer, member)
    path = f"/staff/cohorts/{cohort.id}/completion/{volunteer.certificate_id}/withdraw"
    assert "1 power rests on it" in " ".join(recruiter.get(path).text.split())
    assert recruiter.post(path, data=sent(app)).status_code == 422
    assert recruiter.post(path, data=sent(app, reason="whim")).status_code == 422
    assert recruiter.post(path, data=sent(app, reason="register")).status_code == 303
    session.rollback()
    assert session.scalars(select(PowerGrant)).one().withdrawn_reason == "certificate"
    assert recruiter.get(path).status_code == 404


def test_another_divisions_cohort_is_not_there(app: Flask, session: Session) -> None:
    cohort = a_small_cohort(session)
    west, east = division(session, "west"), division(session, "east")
    certificate = a_graduate(session, cohort)
    with unit_of_work(session):
        cohort.division_id = west
    path = f"/staff/cohorts/{cohort.id}/completion"
    near, far = (browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=each)) for each in (west, east))
    assert near.get(path).status_code == 200
    for address in (path, f"{path}/{certificate.id}.pdf", f"{path}/{certificate.id}/withdraw"):
        assert far.get(address).status_code == 404
    trainer = browser_of(app, a_staff_member(session, Role.TRAINER))
    assert trainer.get(path).status_code == 403


# Appointment


def test_the_checklist_is_filled_step_by_step_and_then_they_are_appointed(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    application = application_of(session, a_graduate(session, by=member))
    base = f"/staff/applications/{application.reference}/appointment"
    page = recruiter.get(base)
    assert page.status_code == 200 and "Nobody is appointed with a gap" in page.text and "Appoint them" not in page.text
    assert recruiter.get(f"{base}/confirm").location == base  # there is nothing to confirm yet
    assert recruiter.post(f"{base}/confirm", data=sent(app)).status_code == 409
    with clock.at(TODAY):
        met(session, application.id, *MET, by=member)
    for kind in ("induction", "barred_list"):
        assert recruiter.get(f"{base}/{kind}").status_code == 200
        assert recruiter.post(f"{base}/{kind}", data=sent(app, done_on=boxes(TODAY.date()))).status_code == 303
    card = f"{base}/identification"
    for fields, words in (
        ({"done_on": boxes(TODAY.date())}, "Enter the number on the card"),
        ({"done_on": boxes(date(2018, 6, 26)), "number": "C 1"}, "not in the future"),
        ({"done_on": ["31", "2", "2018"], "number": "C 1"}, "Enter a real date"),
        ({"number": "C 1"}, "Enter the day"),
        ({"done_on": boxes(TODAY.date()), "number": "9" * 41}, "40 characters"),
    ):
        answer = recruiter.post(card, data=sent(app, **fields))
        assert answer.status_code == 422 and words in answer.text
        assert fields.get("number", "") in answer.text  # nothing typed is lost
    assert recruiter.post(card, data=sent(app, done_on=boxes(TODAY.date()), number="C 77")).status_code == 303
    assert "card C 77" in recruiter.get(base).text
    assert recruiter.get(f"{base}/vetting").status_code == 404
    done_by_the_applicant(app, session, application)
    assert "Appoint them" in recruiter.get(base).text
    assert recruiter.get(f"{base}/confirm").status_code == 200
    appointed = recruiter.post(f"{base}/confirm", data=sent(app))
    session.rollback()
    volunteer = session.scalars(select(Volunteer)).one()
    assert (appointed.status_code, appointed.location) == (303, f"/staff/volunteers/{volunteer.number}")
    assert recruiter.post(f"{base}/confirm", data=sent(app)).status_code == 303  # twice is once
    assert len(session.scalars(select(Volunteer)).all()) == 1
    assert volunteer.number in recruiter.get(f"/staff/applications/{application.reference}").text
    assert "Their page as a volunteer" in recruiter.get(base).text


def done_by_the_applicant(app: Flask, session: Session, application: Application) -> None:
    newest = session.scalars(select(Agreement)).one_or_none()
    if newest is None:
        the_power(session)  # ships the agreement too
        newest = session.scalars(select(Agreement)).one()
    path = f"/applications/{application.reference}/agreement"
    mine = browser_of(app, application.applicant)
    assert mine.post(path, data=sent(app, agreement=str(newest.id))).status_code == 303


def test_a_step_taken_back_is_open_again(app: Flask, session: Session, recruiter: JudgingClient) -> None:
    application = somebody_ready(session, app)
    step = session.scalars(select(AppointmentStep).filter_by(kind="induction")).one()
    base = f"/staff/applications/{application.reference}/appointment"
    for _ in range(2):
        assert recruiter.post(f"{base}/steps/{step.id}/take-back", data=sent(app)).status_code == 303
    assert recruiter.post(f"{base}/steps/999999/take-back", data=sent(app)).status_code == 404
    assert "Appoint them" not in recruiter.get(base).text


def test_who_may_be_appointed_is_listed_first(app: Flask, session: Session, recruiter: JudgingClient) -> None:
    ready = somebody_ready(session, app)
    other = application_of(session, a_graduate(session))
    assert "People to appoint" in recruiter.get("/staff/").text
    assert "Next: appoint them" in recruiter.get(f"/staff/applications/{other.reference}").text
    page = recruiter.get("/staff/volunteers/ready").text
    assert page.index(ready.reference) < page.index(other.reference)
    assert "Volunteer agreement" in page
    set_clock(app, datetime(2019, 7, 1, 12))  # vetting has run out since
    later = browser_of(app, a_staff_member(session, Role.RECRUITER)).get("/staff/volunteers/ready").text
    assert "Everything is done" not in later


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RECRUITER])
def test_nobody_else_appoints_or_gives_powers(app: Flask, session: Session, role: Role) -> None:
    volunteer = a_volunteer(session, app)
    other = browser_of(app, a_staff_member(session, role))
    reference = session.get_one(Application, volunteer.application_id).reference
    for path in (
        f"/staff/applications/{reference}/appointment", f"/staff/volunteers/{volunteer.number}/powers",
        "/staff/volunteers/ready", "/staff/volunteers/agreement",
    ):  # fmt: skip
        assert other.get(path).status_code == 403
    sees = other.get(f"/staff/volunteers/{volunteer.number}").status_code
    assert sees == (200 if role is Role.LIAISON else 403)


def test_sensitive_acts_ask_for_the_second_factor_again(app: Flask, session: Session, recruiter: JudgingClient) -> None:
    application = somebody_ready(session, app)
    with unit_of_work(session):
        session.execute(update(SignInSession).values(stepped_up_at=clock.wall() - timedelta(hours=2)))
    answer = recruiter.post(f"/staff/applications/{application.reference}/appointment/confirm", data=sent(app))
    assert answer.status_code == 303 and "/staff/step-up" in answer.location
    session.rollback()
    assert session.scalars(select(Volunteer)).all() == []


# Volunteers and their powers


def test_a_power_is_given_and_withdrawn_on_pages(app: Flask, session: Session, recruiter: JudgingClient) -> None:
    volunteer = a_volunteer(session, app, district="maidstone")
    page, today = f"/staff/volunteers/{volunteer.number}", TODAY.date()
    power = str(the_power(session).id)
    for fields, words in (
        ({"starts_on": boxes(today)}, "Choose a power"),
        ({"power": power}, "Enter the first day"),
        ({"power": power, "starts_on": boxes(today - timedelta(days=1))}, "Enter a day from today"),
        ({"power": power, "starts_on": boxes(today), "ends_on": boxes(date(2020, 1, 1))}, "no power runs longer"),
        ({"power": power, "starts_on": boxes(today), "ends_on": ["x", "y", "z"]}, "Enter a real date"),
        ({"power": power, "starts_on": boxes(today), "limits": "x" * 1001}, "1,000 characters"),
        ({"power": str(the_power(session, "traffic-signs").id), "starts_on": boxes(today)}, "covers the training"),
        ({"power": "999999", "starts_on": boxes(today)}, "valid choice"),
    ):
        answer = recruiter.post(f"{page}/powers", data=sent(app, **fields))
        assert answer.status_code == 422 and words in answer.text, words
    assert session.scalars(select(PowerGrant)).all() == []
    assert recruiter.post(f"{page}/powers", data=sent(app, power=power, starts_on=boxes(today))).status_code == 303
    session.rollback()
    given = session.scalars(select(PowerGrant)).one()
    assert given.limits.startswith("On foot") and given.ends_on == date(2019, 6, 30)
    assert "Direct traffic, within limits" in recruiter.get(page).text
    away = f"{page}/powers/{given.id}/withdraw"
    assert recruiter.post(away, data=sent(app, reason="role")).status_code == 422
    assert recruiter.post(away, data=sent(app, on=boxes(today))).status_code == 422
    assert recruiter.post(away, data=sent(app, reason="role", on=boxes(date(2018, 7, 1)))).status_code == 422
    assert recruiter.post(away, data=sent(app, reason="role", on=boxes(today))).status_code == 303
    shown = recruiter.get(page).text
    assert "Powers of the past" in shown and "their role changed" in shown
    assert recruiter.get(f"{page}/powers/999999/withdraw").status_code == 404


def test_where_vetting_ran_out_it_is_said_and_no_power_can_be_given(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    volunteer = a_volunteer(session, app, member)
    with_a_power(session, volunteer, member)
    with unit_of_work(session):
        vetting = update(Requirement).filter_by(application_id=volunteer.application_id, kind=RequirementKind.VETTING)
        session.execute(vetting.values(expires_on=date(2018, 6, 24)))
    assert "Vetting no longer stands" in recruiter.get(f"/staff/volunteers/{volunteer.number}").text
    assert "not to be used: vetting" in recruiter.get(POWERS).text
    assert "Powers in doubt" in recruiter.get("/staff/").text
    given = sent(app, power=str(the_power(session, "name-and-address").id), starts_on=boxes(TODAY.date()))
    answer = recruiter.post(f"/staff/volunteers/{volunteer.number}/powers", data=given)
    assert answer.status_code == 422 and "vetting does not hold" in answer.text


def test_a_volunteer_is_found_however_the_number_is_typed_and_by_their_own_division(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    volunteer = a_volunteer(session, app, district="maidstone")
    typed = volunteer.number.lower().replace("-", " ")
    page = recruiter.get(f"/staff/volunteers/{typed}")
    assert page.status_code == 200 and "C 4411" in page.text and "Maidstone" in page.text
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    application = session.get_one(Application, volunteer.application_id)
    assert application.family_name not in title
    for path in ("certificate.pdf", "pack.pdf"):
        assert recruiter.get(f"/staff/volunteers/{volunteer.number}/{path}").data.startswith(b"%PDF-")
    for number in ("VOL-2222-2222", "x", application.reference):
        assert recruiter.get(f"/staff/volunteers/{number}").status_code == 404
    far = browser_of(app, a_staff_member(session, Role.LIAISON, division_id=division(session, "east")))
    for path in ("", "/certificate.pdf", "/pack.pdf"):
        assert far.get(f"/staff/volunteers/{volunteer.number}{path}").status_code == 404
    assert volunteer.number not in far.get("/staff/volunteers").text


def test_the_list_is_narrowed_by_its_address_in_a_fixed_number_of_statements(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    one = a_volunteer(session, app, member, "maidstone")
    with_a_power(session, one, member)
    with statements() as few:
        assert one.number in recruiter.get("/staff/volunteers").text
    others = [a_volunteer(session, app, member, "sevenoaks") for _ in range(3)]
    with statements() as many:
        page = recruiter.get("/staff/volunteers").text
    assert len(few) == len(many) and all(each.number in page for each in others)
    for query in ("district=maidstone", "power=traffic-control", "ending=yes"):
        shown = recruiter.get(f"/staff/volunteers?{query}").text
        assert one.number in shown and not any(each.number in shown for each in others)
    assert "Nobody matches" in recruiter.get("/staff/volunteers?strand=nonsense").text
    assert recruiter.get("/staff/volunteers?after=nonsense").status_code == 200


# The register


def test_the_register_shows_any_day_and_leaves_as_a_file_on_the_record(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    volunteer = a_volunteer(session, app, member, "maidstone")
    with unit_of_work(session):
        session.get_one(Application, volunteer.application_id).family_name = "=1+1"
    with_a_power(session, volunteer, member)
    assert volunteer.number in recruiter.get(POWERS).text
    assert volunteer.number in recruiter.get(f"{POWERS}?day=25&month=7&year=2018").text
    for query in ("?on=2018-06-24", "?day=26&month=7&year=2018"):
        assert volunteer.number not in recruiter.get(POWERS + query).text
    wrong = recruiter.get(f"{POWERS}?day=31&month=2&year=2018")
    assert wrong.status_code == 422 and "Enter a real date" in wrong.text and 'value="31"' in wrong.text
    files = {}
    for kind in ("csv", "xlsx"):
        answer = recruiter.post(f"{POWERS}/file", data=sent(app, on="2018-06-30", format=kind))
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
        assert f"powers-2018-06-30.{kind}" in answer.headers["Content-Disposition"]
        files[kind] = answer.get_data()
        answer.close()
    lines = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"), newline="")))
    assert lines[0][0] == "Volunteer number" and lines[1][0] == volunteer.number and len(lines) == 2
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).active
    assert sheet is not None and sheet.title == "Powers" and sheet.max_row == 2
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    session.rollback()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "register.exported")).all()
    assert [(each.detail["count"], each.detail["day"]) for each in noted] == [(1, "2018-06-30")] * 2
    liaison = browser_of(app, a_staff_member(session, Role.LIAISON))
    assert "Take along" not in liaison.get(POWERS).text
    assert liaison.post(f"{POWERS}/file", data=sent(app, format="csv")).status_code == 403


def test_a_new_version_of_the_agreement_is_published_and_asked_of_those_not_appointed(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    application = somebody_ready(session, app)
    volunteer = a_volunteer(session, app)
    page = recruiter.get("/staff/volunteers/agreement")
    assert page.status_code == 200 and "Version 1 is in force" in page.text
    assert recruiter.post("/staff/volunteers/agreement", data=sent(app, body=" ")).status_code == 422
    assert recruiter.post("/staff/volunteers/agreement", data=sent(app, body="x" * 20_001)).status_code == 422
    assert recruiter.post("/staff/volunteers/agreement", data=sent(app, body="# New\nA promise.")).status_code == 303
    shown = recruiter.get(f"/staff/applications/{application.reference}/appointment").text
    assert "An earlier version was accepted; version 2 is not" in shown
    assert "version 1" in recruiter.get(f"/staff/volunteers/{volunteer.number}").text
    session.rollback()
    assert session.get_one(Application, volunteer.application_id).state is State.APPOINTED
