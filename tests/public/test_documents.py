"""The documents page: sending, seeing, replacing, removing, downloading; and every bad file of the list."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.models import Document, DocumentState
from portal.domain.journeys.checking import check_due
from portal.extensions import db
from portal.services.scanning import Verdict
from portal.web.setup import outside_of
from tests.support import files
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import LIMIT, SettableScanner, a_document, set_clock, stored, with_scanner
from tests.support.people import a_staff_member, an_applicant, browser_of

OPEN = datetime(2018, 1, 15, 10)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def draft(session: Session, app: Flask, settings: Settings) -> Iterator[Application]:
    set_clock(settings, OPEN)
    with clock.at(OPEN):
        yield a_draft(session, app, the_pilot(session))


@pytest.fixture
def applicant(app: Flask, draft: Application) -> JudgingClient:
    return browser_of(app, draft.applicant)


def at(draft: Application, *more: str) -> str:
    return "/".join(["/applications", draft.reference, "documents", *more])


def form_of(fields: dict[str, str], given: Sequence[tuple[bytes, str]]) -> tuple[bytes, str]:
    """A form as a browser writes it: its fields, then its files. Returns the body and its content type."""
    uploads = [FileStorage(io.BytesIO(content), name) for content, name in given]
    boundary, body = encode_multipart({**fields, "file": uploads})
    return body, f'multipart/form-data; boundary="{boundary}"'


def send(
    applicant: JudgingClient,
    draft: Application,
    *given: tuple[bytes, str],
    kind: str = "medical",
    headers: dict[str, str] | None = None,
    **fields: str,
) -> TestResponse:
    """What a browser's form sends: its fields in order, then its files."""
    token = applicant.tokens(applicant.get(at(draft)).text)
    body, content_type = form_of({**token, "kind": kind, **fields}, given)
    return applicant.post(at(draft), data=body, content_type=content_type, headers=headers or {})


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Document)) or 0


def last(session: Session) -> Document:
    session.rollback()
    return session.scalars(select(Document).order_by(Document.id.desc()).limit(1)).one()


def test_an_empty_page_says_what_who_and_until_when(applicant: JudgingClient, draft: Application) -> None:
    page = applicant.get(at(draft)).text
    for words in ("Medical certificate", "Fitness evidence", "Needed by 27 April 2018", "up to 15 MB each"):
        assert words in page
    assert f"/campaigns/{draft.campaign.slug}/medical-form.pdf" in page
    assert "no virus scanner" in page
    assert "Only our medical reviewers open your files" in page


def test_a_file_is_taken_checked_and_downloaded(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application
) -> None:
    answer = send(applicant, draft, (files.make_pdf(), "my note.pdf"))
    assert (answer.status_code, answer.location) == (303, f"{at(draft)}#medical")
    page = applicant.get(at(draft)).text
    assert "my note.pdf" in page and "Being checked" in page and 'hx-trigger="every 3s"' in page
    public_id = last(session).public_id
    assert applicant.get(at(draft, public_id)).status_code == 404, "nothing is shown before it is checked"
    check_due(session, outside_of(app))
    page = applicant.get(at(draft)).text
    assert "Checked, not virus scanned" in page and "every 3s" not in page
    got = applicant.get(at(draft, public_id))
    assert got.status_code == 200 and got.data.startswith(b"%PDF")
    assert got.headers["Content-Disposition"] == 'attachment; filename="medical-certificate-1.pdf"'
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"
    session.rollback()
    assert session.scalars(select(AuditEvent).filter_by(action="document.opened")).one().actor_id == draft.applicant_id


def test_a_scanned_file_says_so(session: Session, app: Flask, applicant: JudgingClient, draft: Application) -> None:
    with_scanner(app, SettableScanner(Verdict.CLEAN))
    a_document(session, app, draft)
    assert "Virus check passed" in applicant.get(at(draft)).text


BAD: list[tuple[str, bytes, str]] = [
    ("an executable renamed", files.make_exe(), "not a PDF or a photo we can read"),
    ("a web page renamed", files.make_html(), "not a PDF or a photo we can read"),
    ("nothing in it", b"", "The file is empty"),
    ("a byte too many", files.make_pdf() + b"%" * LIMIT, "larger than 15 MB"),
]


@pytest.mark.parametrize(("content", "words"), [(one[1], one[2]) for one in BAD], ids=[one[0] for one in BAD])
def test_a_file_that_will_not_do_is_refused_beside_its_field_and_loses_nothing(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application, content: bytes, words: str
) -> None:
    good = a_document(session, app, draft)
    answer = send(applicant, draft, (content, "certificate.pdf"))
    assert answer.status_code == 422
    assert "<title>Error: Your documents" in answer.text
    assert words in answer.text and 'href="#file-medical"' in answer.text
    assert answer.text.count("govuk-file-upload--error") == 1
    assert count(session) == 1 and stored(app) == {good.storage_key}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (files.make_encrypted_pdf(), "locked with a password"),
        (files.make_pdf_with_script(), "contains a program"),
        (files.make_big_png_header(), "larger than 50 megapixels"),
    ],
)
def test_a_file_refused_by_the_check_says_why_and_can_be_cleared(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application, content: bytes, words: str
) -> None:
    assert send(applicant, draft, (content, "a.pdf")).status_code == 303
    check_due(session, outside_of(app))
    page = applicant.get(at(draft)).text
    assert "Not accepted" in page and words in page and "We have not kept this file" in page
    token = applicant.tokens(page)
    assert applicant.post(at(draft, last(session).public_id, "remove"), data=token).status_code == 303
    assert words not in applicant.get(at(draft)).text


def test_of_several_files_the_good_ones_are_kept(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application
) -> None:
    answer = send(
        applicant, draft, (files.make_pdf(), "1.pdf"), (files.make_exe(), "2.pdf"), (files.make_png(), "3.png")
    )
    assert answer.status_code == 422
    assert "2.pdf: The file is not a PDF" in answer.text
    assert "1.pdf" in answer.text and "3.png" in answer.text
    assert count(session) == 2


def test_a_form_that_cannot_be_read_to_its_end_is_told_so(
    session: Session, applicant: JudgingClient, draft: Application
) -> None:
    answer = send(applicant, draft, (files.make_pdf() + bytes(6 * LIMIT + 100_000), "film.pdf"))
    assert answer.status_code == 413 and "larger than 15 MB" in answer.text
    assert count(session) == 0


def test_nothing_chosen(applicant: JudgingClient, draft: Application) -> None:
    answer = send(applicant, draft, (b"", ""))
    assert answer.status_code == 422 and "Choose a file first" in answer.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\private\\note.pdf", "note.pdf"),
        ("%22quoted%22 & <b>bold<b>.pdf", "&#34;quoted&#34; &amp; &lt;b&gt;bold&lt;b&gt;.pdf"),
        ("🩺 note.pdf", "🩺 note.pdf"),
        ("n" * 300 + ".pdf", "n" * 300),
        ("hx-get=/x <img hx-on:load=alert(1)>.pdf", "&lt;img hx-on:load=alert(1)&gt;.pdf"),
    ],
)
def test_any_name_is_shown_as_text_and_kept_sealed(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application, name: str, shown: str
) -> None:
    assert send(applicant, draft, (files.make_pdf(), name)).status_code == 303
    page = applicant.get(at(draft)).text
    assert shown in page and "<b>bold" not in page and "<img hx" not in page
    assert b"note" not in last(session).name_sealed


def test_a_fragment_request_gets_the_lists_alone(applicant: JudgingClient, draft: Application) -> None:
    answer = send(applicant, draft, (files.make_pdf(), "a.pdf"), headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "<!doctype" not in answer.text and 'id="files-medical"' in answer.text
    answer = send(applicant, draft, (files.make_exe(), "a.pdf"), headers={"HX-Request": "true"})
    assert answer.status_code == 422 and 'id="problem-medical"' in answer.text
    poll = applicant.get(at(draft), headers={"HX-Request": "true"})
    assert "<!doctype" not in poll.text and "HX-Request" in poll.vary


def test_what_came_back_settled_is_said_aloud(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application
) -> None:
    a_document(session, app, draft, checked=False)
    headers = {"HX-Request": "true"}
    assert "data-announce" not in applicant.get(at(draft), headers=headers).text
    check_due(session, outside_of(app))
    assert 'data-announce="Medical certificate: 1 file accepted."' in applicant.get(at(draft), headers=headers).text


def test_replacing_and_removing(session: Session, app: Flask, applicant: JudgingClient, draft: Application) -> None:
    old = a_document(session, app, draft, name="old.pdf")
    page = applicant.get(at(draft), query_string={"replace": old.public_id}).text
    assert "Choose the file to send instead of old.pdf" in page
    assert send(applicant, draft, (files.make_pdf(), "new.pdf"), replaces=old.public_id).status_code == 303
    page = applicant.get(at(draft)).text
    assert "new.pdf" in page and "old.pdf" not in page
    new = last(session)
    page = applicant.get(at(draft, new.public_id, "remove")).text
    assert "Remove this file?" in page and "new.pdf" in page
    for _ in range(2):  # a double click is one removal
        assert applicant.post(at(draft, new.public_id, "remove"), data=applicant.tokens(page)).status_code == 303
    assert "new.pdf" not in applicant.get(at(draft)).text and stored(app) == set()


def test_after_the_due_day_the_page_is_for_reading(
    session: Session, app: Flask, settings: Settings, applicant: JudgingClient, draft: Application
) -> None:
    document = a_document(session, app, draft)
    token = applicant.tokens(applicant.get(at(draft)).text)
    set_clock(settings, draft.campaign.closes_at + timedelta(seconds=1))
    page = applicant.get(at(draft)).text
    assert "This campaign has closed" in page and 'type="file"' not in page and ">Remove<" not in page
    body, content_type = form_of({**token, "kind": "medical"}, [(files.make_pdf(), "late.pdf")])
    answer = applicant.post(at(draft), data=body, content_type=content_type)
    assert answer.status_code == 422 and "This campaign has closed" in answer.text
    assert applicant.post(at(draft, document.public_id, "remove"), data=token).status_code == 422
    assert count(session) == 1


def test_without_the_forms_token_or_from_elsewhere_nothing_is_taken(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application
) -> None:
    for token in ({}, {"csrf_token": "forged"}):
        body, content_type = form_of({**token, "kind": "medical"}, [(files.make_pdf(), "a.pdf")])
        assert applicant.post(at(draft), data=body, content_type=content_type).status_code == 400
    foreign = send(applicant, draft, (files.make_pdf(), "a.pdf"), headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert count(session) == 0 and stored(app) == set()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"csrf_token=x&kind=medical", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"--x\r\nX: y\r\n\r\nz\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=kind\r\n\r\nmedi", "multipart/form-data; boundary=x"),
    ],
)
def test_a_form_that_is_none_is_400(
    session: Session, applicant: JudgingClient, draft: Application, body: bytes, content_type: str
) -> None:
    assert applicant.post(at(draft), data=body, content_type=content_type).status_code == 400
    assert count(session) == 0


def test_an_unknown_kind_is_not_there(applicant: JudgingClient, draft: Application) -> None:
    for kind in ("vetting", "cake", ""):
        assert send(applicant, draft, (files.make_pdf(), "a.pdf"), kind=kind).status_code == 404


def routes(draft: Application, public_id: str) -> list[tuple[str, str]]:
    return [
        ("GET", at(draft)),
        ("POST", at(draft)),
        ("GET", at(draft, public_id)),
        ("GET", at(draft, public_id, "remove")),
        ("POST", at(draft, public_id, "remove")),
    ]


def test_each_address_asks_whose_it_is(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application
) -> None:
    document = a_document(session, app, draft)
    stranger, other = app.test_client(), browser_of(app, an_applicant(session))
    staff = browser_of(app, a_staff_member(session, Role.MEDICAL))
    token = {"csrf_token": form_token(app)}  # a good one: it is not the token that stops anybody here
    for method, address in routes(draft, document.public_id):
        assert stranger.open(address, method=method).status_code == 303
        assert staff.open(address, method=method).status_code == 303
        assert other.open(address, method=method, data=token).status_code == 404
        assert applicant.open(address, method="DELETE", data=token).status_code == 405
    assert applicant.get(at(draft, "nothing-here")).status_code == 404
    assert applicant.get(at(draft, "nothing-here", "remove")).status_code == 404
    assert applicant.post(at(draft, "nothing-here", "remove"), data=token).status_code == 404
    session.refresh(document)
    assert document.state is DocumentState.CLEAN


def test_an_expired_session_sends_a_sending_script_to_sign_in(app: Flask, draft: Application) -> None:
    answer = app.test_client().post(
        at(draft), headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{at(draft)}"}
    )
    assert answer.status_code == 401 and "/sign-in" in answer.headers["HX-Redirect"]
    assert "documents" in answer.headers["HX-Redirect"]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to the database inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_page_costs_the_same_with_one_file_and_with_ten(
    session: Session, app: Flask, applicant: JudgingClient, draft: Application
) -> None:
    a_document(session, app, draft)
    with statements() as one:
        applicant.get(at(draft))
    for _ in range(8):
        a_document(session, app, draft, kind=RequirementKind.MEDICAL)
    with statements() as ten:
        applicant.get(at(draft))
    assert len(ten) == len(one)
