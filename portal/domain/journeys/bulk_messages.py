"""One message to many, each filled with their own facts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.acts import Act, Detail, LeftOut, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.correspondence.actions import SUBJECT, AlreadyWritten, HeldTooLong, NotHeld, TooLong, cancel, write
from portal.domain.correspondence.models import Message
from portal.domain.correspondence.templates import check_placeholders, facts_for, filled
from portal.domain.settings.queries import setting_values

A = Application.__table__.c


@dataclass(frozen=True)
class Draft:
    """The message as staff wrote it, with its placeholders. It leaves at `send_at`, or so many minutes after the run
    was confirmed."""

    subject: str
    body: str
    template_version_id: int | None = None
    send_at: datetime | None = None
    hold_minutes: int = 0

    @classmethod
    def of(cls, detail: Detail) -> Draft:
        at: str | None = detail["send_at"]
        return cls(**{**detail, "send_at": datetime.fromisoformat(at) if at else None})

    @property
    def detail(self) -> dict[str, Any]:
        return asdict(self) | {"send_at": self.send_at.isoformat() if self.send_at else None}

    def leaves_at(self, begun: datetime) -> datetime:
        return self.send_at or begun + timedelta(minutes=self.hold_minutes)


def check(session: Session, draft: Draft) -> None:
    """Raises what writing it to somebody would raise, before it is written to anybody."""
    known = setting_values(session, ["message_characters", "message_hold_days"], clock.today())
    most, days = known["message_characters"], known["message_hold_days"]
    if len(draft.subject) > SUBJECT:
        raise TooLong(f"Use {SUBJECT} characters or fewer: this is {len(draft.subject)}", field="subject")
    if len(draft.body) > most:
        raise TooLong(f"Use {most:,} characters or fewer: this is {len(draft.body):,}", field="body")
    check_placeholders(subject=draft.subject, body=draft.body)
    now = clock.now()
    if draft.send_at is not None and not now < draft.send_at <= now + timedelta(days=days):
        raise HeldTooLong(f"Choose a time to come, within the next {days} days", field="send_at")


def letters(session: Session, draft: Draft, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Subject and body exactly as each of these people would read them."""
    return {key: filled(draft, facts) for key, facts in facts_for(session, ids).items()}


def _write(session: Session, who: Acting, application_id: int, run: Run) -> None:
    draft = Draft.of(run.detail)
    subject, body = letters(session, draft, [application_id])[application_id]
    try:
        message = write(
            session, who, application_id, subject=subject, body=body,
            template_version_id=draft.template_version_id, send_at=draft.leaves_at(run.created_at), run_id=run.id,
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
