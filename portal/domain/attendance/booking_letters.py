"""Letters about what is booked to make something good, with the entry of it in the reader's calendar.

A guest's day has the entry any day of training has, named for day and person. Its sequence is the day's own and what
was booked and given up of it since: whatever is sent later stands above what was sent before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.attendance.coverage import Taught
from portal.domain.attendance.models import CatchUp, CatchUpWay
from portal.domain.audit.actions import Actor
from portal.domain.audit.models import ActorKind
from portal.domain.interviews.letters import day_words, time_words
from portal.domain.messages.actions import queue_mail
from portal.domain.training.entries import event_of, location_of, said
from portal.domain.training.models import Cohort, Module, Trainee, TrainingSession
from portal.services.calendar import Event

Column = InstrumentedAttribute[int] | ColumnElement[int] | int


class GivenUp(StrEnum):
    """Why a booking is no longer: what the letter says first."""

    THEMSELVES = "themselves"
    TRAINER = "trainer"
    PLACE = "place"  # their place in the cohort has ended


def turns(trainee_id: Column, session_id: Column) -> ColumnElement[int]:
    """How often a guest's place on a day was taken or given up; it only rises. 0 for a day of one's own cohort."""
    query = select(func.count(CatchUp.id) + func.count(CatchUp.ended_at))
    query = query.where(CatchUp.trainee_id == trainee_id, CatchUp.session_id == session_id)
    return query.correlate_except(CatchUp).scalar_subquery()


def day_event(
    session: Session, day: TrainingSession, trainee: Trainee, application: Application, *, off: bool = False
) -> Event:
    """A day in the calendar of somebody who comes to it, their own or as a guest. `off`: it leaves the calendar."""
    session.flush()
    cohort, taken = session.get_one(Cohort, day.cohort_id), session.scalar(select(turns(trainee.id, day.id))) or 0
    course, words = cohort.course.course.name, f"Reference {application.reference}"
    event = event_of(day, trainee.id, course=course, description=words)
    return replace(event, sequence=event.sequence + taken, cancelled=off or event.cancelled)


def alone_event(row: CatchUp, title: str, minutes: int, reference: str) -> Event:
    """A time with a trainer alone that one of them has taken on."""
    assert row.starts_at is not None  # so the table says of one to one
    return Event(
        uid=f"catch-up-{row.id}@volunteer.portal", starts=row.starts_at, location=row.place,
        ends=row.starts_at + timedelta(minutes=minutes), summary=f"With a trainer: {title}",
        description=f"Reference {reference}", sequence=row.version, cancelled=row.ended_at is not None,
    )  # fmt: skip


def tell(session: Session, trainee: Trainee, name: str, event: Event | None = None, **more: Any) -> None:
    """Queues the letter `catch_up_<name>` in the caller's unit of work, with the calendar's entry if there is one."""
    application = session.get_one(Application, trainee.application_id)
    path = f"/applications/{application.reference}/training"
    if event is not None:
        more["calendar"] = said(event, path)
    queue_mail(
        session, f"catch_up_{name}", to=application.applicant.email, application_id=application.id,
        reference=application.reference, team=RECRUITERS, path=path, **more,
    )  # fmt: skip


def tell_booked(
    session: Session, actor: Actor, trainee: Trainee, modules: Sequence[Taught], day: TrainingSession
) -> None:
    """A guest's place: who booked it themselves has it confirmed; for whom a trainer did is told."""
    application = session.get_one(Application, trainee.application_id)
    name = "set" if actor.actor_kind is ActorKind.STAFF else "booked"
    tell(
        session, trainee, name, day_event(session, day, trainee, application), where=location_of(day),
        modules=[module.title for module in modules], how=f"{when(day.starts_at)}, with another group",
    )  # fmt: skip


def tell_alone(session: Session, trainee: Trainee, module: Taught, row: CatchUp) -> None:
    """A trainer has taken on a time alone, or it is another time or place now."""
    assert row.starts_at is not None
    application = session.get_one(Application, trainee.application_id)
    event = alone_event(row, module.title, module.minutes, application.reference)
    how = f"{when(row.starts_at)}, with a trainer alone"
    tell(session, trainee, "set", event, modules=[module.title], how=how, where=row.place)


def tell_given_up(session: Session, trainee: Trainee, row: CatchUp, why: GivenUp) -> None:
    """What was to come and is not: the entry leaves the calendar. Nobody is told of what never had one."""
    application = session.get_one(Application, trainee.application_id)
    event = _gone_event(session, trainee, application, row)
    if event is not None and isinstance(event.starts, datetime) and event.starts > clock.now():
        tell(session, trainee, "cancelled", event, why=why.value, when=when(event.starts), where=event.location)


def tell_gone(session: Session, trainee: Trainee, day: TrainingSession) -> None:
    """A guest's day cannot be, for no doing of theirs."""
    application = session.get_one(Application, trainee.application_id)
    event = day_event(session, day, trainee, application, off=True)
    tell(session, trainee, "gone", event, when=when(day.starts_at))


def _gone_event(session: Session, trainee: Trainee, application: Application, row: CatchUp) -> Event | None:
    """None where it had no entry: nobody took it on, it is written work, or they still come for another module."""
    if row.way is CatchUpWay.ONE_TO_ONE and row.staff_id is not None:
        module = session.get_one(Module, row.module_id)
        return alone_event(row, module.title, module.minutes, application.reference)
    if row.session_id is None or still_guest(session, trainee.id, row.session_id):
        return None
    day = session.get_one(TrainingSession, row.session_id)
    return day_event(session, day, trainee, application, off=True)


def still_guest(session: Session, trainee_id: int, session_id: int) -> bool:
    """Whether something is booked there still."""
    session.flush()
    query = select(CatchUp.id).filter_by(trainee_id=trainee_id, session_id=session_id, ended_at=None)
    return session.scalar(query.limit(1)) is not None


def when(moment: datetime) -> str:
    """Saturday 28 April, 9am"""
    return f"{day_words(moment)}, {time_words(moment)}"
