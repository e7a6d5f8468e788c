"""Scores beside the application they are about, for moderators: never before every reader has finished."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.campaigns.models import CriterionVersion
from portal.domain.shortlisting.models import Assignment, Entry, Round, Score, SettledScore, Settling

MOST = 5  # points for one criterion


@dataclass(frozen=True)
class Judged:
    """One criterion: each reader's points in their order, and what a moderator settled on."""

    title: str
    weight: int
    points: tuple[int | None, ...]
    settled: int | None


@dataclass(frozen=True)
class Scores:
    """`total` is in hundredths of a point, none until it is agreed or settled; `full` in points."""

    state: Settling
    total: int | None
    full: int
    readers: int
    rows: tuple[Judged, ...]


def scores_of(session: Session, application_id: int) -> Scores | None:
    """How an application was scored; none before its sift began. Who may read it, the caller has asked.

    While readers still read there are no rows: nobody's points lead another's. Three statements.
    """
    entry = session.get(Entry, application_id)
    if entry is None or entry.state is Settling.READING:
        return Scores(entry.state, None, 0, 0, ()) if entry else None
    query = (
        select(Assignment.seat, Score.criterion_id, Score.points, CriterionVersion.title, CriterionVersion.weight)
        .join(Score, Score.assignment_id == Assignment.id)
        .join(CriterionVersion, CriterionVersion.id == Score.criterion_version_id)
        .where(
            Assignment.application_id == application_id,
            Assignment.round == Round.SCORE,
            Assignment.completed_at.is_not(None),
        )
        .order_by(Score.criterion_id, Assignment.seat)
    )
    given: dict[tuple[int, str, int], dict[int, int]] = defaultdict(dict)
    for seat, criterion_id, points, title, weight in session.execute(query):
        given[(criterion_id, title, weight)][seat] = points
    seats = sorted({seat for each in given.values() for seat in each})
    chosen = select(SettledScore.criterion_id, SettledScore.points).where(SettledScore.application_id == application_id)
    settled = {row.criterion_id: row.points for row in session.execute(chosen)}
    rows = tuple(
        Judged(title, weight, tuple(points.get(seat) for seat in seats), settled.get(key))
        for (key, title, weight), points in given.items()
    )
    return Scores(entry.state, entry.score, MOST * sum(row.weight for row in rows), len(seats), rows)
