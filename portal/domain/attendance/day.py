"""A trainer's day: what they teach today and next, who comes, whom to ring if something happens.

An emergency contact is shown one at a time, for whoever keeps that day's register, and each is in the trail once a
session and person. Source: the role table (docs/roles.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.beforehand import AWAY_WORDS, AwayReason
from portal.domain.attendance.keeping import on_register
from portal.domain.attendance.models import CannotCome, Mark, Presence
from portal.domain.attendance.people import Trainer
from portal.domain.attendance.waiting import registers_with_gaps
from portal.domain.audit.actions import record
from portal.domain.audit.models import ActorKind, AuditEvent
from portal.domain.refusals import NotFound
from portal.domain.training.contacts import Contact, adjustments_of, contacts_of
from portal.domain.training.models import (
    Cohort,
    CourseDay,
    Module,
    SessionModule,
    SessionTrainer,
    Trainee,
    TrainingSession,
)
from portal.domain.training.seeing import register_session, teaches
from portal.services.crypto import KeyRing

AHEAD = timedelta(days=14)  # how far the next days are shown
SHOWN = "emergency.shown"


@dataclass(frozen=True)
class Somebody:
    """One person of a day. `contact`: once it was asked for on this day, by this trainer. `has_contact`: none given,
    nobody to ring."""

    trainee_id: int
    name: str
    may_take_part: bool
    guest_of: str
    away: str  # why they said they cannot come; empty: they come
    helps: str
    presence: Presence
    has_contact: bool
    contact: Contact | None


@dataclass(frozen=True)
class Day:
    session: TrainingSession
    number: int | None
    modules: tuple[str, ...]
    trainers: tuple[str, ...]
    substitute: bool  # the viewer stands in, for this day only
    people: tuple[Somebody, ...]

    @property
    def coming(self) -> int:
        return sum(each.may_take_part and not each.away for each in self.people)

    @property
    def cannot(self) -> list[Somebody]:
        return [each for each in self.people if each.away]

    @property
    def marked(self) -> int:
        return sum(each.presence is not Presence.UNMARKED for each in self.people)


def days(session: Session, viewer: StaffViewer) -> list[TrainingSession]:
    """The sessions whose register the viewer keeps, from today on for two weeks, in order. One statement."""
    today = clock.start_of(clock.today())
    stands_in = exists().where(
        SessionTrainer.session_id == TrainingSession.id, SessionTrainer.staff_id == viewer.id
    )  # fmt: skip
    query = (
        select(TrainingSession)
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .options(joinedload(TrainingSession.cohort), joinedload(TrainingSession.venue))
        .where(TrainingSession.starts_at >= today, TrainingSession.starts_at < today + AHEAD)
        .where(TrainingSession.cancelled_at.is_(None), Cohort.published_at.is_not(None))
        .where(or_(teaches(viewer.id), stands_in))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    return list(session.scalars(query)) if viewer.scope(Permission.KEEP_REGISTER) else []


def behind(session: Session, viewer: StaffViewer) -> list[TrainingSession]:
    """Sessions before today that the viewer teaches and whose register has gaps, the oldest first. One statement."""
    if not viewer.scope(Permission.KEEP_REGISTER):
        return []
    gaps = registers_with_gaps(viewer).order_by(None).subquery()
    query = select(TrainingSession).join(gaps, gaps.c.thing == TrainingSession.id)
    query = query.options(joinedload(TrainingSession.cohort), joinedload(TrainingSession.venue))
    return list(session.scalars(query.order_by(TrainingSession.starts_at, TrainingSession.id)))


def day(session: Session, keys: KeyRing, viewer: StaffViewer, session_id: int) -> Day:
    """One of them with its people, by family name; none the viewer is kept from. Raises NotFound. A fixed number of
    statements."""
    found = register_session(session, viewer, session_id)
    teaching = session.execute(
        select(StaffMember.id, StaffMember.name, SessionTrainer.substitute)
        .join(SessionTrainer, SessionTrainer.staff_id == StaffMember.id)
        .where(SessionTrainer.session_id == session_id)
        .order_by(StaffMember.name)
    ).all()
    modules = (
        select(Module.title)
        .join(SessionModule, SessionModule.module_id == Module.id)
        .where(SessionModule.session_id == session_id)
        .order_by(Module.position, Module.id)
    )
    number = select(CourseDay.number).where(CourseDay.id == found.day_id)
    return Day(
        found,
        session.scalar(number),
        tuple(session.scalars(modules)),
        tuple(row.name for row in teaching),
        any(row.id == viewer.id and row.substitute for row in teaching),
        tuple(_people(session, keys, viewer, found)),
    )


def _people(session: Session, keys: KeyRing, viewer: StaffViewer, found: TrainingSession) -> list[Somebody]:
    rows = session.execute(
        select(Trainee, Application.given_name, Application.family_name, Cohort.name, Mark.presence, CannotCome.reason)
        .join(Application, Application.id == Trainee.application_id)
        .join(Cohort, Cohort.id == Trainee.cohort_id)
        .outerjoin(Mark, (Mark.trainee_id == Trainee.id) & (Mark.session_id == found.id))
        .outerjoin(
            CannotCome,
            (CannotCome.trainee_id == Trainee.id)
            & (CannotCome.session_id == found.id)
            & CannotCome.taken_back_at.is_(None),
        )
        .where(Trainee.id.in_(on_register(found.id)), not_(kept_from(viewer.id)))
    ).all()
    contacts = contacts_of(session, keys, [row[0].application_id for row in rows])
    asked = _asked(session, viewer.id, found.id)
    people = []
    for trainee, given, family, cohort, presence, reason in rows:
        contact = contacts.get(trainee.application_id)
        people.append(
            (
                (family.casefold(), given.casefold(), trainee.id),
                Somebody(
                    trainee_id=trainee.id,
                    name=f"{given} {family}".strip(),
                    may_take_part=trainee.started_at is not None,
                    guest_of=cohort if trainee.cohort_id != found.cohort_id else "",
                    away=AWAY_WORDS[AwayReason(reason)] if reason else "",
                    helps=adjustments_of(keys, trainee),
                    presence=presence or Presence.UNMARKED,
                    has_contact=contact is not None,
                    contact=contact if trainee.id in asked else None,
                ),
            )
        )
    return [each for _, each in sorted(people, key=lambda pair: pair[0])]


def _asked(session: Session, viewer_id: int, session_id: int) -> set[int]:
    """Trainees whose contact this trainer asked for on this day's page."""
    query = select(AuditEvent.subject_id, AuditEvent.detail).where(
        AuditEvent.action == SHOWN, AuditEvent.actor_kind == ActorKind.STAFF, AuditEvent.actor_id == viewer_id
    )
    return {key for key, detail in session.execute(query) if key and detail.get("day") == session_id}


def show_contact(session: Session, viewer: Trainer, session_id: int, trainee_id: int) -> None:
    """Whom to ring for one person is on the day's page from now on; the trail has it once. Raises NotFound for
    nobody of this day, or whom the viewer is kept from."""
    register_session(session, viewer, session_id)
    with unit_of_work(session):
        query = (
            select(Trainee.application_id)
            .join(Application, Application.id == Trainee.application_id)
            .where(Trainee.id == trainee_id, Trainee.id.in_(on_register(session_id)), not_(kept_from(viewer.id)))
        )
        application_id = session.scalar(query)
        if application_id is None:
            raise NotFound()
        if trainee_id not in _asked(session, viewer.id, session_id):
            record(
                session, viewer, SHOWN, subject=("trainee", trainee_id), application_id=application_id,
                day=session_id,
            )  # fmt: skip
