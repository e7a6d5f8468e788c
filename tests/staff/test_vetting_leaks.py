"""A canary in each sensitive answer of vetting, and in each word about one: nobody else's page, header, mail, export,
history or log tells it, and no file or row holds it in the clear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import clock
from portal.config import Settings
from portal.db import Base
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.clearances import changes, criteria, declarations, vetting, vetting_answers
from portal.domain.clearances.declaring import MORE
from portal.domain.clearances.models import CriteriaAnswer, DeclarationKind
from portal.domain.journeys.due import run_due
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from portal.web.setup import outside_of
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.vetting import all_given, case_of, declare, in_state, officers
from tests.support.vetting import begun as begin_for

MARCH = datetime(2018, 3, 1, 10)
CRIMINAL, FINANCE = DeclarationKind
WHAT = ("criminal", "finance", "draft", "kept", "statement", "asked", "answered", "why", "appeal", "decided", "told",
        "taken", "work", "concern")  # fmt: skip
LIAISON_READS = {"work": "/staff/changes/", "concern": "/staff/criteria/"}
FRAGMENT = {"HX-Request": "true"}


def canary(what: str) -> str:
    return f"canaryof{what}xq"


TOLD = re.compile("|".join(canary(what) for what in WHAT))


@pytest.fixture(autouse=True)
def in_march(settings: Settings) -> Iterator[None]:
    set_clock(settings, MARCH)
    with clock.at(MARCH):
        yield
    clock.use_offset(timedelta())


@pytest.fixture
def vetted(app: Flask, session: Session) -> Application:
    """Somebody refused, who appealed in vain, with everything said on the way; and somebody half-way."""
    keys, (one, two, three) = keys_of(app), officers(session)
    application = begin_for(session, app, an_applicant(session, "vetted@example.org"))
    reference, key, person = application.reference, application.id, application.applicant
    browser_typing_signed_out(app, reference)
    for kind in DeclarationKind:
        declare(session, app, application, kind, all_given(kind, "yes", canary(kind.value)))
    declarations.add_statement(session, keys, person, key, CRIMINAL, canary("statement"))
    changes.tell(session, keys, person, key, "vetting", canary("told"))
    changes.tell(session, keys, person, key, "work", canary("work"))
    officer = a_staff_member(session, Role.LIAISON)
    changes.tell(session, keys, officer, key, "household", canary("taken"))
    criteria.check_criteria(session, keys, officer, key, CriteriaAnswer.CONCERN, canary("concern"), version=0)
    _decide(session, app, application, one, two, three)
    half = begin_for(session, app, an_applicant(session, "half@example.org"))
    declarations.keep(session, keys, half.id, FINANCE, all_given(FINANCE, "yes", canary("draft")))
    db.session.rollback()
    return session.scalars(select(Application).filter_by(reference=reference)).one()


def browser_typing_signed_out(app: Flask, reference: str) -> None:
    typed = {"convicted": "yes", f"convicted{MORE}": canary("kept")}
    answer = app.test_client().post(f"/applications/{reference}/declarations/criminal", data=typed)
    assert answer.status_code == 303 and not TOLD.search(str(answer.headers))


def _decide(
    session: Session, app: Flask, application: Application, one: StaffMember, two: StaffMember, three: StaffMember
) -> None:
    keys, person, key = keys_of(app), application.applicant, application.id

    def now() -> dict[str, int]:
        return {"version": case_of(session, application).version}

    case_id = case_of(session, application).id
    vetting.send(session, one, case_id, "level_2", **now())
    query = vetting.ask(session, keys, one, case_id, canary("asked"), **now()).id
    vetting_answers.answer(session, keys, person, key, query, canary("answered"))
    vetting.propose_refusal(session, keys, one, case_id, canary("why"), **now())
    vetting.confirm_refusal(session, two, case_id, **now())
    vetting_answers.appeal(session, keys, person, key, canary("appeal"))
    vetting.decide_appeal(session, keys, three, case_id, False, canary("decided"), **now())


def addresses(rule: Rule, application: Application) -> Iterable[str]:
    """This route with what somebody would ask who knew the names of it all."""
    known = {
        "reference": [application.reference], "slug": [application.campaign.slug], "section": ["contact", "why"],
        "kind": ["criminal", "finance", "vetting", "application"], "subject_id": [str(application.id)],
    }  # fmt: skip
    names = sorted(rule.arguments)
    for values in product(*(known.get(name, ["1", "2"]) for name in names)):
        address = rule.rule
        for name, value in zip(names, values, strict=True):
            address = re.sub(rf"<(?:[^<>]*:)?{name}>", value, address)
        yield address


def told_by(browser: JudgingClient, address: str) -> set[str]:
    """The canaries in what comes of this address: the page, or what stands for it; and as a fragment."""
    told: set[str] = set()
    for headers in ({}, FRAGMENT):
        with browser.get(address, headers=headers) as answer:
            told |= set(TOLD.findall(answer.get_data().decode("utf-8", "replace") + str(answer.headers)))
        if answer.status_code == 403:
            break  # refused before any view could tell a part from a page
    return told


def leaks(app: Flask, browser: JudgingClient, application: Application, role: Role | None) -> dict[str, set[str]]:
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint.startswith(("static", "demo_")):
            continue
        if rule.endpoint in {"public.sign_out", "staff.sign_out"}:
            continue
        for address in addresses(rule, application):
            told = told_by(browser, address)
            if role is Role.LIAISON:
                told -= {canary(what) for what, where in LIAISON_READS.items() if address.startswith(where)}
            if told:
                found[address] = told
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VETTING])
def test_no_other_role_is_told_by_any_address(app: Flask, session: Session, vetted: Application, role: Role) -> None:
    assert leaks(app, browser_of(app, a_staff_member(session, role)), vetted, role) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nor_is_a_stranger_another_applicant_or_the_one_who_sent_it(
    app: Flask, session: Session, vetted: Application
) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, JudgingClient)
    assert leaks(app, stranger, vetted, None) == {}
    assert leaks(app, browser_of(app, an_applicant(session)), vetted, None) == {}
    assert leaks(app, browser_of(app, vetted.applicant), vetted, None) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nor_is_an_export(app: Flask, session: Session, vetted: Application) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    token = (
        browser.get("/staff/applications/export").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    )
    fields = {"csrf_token": token, "chosen": vetted.reference, "column": "name", "format": "csv"}
    with browser.post("/staff/applications/export/file", data=fields) as answer:
        assert answer.status_code == 200 and vetted.family_name in answer.text
        assert not TOLD.search(answer.text)


def test_no_row_mail_log_or_file_holds_it(
    app: Flask, session: Session, settings: Settings, vetted: Application, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything is read raw, on both databases; with SQLite the file itself and its WAL too."""
    vetter = browser_of(app, officers(session, 1)[0])
    page = vetter.get(f"/staff/vetting/{vetted.reference}").text
    read = {canary(what) for what in WHAT} - {canary(what) for what in ("draft", "kept", "work", "concern")}
    assert set(TOLD.findall(page)) == read, "all of it is there for those it is for"
    assert not TOLD.search(page.split("<title>")[1].split("</title>")[0])
    run_due(session, outside_of(app))
    letters = outside_of(app).letters
    names = set()
    for mail in session.scalars(select(OutboxMail)):
        letter = letters.write(mail.name, mail.context, recipient=mail.recipient, message_id=mail.message_id)
        assert not TOLD.search(f"{letter.subject} {letter.text} {letter} {mail.context} {mail.subject}")
        names.add(mail.name)
    assert names >= {"declarations_asked", "vetting_query", "vetting_refused", "change_received"}
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            raw = " ".join(v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row)
            assert not TOLD.search(raw), table.name
    assert not TOLD.search(caplog.text)
    held = [path for path in settings.data.rglob("*") if path.is_file()]
    assert held and [path.name for path in held if re.search(TOLD.pattern.encode(), path.read_bytes())] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_ended_application_still_tells_nobody(app: Flask, session: Session, vetted: Application) -> None:
    from_state = in_state(session, vetted, vetted.state.UNSUCCESSFUL)
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    text = recruiter.get(f"/staff/applications/{from_state.reference}").text
    assert not TOLD.search(text)
