"""Somebody stands in for a trainer, added on the morning: they see that day's register and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.attendance.words import day_ends
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training import telling
from portal.domain.training.clashes import PLANS, Wish, refuse_clashes
from portal.domain.training.models import Cohort, SessionTrainer, TrainingSession
from portal.domain.training.planning import who_may_teach


class NotATrainer(Refusal):
    message = "Choose a trainer from the list"

    def __init__(self) -> None:
        super().__init__(field="staff_id")


class DayIsOver(Conflict):
    title = "That day is over"
    message = "That day is over. Nobody can stand in for it any more."


@dataclass(frozen=True)
class Teaching:
    """Who teaches a session."""

    staff_id: int
    name: str
    substitute: bool


def teaching(session: Session, session_id: int) -> list[Teaching]:
    """Who teaches a session, substitutes last. Whose register it is, the caller has asked."""
    query = (
        select(SessionTrainer.staff_id, StaffMember.name, SessionTrainer.substitute)
        .join(StaffMember, StaffMember.id == SessionTrainer.staff_id)
        .where(SessionTrainer.session_id == session_id)
        .order_by(SessionTrainer.substitute, StaffMember.name, StaffMember.id)
    )
    return [Teaching(*row) for row in session.execute(query)]


def who_could(session: Session, session_id: int) -> list[tuple[int, str]]:
    """Trainers who do not teach this session yet, by name."""
    there = {each.staff_id for each in teaching(session, session_id)}
    return [(key, name) for key, name in who_may_teach(session) if key not in there]


def add(session: Session, actor: Actor, session_id: int, staff_id: int) -> None:
    """Adds a substitute; the same one again changes nothing. Whose register it is, the caller has asked.

    Raises NotFound, NotATrainer, DayIsOver, DoubleBooked.
    """
    with unit_of_work(session):
        hold(session, PLANS)
        day = _day(session, session_id)
        if session.get(SessionTrainer, (session_id, staff_id)) is not None:
            return
        if staff_id not in {key for key, _ in who_may_teach(session)}:
            raise NotATrainer()
        refuse_clashes(session, [Wish(day.starts_at, day.ends_at, None, "", (staff_id,), session_id)])
        session.add(
            SessionTrainer(
                session_id=session_id, staff_id=staff_id, substitute=True, added_by=actor.actor_id, added_at=clock.now()
            )
        )
        telling.given(session, actor, session.get_one(Cohort, day.cohort_id), day, [staff_id])
        _trail(session, actor, "register.substitute_added", session_id, staff_id)


def remove(session: Session, actor: Actor, session_id: int, staff_id: int) -> None:
    """Takes a substitute off again; pressed twice it is so once. Raises NotFound for a session's own trainer, and for
    nobody."""
    with unit_of_work(session):
        hold(session, PLANS)
        day = _day(session, session_id)
        found = session.get(SessionTrainer, (session_id, staff_id))
        if found is None and session.get(StaffMember, staff_id) is not None:
            return
        if found is None or not found.substitute:
            raise NotFound()
        session.delete(found)
        telling.taken(session, actor, session.get_one(Cohort, day.cohort_id), day, [staff_id])
        _trail(session, actor, "register.substitute_removed", session_id, staff_id)


def _day(session: Session, session_id: int) -> TrainingSession:
    day = locked(session, TrainingSession, session_id)
    if day is None or day.cancelled_at is not None:
        raise NotFound()
    if clock.now() >= day_ends(day.starts_at):
        raise DayIsOver()
    return day


def _trail(session: Session, actor: Actor, action: str, session_id: int, staff_id: int) -> None:
    record(session, actor, action, subject=("training_session", session_id), staff=staff_id)
