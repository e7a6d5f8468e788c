"""A new master: everything sealed is sealed again, what was stopped goes on, and the old one may go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from portal.db import Base, unit_of_work
from portal.domain.accounts import unsent
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.keeping import keep_form, kept_fields
from portal.domain.applications.models import Application
from portal.domain.applications.queries import answers
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.documents.models import Document
from portal.domain.documents.queries import documents_of, name_of
from portal.domain.journeys import rotating
from portal.domain.journeys.rotating import SEALED, rotate_keys
from portal.services.crypto import KeyRing, SealBroken, open_plain
from portal.web.setup import outside_of
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import a_document
from tests.support.people import a_staff_member

OLD, NEW = {1: b"1" * 32}, {2: b"2" * 32}
SECRET = "JBSWY3DPEHPK3PXP"
TYPED = [("why", "typed when signed out")]
NOT_SEALED = {"passkey.credential_id", "passkey.public_key"}  # public halves


@pytest.fixture
def sealed(session: Session, app: Flask, in_january: None) -> Application:
    keys = outside_of(app).keys
    draft = a_draft(session, app, the_pilot(session), adjustments="A step-free room")
    for number in range(3):
        a_document(session, app, draft, name=f"paper {number}.pdf")
    officer = a_staff_member(session, Role.MEDICAL)
    with unit_of_work(session):
        officer.totp_sealed = keys.seal(SECRET, table="staff_member", row=str(officer.id), column="totp_sealed")
    keep_form(session, draft.reference, "why", TYPED, "a-browser", keys)
    unsent.keep(session, officer.id, unsent.Sent("/staff/", "/staff/", TYPED), keys)
    return draft


def reads(session: Session, app: Flask, draft: Application, keys: KeyRing) -> tuple[object, ...]:
    session.rollback()
    rows = documents_of(session, draft.id)
    storage = outside_of(app).storage
    heads = [
        next(open_plain(storage.open(row.storage_key), keys.unwrap(row.wrapped_key or b"", row.public_id)))[:5]
        for row in rows
    ]
    officer = session.scalars(select(StaffMember).where(StaffMember.totp_sealed.is_not(None))).one()
    place = {"table": "staff_member", "row": str(officer.id), "column": "totp_sealed"}
    return (
        kept_fields(session, draft.id, "why", "a-browser", keys),
        [each.sent.fields for each in unsent.unsent(session, officer.id, keys)],
        heads,
        [name_of(keys, row) for row in rows],
        answers(session, keys, draft, sealed=True)["adjustments"],
        keys.unseal(officer.totp_sealed or b"", **place),
    )


def test_afterwards_the_new_master_alone_reads_everything(session: Session, app: Flask, sealed: Application) -> None:
    names = [f"paper {number}.pdf" for number in range(3)]
    with pytest.raises(SealBroken):
        reads(session, app, sealed, KeyRing.from_settings(NEW))
    changed = rotate_keys(session, SYSTEM, KeyRing.from_settings(OLD | NEW))
    assert {name: count for name, count in changed.items() if count} == {
        "document.wrapped_key": 3,
        "document.name_sealed": 3,
        "answer.sealed": 1,
        "staff_member.totp_sealed": 1,
        "kept_form.sealed": 1,
        "unsent_form.sealed": 1,
    }
    expected = (TYPED, [TYPED], [b"%PDF-"] * 3, names, "A step-free room", SECRET)
    assert reads(session, app, sealed, KeyRing.from_settings(NEW)) == expected
    recorded = session.scalars(select(AuditEvent).filter_by(action="keys.rotated")).one()
    assert recorded.subject_id == 2 and recorded.detail["document.wrapped_key"] == 3


def test_a_run_that_was_stopped_is_run_again(
    session: Session, app: Flask, sealed: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 2)
    ring = KeyRing.from_settings(OLD | NEW)
    first = session.scalars(select(Document).order_by(Document.id.desc())).first()
    assert first is not None and first.wrapped_key is not None
    good = first.wrapped_key
    with unit_of_work(session):
        first.wrapped_key = good[:-1] + bytes([good[-1] ^ 1])  # the last row of the second batch breaks
    with pytest.raises(SealBroken):
        rotate_keys(session, SYSTEM, ring)
    versions = [ring.version_of(one or b"") for one in session.scalars(select(Document.wrapped_key).order_by("id"))]
    assert versions == [2, 2, 1], "what was done stays done"
    with unit_of_work(session):
        session.get_one(Document, first.id).wrapped_key = good
    assert rotate_keys(session, SYSTEM, ring)["document.wrapped_key"] == 1
    assert sum(rotate_keys(session, SYSTEM, ring).values()) == 0


def test_every_column_of_bytes_is_in_the_registry(app: Flask) -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found - NOT_SEALED == {place.name for place in SEALED}


def test_new_things_are_sealed_under_the_newest(session: Session, app: Flask, sealed: Application) -> None:
    app.extensions["outside"] = replace(outside_of(app), keys=KeyRing.from_settings(OLD | NEW))
    document = a_document(session, app, sealed)
    assert KeyRing.version_of(document.wrapped_key or b"") == 2
