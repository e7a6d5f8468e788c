"""Lists as files, read back the way their readers read them: hostile cells, scope, what is recorded."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from openpyxl.utils.escape import unescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, SignInSession
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.casework.exporting import safe
from tests.support.bulk import load_applications
from tests.support.casework import west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of

LIST = "/staff/applications"
EXPORT = LIST + "/export"
FILE = EXPORT + "/file"
EVERY = ["name", "reference", "stage", "district", "requirements", "score", "still", "owner", "promised"]
FULL_WIDTH = "\uff1d"  # an equals sign
HOSTILE = (
    "=1+1", "+44", "-2", "@SUM(A1)", "\tTAB", "\rCR", "\n=1", "  =cmd|' /C calc'!A0", FULL_WIDTH + "1", '=HYPERLINK("http://x")',
    "Zoë, \"quoted\"; 'n' more",
)  # fmt: skip


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def recruiter(app: Flask, session: Session) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def token(browser: JudgingClient) -> dict[str, str]:
    return browser.tokens(browser.get("/staff/account").text)


def taken(browser: JudgingClient, kind: str, **given: Any) -> Any:
    data = token(browser) | {"matching": "sort=newest", "column": EVERY, "format": kind} | given
    response = browser.post(FILE, data={name: value for name, value in data.items() if value is not None})
    response.get_data()
    response.close()
    return response


def cells(kind: str, body: bytes) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    book = openpyxl.load_workbook(io.BytesIO(body))
    assert len(book.sheetnames) == 1
    rows = list(book.active.iter_rows())
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in rows for cell in row)
    return [["" if cell.value is None else unescape(str(cell.value)) for cell in row] for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_cell_says_is_never_run(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, kind: str
) -> None:
    sent = [a_submitted(session, app, pilot).id for _ in HOSTILE]
    with unit_of_work(session):
        for key, words in zip(sent, HOSTILE, strict=True):
            session.get_one(Application, key).given_name = words
    response = taken(recruiter, kind)
    assert response.status_code == 200
    head, *rows = cells(kind, response.data)
    assert head[:3] == ["Given name", "Family name", "Reference"]
    found = [row[0] for row in rows]
    assert len(found) == len(HOSTILE)
    for words in HOSTILE:
        said = "'" + words if words != HOSTILE[-1] else words
        assert any(one.replace("\r", "\n") == said.replace("\r", "\n") for one in found), words
    assert not any(one.lstrip().startswith(("=", "+", "-", "@", FULL_WIDTH)) for one in found)


@pytest.mark.parametrize("words", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "\uff20x", "\ufe621"])
def test_signs_are_made_harmless(words: str) -> None:
    assert safe(words) == "'" + words


@pytest.mark.parametrize("words", ["", "Ann", "a=b", "CPV-1", "d'Arc", "1-2", " Ann"])
def test_plain_words_stay_as_they_are(words: str) -> None:
    assert safe(words) == words


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_only_the_columns_chosen_and_never_contact_details(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, kind: str
) -> None:
    sent = a_submitted(session, app, pilot, applicant=an_applicant(session, "zoe.hill@example.org"))
    with unit_of_work(session):
        session.get_one(Application, sent.id).score = 1850
    body = taken(recruiter, kind, column=["reference", "score", "received"])
    refused = taken(recruiter, kind, column=["reference", "email"])
    assert refused.status_code == 422
    assert body.status_code == 422  # received is not among the columns the list shows
    response = taken(recruiter, kind, column=["reference", "score"])
    assert cells(kind, response.data) == [["Reference", "Score"], [sent.reference, "18.5"]]
    everything = str(cells(kind, taken(recruiter, kind).data))
    for secret in ("zoe.hill", "07700", "Mill Lane", "ME14"):
        assert secret not in everything


def test_health_is_only_said_to_be_decided(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    sent = a_submitted(session, app, pilot)
    person = a_staff_member(session, Role.MEDICAL)
    with unit_of_work(session):
        medical = session.scalars(
            select(Requirement).filter_by(application_id=sent.id, kind=RequirementKind.MEDICAL)
        ).one()
        medical.state, medical.decided_by, medical.decided_at = RequirementState.NOT_MET, person.id, sent.received_at
    head, row = cells("csv", taken(recruiter, "csv", column=["requirements"]).data)
    assert row[head.index("Medical")] == "decided"
    assert "not met" not in row


def test_it_is_recorded_without_a_name_and_the_file_is_called_after_the_day(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    a_submitted(session, app, pilot, family_name="Rarename")
    response = taken(recruiter, "csv", column=["name", "reference"], matching="q=rarename")
    assert re.fullmatch(
        r"attachment; filename=applications-\d{4}-\d\d-\d\d\.csv", response.headers["Content-Disposition"]
    )
    assert response.headers["Cache-Control"] == "no-store"
    session.rollback()
    (event,) = session.scalars(select(AuditEvent).filter_by(action="list.exported"))
    assert event.detail == {"count": 1, "columns": ["name", "reference"], "format": "csv"}
    assert event.application_id is None


def test_the_page_before_says_how_many_and_keeps_the_selection(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    sent = [a_submitted(session, app, pilot, given_name=name) for name in ("Ada", "Bo", "Cy")]
    page = recruiter.get(f"{EXPORT}?q=ada&stage=sift").text
    assert "<h1>Export 1 application</h1>" in page
    assert "“ada” · Sift" in page or "Sift · “ada”" in page
    chosen = [one.reference for one in sent[:2]] + ["CPV-2222-2222"]
    page = recruiter.post(EXPORT, data=token(recruiter) | {"chosen": chosen, "act": "export"}).text
    assert "<h1>Export 2 applications</h1>" in page
    assert re.findall(r'name="chosen" value="([^"]+)"', page) == chosen
    rows = cells("csv", taken(recruiter, "csv", matching=None, chosen=chosen, column=["reference"]).data)
    assert {row[0] for row in rows[1:]} == set(chosen[:2])
    both = recruiter.post(EXPORT, data=token(recruiter) | {"chosen": chosen, "matching": "sort=newest"}).text
    assert "<h1>Export 3 applications</h1>" in both
    nothing = recruiter.post(EXPORT, data=token(recruiter)).text
    assert "There is nothing to export." in nothing
    assert FILE not in nothing


@pytest.mark.parametrize("wrong", [{"column": []}, {"format": "exe"}, {"format": ""}, {"column": ["x"]}])
def test_a_form_that_will_not_do_comes_back_as_it_was(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, wrong: dict[str, Any]
) -> None:
    a_submitted(session, app, pilot)
    page = taken(recruiter, "csv", **wrong)
    assert page.status_code == 422
    assert 'name="matching" value="sort=newest"' in page.text
    assert session.scalars(select(AuditEvent).filter_by(action="list.exported")).all() == []


def test_a_division_exports_its_own_and_only_recruiters_export(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    inside = a_submitted(session, app, pilot)
    outside = a_submitted(session, app, a_campaign(session, districts=("medway",)), postcode="ME4 4AA")
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    both = {"matching": None, "chosen": [inside.reference, outside.reference], "column": ["reference"]}
    assert cells("csv", taken(west, "csv", **both).data) == [["Reference"], [inside.reference]]
    every = taken(west, "csv", column=["reference"])
    assert cells("csv", every.data) == [["Reference"], [inside.reference]]
    liaison = browser_of(app, a_staff_member(session, Role.LIAISON))
    assert liaison.get(EXPORT).status_code == 403
    assert taken(liaison, "csv").status_code == 403
    assert recruiter.get(FILE).status_code == 405
    assert recruiter.post(FILE, data={"matching": "", "column": EVERY, "format": "csv"}).status_code == 400


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_row_is_there_once(session: Session, pilot: Campaign, recruiter: JudgingClient, kind: str) -> None:
    load_applications(session, 2_300, decider=a_staff_member(session, Role.RECRUITER).id)
    rows = cells(kind, taken(recruiter, kind, column=["reference"]).data)
    sent = session.scalars(
        select(Application.reference)
        .where(Application.received_at.is_not(None))
        .order_by(Application.received_at.desc(), Application.id.desc())
    )
    assert [row[0] for row in rows[1:]] == list(sent)


def test_a_browser_left_open_is_not_enough(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    a_submitted(session, app, pilot)
    with unit_of_work(session):
        for row in session.scalars(select(SignInSession)):
            row.stepped_up_at = clock.wall() - timedelta(hours=1)
    away = recruiter.get(f"{EXPORT}?stage=sift")
    assert away.status_code == 303
    assert away.location == "/staff/step-up?next=%2Fstaff%2Fapplications%2Fexport%3Fstage%3Dsift"
    assert taken(recruiter, "csv").status_code == 303
    assert session.scalars(select(AuditEvent).filter_by(action="list.exported")).all() == []
