"""What trainees thought of a weekend: nobody's words, shown once enough have answered.

That somebody answered is one row, what was said another, and nothing joins them: no time, no order, no line of the
trail. What is said of a weekend is laid down anew in the order of its random ids with each answer, so that not even
the order of rows in the file tells whose came when.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, unit_of_work
from portal.domain.attendance.ledger import LONGEST_WORDS, TooLong
from portal.domain.attendance.models import Feedback, FeedbackGiven, Mark, Presence
from portal.domain.attendance.people import held_for_act
from portal.domain.audit.actions import Actor
from portal.domain.refusals import Conflict, Refusal
from portal.domain.settings.queries import setting_value
from portal.domain.training.models import CourseDay, Trainee, TrainingSession

LEAST = "training_feedback_least"
POINTS = range(1, 6)
ASKED = ("clear", "pace", "useful")


class NothingToSay(Conflict):
    title = "There is nothing to answer"
    message = "This weekend has not been, or you were not there. You can answer after each weekend you come to."


class NotPoints(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__("Choose a number from 1 to 5", field=field)


@dataclass(frozen=True)
class Said:
    """Points from 1 to 5 for how clear it was, whether the pace was right, how useful it was; and words."""

    clear: int
    pace: int
    useful: int
    remarks: str = ""


@dataclass(frozen=True)
class Thought:
    """What a weekend got; means and remarks are none until enough have answered."""

    block: int
    answers: int
    could: int  # who were there
    shown: bool
    clear: float = 0
    pace: float = 0
    useful: float = 0
    remarks: tuple[str, ...] = ()


def to_answer(session: Session, trainee: Trainee) -> list[int]:
    """Weekends that are over, that somebody came to and has not answered for, the last first. Three statements."""
    over = set(_over(session, trainee.cohort_id))
    came = (
        select(CourseDay.block)
        .join(TrainingSession, TrainingSession.day_id == CourseDay.id)
        .join(Mark, Mark.session_id == TrainingSession.id)
        .where(TrainingSession.cohort_id == trainee.cohort_id, Mark.trainee_id == trainee.id)
        .where(Mark.presence == Presence.PRESENT)
    )
    given = select(FeedbackGiven.block).where(FeedbackGiven.trainee_id == trainee.id)
    return sorted((over & set(session.scalars(came))) - set(session.scalars(given)), reverse=True)


def give(session: Session, actor: Actor, trainee_id: int, block: int, said: Said) -> None:
    """Keeps an answer that is nobody's. A second one of the same person changes nothing.

    Raises NotFound, NothingToSay, NotPoints, TooLong.
    """
    for name in ASKED:
        if getattr(said, name) not in POINTS:
            raise NotPoints(name)
    remarks = said.remarks.replace("\r\n", "\n").strip()
    if len(remarks) > LONGEST_WORDS:
        raise TooLong("remarks", LONGEST_WORDS)
    with unit_of_work(session):
        trainee = held_for_act(session, actor, trainee_id, finished_too=True)
        if session.get(FeedbackGiven, (trainee_id, block), populate_existing=True) is not None:
            return
        if block not in to_answer(session, trainee):
            raise NothingToSay()
        hold(session, f"feedback of cohort {trainee.cohort_id}")
        session.add(FeedbackGiven(trainee_id=trainee_id, block=block))
        here = Feedback.cohort_id == trainee.cohort_id, Feedback.block == block
        known = session.execute(
            select(Feedback.id, Feedback.clear, Feedback.pace, Feedback.useful, Feedback.remarks).where(*here)
        ).all()
        new = (secrets.token_urlsafe(16), said.clear, said.pace, said.useful, remarks)
        session.execute(delete(Feedback).where(*here))
        for key, clear, pace, useful, words in sorted(
            [*((row.id, row.clear, row.pace, row.useful, row.remarks) for row in known), new]
        ):
            session.add(
                Feedback(
                    id=key, cohort_id=trainee.cohort_id, block=block, clear=clear, pace=pace, useful=useful,
                    remarks=words,
                )
            )  # fmt: skip
            session.flush()


def thoughts(session: Session, cohort_id: int) -> list[Thought]:
    """What each weekend that is over got, in order. A fixed number of statements. Who may read it, the caller asks."""
    least = setting_value(session, LEAST, clock.today())
    rows: dict[int, list[Feedback]] = {}
    for row in session.scalars(select(Feedback).where(Feedback.cohort_id == cohort_id).order_by(Feedback.id)):
        rows.setdefault(row.block, []).append(row)
    came = (
        select(CourseDay.block, func.count(Mark.trainee_id.distinct()).label("people"))
        .join(TrainingSession, TrainingSession.day_id == CourseDay.id)
        .join(Mark, Mark.session_id == TrainingSession.id)
        .where(TrainingSession.cohort_id == cohort_id, Mark.presence == Presence.PRESENT)
        .group_by(CourseDay.block)
    )
    could = {row.block: row.people for row in session.execute(came)}
    return [_thought(block, rows.get(block, []), could.get(block, 0), least) for block in _over(session, cohort_id)]


def _thought(block: int, rows: Sequence[Feedback], could: int, least: int) -> Thought:
    if len(rows) < least:
        return Thought(block, len(rows), could, False)
    clear, pace, useful = (round(sum(getattr(row, name) for row in rows) / len(rows), 1) for name in ASKED)
    remarks = tuple(row.remarks for row in rows if row.remarks)
    return Thought(block, len(rows), could, True, clear, pace, useful, remarks)


def _over(session: Session, cohort_id: int) -> list[int]:
    """Weekends whose last session is over, in order."""
    query = (
        select(CourseDay.block)
        .join(TrainingSession, TrainingSession.day_id == CourseDay.id)
        .where(TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None))
        .group_by(CourseDay.block)
        .having(func.max(TrainingSession.ends_at) <= clock.now())
        .order_by(CourseDay.block)
    )
    return list(session.scalars(query))
