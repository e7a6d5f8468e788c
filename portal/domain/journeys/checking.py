"""The background check of documents: taken one at a time, settled with its requirement and the applicant's mail.

The tables are the queue. Whatever is not a clear answer leaves a file "being checked": it is asked about again,
later and later, and nobody can open it meanwhile.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.documents import actions
from portal.domain.documents.examining import Accepted, NoAnswer, Refused, Specimen, examine
from portal.domain.documents.intake import delete_quietly
from portal.domain.documents.models import Document, DocumentState
from portal.domain.journeys.uploading import settle_requirement
from portal.domain.messages.actions import queue_mail
from portal.services.outside import Outside
from portal.services.storage import StoreUnavailable

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than any one check takes
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)


def check_due(session: Session, outside: Outside, most: int | None = None) -> int:
    """Looks at the files that are due, oldest first, at most `most` of them; returns how many were looked at.

    Stops when the store or the scanner is down: the rest would only fail too.
    """
    looked = 0
    while (most is None or looked < most) and (specimen := actions.take_next(session, LEASE)) is not None:
        if not _answered(session, outside, specimen):
            break
        looked += 1
    return looked


def _answered(session: Session, outside: Outside, specimen: Specimen) -> bool:
    """One file. False when the store or the scanner is down."""
    try:
        finding = examine(outside, specimen)
    except StoreUnavailable:
        _put_off(session, specimen.id)
        return False
    except Exception as error:  # one file that cannot be handled must not keep the others waiting
        log.error("a file could not be checked", extra={"kind": type(error).__name__}, exc_info=error)
        _put_off(session, specimen.id)
        return True
    if isinstance(finding, NoAnswer):
        _put_off(session, specimen.id)
        return outside.scanner.ping()
    _settle(session, outside, specimen, finding)
    return True


def _settle(session: Session, outside: Outside, looked_at: Specimen, finding: Accepted | Refused) -> None:
    """Writes the answer down, unless the file went away or was settled while we looked."""
    with unit_of_work(session):
        document = locked(session, Document, looked_at.id)
        waiting = document is not None and document.state is DocumentState.CHECKING
        if document is not None and waiting:
            _write_down(session, document, finding)
        kept = document.storage_key if document is not None and document.state is DocumentState.CLEAN else None
    for place in {looked_at.storage_key, *([finding.storage_key] if isinstance(finding, Accepted) else [])}:
        if place != kept:
            delete_quietly(outside.storage, place)


def _write_down(session: Session, document: Document, finding: Accepted | Refused) -> None:
    if isinstance(finding, Accepted):
        actions.accept_document(
            session,
            document,
            storage_key=finding.storage_key,
            media_type=finding.media_type,
            pages=finding.pages,
            scanned=finding.scanned,
        )
        return
    actions.refuse_document(session, document, finding.code)
    session.flush()
    settle_requirement(session, document.application_id, document.kind)
    application = session.get_one(Application, document.application_id)
    queue_mail(
        session,
        "document_refused",
        to=application.applicant.email,
        application_id=application.id,
        reference=application.reference,
    )


def _put_off(session: Session, document_id: int) -> None:
    """Waits twice as long each time, up to ten minutes."""
    with unit_of_work(session):
        document = locked(session, Document, document_id)
        if document is not None and document.state is DocumentState.CHECKING:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(document.attempts - 1, 10))
            document.next_check_at = clock.now() + wait
