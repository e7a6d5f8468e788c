"""A certificate at its address: valid, withdrawn or not ours; an altered file is refused; guessing ends."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.config import Settings
from portal.domain.accounts.models import Applicant, Role
from portal.domain.applications.models import Application, State
from portal.domain.attendance.certificates import paper_of
from portal.domain.attendance.completing import new_code, withdraw
from portal.domain.attendance.models import Certificate
from portal.domain.overview.held import held_since
from portal.domain.volunteers import agreements
from portal.domain.volunteers.standard import seed_volunteers
from portal.extensions import db
from portal.web.setup import outside_of
from tests.support import databases
from tests.support.applying import set_clock
from tests.support.live import form_token
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.volunteers import DONE_AT, a_graduate, a_volunteer, application_of, with_a_power


@pytest.fixture(autouse=True)
def _after_the_course(app: Flask) -> None:
    set_clock(app, datetime(2018, 6, 25, 12))


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
def issued(session: Session) -> Certificate:
    return a_graduate(session)


def sent(data: bytes, name: str = "certificate.pdf") -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(data), name)}, "content_type": "multipart/form-data"}


def owner(session: Session, certificate: Certificate) -> tuple[Applicant, Application]:
    application = application_of(session, certificate)
    return application.applicant, application


def test_its_address_says_who_what_and_when_and_nothing_else(app: Flask, session: Session, issued: Certificate) -> None:
    answer = app.test_client().get(f"/certificates/{issued.code}")
    assert answer.status_code == 200
    for words in ("This certificate is genuine", issued.name, issued.facts["course"], "Monday 25 June 2018"):
        assert words in answer.text
    _person, application = owner(session, issued)
    for secret in (application.reference, application.postcode, application.applicant.email):
        assert secret not in answer.text
    title = answer.text.partition("<title>")[2].partition("</title>")[0]
    assert issued.name not in title
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers


def test_a_code_nobody_issued_is_not_one_of_ours(app: Flask, issued: Certificate) -> None:
    forged = issued.code[:-1] + ("2" if issued.code[-1] != "2" else "3")
    for code in (forged, new_code(), "x", "0" * 3000):
        answer = app.test_client().get(f"/certificates/{code}")
        assert answer.status_code == 404 and "not one of our certificates" in answer.text
        assert issued.name not in answer.text
        posted = app.test_client().post(f"/certificates/{code}", **sent(b"%PDF-"))
        assert posted.status_code == 404


def test_a_withdrawn_one_says_so_without_a_name_or_a_reason(app: Flask, session: Session, issued: Certificate) -> None:
    withdraw(session, a_staff_member(session, Role.RECRUITER), issued.id, "conduct")
    answer = app.test_client().get(f"/certificates/{issued.code}")
    assert answer.status_code == 200 and "was withdrawn" in answer.text
    assert issued.name not in answer.text and "unfairly" not in answer.text


def test_the_file_that_was_issued_is_told_from_one_that_was_altered(
    app: Flask, session: Session, issued: Certificate
) -> None:
    paper = paper_of(session, outside_of(app), issued.id)
    address, client = f"/certificates/{issued.code}", app.test_client()
    same = client.post(address, **sent(paper))
    assert same.status_code == 200 and "The file is the one we issued" in same.text
    one_byte = bytearray(paper)
    one_byte[len(paper) // 2] ^= 1
    renamed = _renamed(paper, issued.name)
    for altered in (bytes(one_byte), renamed, paper[:-1], b"x"):
        answer = client.post(address, **sent(altered))
        assert answer.status_code == 200 and "The file was altered" in answer.text and "genuine" not in answer.text
        assert "The file is the one we issued" not in answer.text


def _renamed(paper: bytes, name: str) -> bytes:
    """The same paper with somebody else's name typed over the old one, as a forger's program would save it."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"BT /F1 28 Tf 100 600 Td (Somebody Else) Tj ET")
        pdf.save(made)
    assert name.encode() not in made.getvalue()
    return made.getvalue()


def test_no_file_or_far_too_large_a_one_is_said_beside_the_field(app: Flask, issued: Certificate) -> None:
    address, client = f"/certificates/{issued.code}", app.test_client()
    for body in (sent(b"", ""), {"data": {}}, {"data": {}, "content_type": "multipart/form-data"}):
        answer = client.post(address, **body)
        assert answer.status_code == 422 and "Choose the file of the certificate" in answer.text
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + b"x" * (2 * 2**20 + 1)
    large = client.post(address, data=part + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert large.status_code == 422 and "far larger" in large.text
    broken = client.post(address, data=b"--x", content_type="multipart/form-data")
    assert broken.status_code == 400


def test_a_file_sent_before_it_is_printed_cannot_be_compared_yet(app: Flask, issued: Certificate) -> None:
    answer = app.test_client().post(f"/certificates/{issued.code}", **sent(b"%PDF-"))
    assert answer.status_code == 200 and "We cannot compare it yet" in answer.text


def test_a_code_can_be_typed(app: Flask, issued: Certificate) -> None:
    client = app.test_client()
    assert client.get("/certificates").status_code == 200
    answer = client.post("/certificates", data={"code": issued.code.lower().replace("-", " ")})
    assert (answer.status_code, answer.location) == (303, f"/certificates/{issued.code}")
    for typed in ("", "not a code", "x" * 200):
        again = client.post("/certificates", data={"code": typed})
        assert again.status_code == 422 and "There is a problem" in again.text


def test_guessing_ends_and_whoever_holds_a_code_is_not_hindered(settings: Settings) -> None:
    app = create_app(replace(settings, rate_limits=True))
    with app.app_context():
        issued = a_graduate(db.session())
        client = app.test_client()
        for _ in range(30):  # asking after a real one counts as no guess
            assert client.get(f"/certificates/{issued.code}").status_code == 200
        said = [client.get(f"/certificates/{new_code()}").status_code for _ in range(25)]
        assert said == [404] * 20 + [429] * 5
        elsewhere = app.test_client().get(f"/certificates/{new_code()}", environ_base={"REMOTE_ADDR": "192.0.2.9"})
        assert elsewhere.status_code == 404
        db.session.remove()
        db.engine.dispose()


def test_its_holder_has_the_paper_the_statement_and_nobody_else_does(
    app: Flask, session: Session, issued: Certificate
) -> None:
    person, application = owner(session, issued)
    mine, other = browser_of(app, person), browser_of(app, an_applicant(session))
    for name in ("certificate", "statement"):
        path = f"/applications/{application.reference}/{name}.pdf"
        answer = mine.get(path)
        assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            root: Any = pdf.Root
            assert root.MarkInfo.Marked and b"pdfuaid" in root.Metadata.read_bytes()
        assert other.get(path).status_code == 404
        assert app.test_client().get(path).status_code in {302, 303}
    shown = mine.get(f"/applications/{application.reference}").text
    assert "certificate.pdf" in shown and f"/certificates/{issued.code}" in shown
    assert "You have completed your training" in shown and "We are late" not in shown
    assert mine.get(f"/applications/{application.reference}/pack.pdf").status_code == 404
    downloaded = mine.get(f"/applications/{application.reference}/certificate.pdf").data
    assert "The file is the one we issued" in mine.post(f"/certificates/{issued.code}", **sent(downloaded)).text


def test_the_agreement_is_read_and_accepted_by_the_person_themselves(
    app: Flask, session: Session, issued: Certificate
) -> None:
    seed_volunteers(session)
    person, application = owner(session, issued)
    path = f"/applications/{application.reference}/agreement"
    mine = browser_of(app, person)
    assert "Read and accept the volunteer agreement" in mine.get(f"/applications/{application.reference}").text
    page = mine.get(path)
    standing = agreements.standing_of(session, application)
    assert page.status_code == 200 and standing is not None and standing.accepted_at is None
    fields = {"csrf_token": form_token(app), "agreement": str(standing.agreement.id)}
    recruiter = a_staff_member(session, Role.RECRUITER)
    with clock.at(DONE_AT):
        newer = agreements.publish(session, recruiter, None, "A new promise.")
    session.rollback()
    stale = mine.post(path, data=fields)
    assert stale.status_code == 409 and "newer agreement" in stale.text
    assert mine.post(path, data=fields | {"agreement": "no"}).status_code == 409
    assert mine.post(path, data=fields | {"agreement": ""}).status_code == 422
    assert mine.post(path, data=fields | {"agreement": str(newer.id)}).status_code == 303
    assert "You accepted this on" in mine.get(path).text
    assert "Read and accept" not in mine.get(f"/applications/{application.reference}").text
    assert browser_of(app, an_applicant(session)).get(path).status_code == 404


def test_somebody_without_a_place_has_no_agreement_to_accept(app: Flask, session: Session, issued: Certificate) -> None:
    seed_volunteers(session)
    person, application = owner(session, issued)
    application.state = State.OFFERED
    session.commit()
    assert browser_of(app, person).get(f"/applications/{application.reference}/agreement").status_code == 404


def test_a_volunteer_sees_who_they_are_now_their_powers_and_the_pack(app: Flask, session: Session) -> None:
    recruiter = a_staff_member(session, Role.RECRUITER)
    volunteer = a_volunteer(session, app, recruiter, "maidstone")
    application = session.get_one(Application, volunteer.application_id)
    mine = browser_of(app, application.applicant)
    page = mine.get(f"/applications/{application.reference}")
    assert volunteer.number in page.text and "You hold none yet" in page.text and "Waiting for" not in page.text
    with_a_power(session, volunteer, recruiter)
    page = mine.get(f"/applications/{application.reference}")
    assert "Direct traffic, within limits" in page.text and "On foot." in page.text and "certificate.pdf" in page.text
    held = " ".join(line["what"] for line in held_since(session, keys_of(app), application.id))
    for words in (volunteer.number, "C 4411", "Power: Direct traffic", "version 1, accepted", "Certificate "):
        assert words in held
    pack = mine.get(f"/applications/{application.reference}/pack.pdf")
    assert pack.status_code == 200 and pack.data.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(pack.data)) as pdf:
        root: Any = pdf.Root
        assert len(pdf.pages) >= 2 and b"pdfuaid" in root.Metadata.read_bytes()
    assert (
        browser_of(app, an_applicant(session)).get(f"/applications/{application.reference}/pack.pdf").status_code == 404
    )
