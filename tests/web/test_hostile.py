"""What nobody's browser sends, and somebody's script does."""

from __future__ import annotations

import io
import json
import logging
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.messages.models import OutboxMail
from portal.web import logs
from tests.support.client import JudgingClient
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.stage import put_clock


@pytest.fixture(autouse=True)
def january(app: Flask, session: Session) -> None:
    the_pilot(session)
    put_clock(app, datetime(2018, 1, 15, 10))


def _plain(app: Flask) -> FlaskClient:
    """A client that looks at bytes, not at pages, and keeps no cookies."""
    return FlaskClient(app, app.response_class, use_cookies=False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_signed_in_persons_page_is_never_kept_however_the_cookie_is_written(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    cookie = browser_of(app, an_applicant(session)).get_cookie("applicant_session")
    assert cookie is not None
    signed_in = _plain(app).get("/", headers={"Cookie": f"applicant_session ={cookie.value}"})
    assert "My applications" in signed_in.text
    assert "My applications" not in client.get("/").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("address", ["/", "/campaigns", "/nowhere", "/staff/sign-in", "/staff/applications"])
def test_an_address_that_is_no_text_is_not_there(app: Flask, address: str) -> None:
    assert _plain(app).get(address, environ_overrides={"QUERY_STRING": "q=\xff\xfe"}).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("odd", ["*", "gzip;q=0.1, *", "br;q=0, *"])
def test_nobody_gets_an_encoding_that_somebody_else_asked_for(app: Flask, odd: str) -> None:
    client = _plain(app)
    client.get("/", headers={"Accept-Encoding": odd})
    for asked in ("", "gzip"):
        answer = client.get("/", headers={"Accept-Encoding": asked} if asked else {})
        assert answer.headers.get("Content-Encoding", "") in {"", asked}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_fragment_headers_neither_break_a_page_nor_fill_the_cache(client: JudgingClient) -> None:
    for headers in ({"HX-Request": "true"}, {"HX-Request": "true", "HX-Boosted": "true"}, {"HX-Request": "no"}):
        assert client.get("/sign-in", headers=headers).status_code == 200
    assert "<!doctype" in client.get("/sign-in").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_caches_own_mark_never_leaves(app: Flask, session: Session, client: JudgingClient) -> None:
    known = browser_of(app, an_applicant(session))
    for answer in (client.get("/?from=poster"), client.head("/"), known.get("/")):
        assert "X-Portal-Keep-Seconds" not in answer.headers


@pytest.mark.parametrize("address", ["/campaigns/a%00b", "/roles/%00", "/campaigns/%00/dates.ics", "/sign-in/link/%00"])
def test_an_address_with_nothing_in_it_leads_nowhere(client: JudgingClient, address: str) -> None:
    assert client.get(address).status_code in {404, 410}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_nul_in_what_was_typed_is_left_out(app: Flask, session: Session, client: JudgingClient) -> None:
    wrong = {"email": "no\0body@force.example", "password": "seven grey her\0ns", "x\0": "\0"}
    assert client.post("/staff/sign-in", data=wrong).status_code == 422
    assert client.post("/staff/sign-in", data=wrong, content_type="multipart/form-data").status_code == 422
    assert client.post("/sign-in", data={"email": "kate\0@example.org"}).status_code == 303
    assert client.post("/sign-in/code", data={"code": "12\0456"}).status_code == 422
    mail = session.scalars(select(OutboxMail)).one()
    assert mail.recipient == "kate@example.org"
    assert client.get("/campaigns?place=%00&q=ME14%00&x%00=1").status_code == 200
    auditor, recruiter = (browser_of(app, a_staff_member(session, role)) for role in (Role.AUDITOR, Role.RECRUITER))
    assert auditor.get("/staff/audit?reference=CPV-2222-2222%00&since=%00&who=%00").status_code == 200
    assert auditor.get("/staff/audit?action=%00nothing").status_code == 422
    assert recruiter.get("/staff/applications?q=Ka%00te&after=%00").status_code == 200


def test_a_number_too_large_for_a_row_leads_nowhere(app: Flask, session: Session) -> None:
    boss = browser_of(app, a_staff_member(session, Role.ADMINISTRATOR))
    for number in (2**31, 2**64):
        assert boss.get(f"/staff/admin/people/{number}").status_code == 404


def test_no_library_logs_what_a_statement_held_or_an_address_as_typed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [(logging.getLogger(name), logging.getLogger(name).handlers[:]) for name in ("", "gunicorn.error")]
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    try:
        logs.configure()
        with pytest.raises(SQLAlchemyError) as caught:
            session.execute(text("SELECT * FROM nowhere WHERE email = :email"), {"email": "kate@example.org"})
        logging.getLogger("huey").error("Unhandled exception in task %s.", "kate-1", exc_info=caught.value)
        logging.getLogger("gunicorn.error").error("Error handling request %s", "/applications/CPV-7K4F-92QX")
    finally:
        for logger, handlers in kept:
            logger.handlers[:] = handlers
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == ["huey", "gunicorn.error"]
    assert lines[0]["trace"] and "kate" not in written.getvalue() and "7K4F" not in written.getvalue()
    assert "kate" not in str(caught.value)
