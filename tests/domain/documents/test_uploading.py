"""Taking, replacing and removing files: what is kept, what is not, and until when."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind, Stage
from portal.domain.documents.actions import sweep_orphans
from portal.domain.documents.intake import Incoming
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.queries import documents_of, name_of
from portal.domain.documents.rules import Closed, FileRefused, FileTooLarge, TooManyFiles, UploadClosed, tidy_name
from portal.domain.journeys.uploading import panels, receive, remove
from portal.domain.refusals import NotFound
from portal.extensions import db
from portal.services.crypto import open_plain
from portal.web.setup import outside_of
from tests.support import files
from tests.support.casework import statements
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import LIMIT, a_document, stored

MEDICAL, FITNESS = RequirementKind.MEDICAL, RequirementKind.FITNESS
CANARY = "A canary that nobody may read"


def state_of(session: Session, application: Application, kind: RequirementKind = MEDICAL) -> RequirementState:
    query = select(Requirement.state).filter_by(application_id=application.id, kind=kind)
    return session.scalars(query).one()


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Document)) or 0


def test_a_file_is_stored_encrypted_under_its_care_with_a_row_a_state_and_a_trail(
    session: Session, app: Flask, draft: Application
) -> None:
    content = files.make_pdf(text=CANARY)
    document = a_document(session, app, draft, content=content, name="sick note.pdf", checked=False)
    (key,) = stored(app)
    assert key == document.storage_key and key.startswith("medical/")
    raw = b"".join(outside_of(app).storage.read(key))
    assert CANARY.encode() not in raw
    identity = outside_of(app).keys.unwrap(document.wrapped_key or b"", document.public_id)
    assert b"".join(open_plain(outside_of(app).storage.open(key), identity)) == content
    assert (document.state, document.size, document.media_type) == (
        DocumentState.CHECKING,
        len(content),
        "application/pdf",
    )
    assert state_of(session, draft) is RequirementState.WITH_US
    seen = session.scalars(select(AuditEvent).filter_by(action="document.received")).one()
    assert (seen.subject_id, seen.application_id, seen.detail) == (document.id, draft.id, {"kind": "medical"})
    (row,) = documents_of(session, draft.id)
    assert name_of(outside_of(app).keys, row) == "sick note.pdf"
    assert b"sick note" not in document.name_sealed
    assert row.neutral_name == "medical-certificate-1.pdf"


def test_fitness_evidence_lies_apart(session: Session, app: Flask, draft: Application) -> None:
    document = a_document(session, app, draft, kind=FITNESS, content=files.make_png(), checked=False)
    assert document.storage_key.startswith("fitness/")
    assert (state_of(session, draft), state_of(session, draft, FITNESS)) == (
        RequirementState.NOT_ASKED,
        RequirementState.WITH_US,
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (files.make_exe(), "not_accepted_type"),
        (files.make_html(), "not_accepted_type"),
        (b"%PD", "not_accepted_type"),
    ],
)
def test_what_is_no_document_is_refused_before_anything_is_kept(
    session: Session, app: Flask, draft: Application, content: bytes, code: str
) -> None:
    a_document(session, app, draft, checked=False)
    before = stored(app)
    with pytest.raises(FileRefused) as refusal:
        a_document(session, app, draft, content=content)
    assert refusal.value.message == FileRefused(code).message
    assert stored(app) == before and count(session) == 1


def test_one_byte_too_many_leaves_nothing_and_exactly_enough_is_taken(
    session: Session, app: Flask, draft: Application
) -> None:
    whole = files.make_pdf() + b"%" * LIMIT
    a_document(session, app, draft, content=whole[:LIMIT], checked=False)
    before = stored(app)
    with pytest.raises(FileTooLarge, match="15 MB"):
        a_document(session, app, draft, content=whole[: LIMIT + 1])
    assert stored(app) == before and count(session) == 1


def test_a_lost_connection_leaves_nothing(session: Session, app: Flask, draft: Application) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 100_000:
                raise ConnectionResetError
            return super().read(size)

    incoming = Incoming("a.pdf", Cut(files.make_pdf() + bytes(500_000)))
    with pytest.raises(ConnectionResetError):
        receive(
            session, outside_of(app), draft.applicant, draft.id, MEDICAL, incoming, limit=LIMIT, received_at=clock.now()
        )
    assert stored(app) == set() and count(session) == 0


def test_a_commit_that_fails_takes_its_object_with_it(session: Session, app: Flask, draft: Application) -> None:
    def fail(_session: Session) -> None:
        raise RuntimeError("the power went")

    event.listen(session, "before_commit", fail)
    try:
        with pytest.raises(RuntimeError, match="power"):
            a_document(session, app, draft, checked=False)
    finally:
        event.remove(session, "before_commit", fail)
    assert stored(app) == set() and count(session) == 0


def test_a_replacement_takes_the_old_one_away_in_the_same_breath(
    session: Session, app: Flask, draft: Application
) -> None:
    old = a_document(session, app, draft)
    new = a_document(session, app, draft, replaces=old.public_id)
    session.refresh(old)
    assert (old.state, old.wrapped_key) == (DocumentState.REMOVED, None)
    assert stored(app) == {new.storage_key}
    (row,) = documents_of(session, draft.id)
    assert (row.public_id, row.neutral_name) == (new.public_id, "medical-certificate-2.pdf")


def test_files_that_were_removed_are_counted_but_never_read(session: Session, app: Flask, draft: Application) -> None:
    kept = a_document(session, app, draft)
    for _ in range(3):
        kept = a_document(session, app, draft, replaces=kept.public_id)
    other, application_id, newest = a_document(session, app, draft, kind=FITNESS), draft.id, kept.public_id
    wanted = {newest: "medical-certificate-4.pdf", other.public_id: "fitness-evidence-1.pdf"}
    session.expunge_all()
    read: list[str] = []
    event.listen(Document, "load", note := lambda document, _context: read.append(document.public_id))
    try:
        with statements() as asked:
            assert {row.public_id: row.neutral_name for row in documents_of(session, application_id)} == wanted
    finally:
        event.remove(Document, "load", note)
    assert sum("document" in statement for statement in asked) == 1 and read == list(wanted)
    (only,) = documents_of(session, application_id, [FITNESS])
    assert only.number == 1


def test_a_refused_replacement_leaves_the_old_one(session: Session, app: Flask, draft: Application) -> None:
    old = a_document(session, app, draft)
    with pytest.raises(FileRefused):
        a_document(session, app, draft, content=files.make_exe(), replaces=old.public_id)
    with pytest.raises(NotFound):
        a_document(session, app, draft, kind=FITNESS, replaces=old.public_id)
    assert [row.public_id for row in documents_of(session, draft.id)] == [old.public_id]
    assert stored(app) == {old.storage_key}


def test_removing_destroys_key_and_file_and_is_done_once(session: Session, app: Flask, draft: Application) -> None:
    document = a_document(session, app, draft)
    for _ in range(2):
        remove(session, outside_of(app), draft.applicant, draft.id, document.public_id, received_at=clock.now())
    session.refresh(document)
    assert (document.state, document.wrapped_key) == (DocumentState.REMOVED, None)
    assert stored(app) == set()
    assert state_of(session, draft) is RequirementState.NOT_ASKED
    removed = select(func.count()).select_from(AuditEvent).filter_by(action="document.removed")
    assert session.scalar(removed) == 1


def test_with_another_file_left_the_requirement_stays_with_us(session: Session, app: Flask, draft: Application) -> None:
    first, _second = a_document(session, app, draft), a_document(session, app, draft)
    remove(session, outside_of(app), draft.applicant, draft.id, first.public_id, received_at=clock.now())
    assert state_of(session, draft) is RequirementState.WITH_US


def test_nobody_elses_document_can_be_removed(session: Session, app: Flask, draft: Application) -> None:
    other = a_draft(session, app, the_pilot(session))
    theirs = a_document(session, app, other)
    with pytest.raises(NotFound):
        remove(session, outside_of(app), draft.applicant, draft.id, theirs.public_id, received_at=clock.now())
    with pytest.raises(NotFound):
        a_document(session, app, draft, replaces=theirs.public_id)
    assert stored(app) == {theirs.storage_key}


def test_ten_files_are_enough(session: Session, app: Flask, draft: Application) -> None:
    last = [a_document(session, app, draft, checked=False) for _ in range(10)][-1]
    with pytest.raises(TooManyFiles):
        a_document(session, app, draft)
    a_document(session, app, draft, replaces=last.public_id, checked=False)
    assert panels(session, draft, clock.now())[0].full


DUE = clock.start_of(datetime(2018, 4, 28).date())  # training begins on 28 April
CLOSES = datetime(2018, 1, 27, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "taken"), [(-1, True), (0, False), (1, False)])
def test_what_is_due_with_the_application_comes_and_goes_until_the_closing_instant(
    session: Session, app: Flask, in_january: None, seconds: int, taken: bool
) -> None:
    sent = a_submitted(session, app, the_pilot(session))
    document = a_document(session, app, sent)
    next(each for each in sent.requirements if each.kind is MEDICAL).due = Stage.SUBMISSION
    session.commit()
    moment = CLOSES + timedelta(seconds=seconds)
    assert (panels(session, sent, moment)[0].closed is None) is taken
    if taken:
        remove(session, outside_of(app), sent.applicant, sent.id, document.public_id, received_at=moment)
        a_document(session, app, sent, received_at=moment)
        return
    with pytest.raises(UploadClosed, match="has passed"):
        remove(session, outside_of(app), sent.applicant, sent.id, document.public_id, received_at=moment)
    with pytest.raises(UploadClosed):
        a_document(session, app, sent, received_at=moment)


def test_what_is_due_later_is_still_taken_when_it_is_late(session: Session, app: Flask, in_january: None) -> None:
    sent = a_submitted(session, app, the_pilot(session))
    moment = DUE + timedelta(days=3)
    assert panels(session, sent, moment)[0].closed is None
    assert a_document(session, app, sent, received_at=moment).public_id


def test_a_lapsed_draft_takes_nothing(session: Session, app: Flask, draft: Application) -> None:
    closes = draft.campaign.closes_at
    a_document(session, app, draft, received_at=closes - timedelta(seconds=1))
    with pytest.raises(UploadClosed) as refusal:
        a_document(session, app, draft, received_at=closes)
    assert refusal.value.message == Closed.CAMPAIGN.value


def test_what_nobody_asks_for_cannot_be_sent(session: Session, app: Flask, draft: Application) -> None:
    with pytest.raises(NotFound):
        a_document(session, app, draft, kind=RequirementKind.VETTING)


def test_objects_without_a_row_go_after_an_hour(session: Session, app: Flask, draft: Application) -> None:
    storage = outside_of(app).storage
    kept = a_document(session, app, draft).storage_key
    with storage.write("medical/orphan") as writer:
        writer.write(b"x")
    wall = clock.wall()
    assert sweep_orphans(session, storage, wall + timedelta(minutes=59)) == 0
    assert sweep_orphans(session, storage, wall + timedelta(minutes=61)) == 1
    assert stored(app) == {kept}


def test_a_sweep_sees_rows_newer_than_what_its_session_last_read(
    session: Session, app: Flask, draft: Application
) -> None:
    assert count(session) == 0  # a view of the database is open from here on
    with app.app_context():
        other = db.session()
        kept = a_document(other, app, other.get_one(Application, draft.id)).storage_key
    assert sweep_orphans(session, outside_of(app).storage, clock.wall() + timedelta(hours=2)) == 0
    assert stored(app) == {kept}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (r"C:\Users\me\note.pdf", "note.pdf"),
        ("../../etc/passwd", "passwd"),
        ('my "own" <b>note</b>.pdf', "b>.pdf"),
        ("it%22s.pdf", 'it"s.pdf'),
        ("👩‍⚕️ note.pdf", "👩‍⚕️ note.pdf"),
        ("safe\u202efdp.exe", "safefdp.exe"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("x" * 400, "x" * 300),
        ("   ", "file"),
    ],
)
def test_names_lose_their_path_and_what_cannot_be_seen(given: str, shown: str) -> None:
    assert tidy_name(given) == shown
