"""Sending, replacing and removing documents: where an application, its requirements and its files meet.

Object first, row after: a file lies whole and encrypted in the store before any row says so, and the row, the
requirement's state and the trail are one unit of work. A request's arrival decides whether it was in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.db import locked, unit_of_work
from portal.domain.applications.models import ENDED, Application, Requirement, RequirementState, State
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.models import CampaignRequirement, RequirementKind, Stage
from portal.domain.documents import actions, intake
from portal.domain.documents.intake import Incoming
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.queries import KEPT, DocumentRow, documents_of, live_documents
from portal.domain.documents.rules import MOST_FILES, SORTS, Closed, TooManyFiles, UploadClosed, due_instant
from portal.domain.refusals import NotFound
from portal.services.outside import Outside

DECIDED = (RequirementState.MET, RequirementState.NOT_MET)


@dataclass(frozen=True, slots=True)
class Panel:
    """One requirement as its applicant sees it. `due_at` is the first instant at which it is late."""

    kind: RequirementKind
    due: Stage
    due_at: datetime
    state: RequirementState
    reason: str | None
    closed: Closed | None
    files: Sequence[DocumentRow]

    @property
    def title(self) -> str:
        return SORTS[self.kind].title

    @property
    def checking(self) -> bool:
        return any(row.state is DocumentState.CHECKING for row in self.files)

    @property
    def full(self) -> bool:
        return sum(row.state in KEPT for row in self.files) >= MOST_FILES


@dataclass(frozen=True, slots=True)
class _Asked:
    """A requirement of an application, whether or not it has a row yet."""

    kind: RequirementKind
    due: Stage
    state: RequirementState = RequirementState.NOT_ASKED
    due_at: datetime | None = None
    reason: str | None = None


def panels(session: Session, application: Application, now: datetime) -> list[Panel]:
    """What this application may send now or has sent, medical first."""
    rows = documents_of(session, application.id)
    found = []
    for kind in SORTS:
        files = [row for row in rows if row.kind is kind]
        asked = _asked(application, kind)
        if asked is None and not files:
            continue
        asked = asked or _Asked(kind, Stage.TRAINING)
        due_at = due_instant(application.campaign, asked.due, asked.due_at)
        closed = _closed(application, asked, due_at, now)
        found.append(Panel(kind, asked.due, due_at, asked.state, asked.reason, closed, files))
    return found


def receive(
    session: Session,
    outside: Outside,
    actor: Actor,
    application_id: int,
    kind: RequirementKind,
    incoming: Incoming,
    *,
    limit: int,
    received_at: datetime,
    replaces: str | None = None,
) -> Document:
    """Takes one file for a requirement; `replaces` is the public id of one that goes as this one comes.

    Raises NotFound, UploadClosed, TooManyFiles, FileRefused, FileTooLarge (past `limit` bytes) or StoreUnavailable;
    then neither a row nor an object is left.
    """
    _admit(session, session.get(Application, application_id), kind, received_at, replaces)
    _let_go(session)
    stored = intake.store(outside.storage, outside.keys, kind, incoming, limit)
    gone = None
    try:
        with unit_of_work(session):
            application = locked(session, Application, application_id)
            old = _admit(session, application, kind, received_at, replaces)
            document = actions.add_document(session, actor, application_id, kind, stored, received_at)
            if old is not None:
                gone = old.storage_key
                actions.remove_document(session, actor, old)
            requirement = _requirement(session, application_id, kind)
            requirement.state, requirement.reason = RequirementState.WITH_US, None
    except BaseException:
        with suppress(SQLAlchemyError):
            intake.discard_unless_kept(session, outside.storage, stored.storage_key)
        raise
    if gone is not None:
        intake.delete_quietly(outside.storage, gone)
    return document


def remove(
    session: Session, outside: Outside, actor: Actor, application_id: int, public_id: str, *, received_at: datetime
) -> None:
    """Removes a document, or clears the message about a refused one. Asked twice, it is done once.

    Raises NotFound or UploadClosed.
    """
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        document = _document(session, application_id, public_id)
        if application is None or document is None:
            raise NotFound()
        if document.state is DocumentState.REMOVED:
            return
        if document.state is not DocumentState.REFUSED:
            _ask(application, document.kind, received_at)
        key = document.storage_key
        actions.remove_document(session, actor, document)
        settle_requirement(session, application_id, document.kind)
    intake.delete_quietly(outside.storage, key)


def settle_requirement(session: Session, application_id: int, kind: RequirementKind) -> None:
    """After a file has gone: with nothing left to look at, the requirement is no longer with us."""
    requirement = _requirement(session, application_id, kind)
    if requirement.state is RequirementState.WITH_US and not live_documents(session, application_id, kind):
        asked = requirement.asked_at is not None
        requirement.state = RequirementState.WITH_APPLICANT if asked else RequirementState.NOT_ASKED


def _admit(
    session: Session, application: Application | None, kind: RequirementKind, at: datetime, replaces: str | None
) -> Document | None:
    """Whether a file may come in; returns the one it replaces."""
    if application is None:
        raise NotFound()
    _ask(application, kind, at)
    old = _document(session, application.id, replaces) if replaces else None
    if replaces and (old is None or old.kind is not kind or old.state is DocumentState.REMOVED):
        raise NotFound()
    kept = len(live_documents(session, application.id, kind))
    if kept - (old is not None and old.state in KEPT) >= MOST_FILES:
        raise TooManyFiles()
    return old


def _ask(application: Application, kind: RequirementKind, at: datetime) -> None:
    asked = _asked(application, kind) if kind in SORTS else None
    if asked is None:
        raise NotFound()
    due_at = due_instant(application.campaign, asked.due, asked.due_at)
    if closed := _closed(application, asked, due_at, at):
        raise UploadClosed(closed)


def _closed(application: Application, asked: _Asked, due_at: datetime, at: datetime) -> Closed | None:
    if application.state in ENDED:
        return Closed.ENDED
    if application.state is State.DRAFT and at >= application.campaign.closes_at:
        return Closed.CAMPAIGN
    if asked.state in DECIDED:
        return Closed.MET if asked.state is RequirementState.MET else Closed.DECIDED
    # What is late after the application was sent is still wanted: only a campaign's own closing is the same for all.
    return Closed.DUE if asked.due is Stage.SUBMISSION and at >= due_at else None


def _asked(application: Application, kind: RequirementKind) -> _Asked | None:
    """What the application is asked for, or may send early; none where it is neither."""
    terms = next((one for one in application.campaign.requirements if one.kind is kind), None)
    row = next((one for one in application.requirements if one.kind is kind), None)
    if row is not None and (row.state is not RequirementState.NOT_ASKED or _early(terms)):
        return _Asked(kind, row.due, row.state, row.due_at, row.reason)
    return _Asked(kind, terms.due) if terms is not None and _early(terms) else None


def _early(terms: CampaignRequirement | None) -> bool:
    return terms is not None and (terms.may_upload_early or terms.due is Stage.SUBMISSION)


def _requirement(session: Session, application_id: int, kind: RequirementKind) -> Requirement:
    """The requirement's row, made from the campaign's terms where there is none yet."""
    row = session.scalars(select(Requirement).filter_by(application_id=application_id, kind=kind)).one_or_none()
    if row is None:
        application = session.get_one(Application, application_id)
        due = next((one.due for one in application.campaign.requirements if one.kind is kind), Stage.TRAINING)
        row = Requirement(application_id=application_id, kind=kind, due=due)
        session.add(row)
    return row


def _document(session: Session, application_id: int, public_id: str) -> Document | None:
    query = select(Document).filter_by(application_id=application_id, public_id=public_id)
    return session.scalars(query).one_or_none()


def _let_go(session: Session) -> None:
    """Gives the connection back: a slow sender must not hold one, nor an old view of the database."""
    if not session.info.get("in_unit_of_work"):
        session.rollback()
