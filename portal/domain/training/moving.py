"""One day of a cohort: moved, given another room or trainers, called off; and an extra one, to catch up in.

Whom it hits, and who is told, is decided where trainees and their catch-ups meet (journeys/training_days.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.db import hold, holding, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.dates import london_moment
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training import telling
from portal.domain.training.clashes import PLANS, Clash, DoubleBooked, Wish, clashes
from portal.domain.training.cohorts import TooSmall, held
from portal.domain.training.models import Cohort, Module, SessionModule, SessionTrainer, TrainingSession
from portal.domain.training.planning import (
    check_trainers,
    check_venue,
    give_trainers,
    new_uid,
)

T = TrainingSession
LONGEST_TITLE, LONGEST_ROOM, LONGEST_MATERIALS = 80, 60, 600


class CancelReason(StrEnum):
    PLACE = "place"
    TRAINER = "trainer"
    WEATHER = "weather"
    OPERATION = "operation"
    NUMBERS = "numbers"
    OTHER = "other"


CANCEL_REASONS: dict[CancelReason, str] = {
    CancelReason.PLACE: "We cannot use the place",
    CancelReason.TRAINER: "The trainers cannot come",
    CancelReason.WEATHER: "The weather or travel",
    CancelReason.OPERATION: "A police operation",
    CancelReason.NUMBERS: "Too few people",
    CancelReason.OTHER: "Something else",
}


class DayChanged(Conflict):
    """Somebody else changed this day since the page was opened."""


class DayCancelled(Conflict):
    title = "This day was called off"
    message = "A day that was called off stays off. Add another."


class HasBegun(Conflict):
    title = "This day has begun"
    message = "A day that has begun is not moved or called off."


class NotADay(Refusal):
    def __init__(self, message: str, field: str) -> None:
        super().__init__(message, field=field)


class NoSuchReason(Refusal):
    message = "Choose why. Those who would have come are told that the day is off."

    def __init__(self) -> None:
        super().__init__(field="reason")


@dataclass(frozen=True)
class DayPlan:
    """What one day may be. Times are London's. `room_places`: how many the room seats; none: the cohort's places."""

    title: str
    day: date
    starts: time
    ends: time
    venue_id: int | None = None
    room: str = ""
    room_places: int | None = None
    materials: str = ""
    trainer_ids: tuple[int, ...] = ()

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when to when, in UTC. Raises NotADay, NoSuchTime."""
        if self.ends <= self.starts:
            raise NotADay("It must end after it starts", "ends")
        return london_moment(self.day, self.starts), london_moment(self.day, self.ends)

    def wish(self, session_id: int | None) -> Wish:
        return Wish(*self.span, self.venue_id, self.room, self.trainer_ids, session_id)


class Before(NamedTuple):
    """When and where a day was."""

    starts_at: datetime
    ends_at: datetime
    venue_id: int | None
    room: str


class Changed(NamedTuple):
    """A day as it is now. `before`: as it was, where its time or place is another."""

    day: TrainingSession
    before: Before | None


def plan_of(day: TrainingSession, trainer_ids: Collection[int]) -> DayPlan:
    """The plan a day stands by."""
    starts, ends = clock.london(day.starts_at), clock.london(day.ends_at)
    return DayPlan(
        day.title, starts.date(), starts.time().replace(tzinfo=None), ends.time().replace(tzinfo=None), day.venue_id,
        day.room, day.room_places, day.materials, tuple(sorted(trainer_ids)),
    )  # fmt: skip


def trainers_of(session: Session, session_ids: Collection[int], *, substitutes: bool = False) -> dict[int, list[int]]:
    """Who teaches each session; `substitutes`: whoever was added for the one day too. One statement."""
    query = select(SessionTrainer.session_id, SessionTrainer.staff_id).where(SessionTrainer.session_id.in_(session_ids))
    if not substitutes:
        query = query.where(SessionTrainer.substitute.is_(False))
    found: dict[int, list[int]] = {key: [] for key in session_ids}
    for row in session.execute(query.order_by(SessionTrainer.added_at, SessionTrainer.staff_id)):
        found[row.session_id].append(row.staff_id)
    return found


def change_day(session: Session, actor: Actor, session_id: int, plan: DayPlan, *, seen: int) -> Changed:
    """Another time, place, room, trainers or title. `seen` is the version that the page showed.

    Raises NotFound, CohortCancelled, DayCancelled, DayChanged, HasBegun, NotADay, NoSuchTime, NotAVenue, NotATrainer,
    TooSmall, DoubleBooked.
    """
    with unit_of_work(session):
        hold(session, PLANS)
        day, cohort = held_day(session, session_id)
        if day.version != seen:
            raise DayChanged()
        starts_at, ends_at = plan.span
        was = Before(day.starts_at, day.ends_at, day.venue_id, day.room)
        moves = was != Before(starts_at, ends_at, plan.venue_id, plan.room.strip())
        if moves and day.starts_at <= clock.now():
            raise HasBegun()
        _check(session, cohort, plan, session_id, moves=moves)
        before, taught = telling.line_of(day) if moves else "", _teaching(session, session_id)
        day.starts_at, day.ends_at, day.venue_id, day.room = starts_at, ends_at, plan.venue_id, plan.room.strip()
        day.title, day.materials, day.room_places = plan.title.strip(), plan.materials.strip(), plan.room_places
        day.version += 1
        day.sequence += moves
        _teach(session, actor, day.id, plan.trainer_ids)
        record(
            session, actor, "day.moved" if moves else "day.changed", subject=("training_session", day.id),
            before=was.starts_at.isoformat(), after=starts_at.isoformat(), trainers=sorted(plan.trainer_ids),
        )  # fmt: skip
        session.flush()
        session.expire(day, ["venue"])
        _tell(session, actor, cohort, day, taught, before=before)
        return Changed(day, was if moves else None)


def _teaching(session: Session, session_id: int) -> set[int]:
    return set(trainers_of(session, [session_id], substitutes=True)[session_id])


def _tell(session: Session, actor: Actor, cohort: Cohort, day: T, taught: set[int], *, before: str) -> None:
    """Those who taught it and those who do. `before`: when it was, if that is another time or place now."""
    now = _teaching(session, day.id)
    telling.given(session, actor, cohort, day, now - taught)
    telling.taken(session, actor, cohort, day, taught - now)
    if before:
        telling.moved(session, actor, cohort, day, taught & now, before=before)


def add_day(
    session: Session, actor: Actor, cohort_id: int, plan: DayPlan, module_ids: Collection[int]
) -> TrainingSession:
    """An extra day, beyond the template's, that teaches these modules of the course again.

    Raises NotFound, CohortCancelled and what `change_day` does.
    """
    with unit_of_work(session):
        hold(session, PLANS)
        cohort = held(session, cohort_id)
        _check(session, cohort, plan, None, moves=True)
        starts_at, ends_at = plan.span
        wanted = select(Module.id).where(Module.id.in_(module_ids), Module.version_id == cohort.version_id)
        modules = session.scalars(wanted).all()
        if not modules:
            raise NotADay("Choose what is taught", "module_ids")
        if cohort.published_at is not None and plan.venue_id is None:
            raise NotADay("Choose a place: people see this cohort", "venue_id")
        day = TrainingSession(
            cohort_id=cohort_id, title=plan.title.strip(), starts_at=starts_at, ends_at=ends_at,
            venue_id=plan.venue_id, room=plan.room.strip(), room_places=plan.room_places,
            materials=plan.materials.strip(), uid=new_uid(),
        )  # fmt: skip
        session.add(day)
        session.flush()
        session.add_all(SessionModule(session_id=day.id, module_id=key) for key in modules)
        give_trainers(session, actor, day.id, plan.trainer_ids)
        cohort.version += 1
        record(session, actor, "day.added", subject=("training_session", day.id), cohort=cohort_id)
        session.flush()
        session.expire(cohort, ["sessions"])
        telling.given(session, actor, cohort, day, plan.trainer_ids)
        return day


def cancel_day(session: Session, actor: Actor, session_id: int, reason: str) -> TrainingSession | None:
    """Calls one day off; none when it was off already. `reason` is a code of CancelReason.

    Raises NotFound, CohortCancelled, NoSuchReason, HasBegun.
    """
    if reason not in set(CancelReason):
        raise NoSuchReason()
    with unit_of_work(session):
        hold(session, PLANS)
        try:
            day, cohort = held_day(session, session_id)
        except DayCancelled:
            return None
        if day.starts_at <= clock.now():
            raise HasBegun()
        telling.called_off(session, actor, cohort, [day])
        off(day, reason)
        record(session, actor, "day.cancelled", subject=("training_session", day.id), reason=reason)
        session.flush()
        return day


def off(day: TrainingSession, reason: str) -> None:
    """The row of a day that is called off, for whoever holds it."""
    day.cancelled_at, day.cancelled_reason = clock.now(), reason
    day.version += 1
    day.sequence += 1


def held_day(session: Session, session_id: int) -> tuple[TrainingSession, Cohort]:
    """A day that is on and its cohort, both held. Raises NotFound, CohortCancelled, DayCancelled."""
    cohort_id = session.scalar(select(T.cohort_id).where(T.id == session_id))
    if cohort_id is None:
        raise NotFound()
    cohort = held(session, cohort_id)
    query = select(T).where(T.id == session_id).options(joinedload(T.venue))
    day = session.scalars(holding(query, of=T)).one()
    if day.cancelled_at is not None:
        raise DayCancelled()
    return day, cohort


def _check(session: Session, cohort: Cohort, plan: DayPlan, session_id: int | None, *, moves: bool) -> None:
    """Everything that makes a day impossible. One that only gets other trainers may be past."""
    if not plan.title.strip():
        raise NotADay("Give the day a title", "title")
    if moves and plan.span[0] <= clock.now():
        raise NotADay("That is in the past", "day")
    if cohort.published_at is not None and plan.venue_id is None:
        raise NotADay("Choose a place: people see this cohort", "venue_id")
    if plan.room_places is not None and plan.room_places < cohort.capacity:
        raise TooSmall(f"The room seats {plan.room_places}, fewer than the {cohort.capacity} places", "room_places")
    check_venue(session, plan.venue_id)
    taught = set(trainers_of(session, [session_id])[session_id]) if session_id is not None else set()
    check_trainers(session, set(plan.trainer_ids) - taught)  # who was a trainer then may stay where they are
    if found := in_the_way(session, cohort.id, plan, session_id):
        raise DoubleBooked(found)


def in_the_way(session: Session, cohort_id: int, plan: DayPlan, session_id: int | None) -> list[Clash]:
    """Trainers and rooms that are held, and other days of the same cohort at that time. Raises NotADay, NoSuchTime."""
    starts_at, ends_at = plan.span
    own = select(T.id, T.title, T.starts_at, T.ends_at).where(
        T.cohort_id == cohort_id, T.cancelled_at.is_(None), T.id != (session_id or 0), T.starts_at < ends_at,
        T.ends_at > starts_at,
    )  # fmt: skip
    beside = session.execute(own.order_by(T.starts_at)).all()
    theirs = [Clash(f"This cohort has “{row.title}” then", row.starts_at, row.ends_at) for row in beside]
    return [*theirs, *clashes(session, [plan.wish(session_id)], apart_from=[row.id for row in beside])]


def _teach(session: Session, actor: Actor, session_id: int, wanted: Collection[int]) -> None:
    """These teach it from now on; who was a substitute and is now asked to teach it is one no longer."""
    there = set(trainers_of(session, [session_id])[session_id])
    gone = there - set(wanted)
    session.execute(
        delete(SessionTrainer).where(
            SessionTrainer.session_id == session_id,
            SessionTrainer.staff_id.in_(gone) | SessionTrainer.staff_id.in_(set(wanted) - there),
        )
    )
    give_trainers(session, actor, session_id, set(wanted) - there)
