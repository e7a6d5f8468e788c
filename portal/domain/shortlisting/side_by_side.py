"""Both readings of one application beside each other, with the words each reader relied on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.campaigns.criteria import CriterionNow
from portal.domain.shortlisting.models import Assignment, Entry, Round, Score
from portal.domain.shortlisting.settling import settled_points


@dataclass(frozen=True)
class Given:
    """What one reader gave for one criterion."""

    seat: int
    points: int
    words: str


@dataclass(frozen=True)
class Reader:
    """One completed reading as a whole: why it must not go on, or that its reader wants a moderator."""

    seat: int
    veto: str
    asks: bool


@dataclass(frozen=True)
class Judged:
    """One criterion with both readings, and a moderator's points where there are any."""

    criterion: CriterionNow
    given: tuple[Given, ...]
    settled: int | None

    @property
    def apart(self) -> int:
        """Points between the readings."""
        points = [each.points for each in self.given]
        return max(points) - min(points) if points else 0


@dataclass(frozen=True)
class SideBySide:
    """`reason` is a moderator's, and `version` that of the application's line in the sift."""

    readers: tuple[Reader, ...]
    judged: tuple[Judged, ...]
    reason: str
    veto_upheld: bool
    version: int

    @property
    def vetoed(self) -> bool:
        return any(reader.veto for reader in self.readers)


def side_by_side(session: Session, application_id: int, criteria: Sequence[CriterionNow]) -> SideBySide:
    """Four statements. Only readings that are finished; who may see them, the caller has asked."""
    readings = list(
        session.scalars(
            select(Assignment)
            .where(
                Assignment.application_id == application_id,
                Assignment.round == Round.SCORE,
                Assignment.completed_at.is_not(None),
            )
            .order_by(Assignment.seat)
            .execution_options(populate_existing=True)
        )
    )
    given, settled = _given(session, {each.id: each.seat for each in readings}), settled_points(session, application_id)
    entry = session.get_one(Entry, application_id, populate_existing=True)
    return SideBySide(
        readers=tuple(Reader(each.seat, each.veto or "", each.asks_moderation) for each in readings),
        judged=tuple(Judged(each, tuple(given[each.id]), settled.get(each.id)) for each in criteria),
        reason=entry.settled_reason or "",
        veto_upheld=entry.veto_upheld,
        version=entry.version,
    )


def _given(session: Session, seats: Mapping[int, int]) -> defaultdict[int, list[Given]]:
    """What was given by criterion, in the order of the seats."""
    query = select(Score).where(Score.assignment_id.in_(seats)).execution_options(populate_existing=True)
    found: defaultdict[int, list[Given]] = defaultdict(list)
    for one in sorted(session.scalars(query), key=lambda score: seats[score.assignment_id]):
        found[one.criterion_id].append(Given(seats[one.assignment_id], one.points, one.words))
    return found
