"""How an assessed module went. A wrong entry is taken back and made again: nothing is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.attendance.ledger import LONGEST_WORDS, TooLong, WhenNeeded
from portal.domain.attendance.models import Assessment, Result
from portal.domain.attendance.people import held_for_act
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training.models import Cohort, Module, Trainee
from portal.services.crypto import KeyRing


class NotAssessed(Refusal):
    title = "This module is not assessed"
    message = "Choose a module of this course that is assessed."

    def __init__(self) -> None:
        super().__init__(field="module")


class PassedAlready(Conflict):
    title = "They have passed it already"
    message = "Take that result back first if it is wrong."


class RecordedMeanwhile(Conflict):
    title = "Somebody else recorded this attempt"
    message = "A colleague recorded another result of this module. Look at it before you add one."


class NotStarted(Refusal):
    title = "They may not take part yet"
    message = "They may not take part yet. Ask the recruiters."


def place_of_assessment(assessment_id: int) -> dict[str, str]:
    """Where what is to be worked on belongs: it opens nowhere else."""
    return {"table": "assessment", "row": str(assessment_id), "column": "sealed"}


def assessments_of(session: Session, application_ids: Collection[int]) -> Sequence[Assessment]:
    """Every attempt under any place of these applications, taken back or not, in order. One statement."""
    query = select(Assessment).join(Trainee, Trainee.id == Assessment.trainee_id)
    query = query.where(Trainee.application_id.in_(application_ids))
    return session.scalars(query.order_by(Assessment.module_code, Assessment.id)).all()


def attempts(rows: Collection[Assessment], trainee_id: int, code: str) -> int:
    """How many attempts a page showed: sent along, so that a second click is no second attempt."""
    return max((row.attempt for row in rows if row.trainee_id == trainee_id and row.module_code == code), default=0)


def record_result(
    session: Session,
    keys: KeyRing,
    actor: Actor,
    trainee_id: int,
    code: str,
    result: Result,
    *,
    assessed_on: date,
    seen: int,
    words: str = "",
) -> Assessment:
    """The next attempt after the `seen` ones. `words`: what to work on, sealed; the trainee reads them too.

    Raises NotFound, NotAssessed, NotStarted, PassedAlready, WhenNeeded, TooLong; RecordedMeanwhile where another
    result took this attempt's number.
    """
    words = _tidy(words, assessed_on)
    with unit_of_work(session):
        trainee = held_for_act(session, actor, trainee_id)
        module = _module(session, trainee, code)
        rows = [row for row in assessments_of(session, [trainee.application_id]) if row.module_code == code]
        same = next((row for row in rows if (row.trainee_id, row.attempt) == (trainee_id, seen + 1)), None)
        if same is not None:
            if (same.result, same.assessed_on, same.staff_id) != (result, assessed_on, actor.actor_id):
                raise RecordedMeanwhile()
            return same
        if any(row.result is Result.PASSED and row.taken_back_at is None for row in rows):
            raise PassedAlready()
        made = Assessment(
            trainee_id=trainee_id, module_id=module.id, module_code=code, attempt=attempts(rows, trainee_id, code) + 1,
            result=result, assessed_on=assessed_on, staff_id=actor.actor_id, recorded_at=clock.now(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        made.sealed = keys.seal(words, **place_of_assessment(made.id)) if words else None
        _note(session, actor, "assessment.recorded", trainee, made)
        return made


def take_back(session: Session, actor: Actor, trainee_id: int, assessment_id: int) -> None:
    """It was a wrong entry: it counts no more, and stays in the history. Twice is once. Raises NotFound."""
    with unit_of_work(session):
        trainee = held_for_act(session, actor, trainee_id)
        row = locked(session, Assessment, assessment_id)
        if row is None or session.get_one(Trainee, row.trainee_id).application_id != trainee.application_id:
            raise NotFound()
        if row.taken_back_at is None:
            row.taken_back_at = clock.now()
            _note(session, actor, "assessment.taken_back", trainee, row)


def words_of(keys: KeyRing, row: Assessment) -> str:
    """What to work on; empty for nothing said."""
    return keys.unseal(row.sealed, **place_of_assessment(row.id)) if row.sealed is not None else ""


def _tidy(words: str, assessed_on: date) -> str:
    words = words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        raise TooLong("words", LONGEST_WORDS)
    if assessed_on > clock.today():
        raise WhenNeeded("Enter a day that has been", field="on")
    return words


def _module(session: Session, trainee: Trainee, code: str) -> Module:
    if trainee.started_at is None:
        raise NotStarted()
    query = select(Module).join(Cohort, Cohort.version_id == Module.version_id)
    query = query.where(Cohort.id == trainee.cohort_id, Module.code == code, Module.assessed.is_(True))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotAssessed()
    return found


def _note(session: Session, actor: Actor, action: str, trainee: Trainee, row: Assessment) -> None:
    record(
        session, actor, action, subject=("assessment", row.id), application_id=trainee.application_id,
        trainee=trainee.id, module=row.module_code, attempt=row.attempt, result=row.result.value,
    )  # fmt: skip
