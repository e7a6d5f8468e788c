"""A training day for tests: two trainers, people on its register, the clock at its morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.attendance.marking import MarkWish
from portal.domain.attendance.models import Mark, MarkSource, Presence
from portal.domain.training.models import Cohort, Trainee
from portal.web.sessions import Viewer
from tests.support.stage import put_clock
from tests.support.trainees import trainees
from tests.support.training import a_cohort, a_trainer, sessions_of

A_MORNING = clock.from_london(datetime(2018, 4, 28, 9, 10))  # ten minutes into the first day
_keys = count(1)


@dataclass(frozen=True)
class Day:
    """The first day of a cohort. `viewer`: its trainer, as signed in."""

    cohort: Cohort
    session_id: int
    trainer: StaffMember
    other: StaffMember
    people: list[Trainee]
    viewer: Viewer


def a_day(session: Session, app: Flask, *, people: int = 5, days: int = 2) -> Day:
    """People in training on a cohort of so many days, on the morning of the first one."""
    put_clock(app, A_MORNING - timedelta(days=3))
    trainer, other = a_trainer(session), a_trainer(session)
    cohort = a_cohort(session, trainers=[trainer, other], days=days, capacity=max(people + 3, 24))
    made = trainees(session, cohort, people)
    put_clock(app, A_MORNING)
    return Day(cohort, sessions_of(session, cohort)[0].id, trainer, other, made, as_viewer(trainer))


def as_viewer(member: StaffMember) -> Viewer:
    return Viewer("staff", member, 0, True, clock.wall(), "", roles=member.roles)


def wish(trainee: Trainee, presence: Presence = Presence.PRESENT, **changes: Any) -> MarkWish:
    """A mark of somebody, tapped now by somebody who has seen none."""
    given: dict[str, Any] = {
        "key": f"key-{next(_keys):08}", "trainee_id": trainee.id, "presence": presence, "late": 0, "left": 0,
        "reason": None, "source": MarkSource.REGISTER, "why": None, "seen": 0, "made_at": clock.now(),
    }  # fmt: skip
    return MarkWish(**(given | changes))


def said(mark: Mark) -> tuple[Presence, int, int]:
    return mark.presence, mark.late_minutes, mark.left_minutes
