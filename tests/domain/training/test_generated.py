"""200 courses and starts, whatever comes: sessions lie in their pattern, and nobody and no room is held twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, count, pairwise

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.training.clashes import DoubleBooked, plain
from portal.domain.training.models import CourseVersion, Pattern, SessionTrainer, TrainingSession
from portal.domain.training.patterns import left_out
from portal.domain.training.planning import CohortPlan, dates, plan_cohort
from portal.domain.training.shipped import CourseRow, DayRow, ModuleRow
from portal.domain.training.standard import add_course
from tests.support.interviews import a_venue
from tests.support.people import a_staff_member
from tests.support.training import COHORT_AT, a_trainer

GENERATED = 200
_numbers = count(1)
P = Pattern
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Drawn:
    """A course and a start; the room and the trainers by their place among the few there are."""

    pattern: Pattern
    days: int
    every_weeks: int
    starts: int
    minutes: int
    first: date
    skip: bool
    room: int
    trainers: frozenset[int]

    @property
    def begins(self) -> date:
        """On or after the day drawn, one the pattern may begin on."""
        if self.pattern is P.WEEKENDS:
            return self.first + A_DAY * ((5 - self.first.weekday()) % 7)
        if self.pattern is P.DAYS and self.first.weekday() > 4:
            return self.first + A_DAY * (7 - self.first.weekday())
        return self.first


DRAWN = st.builds(
    Drawn,
    pattern=st.sampled_from(P),
    days=st.integers(1, 10),
    every_weeks=st.integers(1, 3),
    starts=st.integers(8 * 60, 19 * 60),
    minutes=st.integers(30, 300),
    first=st.dates(date(2018, 3, 3), date(2019, 6, 30)),
    skip=st.booleans(),
    room=st.integers(0, 3),
    trainers=st.frozensets(st.integers(0, 5), max_size=2),
)


def test_no_session_outside_its_pattern_and_nothing_held_twice(session: Session) -> None:
    recruiter, trainers = a_staff_member(session, Role.RECRUITER), [a_trainer(session).id for _ in range(6)]
    venues = [a_venue(session).id for _ in range(2)]
    made: list[int] = []
    outcome: Counter[str] = Counter()

    @settings(
        max_examples=GENERATED, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(DRAWN)
    def planned(drawn: Drawn) -> None:
        outcome["drawn"] += 1
        version = course_of(session, drawn)
        plan = CohortPlan(
            version_id=version.id, campaign_id=None, division_id=None, name=f"Cohort {outcome['drawn']}", capacity=12,
            first=drawn.begins, skip_holidays=drawn.skip, venue_id=venues[drawn.room % 2],
            room=("Room A", " room  a", "Room B", "ROOM B")[drawn.room],
            trainer_ids=tuple(trainers[place] for place in drawn.trainers),
        )  # fmt: skip
        before = overlapping(session, made, plan, version)
        try:
            cohort = plan_cohort(session, recruiter, plan)
        except DoubleBooked as refusal:
            outcome["refused"] += 1
            assert before and refusal.clashes
            return
        assert not before
        found = session.scalars(select(TrainingSession).where(TrainingSession.cohort_id == cohort.id)).all()
        lie_in_pattern(drawn, sorted(found, key=lambda each: each.starts_at))
        made.extend(each.id for each in found)

    with clock.at(COHORT_AT):
        planned()
    assert outcome["drawn"] == GENERATED
    assert outcome["refused"] > 20 and len(made) > 200  # both happen often, or nothing was shown
    refuse_any_overlap(session, made)


def course_of(session: Session, drawn: Drawn) -> CourseVersion:
    number = next(_numbers)
    days = tuple(
        DayRow(place, f"Day {place}", drawn.starts, drawn.starts + drawn.minutes, (ModuleRow(f"m{place}", "M", 30),))
        for place in range(1, drawn.days + 1)
    )
    row = CourseRow(f"drawn-{number}", f"Drawn {number}", "", drawn.pattern, drawn.days, days)
    with unit_of_work(session):
        return add_course(session, row, None, every_weeks=drawn.every_weeks)


def lie_in_pattern(drawn: Drawn, found: Sequence[TrainingSession]) -> None:
    """Told from the pattern's words, not from how days are made."""
    starts, ends = [clock.london(each.starts_at) for each in found], [clock.london(each.ends_at) for each in found]
    days = [each.date() for each in starts]
    assert len(days) == drawn.days and days[0] >= drawn.begins
    assert {each.hour * 60 + each.minute for each in starts} == {drawn.starts}
    assert {each.hour * 60 + each.minute for each in ends} == {(drawn.starts + drawn.minutes) % (24 * 60)}
    if drawn.pattern is P.WEEKENDS:
        assert all(day.weekday() == 5 + place % 2 for place, day in enumerate(days))
        weeks = days[::2]
    else:
        weeks = days
    if drawn.pattern is P.DAYS:
        assert all(day.weekday() < 5 for day in days)
    elif drawn.pattern is P.WEEKLY:
        assert {day.weekday() for day in days} == {drawn.first.weekday()}
    if drawn.skip:
        assert not any(left_out(day) for day in days)
    elif drawn.pattern is not P.DAYS:
        assert days[0] == drawn.begins
        assert {(b - a).days for a, b in pairwise(weeks)} <= {7 * drawn.every_weeks}


def overlapping(session: Session, made: Sequence[int], plan: CohortPlan, version: CourseVersion) -> bool:
    """Whether this plan would hold something twice, looked at row by row."""
    rows, teaching = held(session, made)
    wanted = [(each.starts_at, each.ends_at) for each in dates(version, plan.first, skip_holidays=plan.skip_holidays)]
    for row in rows:
        same_room = (row.venue_id, plain(row.room)) == (plan.venue_id, plain(plan.room))
        if (same_room or teaching[row.id] & set(plan.trainer_ids)) and any(
            row.starts_at < ends and starts < row.ends_at for starts, ends in wanted
        ):
            return True
    return False


def held(session: Session, made: Sequence[int]) -> tuple[list[TrainingSession], dict[int, set[int]]]:
    rows = [each for each in session.scalars(select(TrainingSession)).all() if each.id in set(made)]
    teaching: dict[int, set[int]] = {each.id: set() for each in rows}
    for row in session.execute(select(SessionTrainer.session_id, SessionTrainer.staff_id)):
        teaching[row.session_id].add(row.staff_id)
    return rows, teaching


def refuse_any_overlap(session: Session, made: Sequence[int]) -> None:
    rows, teaching = held(session, made)
    for one, other in combinations(rows, 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            assert not teaching[one.id] & teaching[other.id]
            assert (one.venue_id, plain(one.room)) != (other.venue_id, plain(other.room))
