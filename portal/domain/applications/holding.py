"""Everything held about one application, for its owner to take away.

Others' confidential words (a referee's, an assessor's, an interviewer's) are not in it, and it says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application
from portal.domain.applications.queries import answered
from portal.domain.applications.waiting import NAMES
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.models import ActorKind, AuditEvent
from portal.domain.audit.queries import INNER
from portal.domain.documents.queries import documents_of, name_of
from portal.domain.messages.queries import letters_of
from portal.services.crypto import KeyRing

LEFT_OUT = (
    "What referees, assessors and interviewers write in confidence, what you declared to vetting, and what nobody has "
    "decided yet, is not part of this."
)
UNTOLD = ("decision.made", "decision.undone", "message.held", "message.cancelled", *INNER)  # until they are told of it
IN_CONFIDENCE = (
    "score", "reading", "sift", "mask", "conflict", "no_conflict", "duplicate", "sheet", "sheets", "criteria",
    "reference",
)  # fmt: skip
TEAM = {ActorKind.APPLICANT: "you", ActorKind.STAFF: "our staff", ActorKind.SYSTEM: "the service"}


def everything_held(session: Session, actor: Actor, application: Application, keys: KeyRing) -> dict[str, Any]:
    """Plain values, ready for JSON; sealed answers opened, because they are their owner's. The trail notes it."""
    application_id = application.id
    with unit_of_work(session):
        record(
            session, actor, "application.downloaded", subject=("application", application_id),
            application_id=application_id,
        )  # fmt: skip
    return {
        "made": _instant(clock.now()),
        "left_out": LEFT_OUT,
        "account": {"email": application.applicant.email, "made": _instant(application.applicant.created_at)},
        "application": _application(application),
        "answers": [
            {"question": each.label, "key": each.key, "answer": each.value, "shown": each.shown}
            for each in answered(session, keys, application, sealed=True)
        ],
        "requirements": [
            {"name": NAMES[row.kind], "state": row.state.value, "due_at_stage": row.due.value}
            for row in application.requirements
        ],
        "documents": [
            {"name": name_of(keys, row), "for": NAMES[row.kind], "bytes": row.size, "state": row.state.value,
             "received": _instant(row.received_at)}
            for row in documents_of(session, application_id)
        ],
        "letters": [
            {"written": _instant(mail.created_at), "subject": mail.subject or mail.name, "text": mail.text or ""}
            for mail in letters_of(session, application_id, application.applicant.email)
        ],
        "history": _history(session, application_id),
    }  # fmt: skip


def _application(application: Application) -> dict[str, Any]:
    return {
        "reference": application.reference,
        "campaign": application.campaign.name,
        "scheme": application.campaign.scheme.name,
        "state": application.state.value,
        "since": _instant(application.state_since),
        "started": _instant(application.created_at),
        "received": _instant(application.received_at) if application.received_at else None,
        "how": application.channel.value,
        "district": application.district.name if application.district else None,
        "reason_for_leaving": application.withdrawn_reason,
    }


def _history(session: Session, application_id: int) -> list[dict[str, str]]:
    """Who did what when, staff as a team; not what is still provisional, nor what was done in confidence."""
    query = select(AuditEvent).where(AuditEvent.application_id == application_id).order_by(AuditEvent.id)
    return [
        {"at": _instant(event.at), "what": event.action, "by": TEAM.get(event.actor_kind, "somebody")}
        for event in session.scalars(query)
        if event.action not in UNTOLD and event.action.partition(".")[0] not in IN_CONFIDENCE
    ]


def _instant(moment: datetime) -> str:
    return clock.london(moment).isoformat(timespec="seconds")
