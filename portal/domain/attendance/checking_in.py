"""A trainee checks in themselves with the code their trainer shows: their own row, near the class's time, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.queries import ApplicantViewer
from portal.domain.attendance.keeping import on_register, said_by
from portal.domain.attendance.marking import MarkWish, Outcome, mark
from portal.domain.attendance.models import Mark, MarkSource, Presence
from portal.domain.attendance.words import UNSAID, Said
from portal.domain.audit.actions import Actor
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training.models import Cohort, Trainee, TrainingSession

EARLIEST = timedelta(hours=1)  # before the class begins


class ApplicantActor(ApplicantViewer, Actor):
    """A signed-in applicant who acts."""


class NotNow(Refusal):
    title = "You cannot check in now"
    message = "You can check in from an hour before the class until it ends."


class SaidOtherwise(Refusal):
    status = 409
    title = "Speak to your trainer"
    message = "Your trainer has you marked otherwise. They see that you checked in, and will put it right."


@dataclass(frozen=True)
class Arrival:
    """Somebody at the door of a class. `said`: what the register says of them already."""

    session_id: int
    trainee_id: int
    cohort: str
    title: str
    starts_at: datetime
    ends_at: datetime
    reference: str
    said: Said
    version: int
    may_take_part: bool

    @property
    def is_open(self) -> bool:
        return is_open(self.starts_at, self.ends_at)


def is_open(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a class takes whoever checks in now."""
    return starts_at - EARLIEST <= clock.now() and not is_over(ends_at)


def is_over(ends_at: datetime) -> bool:
    """Whether nobody checks in any more."""
    return ends_at <= clock.now()


def late_minutes(starts_at: datetime, now: datetime) -> int:
    """Whole minutes after the start; somebody in the first minute is in time."""
    return max(int((now - starts_at).total_seconds()) // 60, 0)


def arrival(session: Session, viewer: ApplicantViewer, session_id: int) -> Arrival:
    """The viewer's own row of a session's register; raises NotFound where they have none."""
    query = (
        select(Trainee, TrainingSession, Cohort.name, Application.reference, Mark)
        .join(Application, Application.id == Trainee.application_id)
        .join(TrainingSession, TrainingSession.id == session_id)
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .outerjoin(Mark, (Mark.session_id == session_id) & (Mark.trainee_id == Trainee.id))
        .where(
            Application.applicant_id == viewer.id,
            Trainee.id.in_(on_register(session_id)),
            Trainee.ended_at.is_(None),
            TrainingSession.cancelled_at.is_(None),
            Cohort.published_at.is_not(None),
        )
        .order_by(Trainee.id.desc())
        .limit(1)
    )
    row = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or viewer.kind != "applicant":
        raise NotFound()
    trainee, day, cohort, reference, standing = row
    return Arrival(
        day.id, trainee.id, cohort, day.title, day.starts_at, day.ends_at, reference, said_by(standing),
        standing.version if standing else 0, trainee.started_at is not None,
    )  # fmt: skip


def check_in(session: Session, viewer: ApplicantActor, session_id: int) -> Arrival:
    """Marks the viewer present, with the minutes they are late; who is marked present already stays as they are.

    Raises NotFound, NotNow, NotStarted, SaidOtherwise.
    """
    found = arrival(session, viewer, session_id)
    if not found.is_open:
        raise NotNow()
    if found.said.presence is Presence.PRESENT:
        return found
    now = clock.now()
    wish = MarkWish(
        key=f"self-{session_id}-{found.trainee_id}-{found.version}",
        trainee_id=found.trainee_id,
        presence=Presence.PRESENT,
        late=late_minutes(found.starts_at, now),
        left=0,
        reason=None,
        source=MarkSource.SELF,
        why=None,
        seen=0 if found.said == UNSAID else -1,  # what a trainer said is never overwritten by the trainee
        made_at=now,
    )
    outcome = mark(session, viewer, session_id, wish).outcome
    if outcome is Outcome.CONFLICT or (outcome is Outcome.AGAIN and found.said != UNSAID):
        raise SaidOtherwise()
    return arrival(session, viewer, session_id)


def own_code(session: Session, application_id: int) -> str:
    """What a trainee's own code says, while they hold a confirmed place; raises NotFound without one. Whose
    application it is, the caller has asked."""
    query = select(Trainee.check_in).where(
        Trainee.application_id == application_id, Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found
