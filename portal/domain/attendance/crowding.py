"""A room holds so many. A place in the cohort comes before a guest's for one day: who takes one may leave too many in
a room, and whoever booked last to catch up there is asked to choose again, in good time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.attendance.booking_letters import tell_gone
from portal.domain.attendance.catching_up import gone
from portal.domain.attendance.elsewhere import places_left
from portal.domain.attendance.models import CatchUp
from portal.domain.training.models import Cohort, Trainee, TrainingSession

S = TrainingSession


def make_room(session: Session, *, most: int) -> int:
    """Ends the newest guests' bookings in sessions to come that would be fuller than their room, at most of so many
    sessions; returns how many guests. Idempotent."""
    left = places_left()
    crowded = (
        select(S.id)
        .join(Cohort, Cohort.id == S.cohort_id)
        .join(CatchUp, CatchUp.session_id == S.id)
        .where(CatchUp.ended_at.is_(None), S.starts_at > clock.now(), S.cancelled_at.is_(None), left < 0)
        .distinct()
        .order_by(S.id)
        .limit(most)
    )
    ended = 0
    for session_id in session.scalars(crowded).all():
        with unit_of_work(session):
            locked(session, TrainingSession, session_id)  # nobody books it meanwhile
            over = -(session.scalar(select(left).join(Cohort, Cohort.id == S.cohort_id).where(S.id == session_id)) or 0)
            for trainee_id in _newest(session, session_id)[: max(0, over)]:
                _end(session, session_id, trainee_id)
                ended += 1
    return ended


def _newest(session: Session, session_id: int) -> list[int]:
    """The guests of a session who take a place, whoever booked last first."""
    query = select(CatchUp.trainee_id).join(Trainee, Trainee.id == CatchUp.trainee_id)
    query = query.where(CatchUp.session_id == session_id, CatchUp.ended_at.is_(None), Trainee.ended_at.is_(None))
    return list(dict.fromkeys(session.scalars(query.order_by(CatchUp.id.desc()))))


def _end(session: Session, session_id: int, trainee_id: int) -> None:
    query = select(CatchUp).filter_by(session_id=session_id, trainee_id=trainee_id, ended_at=None)
    for row in session.scalars(holding(query)).all():
        gone(session, row)
    tell_gone(session, session.get_one(Trainee, trainee_id), session.get_one(TrainingSession, session_id))
