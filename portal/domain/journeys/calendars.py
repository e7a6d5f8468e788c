"""What a private calendar's address shows: interviews, days of training, times to make something good.

A trainer's shows the days they teach or stand in for, never a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.attendance.booking_letters import alone_event, turns
from portal.domain.attendance.models import CatchUp, CatchUpWay
from portal.domain.interviews.feeds import PAST, events_of, owner_of
from portal.domain.training.entries import event_of
from portal.domain.training.models import (
    Cohort,
    Course,
    CourseVersion,
    Module,
    SessionTrainer,
    Trainee,
    TrainingSession,
)
from portal.services.calendar import Event

T = TrainingSession
Entries = list[tuple[Event, str]]


def feed_of(session: Session, token: str) -> Entries:
    """Every event of an address, by time, each with the path of its page. A fixed number of statements.

    Raises NotFound for an address that shows nothing (any more).
    """
    owner = owner_of(session, token)
    mine = _taught(session, owner.person_id) if owner.for_staff else _attended(session, owner.person_id)
    return sorted([*events_of(session, owner), *mine], key=lambda each: (each[0].starts, each[0].uid))


def _taught(session: Session, staff_id: int) -> Iterator[tuple[Event, str]]:
    query = (
        select(T, Course.name)
        .select_from(T)
        .join(SessionTrainer, SessionTrainer.session_id == T.id)
        .join(Cohort, Cohort.id == T.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(SessionTrainer.staff_id == staff_id, T.cancelled_at.is_(None), T.ends_at > clock.now() - PAST)
        .where(Cohort.published_at.is_not(None), Cohort.cancelled_at.is_(None))
        .options(joinedload(T.venue), joinedload(T.cohort))
    )
    for day, course in session.execute(query):
        words = "\n".join(part for part in (day.cohort.name, day.materials and f"Bring: {day.materials}") if part)
        path = f"/staff/cohorts/{day.cohort_id}/register?session={day.id}"
        yield event_of(day, staff_id, course=course, description=words), path


def _attended(session: Session, applicant_id: int) -> Iterator[tuple[Event, str]]:
    """Days of the cohort somebody has a place in, those they come to as a guest, and times with a trainer alone."""
    guest = exists().where(CatchUp.trainee_id == Trainee.id, CatchUp.session_id == T.id, CatchUp.ended_at.is_(None))
    query = (
        select(T, Trainee.id, Application.reference, Course.name, turns(Trainee.id, T.id))
        .select_from(Trainee)
        .join(T, or_(T.cohort_id == Trainee.cohort_id, guest))
        .join(Application, Application.id == Trainee.application_id)
        .join(Cohort, Cohort.id == T.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Application.applicant_id == applicant_id, Trainee.ended_at.is_(None))
        .where(Trainee.confirmed_at.is_not(None), Cohort.published_at.is_not(None))
        .where(T.cancelled_at.is_(None), T.ends_at > clock.now() - PAST)
        .options(joinedload(T.venue))
    )
    for day, trainee_id, reference, course, taken in session.execute(query):
        event = event_of(day, trainee_id, course=course, description=f"Reference {reference}")
        yield replace(event, sequence=event.sequence + taken), f"/applications/{reference}/training"
    yield from _alone(session, applicant_id)


def _alone(session: Session, applicant_id: int) -> Iterator[tuple[Event, str]]:
    query = (
        select(CatchUp, Module.title, Module.minutes, Application.reference)
        .select_from(CatchUp)
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .join(Application, Application.id == Trainee.application_id)
        .join(Module, Module.id == CatchUp.module_id)
        .where(Application.applicant_id == applicant_id, CatchUp.way == CatchUpWay.ONE_TO_ONE)
        .where(CatchUp.ended_at.is_(None), CatchUp.staff_id.is_not(None), CatchUp.starts_at > clock.now() - PAST)
    )
    for found, title, minutes, reference in session.execute(query):
        yield alone_event(found, title, minutes, reference), f"/applications/{reference}/training"
