"""One message from a trainer to everybody in a cohort: held a while, so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import ENDED, Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.people import Trainer
from portal.domain.audit.actions import record
from portal.domain.correspondence.actions import cancel, check_words, plain, write
from portal.domain.correspondence.models import Direction, Message
from portal.domain.refusals import Conflict, NotFound
from portal.domain.settings.queries import setting_value
from portal.domain.training.models import Trainee


class NobodyThere(Conflict):
    title = "Nobody has a place yet"
    message = "There is nobody to write to: nobody has a confirmed place in this cohort."


@dataclass(frozen=True)
class Held:
    """A message to all that has not left. `token`: its first row's number."""

    token: int
    subject: str
    body: str
    people: int
    leaves_at: datetime | None


def hold_minutes(session: Session) -> int:
    """How long such a message is held."""
    return setting_value(session, "bulk_hold_minutes", clock.today())


def people(session: Session, viewer: StaffViewer, cohort_id: int) -> list[int]:
    """The applications of those who have a confirmed place, but those the viewer is kept from. Whose cohort it is,
    the caller has asked."""
    query = (
        select(Application.id)
        .join(Trainee, Trainee.application_id == Application.id)
        .where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None))
        .where(Application.state.not_in(ENDED), not_(kept_from(viewer.id)))
        .order_by(Application.id)
    )
    return list(session.scalars(query))


def write_to_all(session: Session, viewer: Trainer, cohort_id: int, subject: str, body: str) -> int:
    """Holds the same words for each of them; returns how many. The same again within minutes is the same message.

    Raises NobodyThere, WordsMissing, TooLong.
    """
    with unit_of_work(session):
        subject, body = " ".join(subject.split()), plain(body)
        check_words(session, subject, body)
        found = people(session, viewer, cohort_id)
        if not found:
            raise NobodyThere()
        leaves = clock.now() + timedelta(minutes=hold_minutes(session))
        for application_id in found:
            write(session, viewer, application_id, subject=subject, body=body, send_at=leaves)
        record(session, viewer, "cohort.written_to", subject=("cohort", cohort_id), people=len(found))
        return len(found)


def held(session: Session, viewer: StaffViewer, cohort_id: int) -> list[Held]:
    """The viewer's own messages to this cohort that can still be taken back, the newest first. One statement."""
    query = (
        select(
            func.min(Message.id).label("token"), Message.subject, Message.body, func.count().label("people"),
            func.min(Message.send_at).label("leaves_at"),
        )
        .join(Trainee, Trainee.application_id == Message.application_id)
        .where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None), *_mine(viewer))
        .group_by(Message.subject, Message.body)
        .having(func.count() > 0)
        .order_by(func.min(Message.id).desc())
    )  # fmt: skip
    return [Held(*row) for row in session.execute(query)]


def take_back(session: Session, viewer: Trainer, cohort_id: int, token: int) -> int:
    """Cancels every one of them that has not left; returns how many. Twice is once. Raises NotFound for what is no
    message of theirs to this cohort."""
    with unit_of_work(session):
        known = select(Message.id).join(Trainee, Trainee.application_id == Message.application_id)
        known = known.where(Message.id == token, Message.author_id == viewer.id, Trainee.cohort_id == cohort_id)
        if session.scalar(known.limit(1)) is None:
            raise NotFound()
        found = next((each for each in held(session, viewer, cohort_id) if each.token == token), None)
        if found is None:
            return 0
        query = (
            select(Message.id)
            .join(Trainee, Trainee.application_id == Message.application_id)
            .where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None), *_mine(viewer))
            .where(Message.subject == found.subject, Message.body == found.body)
        )
        ids = session.scalars(query).all()
        for message_id in ids:
            cancel(session, viewer, message_id)
        return len(ids)


def _mine(viewer: StaffViewer) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.author_id == viewer.id,
        Message.direction == Direction.OUT,
        Message.mail_id.is_(None),
        Message.cancelled_at.is_(None),
        Message.send_at > clock.now(),
        Message.run_id.is_(None),
    )
