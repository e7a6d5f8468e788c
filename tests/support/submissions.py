"""Many prepared drafts at a live server, each with its applicant's browser; and what the tables say of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from tests.support.crowd import Caller, Reply
from tests.support.live import cookies_of, form_token
from tests.support.make_applications import a_draft


@dataclass(frozen=True)
class Prepared:
    """A complete draft and its applicant's signed-in browser."""

    id: int
    reference: str
    browser: Caller

    def submit(self) -> Reply:
        return self.browser.post(f"/applications/{self.reference}/submit")

    def acknowledged(self, reply: Reply) -> bool:
        """Whether this reply told the person that the application was received."""
        return reply.status in {302, 303} and reply.location.endswith(f"/applications/{self.reference}/submitted")


def prepare(app: Flask, session: Session, campaign: Campaign, many: int, url: str) -> list[Prepared]:
    """So many drafts, by as many people."""
    made = []
    token = form_token(app)
    for _ in range(many):
        draft = a_draft(session, app, campaign)
        made.append(Prepared(draft.id, draft.reference, Caller(url, cookies_of(app, draft.applicant), token)))
        session.rollback()
    return made


def stored(session: Session) -> set[int]:
    """The applications that are there as received."""
    session.rollback()
    return set(session.scalars(select(Application.id).where(Application.received_at.is_not(None))))


def check_whole(session: Session) -> None:
    """State, receipt and audit row stand together or not at all, once each: nothing half-stored, nothing doubled."""
    received = Counter(dict.fromkeys(stored(session), 1))
    submitted = select(Application.id).where(Application.state == State.SUBMITTED)
    audited = select(AuditEvent.application_id).where(AuditEvent.action == "application.submitted")
    mailed = select(OutboxMail.application_id).where(OutboxMail.name == "application_received")
    for query in (submitted, audited, mailed):
        assert Counter(session.scalars(query)) == received
    assert session.scalar(select(func.count(func.distinct(OutboxMail.message_id)))) == session.scalar(
        select(func.count()).select_from(OutboxMail)
    )


def check_file(session: Session) -> None:
    """SQLite's own opinion of its file, and that every reference leads somewhere."""
    session.rollback()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
