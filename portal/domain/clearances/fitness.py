"""Fitness tests: what each asks, from which day on, and what somebody reached at an attempt.

An attempt is judged by the standard in force on its own day. The first standards are shipped as assumptions of ours,
to be confirmed by the force; each later one is added with its first day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.applications.models import Requirement, RequirementState
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.models import FitnessAttempt, FitnessStandard
from portal.domain.clearances.steps import DECIDED, Code, held, may_decide, settle, step
from portal.domain.documents.models import Document, DocumentState
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_values
from portal.services.crypto import KeyRing

FITNESS = RequirementKind.FITNESS
SHIPPED_FROM = date(2017, 1, 1)
MULTI_STAGE = "multi_stage"
LEVEL = "level"  # said before its number; other units come after theirs
NUMBERS = ("fitness_cooling_days", "fitness_attempts", "fitness_valid_days", "check_notice_days")
_ONE = 100  # a level, a minute, a metre: numbers are kept in hundredths


@dataclass(frozen=True)
class Shipped:
    """A standard of the first day: an assumption of ours, marked as one until the force sets its own."""

    test: str
    name: str
    level: int
    unit: str
    alternative: bool


SHIPPED = (
    Shipped(MULTI_STAGE, "Multi-stage fitness test", 540, "level", False),
    Shipped("treadmill_walk", "Treadmill walking test", 1000, "minutes", True),
)


class NoSuchStandard(Refusal):
    message = "That test had no standard in force on that day. Choose another test or day."

    def __init__(self) -> None:
        super().__init__(field="standard")


class NothingBehindIt(Refusal):
    message = "Choose the session they came to, or the document that shows it."

    def __init__(self) -> None:
        super().__init__(field="behind")


class DayImpossible(Refusal):
    message = "Enter today or an earlier day."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="day")


class TooSoon(Refusal):
    def __init__(self, days: int, first: date) -> None:
        super().__init__(
            f"There must be {days} days between two attempts. The next can be on {first.day} {first:%B %Y}.",
            field="day",
        )


class NoAttemptLeft(Refusal):
    message = "They have had every attempt. Somebody must decide now whether the standard is met."


class StandardOverlaps(Refusal):
    message = "A new standard starts after the one before it, today or later."

    def __init__(self) -> None:
        super().__init__(field="starts")


@dataclass(frozen=True)
class Taken:
    """An attempt as it is recorded. `result` in hundredths of the test's unit; one of the two proofs stands behind."""

    standard_id: int
    taken_on: date
    result: int
    document: str | None = None  # its public id
    booking_id: int | None = None


@dataclass(frozen=True)
class Attempt:
    """One attempt as it is shown; `result` is none for those who may not read it."""

    id: int
    test: str
    unit: str
    level: int
    alternative: bool
    taken_on: date
    reached: bool
    by_evidence: bool
    result: int | None


def place_of(attempt_id: int) -> dict[str, str]:
    """Where a result belongs: it opens nowhere else."""
    return {"table": "fitness_attempt", "row": str(attempt_id), "column": "sealed"}


def number_words(hundredths: int) -> str:
    """5.4, 10, 12.25"""
    whole, part = divmod(hundredths, _ONE)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".")


def amount(hundredths: int, unit: str) -> str:
    """level 5.4, 10 minutes, 2400 metres"""
    number = number_words(hundredths)
    return f"{unit} {number}" if unit == LEVEL else f"{number} {unit}"


def ship_standards(session: Session) -> None:
    """Puts the shipped standards there, where there are none yet."""
    if session.scalar(select(FitnessStandard.id).limit(1)) is not None:
        return
    with unit_of_work(session):
        hold(session, "fitness_standards")
        if session.scalar(select(FitnessStandard.id).limit(1)) is None:
            session.add_all(
                FitnessStandard(
                    test=one.test, name=one.name, level=one.level, unit=one.unit, alternative=one.alternative,
                    starts_on=SHIPPED_FROM,
                )
                for one in SHIPPED
            )  # fmt: skip


def standards(session: Session) -> list[FitnessStandard]:
    """All there ever were, the main test first, the newest of each first."""
    query = select(FitnessStandard).order_by(
        FitnessStandard.alternative, FitnessStandard.test, FitnessStandard.starts_on.desc()
    )
    return list(session.scalars(query))


def in_force(session: Session, day: date) -> list[FitnessStandard]:
    """The standards of a day, the main test first: what an attempt on it is judged by."""
    query = (
        select(FitnessStandard)
        .where(FitnessStandard.starts_on <= day)
        .where(or_(FitnessStandard.ends_on.is_(None), FitnessStandard.ends_on >= day))
        .order_by(FitnessStandard.alternative, FitnessStandard.name, FitnessStandard.id)
    )
    return list(session.scalars(query))


def add_standard(
    session: Session, actor: Actor, *, test: str, name: str, level: int, unit: str, alternative: bool, starts_on: date
) -> FitnessStandard:
    """A test's standard from a day on; what stood before it ends the day before. The same again is one.

    Raises StandardOverlaps for a day past, or not after the one before.
    """
    with unit_of_work(session):
        hold(session, "fitness_standards")
        newest = session.scalars(
            select(FitnessStandard).filter_by(test=test).order_by(FitnessStandard.starts_on.desc()).limit(1)
        ).one_or_none()
        if newest is not None and (newest.starts_on, newest.level, newest.name) == (starts_on, level, name):
            return newest
        if starts_on < clock.today() or (newest is not None and newest.starts_on >= starts_on):
            raise StandardOverlaps()
        if newest is not None:
            newest.ends_on = starts_on - timedelta(days=1)
        made = FitnessStandard(
            test=test, name=name, level=level, unit=unit, alternative=alternative, starts_on=starts_on
        )
        session.add(made)
        session.flush()
        record(
            session, actor, "fitness_standard.added", subject=("fitness_standard", made.id),
            key=test, day=starts_on.isoformat(), level=level,
        )  # fmt: skip
        return made


def attempts_of(session: Session, application_id: int, keys: KeyRing | None = None) -> list[Attempt]:
    """An application's attempts, newest first; the results only with the keys, for those who may read them."""
    query = (
        select(FitnessAttempt, FitnessStandard)
        .join(FitnessStandard, FitnessStandard.id == FitnessAttempt.standard_id)
        .where(FitnessAttempt.application_id == application_id)
        .order_by(FitnessAttempt.taken_on.desc(), FitnessAttempt.id.desc())
    )
    return [
        Attempt(
            attempt.id, standard.name, standard.unit, standard.level, standard.alternative, attempt.taken_on,
            attempt.reached, attempt.document_id is not None,
            int(keys.unseal(attempt.sealed, **place_of(attempt.id))) if keys is not None else None,
        )
        for attempt, standard in session.execute(query)
    ]  # fmt: skip


def next_day(attempts: Sequence[Attempt], cooling_days: int, most: int) -> date | None:
    """The first day of another attempt; none when there is none: the standard was reached, or every attempt was had."""
    if any(each.reached for each in attempts) or len(attempts) >= most:
        return None
    last = max((each.taken_on for each in attempts), default=date.min)
    return last + timedelta(days=cooling_days) if attempts else last


def record_attempt(session: Session, keys: KeyRing, actor: Actor, application_id: int, taken: Taken) -> bool:
    """Records what somebody reached, judged by the standard of that day; says whether they reached it.

    A standard that is reached meets the requirement. One that is not leaves them their next attempt, with time for it;
    after the last a person decides. The same attempt recorded twice is one.

    Raises NotFound, OwnClearance, Conflict, DayImpossible, NoSuchStandard, NothingBehindIt, TooSoon, NoAttemptLeft.
    """
    with unit_of_work(session):
        application, requirement = held(session, application_id, FITNESS)
        may_decide(session, actor, application)
        known = select(FitnessAttempt).filter_by(
            application_id=application_id, standard_id=taken.standard_id, taken_on=taken.taken_on
        )
        before = session.scalars(known).one_or_none()
        if before is not None:
            return before.reached
        if requirement.state in DECIDED:
            raise Conflict("The fitness test is decided already.")
        numbers = setting_values(session, NUMBERS, clock.today())
        standard = _judged_by(session, application_id, taken, numbers)
        attempt = FitnessAttempt(
            application_id=application_id, standard_id=standard.id, taken_on=taken.taken_on, sealed=b"",
            reached=taken.result >= standard.level, booking_id=taken.booking_id,
            document_id=_document(session, application_id, taken), recorded_by=actor.actor_id, recorded_at=clock.now(),
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        attempt.sealed = keys.seal(str(taken.result), **place_of(attempt.id))
        step(session, requirement, actor, Code.ATTEMPT)
        record(
            session, actor, "fitness.attempt_recorded", subject=("fitness_attempt", attempt.id),
            application_id=application_id, key=standard.test,
        )  # fmt: skip
        _follow(session, actor, requirement, attempt, numbers)
        return attempt.reached


def _judged_by(session: Session, application_id: int, taken: Taken, numbers: dict[str, int]) -> FitnessStandard:
    if taken.taken_on > clock.today():
        raise DayImpossible()
    oldest = clock.today() - timedelta(days=numbers["fitness_valid_days"])
    if taken.taken_on < oldest:
        raise DayImpossible(f"A result from before {oldest.day} {oldest:%B %Y} is too old.")
    standard = next((one for one in in_force(session, taken.taken_on) if one.id == taken.standard_id), None)
    if standard is None:
        raise NoSuchStandard()
    days = [each.taken_on for each in attempts_of(session, application_id)]
    cooling = timedelta(days=numbers["fitness_cooling_days"])
    near = [day for day in days if abs(day - taken.taken_on) < cooling]
    if near:
        raise TooSoon(cooling.days, max(near) + cooling)
    if len(days) >= numbers["fitness_attempts"]:
        raise NoAttemptLeft()
    return standard


def _document(session: Session, application_id: int, taken: Taken) -> int | None:
    """The evidence behind it; none where a session stands behind it."""
    if taken.booking_id is not None:
        return None
    shown = select(Document.id).filter_by(application_id=application_id, kind=FITNESS, public_id=taken.document or "")
    found = session.scalar(shown.where(Document.state == DocumentState.CLEAN))
    if found is None:
        raise NothingBehindIt()
    return found


def _follow(
    session: Session, actor: Actor, requirement: Requirement, attempt: FitnessAttempt, numbers: dict[str, int]
) -> None:
    if attempt.reached:
        until = attempt.taken_on + timedelta(days=numbers["fitness_valid_days"])
        settle(session, actor, attempt.application_id, FITNESS, RequirementState.MET, "reached", until)
        return
    had = session.scalar(
        select(func.count()).select_from(FitnessAttempt).filter_by(application_id=attempt.application_id)
    )
    left = (had or 0) < numbers["fitness_attempts"]
    requirement.state = RequirementState.WITH_APPLICANT if left else RequirementState.WITH_US
    requirement.reason = None
    requirement.version += 1
    if left:
        again = attempt.taken_on + timedelta(days=numbers["fitness_cooling_days"] + numbers["check_notice_days"])
        until_at = clock.end_of(max(again, clock.today()))
        requirement.due_at = max(until_at, requirement.due_at) if requirement.due_at else until_at


def remove_attempt(session: Session, actor: Actor, application_id: int, attempt_id: int) -> None:
    """Takes a slip of the pen off the record, before anything was decided by it. Raises NotFound or Conflict."""
    with unit_of_work(session):
        application, requirement = held(session, application_id, FITNESS)
        may_decide(session, actor, application)
        attempt = locked(session, FitnessAttempt, attempt_id)
        if attempt is None or attempt.application_id != application_id:
            raise NotFound()
        if requirement.state in DECIDED:
            raise Conflict("The fitness test is decided already.")
        session.delete(attempt)
        record(
            session, actor, "fitness.attempt_removed", subject=("fitness_attempt", attempt_id),
            application_id=application_id,
        )  # fmt: skip
