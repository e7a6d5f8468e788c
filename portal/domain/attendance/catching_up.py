"""Making good what was missed: a place in an equal session, a time with a trainer alone, or written work.

A trainee books for themselves, a trainer for anybody of their cohorts; what is live or signed off for a module is
there once, the database sees to that. Whoever books a seat holds the session: two people never have its last place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.attendance import booking_letters as letters
from portal.domain.attendance.booking_letters import GivenUp
from portal.domain.attendance.coverage import Done, ModuleStanding, Standing
from portal.domain.attendance.elsewhere import Sitting, open_to
from portal.domain.attendance.ledger import (
    LONGEST_PLACE,
    LONGEST_WORK,
    BookedAlready,
    Changed,
    NoPlaceThere,
    NoSuchCatchUp,
    NothingWritten,
    NotMissed,
    NotThisWay,
    TooLate,
    TooLong,
    WhenNeeded,
)
from portal.domain.attendance.models import CatchUp, CatchUpEnd, CatchUpWay
from portal.domain.attendance.people import held_for_act
from portal.domain.attendance.standing import Course, Looked, look
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.interviews.letters import day_words
from portal.domain.settings.queries import setting_value
from portal.domain.training.models import SessionTrainer, Trainee, TrainingSession
from portal.services.crypto import KeyRing

W = CatchUpWay
MOST_GONE = 200  # ended in one unit of work


@dataclass(frozen=True)
class Ways:
    """How what somebody missed can be made good. `sessions`: the soonest first, with the modules each repairs."""

    sessions: tuple[tuple[Sitting, tuple[ModuleStanding, ...]], ...]
    one_to_one: tuple[ModuleStanding, ...]
    written: tuple[ModuleStanding, ...]
    until: date  # the last day for any of it


def place_of_work(catch_up_id: int) -> dict[str, str]:
    """Where written work belongs: it opens nowhere else."""
    return {"table": "catch_up", "row": str(catch_up_id), "column": "work"}


def ways_of(standing: Standing, course: Course, sittings: Collection[Sitting]) -> Ways:
    """What is open for everything of theirs that is missed and not booked. Pure."""
    missed = standing.to_book
    offered = open_to(
        sittings, course_id=course.course_id, cohort_id=course.cohort_id, until=course.until,
        beside=course.outline.sessions,
    )  # fmt: skip
    pairs = ((each, tuple(module for module in missed if module.of.code in each.codes)) for each in offered)
    return Ways(
        tuple((each, modules) for each, modules in pairs if modules),
        tuple(module for module in missed if module.of.one_to_one),
        tuple(module for module in missed if module.of.written),
        clock.london(course.until).date(),
    )


def ways(session: Session, trainee_id: int) -> Ways:
    """The same, read. A fixed number of statements."""
    looked = look(session, [trainee_id])
    trainee = session.get_one(Trainee, trainee_id)
    return ways_of(looked.standings[trainee_id], looked.courses[trainee.cohort_id], looked.sittings)


def live_of(session: Session, trainee_ids: Collection[int]) -> Sequence[CatchUp]:
    """What is booked or waits to be signed off, in the order it was booked. One statement."""
    query = select(CatchUp).where(CatchUp.trainee_id.in_(trainee_ids), CatchUp.ended_at.is_(None))
    return session.scalars(query.order_by(CatchUp.id)).all()


def book_session(session: Session, actor: Actor, trainee_id: int, session_id: int) -> list[CatchUp]:
    """A guest's place in an equal session, for every missed module it teaches. Twice is once.

    Raises NotFound, CompletedAlready, NotMissed, NoPlaceThere.
    """
    with unit_of_work(session):
        trainee = held_for_act(session, actor, trainee_id)
        day = locked(session, TrainingSession, session_id)
        known = [each for each in live_of(session, [trainee_id]) if each.session_id == session_id]
        if known:
            return known
        looked = look(session, [trainee_id])
        found = ways_of(looked.standings[trainee_id], looked.courses[trainee.cohort_id], looked.sittings)
        modules = next((modules for each, modules in found.sessions if each.session_id == session_id), None)
        if day is None or modules is None:
            raise NoPlaceThere() if looked.standings[trainee_id].to_book else NotMissed()
        made = [_new(session, actor, trainee, module, W.SESSION, session_id=session_id) for module in modules]
        session.flush()
        _note(session, actor, "catch_up.booked", trainee, made[0], modules=len(made))
        letters.tell_booked(session, actor, trainee, [each.of for each in modules], day)
        return made


def ask_one_to_one(session: Session, actor: Actor, trainee_id: int, code: str, starts_at: datetime) -> CatchUp:
    """A time with a trainer alone: asked for, until one of them takes it on. Raises NotThisWay, WhenNeeded and what
    `book_session` raises."""
    with unit_of_work(session):
        trainee, module, course = _missed(session, actor, trainee_id, code)
        if not module.of.one_to_one:
            raise NotThisWay()
        _refuse_time(starts_at, course)
        made = _new(session, actor, trainee, module, W.ONE_TO_ONE, starts_at=starts_at)
        session.flush()
        _note(session, actor, "catch_up.booked", trainee, made)
        return made


def set_one_to_one(
    session: Session, actor: Actor, trainee_id: int, code: str, starts_at: datetime, place: str, staff_id: int
) -> CatchUp:
    """A trainer of the cohort takes it on, at this time and place; one that was asked for is answered by it.

    Raises as `ask_one_to_one`, and NotThisWay for somebody who does not teach the cohort.
    """
    place = " ".join(place.split())
    if len(place) > LONGEST_PLACE:
        raise TooLong("place", LONGEST_PLACE)
    with unit_of_work(session):
        trainee = held_for_act(session, actor, trainee_id)
        if staff_id not in trainers_of(session, trainee.cohort_id):
            raise NotThisWay("Choose a trainer of this cohort.", field="trainer")
        asked = next((each for each in live_of(session, [trainee_id]) if each.module_code == code), None)
        if asked is not None and asked.way is not W.ONE_TO_ONE:
            raise BookedAlready()
        if asked is None:
            _, module, course = _missed(session, actor, trainee_id, code)
            if not module.of.one_to_one:
                raise NotThisWay()
            asked = _new(session, actor, trainee, module, W.ONE_TO_ONE, starts_at=starts_at)
        else:
            course = look(session, [trainee_id]).courses[trainee.cohort_id]
        if (asked.starts_at, asked.place, asked.staff_id) == (starts_at, place, staff_id) and asked.id:
            return asked
        _refuse_time(starts_at, course)
        asked.starts_at, asked.place, asked.staff_id = starts_at, place, staff_id
        asked.version = (asked.version or 0) + 1
        session.flush()
        _note(session, actor, "catch_up.set", trainee, asked)
        letters.tell_alone(session, trainee, next(each for each in course.outline.modules if each.code == code), asked)
        return asked


def set_written(session: Session, actor: Actor, trainee_id: int, code: str, due_on: date | None = None) -> CatchUp:
    """Written work, due some days on unless a trainer says when. Raises as `ask_one_to_one`."""
    with unit_of_work(session):
        trainee, module, course = _missed(session, actor, trainee_id, code)
        if not module.of.written:
            raise NotThisWay()
        last = clock.london(course.until).date()
        if due_on is None:
            days = setting_value(session, "catch_up_written_days", clock.today())
            due_on = max(clock.today(), min(clock.today() + timedelta(days=days), last))
        elif due_on < clock.today():
            raise WhenNeeded("Enter a day to come", field="due")
        made = _new(session, actor, trainee, module, W.WRITTEN, due_on=due_on)
        session.flush()
        _note(session, actor, "catch_up.booked", trainee, made)
        if actor.actor_kind is ActorKind.STAFF:  # whoever chose it themselves knows
            how = f"Written work, by the end of {day_words(due_on)}"
            letters.tell(session, trainee, "set", modules=[module.of.title], how=how, where="")
        return made


def hand_in(session: Session, keys: KeyRing, actor: Actor, catch_up_id: int, words: str) -> CatchUp:
    """Keeps written work, sealed, for a trainer to read; until it is signed off it may be handed in again.

    Raises NoSuchCatchUp, NothingWritten, TooLong.
    """
    said = "\n".join(line.rstrip() for line in words.replace("\r\n", "\n").strip().split("\n"))
    if not said:
        raise NothingWritten()
    if len(said) > LONGEST_WORK:
        raise TooLong("work", LONGEST_WORK)
    with unit_of_work(session):
        row, trainee = held_live(session, actor, catch_up_id)
        if row.way is not W.WRITTEN:
            raise NoSuchCatchUp()
        if row.work is not None and row.handed_in_at and keys.unseal(row.work, **place_of_work(row.id)) == said:
            return row
        row.work, row.handed_in_at = keys.seal(said, **place_of_work(row.id)), clock.now()
        row.version += 1
        _note(session, actor, "catch_up.handed_in", trainee, row)
        return row


def cancel(session: Session, actor: Actor, catch_up_id: int) -> None:
    """Gives up what was booked, while it is still to come for a trainee. Twice is once.

    Raises NoSuchCatchUp, TooLate.
    """
    with unit_of_work(session):
        row = session.get(CatchUp, catch_up_id, populate_existing=True)
        if row is not None and row.ended_as is CatchUpEnd.CANCELLED:
            held_for_act(session, actor, row.trainee_id)
            return
        row, trainee = held_live(session, actor, catch_up_id)
        if actor.actor_kind is ActorKind.APPLICANT and has_begun(session, row):
            raise TooLate()
        end(session, row, CatchUpEnd.CANCELLED)
        _note(session, actor, "catch_up.cancelled", trainee, row)
        own = actor.actor_kind is ActorKind.APPLICANT
        letters.tell_given_up(session, trainee, row, GivenUp.THEMSELVES if own else GivenUp.TRAINER)


def let_go(session: Session, *, most: int = MOST_GONE) -> int:
    """Ends what cannot be any more: its session was called off, or the place it was for has ended. Returns how many.
    Idempotent; whoever keeps their place books another. What was still to come leaves their calendar."""
    over = (
        select(CatchUp)
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .outerjoin(TrainingSession, TrainingSession.id == CatchUp.session_id)
        .where(CatchUp.ended_at.is_(None))
        .where(or_(Trainee.ended_at.is_not(None), TrainingSession.cancelled_at.is_not(None)))
    )
    if session.scalar(over.with_only_columns(CatchUp.id).limit(1)) is None:
        return 0
    with unit_of_work(session):
        rows = session.scalars(holding(over.order_by(CatchUp.id).limit(most), of=CatchUp, skip_locked=True)).all()
        for row in rows:
            gone(session, row)
        for row in {(row.trainee_id, row.session_id): row for row in rows}.values():
            _tell_let_go(session, row)
    return len(rows)


def _tell_let_go(session: Session, row: CatchUp) -> None:
    trainee = session.get_one(Trainee, row.trainee_id)
    if trainee.ended_at is not None:
        letters.tell_given_up(session, trainee, row, GivenUp.PLACE)
    elif row.session_id is not None:
        letters.tell_gone(session, trainee, session.get_one(TrainingSession, row.session_id))


def gone(session: Session, row: CatchUp) -> None:
    """Ends one that cannot be, for whoever holds it."""
    end(session, row, CatchUpEnd.GONE)
    _note(session, SYSTEM, "catch_up.gone", session.get_one(Trainee, row.trainee_id), row)


def held_live(session: Session, actor: Actor, catch_up_id: int) -> tuple[CatchUp, Trainee]:
    """A live catch-up of somebody this person may act for, held. Raises NoSuchCatchUp."""
    trainee_id = session.scalar(select(CatchUp.trainee_id).where(CatchUp.id == catch_up_id))
    if trainee_id is None:
        raise NoSuchCatchUp()
    trainee = held_for_act(session, actor, trainee_id)
    row = locked(session, CatchUp, catch_up_id)
    if row is None or row.ended_at is not None:
        raise NoSuchCatchUp()
    return row, trainee


def must_be_seen(row: CatchUp, seen: int | None) -> None:
    """Raises Changed where the page showed another version."""
    if seen is not None and seen != row.version:
        raise Changed()


def end(session: Session, row: CatchUp, ended_as: CatchUpEnd) -> None:
    row.ended_at, row.ended_as = clock.now(), ended_as
    row.version += 1


def trainers_of(session: Session, cohort_id: int) -> list[int]:
    """Who teaches a cohort, substitutes apart."""
    query = (
        select(SessionTrainer.staff_id)
        .join(TrainingSession, TrainingSession.id == SessionTrainer.session_id)
        .where(TrainingSession.cohort_id == cohort_id, TrainingSession.cancelled_at.is_(None))
        .where(SessionTrainer.substitute.is_(False))
        .distinct()
        .order_by(SessionTrainer.staff_id)
    )
    return list(session.scalars(query))


def _missed(session: Session, actor: Actor, trainee_id: int, code: str) -> tuple[Trainee, ModuleStanding, Course]:
    trainee = held_for_act(session, actor, trainee_id)
    looked = look(session, [trainee_id])
    module = _module(looked, trainee_id, code)
    if module is not None and module.done is Done.BOOKED:
        raise BookedAlready()
    if module is None or module.done is not Done.MISSED:
        raise NotMissed()
    return trainee, module, looked.courses[trainee.cohort_id]


def _module(looked: Looked, trainee_id: int, code: str) -> ModuleStanding | None:
    return next((each for each in looked.standings[trainee_id].modules if each.of.code == code), None)


def _new(
    session: Session,
    actor: Actor,
    trainee: Trainee,
    module: ModuleStanding,
    way: CatchUpWay,
    *,
    session_id: int | None = None,
    starts_at: datetime | None = None,
    due_on: date | None = None,
) -> CatchUp:
    """A row, in place of one whose session they were not at either."""
    for old in live_of(session, [trainee.id]):
        if old.module_code == module.of.code:
            end(session, old, CatchUpEnd.MISSED)
            session.flush()
    row = CatchUp(
        trainee_id=trainee.id, module_id=module.of.module_id, module_code=module.of.code, way=way,
        session_id=session_id, starts_at=starts_at, due_on=due_on, booked_at=clock.now(), version=1, place="",
        booked_by=actor.actor_id if actor.actor_kind is ActorKind.STAFF else None,
    )  # fmt: skip
    session.add(row)
    return row


def _refuse_time(starts_at: datetime, course: Course) -> None:
    if starts_at <= clock.now():
        raise WhenNeeded()
    if starts_at > course.until:
        last = clock.london(course.until)
        raise WhenNeeded(f"Enter a day up to {last.day} {last:%B}")


def has_begun(session: Session, row: CatchUp) -> bool:
    """Whether its session, or its time alone, is no longer to come."""
    starts = row.starts_at
    if row.session_id is not None:
        starts = session.get_one(TrainingSession, row.session_id).starts_at
    return starts is not None and starts <= clock.now()


def _note(session: Session, actor: Actor, action: str, trainee: Trainee, row: CatchUp, **more: object) -> None:
    record(
        session, actor, action, subject=("catch_up", row.id), application_id=trainee.application_id,
        trainee=trainee.id, module=row.module_code, way=row.way.value, **more,
    )  # fmt: skip
