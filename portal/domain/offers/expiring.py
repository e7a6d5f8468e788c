"""Offers nobody has answered: reminded twice, then a person's work.

No job ends an application (docs/domain.md). A place that came free is the one exception a job may pass on: the next
on the reserve list waits for it, and the confirm-by date was part of that offer. Its holder is not ended by it: they
go back to where they were, on the reserve list, and whether they are asked again is for a person to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.messages.actions import notify_once
from portal.domain.messages.models import Notice
from portal.domain.offers.letters import course_words
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.places import live_offer
from portal.domain.offers.placing_back import put_back
from portal.domain.offers.rules import FIRST, REMINDING, reminder_at
from portal.domain.settings.queries import setting_values

REMINDER = "offer_reminder"


def remind_due(session: Session, *, most: int = 50) -> int:
    """Queues the reminders that are due, one a window of each answering day; how many. Idempotent: due work."""
    now, numbers, queued = clock.now(), setting_values(session, REMINDING, clock.today()), 0
    for row in session.execute(_soon(now, now + timedelta(days=numbers[FIRST]))).all():
        if queued >= most:
            break
        window = reminder_at(row.made_at, row.expires_at, now, numbers)
        if window is not None and not _reminded(session, row.id, row.expires_at, window):
            queued += _remind(session, row.application_id, window)
    return queued


def _open() -> Select[int, int, datetime, datetime]:
    return (
        select(Offer.id, Offer.application_id, Offer.made_at, Offer.expires_at)
        .join(Application, Application.id == Offer.application_id)
        .where(Offer.answer.is_(None), Application.state == State.OFFERED)
        .order_by(Offer.expires_at, Offer.id)
    )


def _soon(now: datetime, until: datetime) -> Select[int, int, datetime, datetime]:
    return _open().where(Offer.expires_at > now, Offer.expires_at <= until)


def _window(offer_id: int, expires_at: datetime, step: str) -> str:
    """A day that was moved is reminded of anew."""
    return f"{offer_id} {expires_at.isoformat()} {step}"


def _reminded(session: Session, offer_id: int, expires_at: datetime, step: str) -> bool:
    known = exists().where(Notice.kind == REMINDER, Notice.window == _window(offer_id, expires_at, step))
    return session.scalar(select(known)) or False


def _remind(session: Session, application_id: int, step: str) -> bool:
    with unit_of_work(session):
        application, offer = locked(session, Application, application_id), live_offer(session, application_id)
        if application is None or offer is None or offer.answer is not None or application.state is not State.OFFERED:
            return False
        said = course_words(session, offer, application)
        return notify_once(
            session, REMINDER, to=application.applicant.email, subject=application.reference,
            window=_window(offer.id, offer.expires_at, step), application_id=application_id,
            last=step == "last", **said,
        )  # fmt: skip


def pass_on_due(session: Session, *, most: int = 50) -> int:
    """Promoted offers whose day has passed go to the next on the reserve list; how many. Idempotent: due work."""
    late = _open().where(Offer.promoted, Offer.expires_at <= clock.now()).limit(most)
    return sum(_pass_on(session, row.application_id) for row in session.execute(late).all())


def _pass_on(session: Session, application_id: int) -> bool:
    """Nobody loses a place they were never reminded of: where the worker slept through it, they have another day."""
    with unit_of_work(session):
        application, offer = locked(session, Application, application_id), live_offer(session, application_id)
        if application is None or offer is None or offer.answer is not None or application.state is not State.OFFERED:
            return False
        if offer.expires_at > clock.now() or not offer.promoted:
            return False
        known = exists().where(Notice.kind == REMINDER, Notice.window.startswith(f"{offer.id} "))
        if session.scalar(select(known)):
            put_back(session, SYSTEM, application, offer, OfferAnswer.LAPSED, "no_answer")
            return True
        offer.expires_at = clock.end_of(clock.today() + timedelta(days=1))
        offer.version += 1
        record(
            session, SYSTEM, "offer.kept_open", subject=("offer", offer.id), application_id=application_id,
            until=(clock.today() + timedelta(days=1)).isoformat(),
        )  # fmt: skip
        return _remind(session, application_id, "last")
