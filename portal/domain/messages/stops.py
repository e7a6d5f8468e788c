"""Mail people may stop: a link in it that never runs out, and who has used theirs."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal import clock
from portal.db import hold, unit_of_work
from portal.domain.audit.actions import STRANGER, record
from portal.domain.messages.models import MailStop, StopLink
from portal.domain.refusals import NotFound


class Kind(StrEnum):
    """What can be stopped."""

    REMINDERS = "reminders"  # of a draft
    CAMPAIGNS = "campaigns"  # that open


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def stop_token(session: Session, email: str, kind: Kind) -> str:
    """A new link's token, in the caller's unit of work. The row keeps only its hash."""
    token = secrets.token_urlsafe(24)
    session.add(StopLink(token_hash=_hashed(token), email=email, kind=kind.value, created_at=clock.now()))
    return token


def link_of(session: Session, token: str) -> StopLink:
    """Whose mail of which kind this link stops; raises NotFound."""
    found = session.get(StopLink, _hashed(token))
    if found is None:
        raise NotFound()
    return found


def stop(session: Session, token: str) -> StopLink:
    """No more mail of this kind to this address. Twice is once; raises NotFound."""
    link = link_of(session, token)
    email, kind = link.email, link.kind
    with unit_of_work(session):
        hold(session, f"mail_stop:{email}")
        if session.get(MailStop, (email, kind)) is None:
            session.add(MailStop(email=email, kind=kind, at=clock.now()))
            record(session, STRANGER, "mail.stopped", subject=("mail_stop", None), kind=kind)
    return link


def allow(session: Session, email: str, kind: Kind) -> None:
    """Somebody asks for it again, in the caller's unit of work."""
    if (found := session.get(MailStop, (email, kind.value))) is not None:
        session.delete(found)


def stopped(email: InstrumentedAttribute[str], kind: Kind) -> ColumnElement[bool]:
    """For a query: whether whoever has this address wants no more mail of this kind."""
    return exists().where(MailStop.email == email, MailStop.kind == kind.value)
