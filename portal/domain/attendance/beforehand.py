"""A trainee says beforehand that they cannot come to a day, and takes it back: theirs until the day begins.

The register shows it to whoever keeps it; nothing is marked by it.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.attendance.models import CannotCome
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training.models import Trainee, TrainingSession
from portal.domain.training.places import live_trainee
from portal.domain.training.rules import NoSuchPlace
from portal.services.crypto import KeyRing

LONGEST = 500  # characters


class AwayReason(StrEnum):
    """Why somebody cannot come, as a code that can be counted. None says anything of their health beyond being ill."""

    WORK = "work"
    FAMILY = "family"
    ILL = "ill"
    TRAVEL = "travel"
    OTHER = "other"


AWAY_WORDS: dict[AwayReason, str] = {
    AwayReason.WORK: "My job",
    AwayReason.FAMILY: "Something at home",
    AwayReason.ILL: "I am not well",
    AwayReason.TRAVEL: "I am away, or cannot get there",
    AwayReason.OTHER: "Something else",
}


class DayBegun(Conflict):
    title = "That day has begun"
    message = "It is too late to tell us here. Ring us, and we let your trainer know."


class TooLong(Refusal):
    message = f"Use {LONGEST} characters or fewer."


def place_of(trainee_id: int, session_id: int) -> dict[str, str]:
    """Where the words belong: they open nowhere else."""
    return {"table": "cannot_come", "row": f"{trainee_id}:{session_id}", "column": "sealed"}


def said_by(session: Session, trainee_id: int) -> dict[int, CannotCome]:
    """What a trainee said and has not taken back, by session. One statement."""
    query = select(CannotCome).where(CannotCome.trainee_id == trainee_id, CannotCome.taken_back_at.is_(None))
    return {row.session_id: row for row in session.scalars(query)}


def words_of(keys: KeyRing, row: CannotCome) -> str:
    """What they wrote beside the reason; empty for nothing."""
    return keys.unseal(row.sealed, **place_of(row.trainee_id, row.session_id)) if row.sealed is not None else ""


def cannot_come(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, session_id: int, reason: AwayReason,
    words: str = "",
) -> CannotCome:  # fmt: skip
    """They cannot come to this day of their cohort. Said again it is changed. Raises NotFound, NoSuchPlace, DayBegun
    or TooLong."""
    said = words.strip()
    if len(said) > LONGEST:
        raise TooLong(field="words")
    with unit_of_work(session):
        trainee, row = _theirs(session, actor, application_id, session_id)
        where = place_of(trainee.id, session_id)
        if row is None:
            row = CannotCome(trainee_id=trainee.id, session_id=session_id)
            session.add(row)
        elif row.taken_back_at is None and row.reason == reason and words_of(keys, row) == said:
            return row
        row.reason, row.sealed = reason.value, keys.seal(said, **where) if said else None
        row.told_at, row.taken_back_at = clock.now(), None
        record(
            session, actor, "trainee.cannot_come", subject=("trainee", trainee.id), application_id=application_id,
            day=session_id, reason=reason.value,
        )  # fmt: skip
        session.flush()
        return row


def can_come(session: Session, actor: Actor, application_id: int, session_id: int) -> None:
    """They can after all. Not said, or taken back before, is nothing to do. Raises NotFound, NoSuchPlace, DayBegun."""
    with unit_of_work(session):
        trainee, row = _theirs(session, actor, application_id, session_id)
        if row is None or row.taken_back_at is not None:
            return
        row.taken_back_at, row.sealed = clock.now(), None
        record(
            session, actor, "trainee.can_come", subject=("trainee", trainee.id), application_id=application_id,
            day=session_id,
        )  # fmt: skip


def _theirs(session: Session, actor: Actor, application_id: int, session_id: int) -> tuple[Trainee, CannotCome | None]:
    """The live place, held, and what was said of this day of its cohort."""
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    acting_as(actor, application)
    trainee = live_trainee(session, application_id)
    if trainee is None:
        raise NoSuchPlace()
    day = session.get(TrainingSession, session_id, populate_existing=True)
    if day is None or day.cohort_id != trainee.cohort_id or day.cancelled_at is not None:
        raise NotFound()
    if day.starts_at <= clock.now():
        raise DayBegun()
    query = select(CannotCome).where(CannotCome.trainee_id == trainee.id, CannotCome.session_id == session_id)
    return trainee, session.scalars(holding(query)).one_or_none()
