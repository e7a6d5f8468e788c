"""The paper of a certificate: printed once, kept encrypted under a key of its own, its digest beside it.

It is printed by the worker, or at once for whoever asks before. Two who print it at the same moment make two files:
the first row written keeps its own, the other file is deleted.
"""

from __future__ import annotations

import io
import secrets
from contextlib import suppress
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.attendance.models import Certificate
from portal.domain.attendance.standing import standings
from portal.domain.attendance.verifying import digest_of
from portal.domain.documents.actions import YOUNGEST_ORPHAN
from portal.domain.refusals import NotFound
from portal.domain.training.models import Cohort, Trainee
from portal.services.crypto import DocumentKey, decrypt_stream, encrypt_stream
from portal.services.outside import Outside
from portal.services.paper_training import CertificatePaper, StatementPaper, StatementRow, certificate, statement
from portal.services.storage import Storage, StoreUnavailable

PREFIX = "certificates"  # of their keys in the store


def print_due(session: Session, outside: Outside, *, most: int) -> int:
    """Prints what was issued and has no paper yet, for at most so many; returns how many. Idempotent."""
    query = select(Certificate).where(Certificate.stored_as.is_(None), Certificate.withdrawn_at.is_(None))
    rows = session.scalars(query.order_by(Certificate.id).limit(most)).all()
    return sum(keep_paper(session, outside, row.id, _set(outside, row)) for row in rows)


def paper_of(session: Session, outside: Outside, certificate_id: int) -> bytes:
    """The PDF, the very bytes that were issued; printed now where it was not yet. Raises NotFound, StoreUnavailable."""
    row = session.get(Certificate, certificate_id, populate_existing=True)
    if row is None:
        raise NotFound()
    if row.stored_as is None:
        keep_paper(session, outside, certificate_id, _set(outside, row))
        row = session.get_one(Certificate, certificate_id, populate_existing=True)
    if row.stored_as is None or row.wrapped_key is None:
        raise NotFound()
    plain = io.BytesIO()
    decrypt_stream(outside.storage.open(row.stored_as), plain, outside.keys.unwrap(row.wrapped_key, place_of(row)))
    return plain.getvalue()


def keep_paper(session: Session, outside: Outside, certificate_id: int, paper: bytes) -> bool:
    """Stores a paper and then its row's word of it; says whether this one is the one that counts."""
    row = session.get_one(Certificate, certificate_id)
    stored_as, key = f"{PREFIX}/{secrets.token_hex(16)}", outside.keys.new_document_key(place_of(row))
    _store(outside, stored_as, key, paper)
    with unit_of_work(session):
        held = locked(session, Certificate, certificate_id)
        kept = held is not None and held.stored_as is None
        if held is not None and kept:
            held.stored_as, held.wrapped_key, held.digest = stored_as, key.wrapped, digest_of(paper)
    if not kept:
        with suppress(StoreUnavailable):  # what stays is swept later
            outside.storage.delete(stored_as)
    return kept


def place_of(row: Certificate) -> str:
    """What the paper's own key belongs to."""
    return f"certificate {row.code}"


def sweep_papers(session: Session, storage: Storage, wall: datetime) -> int:
    """Deletes papers older than an hour that no certificate refers to; returns how many. `wall` is the real time."""
    old = [key for key, written in storage.written(PREFIX) if wall - written > YOUNGEST_ORPHAN]
    kept = set(session.scalars(select(Certificate.stored_as).where(Certificate.stored_as.is_not(None))))
    orphans = [key for key in old if key not in kept]
    for key in orphans:
        storage.delete(key)
    return len(orphans)


def verify_address(base_url: str, code: str) -> str:
    return f"{base_url.rstrip('/')}/certificates/{code}"


def statement_of(session: Session, outside: Outside, application: Application, on: date) -> bytes:
    """A statement of training as it stands today: every day and module, done or not. Not a certificate, and says so.

    Raises NotFound for somebody who has no place on a course.
    """
    query = select(Trainee).where(Trainee.application_id == application.id)
    query = query.order_by(Trainee.ended_at.is_not(None), Trainee.id.desc()).limit(1)  # the live place, else the last
    trainee = session.scalars(query).one_or_none()
    if trainee is None:
        raise NotFound()
    cohort, standing = session.get_one(Cohort, trainee.cohort_id), standings(session, [trainee.id])[trainee.id]
    content = StatementPaper(
        name=f"{application.given_name} {application.family_name}".strip(),
        reference=application.reference,
        course=cohort.course.course.name,
        cohort=cohort.name,
        on=on,
        days=tuple(
            StatementRow(day.title, day.session.starts_at if day.session else None, day.state.value)
            for day in standing.days
        ),
        modules=tuple(
            (module.of.title, module.done.value, module.of.assessed, module.passed) for module in standing.modules
        ),
        attended=standing.days_attended,
        missing=standing.missing,
    )
    return statement(outside.paper, content)


def _set(outside: Outside, row: Certificate) -> bytes:
    facts = row.facts
    return certificate(
        outside.paper,
        CertificatePaper(
            name=row.name,
            course=facts["course"],
            completed_on=row.completed_on,
            issued_on=clock.london(row.issued_at).date(),
            days=facts["days"],
            first_day=date.fromisoformat(facts["first_day"]) if facts["first_day"] else None,
            last_day=date.fromisoformat(facts["last_day"]) if facts["last_day"] else None,
            modules=tuple(module["title"] for module in facts["modules"]),
            code=row.code,
            address=verify_address(outside.base_url, row.code),
        ),
    )


def _store(outside: Outside, stored_as: str, key: DocumentKey, paper: bytes) -> None:
    with outside.storage.write(stored_as) as writer:
        encrypt_stream(io.BytesIO(paper), writer, key)
