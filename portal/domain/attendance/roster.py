"""A session's register as its trainer reads it: who is on it, what stands, what waits. Names, whether they may take
part, what helps them in class, marks; nothing else of anybody. A fixed number of statements whatever the number.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, false, func, not_, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.keeping import on_register, said_by
from portal.domain.attendance.marking import last_act
from portal.domain.attendance.models import CannotCome, CatchUp, CatchUpEnd, Mark, Presence
from portal.domain.attendance.settling import YOURSELF, Differing, conflicts
from portal.domain.attendance.words import Said, day_ends
from portal.domain.refusals import NotFound
from portal.domain.training.contacts import adjustments_of
from portal.domain.training.models import Cohort, CourseDay, Module, SessionTrainer, Trainee, TrainingSession
from portal.domain.training.seeing import register_session, teaches
from portal.services.crypto import KeyRing

NOT_YET = "Not yet: ask the recruiters"


@dataclass(frozen=True)
class Entry:
    """One person on the register. `helps`: what helps them in class. `expected`: "everyone else present" means them
    too. `number` is their line on the printed sheet, from 1. `by`: who made the mark."""

    number: int
    trainee_id: int
    given_name: str
    family_name: str
    may_take_part: bool
    guest: str
    starts_at: datetime
    told_at: datetime | None
    joined_later: bool
    left_before: bool
    helps: str
    said: Said
    version: int
    by: str
    made_at: datetime | None
    code: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def marked(self) -> bool:
        return self.said.presence is not Presence.UNMARKED

    @property
    def expected(self) -> bool:
        there = not self.joined_later and not self.left_before
        return there and self.may_take_part and not self.marked and self.told_at is None

    @property
    def hint(self) -> str:
        """The line under the name, beside what is marked and whether they may take part."""
        held = "Joined after this day" if self.joined_later else "Has no place any more" if self.left_before else ""
        parts = (self.guest, told(self.told_at, self.starts_at), held, " ".join(self.helps.split()))
        return " · ".join(part for part in parts if part)

    @property
    def code_hash(self) -> str:
        """What a device without a signal compares a scanned code's hash with."""
        return code_hash(self.code)


@dataclass(frozen=True)
class LastAct:
    """What the viewer did last and may undo. `others`: how many more people it was about."""

    step_id: int
    name: str
    said: Said
    at: datetime
    others: int


@dataclass(frozen=True)
class Roster:
    """`number`: which day of the course it is; none for an extra one. `own`: the viewer teaches the whole cohort, not
    only this day."""

    session: TrainingSession
    number: int | None
    own: bool
    entries: list[Entry]
    conflicts: list[Differing]
    last: LastAct | None

    @property
    def title(self) -> str:
        """Day 6, or an extra day's own title."""
        return f"Day {self.number}" if self.number else self.session.title

    @property
    def subject(self) -> str:
        """What is taught, where that is not the title."""
        return self.session.title if self.number and self.session.title != self.title else ""

    def entry(self, trainee_id: int) -> Entry:
        """Somebody on it; raises NotFound."""
        for each in self.entries:
            if each.trainee_id == trainee_id:
                return each
        raise NotFound()

    @property
    def counts(self) -> Counter[str]:
        """People here, late, absent and excused, and those not marked yet (`to_do`)."""
        return Counter(each.said.choice or "to_do" for each in self.entries if each.marked or not each.joined_later)

    @property
    def expected(self) -> int:
        return sum(each.expected for each in self.entries)

    @property
    def is_over(self) -> bool:
        """Whether the day has ended: what is entered now needs to say why."""
        return clock.now() >= day_ends(self.session.starts_at)

    @property
    def is_early(self) -> bool:
        return clock.london(self.session.starts_at).date() > clock.today()


def told(at: datetime | None, starts_at: datetime) -> str:
    """That somebody said they cannot come, and when: the time alone where it was on the day."""
    if at is None:
        return ""
    there = clock.london(at)
    same = there.date() == clock.london(starts_at).date()
    return f"Told us at {there:%H:%M}" if same else f"Told us on {there.day} {there:%b}"


def code_hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def roster(session: Session, keys: KeyRing, viewer: StaffViewer, session_id: int) -> Roster:
    """The register of a session the viewer keeps, by family name. Raises NotFound."""
    day = register_session(session, viewer, session_id)
    guests = _guests(session, session_id)
    query = (
        select(
            Trainee, Application.given_name, Application.family_name, Mark, StaffMember.name.label("by"),
            CannotCome.told_at,
        )
        .join(Application, Application.id == Trainee.application_id)
        .outerjoin(Mark, (Mark.session_id == session_id) & (Mark.trainee_id == Trainee.id))
        .outerjoin(StaffMember, StaffMember.id == Mark.marked_by)
        .outerjoin(
            CannotCome,
            (CannotCome.session_id == session_id)
            & (CannotCome.trainee_id == Trainee.id)
            & CannotCome.taken_back_at.is_(None),
        )
        .where(Trainee.id.in_(on_register(session_id)), not_(kept_from(viewer.id)))
        .order_by(func.lower(Application.family_name), func.lower(Application.given_name), Trainee.id)
    )  # fmt: skip
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    entries = [_entry(keys, day, number, row, guests) for number, row in enumerate(rows, 1)]
    number, own = _of_cohort(session, viewer, day)
    return Roster(
        day, number, own, entries, conflicts(session, viewer, session_id), _last(session, viewer, session_id, entries)
    )


def _of_cohort(session: Session, viewer: StaffViewer, day: TrainingSession) -> tuple[int | None, bool]:
    query = select(CourseDay.number, teaches(viewer.id)).select_from(Cohort)
    row = session.execute(
        query.outerjoin(CourseDay, CourseDay.id == day.day_id).where(Cohort.id == day.cohort_id)
    ).one()
    return row[0], bool(row[1])


def days_of(session: Session, viewer: StaffViewer, cohort_id: int) -> list[TrainingSession]:
    """The days of a cohort whose registers the viewer keeps, in time's order; all of them where they teach it, the
    ones they stand in for otherwise. Raises NotFound where there is none."""
    stands_in = exists().where(SessionTrainer.session_id == TrainingSession.id, SessionTrainer.staff_id == viewer.id)
    query = (
        select(TrainingSession)
        .join(Cohort, Cohort.id == TrainingSession.cohort_id)
        .where(
            Cohort.id == cohort_id,
            Cohort.published_at.is_not(None),
            TrainingSession.cancelled_at.is_(None),
            or_(teaches(viewer.id), stands_in) if viewer.scope(Permission.KEEP_REGISTER) else false(),
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    found = list(session.scalars(query))
    if not found:
        raise NotFound()
    return found


def day_to_open(days: Sequence[TrainingSession], now: datetime) -> TrainingSession:
    """Today's (the one that is on, of several), else the next, else the last."""
    today = clock.london(now).date()
    of_today = [day for day in days if clock.london(day.starts_at).date() == today]
    to_come = [day for day in days if clock.london(day.starts_at).date() > today]
    return next((day for day in of_today if now < day.ends_at), (of_today[-1:] or to_come[:1] or days[-1:])[0])


def _guests(session: Session, session_id: int) -> dict[int, str]:
    """Who catches up here, and from which day of their own course."""
    query = (
        select(CatchUp.trainee_id, CourseDay.number)
        .join(Module, Module.id == CatchUp.module_id)
        .join(CourseDay, CourseDay.id == Module.day_id)
        .where(
            CatchUp.session_id == session_id,
            CatchUp.ended_at.is_(None) | CatchUp.ended_as.in_([CatchUpEnd.SIGNED_OFF, CatchUpEnd.MISSED]),
        )
        .order_by(CourseDay.number)
    )
    days: dict[int, list[int]] = {}
    for trainee_id, number in session.execute(query):
        days.setdefault(trainee_id, []).append(number)
    return {key: f"Catch-up from day {' and '.join(map(str, dict.fromkeys(found)))}" for key, found in days.items()}


def _entry(keys: KeyRing, day: TrainingSession, number: int, row: Any, guests: dict[int, str]) -> Entry:
    trainee, mark = row.Trainee, row.Mark
    return Entry(
        number=number,
        trainee_id=trainee.id,
        given_name=row.given_name,
        family_name=row.family_name,
        may_take_part=trainee.started_at is not None,
        guest=guests.get(trainee.id, ""),
        starts_at=day.starts_at,
        told_at=row.told_at,
        joined_later=trainee.enrolled_at >= day.ends_at,
        left_before=trainee.ended_at is not None and trainee.ended_at < day.ends_at,
        helps=adjustments_of(keys, trainee),
        said=said_by(mark),
        version=mark.version if mark else 0,
        by=(row.by or YOURSELF) if mark else "",
        made_at=mark.made_at if mark else None,
        code=trainee.check_in,
    )


def _last(session: Session, viewer: StaffViewer, session_id: int, entries: list[Entry]) -> LastAct | None:
    steps = last_act(session, viewer.id, session_id)
    names = {each.trainee_id: each.name for each in entries}
    if not steps or steps[0].trainee_id not in names:
        return None
    step = steps[0]
    return LastAct(step.id, names[step.trainee_id], said_by(step), step.made_at, len(steps) - 1)
