"""Places from a waiting list that nobody confirmed: reminded of once, then the next one's.

No job ends an application (docs/domain.md): who let a place go by keeps their offer, and whether they are asked again
is for a person to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.messages.actions import notify_once
from portal.domain.messages.models import Notice
from portal.domain.settings.queries import setting_value
from portal.domain.training.giving_up import end
from portal.domain.training.letters import about
from portal.domain.training.models import Trainee, TraineeEnd
from portal.domain.training.places import first_start, hold_places
from portal.domain.training.rules import REMIND_DAYS
from portal.domain.training.waiting_list import promote_next

REMINDER = "training_confirm_reminder"
QUIET = timedelta(hours=12)  # no reminder so soon after the place was offered: that letter is still news


def remind_due(session: Session, *, most: int = 50) -> int:
    """Queues the reminders that are due, one a place and its day; how many. Idempotent: due work."""
    now = clock.now()
    until = now + timedelta(days=setting_value(session, REMIND_DAYS, clock.today()))
    soon = _open().where(Trainee.confirm_by > now, Trainee.confirm_by <= until, Trainee.enrolled_at <= now - QUIET)
    rows = session.execute(soon.where(~_known()).limit(most)).all()
    return sum(_remind(session, row.id, row.application_id) for row in rows)


def lapse_due(session: Session, *, most: int = 50) -> int:
    """Places whose day has passed go to the next in line; how many. Idempotent: due work."""
    rows = session.execute(_open().where(Trainee.confirm_by <= clock.now()).limit(most)).all()
    return sum(_lapse(session, row.id, row.application_id, row.cohort_id) for row in rows)


def _open() -> Select[int, int, int]:
    query = select(Trainee.id, Trainee.application_id, Trainee.cohort_id)
    unsaid = query.where(Trainee.ended_at.is_(None), Trainee.confirmed_at.is_(None))
    return unsaid.order_by(Trainee.confirm_by, Trainee.id)


def _known() -> ColumnElement[bool]:
    return exists().where(Notice.kind == REMINDER, Notice.subject == Trainee.check_in)


def _held(session: Session, trainee_id: int, application_id: int) -> tuple[Application, Trainee] | None:
    """Both held, where the place still waits for a yes."""
    application, trainee = locked(session, Application, application_id), locked(session, Trainee, trainee_id)
    if application is None or trainee is None or trainee.ended_at is not None or trainee.confirmed_at is not None:
        return None
    return application, trainee


def _remind(session: Session, trainee_id: int, application_id: int) -> bool:
    with unit_of_work(session):
        held = _held(session, trainee_id, application_id)
        return held is not None and _write(session, *held)


def _write(session: Session, application: Application, trainee: Trainee) -> bool:
    return notify_once(
        session, REMINDER, to=application.applicant.email, subject=trainee.check_in, window="confirm",
        application_id=application.id, **about(session, trainee, application),
    )  # fmt: skip


def _lapse(session: Session, trainee_id: int, application_id: int, cohort_id: int) -> bool:
    """Nobody loses a place they were never reminded of: where the worker slept through it, they have another day."""
    with unit_of_work(session):
        hold_places(session, cohort_id)
        held = _held(session, trainee_id, application_id)
        if held is None or held[1].confirm_by is None or held[1].confirm_by > clock.now():
            return False
        application, trainee = held
        again = _another_day(session, cohort_id)
        if again is not None and not session.scalar(select(exists().where(Notice.subject == trainee.check_in))):
            trainee.confirm_by = again
            trainee.version += 1
            record(
                session, SYSTEM, "trainee.kept_open", subject=("trainee", trainee.id), application_id=application_id,
                until=(clock.today() + timedelta(days=1)).isoformat(),
            )  # fmt: skip
            return _write(session, application, trainee)
        end(session, SYSTEM, trainee, application, TraineeEnd.LAPSED)
        promote_next(session, cohort_id)
        return True


def _another_day(session: Session, cohort_id: int) -> datetime | None:
    """The end of tomorrow, where the course begins after it."""
    begins, until = first_start(session, cohort_id), clock.end_of(clock.today() + timedelta(days=1))
    return until if begins is not None and until <= begins else None
