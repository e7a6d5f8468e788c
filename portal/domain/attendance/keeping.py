"""What every way of marking rests on: who is on a register, holding one of them, and words that come to stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, false, not_, or_, select, union
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding
from portal.domain.applications.models import Application
from portal.domain.applications.queries import kept_from
from portal.domain.attendance.models import CatchUp, CatchUpEnd, Mark, MarkSource, MarkStep, Presence
from portal.domain.attendance.words import UNSAID, NotOnRegister, Said, is_late
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.settings.queries import setting_value
from portal.domain.training.models import Cohort, Trainee, TrainingSession


def said_by(row: Mark | MarkStep | None) -> Said:
    """What a mark, or a step, says; nothing said where there is none."""
    return Said(row.presence, row.late_minutes, row.left_minutes, row.reason) if row is not None else UNSAID


def columns(said: Said) -> dict[str, Any]:
    return {
        "presence": said.presence,
        "late_minutes": said.late,
        "left_minutes": said.left,
        "reason": said.reason,
    }


def staff_id(actor: Actor) -> int | None:
    """None for a trainee who checks in themselves."""
    return actor.actor_id if actor.actor_kind is ActorKind.STAFF else None


def on_register(session_id: int) -> CompoundSelect[Any]:
    """The ids of the trainees on a session's register: of its cohort with a confirmed place they held at that time
    (but for an extra session), guests who catch up in it, and whoever was marked."""
    held = (
        select(Trainee.id)
        .join(TrainingSession, TrainingSession.cohort_id == Trainee.cohort_id)
        .where(
            TrainingSession.id == session_id,
            TrainingSession.day_id.is_not(None),  # to an extra one only guests are bidden
            Trainee.confirmed_at.is_not(None),
            or_(Trainee.ended_at.is_(None), Trainee.ended_at > TrainingSession.starts_at),
        )
    )
    came = [CatchUpEnd.SIGNED_OFF, CatchUpEnd.MISSED]
    guests = select(CatchUp.trainee_id).where(
        CatchUp.session_id == session_id, or_(CatchUp.ended_at.is_(None), CatchUp.ended_as.in_(came))
    )
    marked = select(Mark.trainee_id).where(Mark.session_id == session_id, Mark.presence != Presence.UNMARKED)
    return union(held, guests, marked)


def withheld(actor: Actor) -> ColumnElement[bool]:
    """Applications whoever acts is kept from."""
    number = staff_id(actor)
    return kept_from(number) if number is not None else false()


Place = tuple[Trainee, TrainingSession]


def held_places(session: Session, actor: Actor, session_id: int, ids: Collection[int]) -> list[Place]:
    """Those of these who are on the register, held until commit in one order: marks of one person follow one another.
    Nobody on a session called off, nor whom the actor is kept from."""
    query = (
        select(Trainee, TrainingSession)
        .join(TrainingSession, TrainingSession.id == session_id)
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .join(Application, Application.id == Trainee.application_id)
        .where(
            Trainee.id.in_(ids),
            Trainee.id.in_(on_register(session_id)),
            TrainingSession.cancelled_at.is_(None),
            Cohort.published_at.is_not(None),
            not_(withheld(actor)),
        )
        .order_by(Trainee.id)
    )
    return [(trainee, day) for trainee, day in session.execute(holding(query, of=Trainee))]


def held_place(session: Session, actor: Actor, session_id: int, trainee_id: int) -> Place:
    """One of them. Raises NotOnRegister."""
    found = held_places(session, actor, session_id, [trainee_id])
    if not found:
        raise NotOnRegister()
    return found[0]


def standing_marks(session: Session, session_id: int, ids: Collection[int]) -> dict[int, Mark]:
    """The marks that stand of these people, freshly read, by trainee."""
    query = select(Mark).where(Mark.session_id == session_id, Mark.trainee_id.in_(ids))
    return {each.trainee_id: each for each in session.scalars(query.execution_options(populate_existing=True))}


def comes_late(session: Session, day: TrainingSession, made_at: datetime, now: datetime) -> bool:
    """Whether a mark made then and received now needs to say why: made after the day, or so long ago that no device
    keeps it any more (setting `register_device_hours`)."""
    if not is_late(day.starts_at, made_at, now, timedelta(0)):
        return False
    hours = setting_value(session, "register_device_hours", clock.today())
    return is_late(day.starts_at, made_at, now, timedelta(hours=hours))


def put(session: Session, actor: Actor, step: MarkStep, standing: Mark | None, application_id: int) -> Mark:
    """The step's words stand from now on; the version rises if they are new."""
    if standing is not None and said_by(standing) == said_by(step):
        return standing
    if standing is None:
        standing = Mark(session_id=step.session_id, trainee_id=step.trainee_id, version=1)
        session.add(standing)
    else:
        standing.version += 1
    for column, value in columns(said_by(step)).items():
        setattr(standing, column, value)
    standing.made_at, standing.marked_by = step.made_at, step.staff_id
    corrected = step.source is MarkSource.CORRECTION or step.why is not None
    audit(session, actor, "mark.corrected" if corrected else "mark.made", step, application_id)
    return standing


def audit(session: Session, actor: Actor, action: str, step: MarkStep, application_id: int) -> None:
    """The trail says whose, which day, from where and why; not the reason somebody gave for being away."""
    detail = {"day": step.session_id, "presence": step.presence.value, "source": step.source.value}
    if step.why:
        detail["why"] = step.why
    record(session, actor, action, subject=("trainee", step.trainee_id), application_id=application_id, **detail)
