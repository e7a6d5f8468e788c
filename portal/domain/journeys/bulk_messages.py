"""One message to many, each filled with their own facts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.acts import Act, Detail, LeftOut, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.correspondence.actions import AlreadyWritten, NotHeld, cancel, write
from portal.domain.correspondence.models import Message
from portal.domain.correspondence.templates import facts_for, filled

A = Application.__table__.c


@dataclass(frozen=True)
class Draft:
    """The message as staff wrote it, with its placeholders. `send_at`: none leaves at once."""

    subject: str
    body: str
    template_version_id: int | None = None
    send_at: datetime | None = None

    @classmethod
    def of(cls, detail: Detail) -> Draft:
        at: str | None = detail.get("send_at")
        return cls(
            detail["subject"], detail["body"], detail.get("template_version_id"),
            datetime.fromisoformat(at) if at else None,
        )  # fmt: skip

    @property
    def detail(self) -> dict[str, Any]:
        at = self.send_at.isoformat() if self.send_at else None
        return {
            "subject": self.subject,
            "body": self.body,
            "template_version_id": self.template_version_id,
            "send_at": at,
        }


def letters(session: Session, draft: Draft, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Subject and body exactly as each of these people would read them."""
    return {key: filled(draft, facts) for key, facts in facts_for(session, ids).items()}


def _write(session: Session, who: Acting, application_id: int, run: Run) -> None:
    draft = Draft.of(run.detail)
    subject, body = letters(session, draft, [application_id])[application_id]
    try:
        message = write(
            session, who, application_id, subject=subject, body=body,
            template_version_id=draft.template_version_id, send_at=draft.send_at, run_id=run.id,
        )  # fmt: skip
    except AlreadyWritten:
        raise LeftOut("written") from None
    if message.run_id != run.id:
        raise LeftOut("written")


def _cancel(session: Session, who: Acting, application_id: int, run: Run, _before: int | None) -> None:
    query = select(Message.id).where(Message.run_id == run.id, Message.application_id == application_id)
    message_id = session.scalar(query)
    if message_id is None:
        raise LeftOut("changed")
    try:
        cancel(session, who, message_id)
    except NotHeld:
        raise LeftOut("sent") from None


def _left_already(run: Run) -> Obstacles:
    ours = and_(Message.application_id == A.id, Message.run_id == run.id)
    return [
        ("sent", exists().where(ours, Message.mail_id.is_not(None))),
        ("changed", exists().where(ours, Message.cancelled_at.is_not(None))),
    ]


MESSAGE = Act("message", Permission.WRITE_MESSAGES, lambda _detail: (), _write, undo=_cancel, lasting=_left_already)
