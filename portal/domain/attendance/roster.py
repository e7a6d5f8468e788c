"""A session's register as its trainer reads it: who is on it, what stands, what waits. Names, whether they may take
part, what helps them in class, marks; nothing else of anybody. A fixed number of statements whatever the number.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.keeping import on_register, said_by
from portal.domain.attendance.marking import last_step
from portal.domain.attendance.models import CannotCome, CatchUp, CatchUpEnd, Mark, MarkStep, Presence
from portal.domain.attendance.settling import YOURSELF, Differing, conflicts
from portal.domain.attendance.words import Said, day_ends
from portal.domain.training.models import CourseDay, Module, Trainee, TrainingSession
from portal.domain.training.seeing import register_session
from portal.services.crypto import KeyRing

NOT_YET = "Not yet: ask the recruiters"


@dataclass(frozen=True)
class Entry:
    """One person on the register. `hint` is the line under the name. `expected`: "everyone else present" means them
    too. `number` is their line on the printed sheet, from 1. `by`: who made the mark."""

    number: int
    trainee_id: int
    given_name: str
    family_name: str
    may_take_part: bool
    guest: str
    told_at: datetime | None
    joined_later: bool
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
        return self.may_take_part and not self.marked and self.told_at is None and not self.joined_later

    @property
    def hint(self) -> str:
        told = f"Told us {clock.london(self.told_at):%-d %b at %H:%M}" if self.told_at else ""
        joined = "Joined after this day" if self.joined_later else ""
        parts = ("" if self.may_take_part else NOT_YET, self.guest, told, joined, self.helps)
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
    session: TrainingSession
    entries: list[Entry]
    conflicts: list[Differing]
    last: LastAct | None

    @property
    def counts(self) -> Counter[str]:
        """People here, late, absent and excused, and those not marked yet (`to_do`)."""
        found = Counter(each.said.choice or "to_do" for each in self.entries if each.marked or not each.joined_later)
        found["in_time"] = found["here"]
        return found

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


def code_hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def place_of_adjustments(trainee_id: int) -> dict[str, str]:
    return {"table": "trainee", "row": str(trainee_id), "column": "adjustments"}


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
    return Roster(day, entries, conflicts(session, viewer, session_id), _last(session, viewer, session_id, entries))


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
    helps = keys.unseal(trainee.adjustments, **place_of_adjustments(trainee.id)) if trainee.adjustments else ""
    return Entry(
        number=number,
        trainee_id=trainee.id,
        given_name=row.given_name,
        family_name=row.family_name,
        may_take_part=trainee.started_at is not None,
        guest=guests.get(trainee.id, ""),
        told_at=row.told_at,
        joined_later=trainee.enrolled_at >= day.ends_at,
        helps=helps,
        said=said_by(mark),
        version=mark.version if mark else 0,
        by=(row.by or YOURSELF) if mark else "",
        made_at=mark.made_at if mark else None,
        code=trainee.check_in,
    )


def _last(session: Session, viewer: StaffViewer, session_id: int, entries: list[Entry]) -> LastAct | None:
    step = last_step(session, viewer.id, session_id)
    names = {each.trainee_id: each.name for each in entries}
    if step is None or step.trainee_id not in names:
        return None
    return LastAct(step.id, names[step.trainee_id], said_by(step), step.made_at, _others(session, step))


def _others(session: Session, step: MarkStep) -> int:
    """How many more the same press marked."""
    batch = step.key.rpartition(":")[0]
    if not batch:
        return 0
    same = MarkStep.key.startswith(f"{batch}:", autoescape=True)
    count = select(func.count()).where(MarkStep.session_id == step.session_id, same)
    return (session.scalar(count) or 1) - 1
