"""Trainers are written to when days are given to them, change, or are theirs no longer; of a cohort that is published,
of days to come, and nobody writes to themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.audit.actions import Actor
from portal.domain.audit.models import ActorKind
from portal.domain.messages.actions import queue_mail
from portal.domain.training.entries import location_of
from portal.domain.training.letters import day_line
from portal.domain.training.models import Cohort, SessionTrainer, TrainingSession

T = TrainingSession


def published(session: Session, actor: Actor, cohort: Cohort) -> None:
    """Everybody who teaches learns of all their days in one letter."""
    _write(session, "teaching_given", actor, cohort, _days_by_trainer(session, cohort))


def called_off(session: Session, actor: Actor, cohort: Cohort, days: Collection[T]) -> None:
    """These days are held no more: each trainer gets one letter about all of theirs. Call it while they are on."""
    every, gone = _days_by_trainer(session, cohort), {day.id for day in days}
    theirs = {staff_id: [day for day in own if day.id in gone] for staff_id, own in every.items()}
    _write(session, "teaching_off", actor, cohort, theirs, off=True)


def given(session: Session, actor: Actor, cohort: Cohort, day: T, staff_ids: Iterable[int]) -> None:
    """They teach this day from now on."""
    _write(session, "teaching_given", actor, cohort, dict.fromkeys(staff_ids, (day,)))


def taken(session: Session, actor: Actor, cohort: Cohort, day: T, staff_ids: Iterable[int]) -> None:
    """The day is held, and others teach it."""
    _write(session, "teaching_off", actor, cohort, dict.fromkeys(staff_ids, (day,)), off=False)


def moved(session: Session, actor: Actor, cohort: Cohort, day: T, staff_ids: Iterable[int], *, before: str) -> None:
    """`before`: when and where it was, in words."""
    _write(session, "teaching_moved", actor, cohort, dict.fromkeys(staff_ids, (day,)), before=before)


def line_of(day: T) -> str:
    """Saturday 28 April, 9am to 5pm, Maidstone Police Station, Room 2"""
    return day_line(day, venue=location_of(day))


def _days_by_trainer(session: Session, cohort: Cohort) -> dict[int, list[T]]:
    query = (
        select(SessionTrainer.staff_id, T)
        .join(T, T.id == SessionTrainer.session_id)
        .where(T.cohort_id == cohort.id, T.cancelled_at.is_(None))
        .options(joinedload(T.venue))
        .order_by(SessionTrainer.staff_id, T.starts_at)
    )
    found: dict[int, list[T]] = {}
    for staff_id, day in session.execute(query):
        found.setdefault(staff_id, []).append(day)
    return found


def _write(
    session: Session, name: str, actor: Actor, cohort: Cohort, teaching: Mapping[int, Sequence[T]], **more: Any
) -> None:
    """`teaching`: the days each letter is about, by trainer. One statement, however many there are."""
    if cohort.published_at is None:
        return
    own = actor.actor_id if actor.actor_kind is ActorKind.STAFF else None
    query = select(StaffMember.id, StaffMember.email).where(StaffMember.id.in_(teaching.keys() - {own}))
    for row in session.execute(query.where(StaffMember.disabled_at.is_(None)).order_by(StaffMember.id)):
        if coming := [day for day in teaching[row.id] if day.ends_at > clock.now()]:
            queue_mail(
                session, name, to=row.email, cohort=cohort.name, course=cohort.course.course.name,
                days=[{"title": day.title, "line": line_of(day)} for day in coming],
                path=f"/staff/cohorts/{cohort.id}/register?session={coming[0].id}", **more,
            )  # fmt: skip
