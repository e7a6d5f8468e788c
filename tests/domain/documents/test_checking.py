"""The background check: clean, refused, asked again; and nothing half done when a worker dies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents import actions
from portal.domain.documents.examining import examine
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.queries import documents_of
from portal.domain.documents.rules import refusal_words
from portal.domain.journeys.checking import LEASE, LONGEST_WAIT, check_due
from portal.domain.journeys.due import run_due
from portal.domain.journeys.uploading import remove
from portal.domain.messages.models import OutboxMail
from portal.services.crypto import open_plain
from portal.services.scanning import ClamdScanner, Verdict
from portal.services.storage import open_storage
from portal.web.setup import outside_of
from tests.domain.documents.conftest import OPEN
from tests.support import files, services
from tests.support.make_documents import SettableScanner, a_document, stored, with_scanner

BAD = {
    "encrypted": files.make_encrypted_pdf(),
    "scripted": files.make_pdf_with_script(),
    "embedded_files": files.make_pdf_with_file(),
    "too_many_pixels": files.make_big_png_header(),
    "damaged": files.make_pdf()[:-200],
    "too_many_pages": files.make_pdf(pages=61),
}


def mails(session: Session) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).filter_by(name="document_refused")))


def plain(app: Flask, document: Document) -> bytes:
    outside = outside_of(app)
    key = outside.keys.unwrap(document.wrapped_key or b"", document.public_id)
    return b"".join(open_plain(outside.storage.open(document.storage_key), key))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (files.make_pdf(), "application/pdf"),
        (files.make_png(), "image/png"),
        (files.make_jpeg_with_exif(), "image/jpeg"),
        (files.make_heic(), "image/jpeg"),
    ],
)
def test_an_honest_file_is_kept_cleaned_and_nothing_else_of_it(
    session: Session, app: Flask, draft: Application, content: bytes, media_type: str
) -> None:
    document = a_document(session, app, draft, content=content)
    assert (document.state, document.media_type, document.pages) == (DocumentState.CLEAN, media_type, 1)
    assert document.scanned is False, "the demonstration has no scanner, and the row says so"
    assert stored(app) == {document.storage_key}
    assert files.SECRET_PLACE.encode() not in plain(app, document)
    assert plain(app, document) != content
    assert session.scalars(select(AuditEvent).filter_by(action="document.checked")).one().detail["scanned"] is False


@pytest.mark.parametrize("code", BAD)
def test_a_bad_file_is_refused_with_its_reason_and_not_kept(
    session: Session, app: Flask, draft: Application, code: str
) -> None:
    good = a_document(session, app, draft)
    document = a_document(session, app, draft, content=BAD[code])
    assert (document.state, document.refusal, document.wrapped_key) == (DocumentState.REFUSED, code, None)
    assert all(refusal_words(code))
    assert stored(app) == {good.storage_key}, "the other file stays, the bad one goes"
    assert session.scalars(select(Requirement.state).filter_by(kind=RequirementKind.MEDICAL)).one() is (
        RequirementState.WITH_US
    )
    (mail,) = mails(session)
    assert (mail.recipient, mail.context) == (draft.applicant.email, {"reference": draft.reference})


def test_the_mail_about_a_refused_file_names_nothing_about_health(
    session: Session, app: Flask, draft: Application
) -> None:
    a_document(session, app, draft, content=files.make_encrypted_pdf(), name="my asthma.pdf")
    (mail,) = mails(session)
    letter = outside_of(app).letters.write(mail.name, mail.context, recipient="a@example.org", message_id="<1@x>")
    text = " ".join((letter.subject, letter.text, letter.html)).lower()
    assert f"/applications/{draft.reference}/documents".lower() in text
    assert not [word for word in ("medical", "health", "fitness", "doctor", "certificate", "asthma") if word in text]


def test_with_its_only_file_refused_the_requirement_is_no_longer_with_us(
    session: Session, app: Flask, draft: Application
) -> None:
    a_document(session, app, draft, content=files.make_encrypted_pdf())
    assert session.scalars(select(Requirement.state).filter_by(kind=RequirementKind.MEDICAL)).one() is (
        RequirementState.NOT_ASKED
    )


def test_without_a_clear_answer_a_file_stays_locked_and_is_asked_about_later_and_later(
    session: Session, app: Flask, draft: Application
) -> None:
    scanner = SettableScanner(Verdict.UNAVAILABLE)
    outside = with_scanner(app, scanner)
    document = a_document(session, app, draft)
    waits = []
    for _ in range(9):
        assert document.state is DocumentState.CHECKING
        assert not documents_of(session, draft.id)[0].readable
        assert document.next_check_at is not None
        with clock.at(document.next_check_at + timedelta(seconds=1)):
            asked_at = clock.now()
            assert check_due(session, outside) == 0
            session.refresh(document)
            waits.append(document.next_check_at - asked_at)
    slow = timedelta(seconds=9)  # what a busy machine may take over one check
    assert all(later > earlier - slow for earlier, later in pairwise(waits))
    assert waits[0] < timedelta(minutes=1) and LONGEST_WAIT <= waits[-1] < LONGEST_WAIT + slow
    scanner.verdict = Verdict.CLEAN
    with clock.at(document.next_check_at + timedelta(seconds=1)):
        assert check_due(session, outside) == 1
    session.refresh(document)
    assert (document.state, document.scanned) == (DocumentState.CLEAN, True)
    assert stored(app) == {document.storage_key}


def test_a_harmful_file_is_destroyed(session: Session, app: Flask, draft: Application) -> None:
    with_scanner(app, SettableScanner(Verdict.INFECTED))
    document = a_document(session, app, draft)
    assert (document.state, document.refusal, document.wrapped_key) == (DocumentState.REFUSED, "infected", None)
    assert stored(app) == set() and len(mails(session)) == 1


def test_one_that_cannot_be_handled_does_not_keep_the_others_waiting(
    session: Session, app: Flask, draft: Application
) -> None:
    lost = a_document(session, app, draft, checked=False)
    outside_of(app).storage.delete(lost.storage_key)
    good = a_document(session, app, draft)
    session.refresh(lost)
    assert (lost.state, good.state) == (DocumentState.CHECKING, DocumentState.CLEAN)


def test_a_worker_killed_between_copy_and_row_leaves_one_copy(session: Session, app: Flask, draft: Application) -> None:
    outside = outside_of(app)
    document = a_document(session, app, draft, checked=False)
    taken = actions.take_next(session, LEASE)
    assert taken is not None
    examine(outside, taken)  # and then the worker dies
    assert len(stored(app)) == 2
    assert check_due(session, outside) == 0, "leased: nobody else takes it yet"
    with clock.at(OPEN + LEASE + timedelta(minutes=1)):
        assert check_due(session, outside) == 1
    session.refresh(document)
    assert document.state is DocumentState.CLEAN
    assert stored(app) == {document.storage_key}


def test_a_file_removed_while_it_is_looked_at_stays_removed(session: Session, app: Flask, draft: Application) -> None:
    class Removing(SettableScanner):
        def scan(self, data: bytes, /) -> Verdict:
            remove(session, outside_of(app), draft.applicant, draft.id, document.public_id, received_at=clock.now())
            return super().scan(data)

    outside = with_scanner(app, Removing(Verdict.CLEAN))
    document = a_document(session, app, draft, checked=False)
    check_due(session, outside)
    session.refresh(document)
    assert document.state is DocumentState.REMOVED
    assert stored(app) == set()


def test_the_worker_does_it_with_the_mail(session: Session, app: Flask, draft: Application) -> None:
    a_document(session, app, draft, checked=False)
    assert run_due(session, outside_of(app))["documents"] == 1
    assert run_due(session, outside_of(app))["documents"] == 0


def test_a_real_scanner_finds_what_it_knows_and_down_it_says_nothing(
    session: Session, app: Flask, draft: Application, tmp_path: Path
) -> None:
    folder = tmp_path / "clamd"
    folder.mkdir()
    harmful = files.make_pdf().replace(b"\n", b"\n%" + services.EICAR + b"\n", 1)
    with services.clamd(folder, limit="20M") as (_socket, address):
        outside = with_scanner(app, ClamdScanner(address, 10))
        assert a_document(session, app, draft).scanned
        ill = a_document(session, app, draft, content=harmful)
        assert (ill.state, ill.refusal) == (DocumentState.REFUSED, "infected")
    document = a_document(session, app, draft)
    assert document.state is DocumentState.CHECKING
    assert check_due(session, outside) == 0


def test_with_the_store_away_a_check_waits(session: Session, app: Flask, draft: Application, tmp_path: Path) -> None:
    document = a_document(session, app, draft, checked=False)
    here = outside_of(app)
    check_due(session, replace(here, storage=open_storage(f"file://{tmp_path / 'other'}")))
    session.refresh(document)
    assert document.state is DocumentState.CHECKING
    with clock.at(datetime(2018, 1, 15, 12)):
        check_due(session, here)
    session.refresh(document)
    assert document.state is DocumentState.CLEAN
