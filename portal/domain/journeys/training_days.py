"""A training day that moves or falls away: whom it hits is shown first, and each of them is told with the act.

Trainees of the cohort come to it, and so may guests of other cohorts, who make something good there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.db import WORK, announce, hold, holding, unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.attendance import catching_up
from portal.domain.attendance.booking_letters import day_event
from portal.domain.attendance.models import CannotCome, CatchUp
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.clashes import turned
from portal.domain.interviews.letters import day_words, time_words
from portal.domain.messages.actions import queue_mail
from portal.domain.training import moving, places, telling
from portal.domain.training.clashes import PLANS, Clash
from portal.domain.training.cohorts import held
from portal.domain.training.enrolling import to_wait_again
from portal.domain.training.entries import location_of, said
from portal.domain.training.models import (
    Cohort,
    CourseVersion,
    Module,
    ModuleNeed,
    SessionModule,
    Trainee,
    TraineeEnd,
    TrainingSession,
    Waiting,
    WaitingEnd,
)
from portal.domain.training.moving import Before, Changed, DayPlan
from portal.domain.training.patterns import fits, left_out

T = TrainingSession


class Hit(NamedTuple):
    """Somebody who would come. `guest`: of another cohort. `cannot`: has said that they cannot, as it stands."""

    application: Application
    guest: bool
    cannot: bool


@dataclass(frozen=True)
class Preview:
    """What a plan for a day does. `hidden`: how many more it hits whom the viewer may not see."""

    people: list[Hit]
    hidden: int
    clashes: list[Clash]
    notes: list[str]

    @property
    def trainees(self) -> int:
        return sum(not each.guest for each in self.people) + self.hidden

    @property
    def guests(self) -> int:
        return sum(each.guest for each in self.people)


def preview(session: Session, viewer: StaffViewer, day: TrainingSession, plan: DayPlan) -> Preview:
    """Whom a changed day hits and what is in its way; nothing is kept. A fixed number of statements.

    Raises NotADay, NoSuchTime.
    """
    clashes = moving.in_the_way(session, day.cohort_id, plan, day.id)
    if (day.starts_at, day.ends_at, day.venue_id, day.room) == (*plan.span, plan.venue_id, plan.room.strip()):
        return Preview([], 0, clashes, [])
    people, hidden = hit_by(session, viewer, day.id)
    return Preview(people, hidden, clashes, [*_date_notes(session, day, plan), *_order_notes(session, day, plan)])


class Expected(NamedTuple):
    """What is known of a day beforehand, counted: nobody's name."""

    guests: int = 0
    cannot: int = 0


def expected(session: Session, session_ids: Collection[int]) -> dict[int, Expected]:
    """Guests who come to each day, and trainees who said that they cannot. Two statements."""
    guests = select(CatchUp.session_id, func.count(CatchUp.trainee_id.distinct()).label("people"))
    guests = guests.where(CatchUp.session_id.in_(session_ids), CatchUp.ended_at.is_(None)).group_by(CatchUp.session_id)
    coming = {row.session_id: row.people for row in session.execute(guests)}
    cannot = select(CannotCome.session_id, func.count().label("people")).join(Trainee)
    cannot = cannot.where(
        CannotCome.session_id.in_(session_ids), CannotCome.taken_back_at.is_(None), Trainee.ended_at.is_(None)
    )
    missing = {row.session_id: row.people for row in session.execute(cannot.group_by(CannotCome.session_id))}
    return {key: Expected(coming.get(key, 0), missing.get(key, 0)) for key in session_ids}


def hit_by(session: Session, viewer: StaffViewer, session_id: int) -> tuple[list[Hit], int]:
    """Who comes to a day, by name: those the viewer may see, and how many others there are. Two statements."""
    guest = exists().where(
        CatchUp.trainee_id == Trainee.id, CatchUp.session_id == session_id, CatchUp.ended_at.is_(None)
    )
    cannot = exists().where(
        CannotCome.trainee_id == Trainee.id, CannotCome.session_id == session_id, CannotCome.taken_back_at.is_(None)
    )
    query: Select[*tuple[Any, ...]] = select(
        Application, (~_of_cohort(session_id)).label("guest"), cannot.label("cannot")
    )
    query = query.join(Trainee, Trainee.application_id == Application.id)
    query = query.where(Trainee.ended_at.is_(None), or_(_of_cohort(session_id), guest))
    every = session.scalars(query.with_only_columns(Application.id)).all()
    seen = in_scope(query, viewer, Permission.SEE_APPLICATIONS)
    rows = session.execute(seen.order_by(Application.family_name, Application.given_name, Application.id))
    found = [Hit(row.Application, bool(row.guest), bool(row.cannot)) for row in rows]
    return found, len(every) - len(found)


def _of_cohort(session_id: int) -> ColumnElement[bool]:
    return Trainee.cohort_id == select(T.cohort_id).where(T.id == session_id).scalar_subquery()


def _date_notes(session: Session, day: TrainingSession, plan: DayPlan) -> Iterator[str]:
    """What may be a slip: a day outside the course's pattern, on a holiday, in the night of the clocks."""
    version = session.scalars(select(CourseVersion).join(Cohort).where(Cohort.id == day.cohort_id)).one()
    if not fits(version.pattern, plan.day, clock.london(day.starts_at).date()):
        yield f"A {plan.day:%A} is not one of the days of this course"
    if holiday := left_out(plan.day):
        yield f"It is the weekend of {holiday}" if plan.day.weekday() > 4 else f"A bank holiday: {holiday}"
    if turn := turned(plan.day):
        yield turn


def _order_notes(session: Session, day: TrainingSession, plan: DayPlan) -> Iterator[str]:
    """Modules that would come before what they need, or after what needs them."""
    starts_at = plan.span[0]
    query = select(Module.id, Module.title, T.id.label("session_id"), T.starts_at)
    query = query.join(SessionModule, SessionModule.module_id == Module.id).join(T, T.id == SessionModule.session_id)
    query = query.where(T.cohort_id == day.cohort_id, T.cancelled_at.is_(None))
    rows = session.execute(query.order_by(T.starts_at.desc())).all()
    names = {row.id: row.title for row in rows}
    own = {row.id for row in rows if row.session_id == day.id}
    taught = {row.id: row.starts_at for row in rows if row.session_id != day.id}  # of two, the first
    needs = select(ModuleNeed.module_id, ModuleNeed.needs_id).where(ModuleNeed.module_id.in_(names))
    for module_id, needs_id in session.execute(needs.order_by(ModuleNeed.module_id, ModuleNeed.needs_id)):
        if module_id in own and needs_id in taught and taught[needs_id] > starts_at:
            yield f"“{names[module_id]}” would come before “{names[needs_id]}”, which it needs"
        if needs_id in own and module_id in taught and taught[module_id] < starts_at:
            yield f"“{names[needs_id]}” would come after “{names[module_id]}”, which needs it"


def move_day(session: Session, actor: Actor, session_id: int, plan: DayPlan, *, seen: int) -> Changed:
    """Changes a day; where its time or place is another, everybody who comes is written to, with their calendar's
    entry, and what they said of the old day holds no longer. Raises what `moving.change_day` does."""
    with unit_of_work(session):
        changed = moving.change_day(session, actor, session_id, plan, seen=seen)
        if changed.before is not None and _is_seen(session, changed.day):
            _forget_cannot(session, changed)
            for trainee, application, _guest in _who_comes(session, session_id):
                _write(session, "training_day_moved", changed.day, trainee, application, before=changed.before)
        return changed


def call_off(session: Session, actor: Actor, session_id: int, reason: str) -> int:
    """Calls a day off; everybody who would have come is told, and guests may book another. Returns how many were
    told. Twice is once. Raises what `moving.cancel_day` does."""
    with unit_of_work(session):
        day = moving.cancel_day(session, actor, session_id, reason)
        return _told_off(session, actor, day) if day is not None else 0


def cancel_cohort(session: Session, actor: Actor, cohort_id: int, reason: str) -> int:
    """Calls a whole cohort off: its days to come fall away, places end and their people keep their offers and what
    they have done. Returns how many were told. Twice is once.

    Raises NotFound, NoSuchReason, and CohortOver when no day is left to call off.
    """
    if reason not in set(moving.CancelReason):
        raise moving.NoSuchReason()
    with unit_of_work(session):
        hold(session, PLANS)
        places.hold_places(session, cohort_id)
        cohort = session.get(Cohort, cohort_id, populate_existing=True)
        if cohort is not None and cohort.cancelled_at is not None:
            return 0
        cohort = held(session, cohort_id)
        days = _days_to_come(session, cohort_id)
        if not days:
            raise moving.HasBegun("Every day of this cohort has begun: there is nothing left to call off.")
        told = _ended_places(session, actor, cohort)
        telling.called_off(session, actor, cohort, days)
        for day in days:
            moving.off(day, reason)
            told += _told_off(session, actor, day)
        cohort.cancelled_at, cohort.cancelled_reason = clock.now(), reason
        cohort.version += 1
        record(session, actor, "cohort.cancelled", subject=("cohort", cohort_id), reason=reason)
        announce(session, WORK)
        return told


def _days_to_come(session: Session, cohort_id: int) -> list[TrainingSession]:
    query = select(T).where(T.cohort_id == cohort_id, T.cancelled_at.is_(None), T.starts_at > clock.now())
    return list(session.scalars(holding(query.options(joinedload(T.venue)).order_by(T.id), of=T)))


def _ended_places(session: Session, actor: Actor, cohort: Cohort) -> int:
    """Every place that is not completed ends; whoever was in training waits for another course again."""
    rows = _people(session, and_(Trainee.cohort_id == cohort.id, Trainee.completed_at.is_(None)))
    for trainee, application in rows:
        to_wait_again(session, application)
        places.free(session, trainee, TraineeEnd.REMOVED, "course")
        record(
            session, actor, "trainee.removed", subject=("trainee", trainee.id), application_id=application.id,
            cohort=cohort.id, seat=trainee.seat, reason="course",
        )  # fmt: skip
        queue_mail(
            session, "training_cohort_cancelled", to=application.applicant.email, application_id=application.id,
            reference=application.reference, cohort=cohort.name, course=cohort.course.course.name,
        )  # fmt: skip
    waiting = select(Waiting.application_id).where(Waiting.cohort_id == cohort.id, Waiting.ended_at.is_(None))
    for application_id in session.scalars(waiting).all():
        places.stop_waiting(session, application_id, WaitingEnd.GONE, cohort_id=cohort.id)
    session.flush()
    return len(rows)


def _told_off(session: Session, actor: Actor, day: TrainingSession) -> int:
    """Guests' bookings end, and whoever would have come is written to."""
    if not _is_seen(session, day):
        return 0
    people = _who_comes(session, day.id)
    bookings = select(CatchUp).where(CatchUp.session_id == day.id, CatchUp.ended_at.is_(None))
    for booking in session.scalars(holding(bookings.order_by(CatchUp.id))):
        catching_up.gone(session, booking)
    for trainee, application, guest in people:
        _write(session, "training_day_off", day, trainee, application, guest=guest)
    return len(people)


def _is_seen(session: Session, day: TrainingSession) -> bool:
    return session.scalar(select(Cohort.published_at).where(Cohort.id == day.cohort_id)) is not None


def _forget_cannot(session: Session, changed: Changed) -> None:
    """ "I cannot come" was said of the day that was, where the day itself is another."""
    assert changed.before is not None
    if clock.london(changed.before.starts_at).date() == clock.london(changed.day.starts_at).date():
        return
    said_so = select(CannotCome).where(CannotCome.session_id == changed.day.id, CannotCome.taken_back_at.is_(None))
    for each in session.scalars(said_so):
        each.taken_back_at = clock.now()


def _who_comes(session: Session, session_id: int) -> list[tuple[Trainee, Application, bool]]:
    """Trainees of the cohort, and guests, held; in one order, whoever asks."""
    guest = exists().where(
        CatchUp.trainee_id == Trainee.id, CatchUp.session_id == session_id, CatchUp.ended_at.is_(None)
    )
    cohort_id = session.scalar(select(T.cohort_id).where(T.id == session_id))
    rows = _people(session, or_(_of_cohort(session_id), guest))
    return [(trainee, application, trainee.cohort_id != cohort_id) for trainee, application in rows]


def _people(session: Session, which: ColumnElement[bool]) -> list[tuple[Trainee, Application]]:
    """Live trainees and their applications, each held, applications first."""
    own = select(Trainee.application_id).where(which, Trainee.ended_at.is_(None))
    held_first = select(Application).where(Application.id.in_(own)).order_by(Application.id)
    whole = joinedload(Application.applicant), joinedload(Application.campaign).joinedload(Campaign.scheme)
    found = {each.id: each for each in session.scalars(holding(held_first.options(*whole), of=Application)).unique()}
    query = select(Trainee).where(Trainee.application_id.in_(found), Trainee.ended_at.is_(None)).order_by(Trainee.id)
    return [(trainee, found[trainee.application_id]) for trainee in session.scalars(holding(query))]


def _write(
    session: Session, name: str, day: TrainingSession, trainee: Trainee, application: Application, *,
    before: Before | None = None, guest: bool = False,
) -> None:  # fmt: skip
    """The letter, with the entry that replaces or takes away the one in the reader's calendar."""
    cohort = session.get_one(Cohort, day.cohort_id)
    path = f"/applications/{application.reference}/training"
    event = day_event(session, day, trainee, application)
    more = {"before": _when(before)} if before is not None else {"guest": guest}
    queue_mail(
        session, name, to=application.applicant.email, application_id=application.id,
        reference=application.reference, cohort=cohort.name, title=day.title, when=_when(day), where=location_of(day),
        path=path, calendar=said(event, path), **more,
    )  # fmt: skip


def _when(day: TrainingSession | Before) -> str:
    """Saturday 28 April, 9am to 5pm"""
    return f"{day_words(day.starts_at)}, {time_words(day.starts_at)} to {time_words(day.ends_at)}"
