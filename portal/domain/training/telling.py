"""Trainers are written to when days are given to them, change, or are theirs no longer; of a cohort that is published,
of days to come, and nobody writes to themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
    for staff_id, days in _days_by_trainer(session, cohort).items():
        given(session, actor, cohort, days, [staff_id])


def called_off(session: Session, actor: Actor, cohort: Cohort, days: Collection[T]) -> None:
    """These days are held no more: each trainer gets one letter about all of theirs. Call it while they are on."""
    wanted = {day.id for day in days}
    for staff_id, own in _days_by_trainer(session, cohort).items():
        gone = [day for day in own if day.id in wanted]
        _write(session, "teaching_off", actor, cohort, gone, [staff_id], off=True)


def given(session: Session, actor: Actor, cohort: Cohort, days: Sequence[T], staff_ids: Iterable[int]) -> None:
    """They teach these days from now on."""
    _write(session, "teaching_given", actor, cohort, days, staff_ids)


def taken(session: Session, actor: Actor, cohort: Cohort, days: Sequence[T], staff_ids: Iterable[int]) -> None:
    """These days are held, and others teach them."""
    _write(session, "teaching_off", actor, cohort, days, staff_ids, off=False)


def moved(
    session: Session, actor: Actor, cohort: Cohort, day: T, staff_ids: Iterable[int], *, before: str
) -> None:  # fmt: skip
    """`before`: when and where it was, in words."""
    _write(session, "teaching_moved", actor, cohort, [day], staff_ids, before=before)


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
    session: Session, name: str, actor: Actor, cohort: Cohort, days: Sequence[T], staff_ids: Iterable[int],
    **more: Any,
) -> None:  # fmt: skip
    coming = [day for day in days if day.ends_at > clock.now()]
    if cohort.published_at is None or not coming:
        return
    own = actor.actor_id if actor.actor_kind is ActorKind.STAFF else None
    query = select(StaffMember.email).where(StaffMember.id.in_(set(staff_ids) - {own}))
    for email in session.scalars(query.where(StaffMember.disabled_at.is_(None)).order_by(StaffMember.id)):
        queue_mail(
            session, name, to=email, cohort=cohort.name, course=cohort.course.course.name,
            days=[{"title": day.title, "line": line_of(day)} for day in coming],
            path=f"/staff/cohorts/{cohort.id}/register?session={coming[0].id}", **more,
        )  # fmt: skip
