"""The critical path as its page draws it: each bar by its share of the days between the first and the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.overview.critical_path import Bar, Path, bar_words, critical_path, sentence

TICKS = 4  # days named on the scale, at most
LEAST = 0.6  # of a hundred: the width of a bar of one day


@dataclass(frozen=True)
class Drawn:
    """A bar in hundredths of the scale's width; `ends_at` is where what it is needed by lies."""

    name: str
    standing: str
    words: str
    sets: bool
    late: bool
    x: float
    width: float
    needed_at: float


@dataclass(frozen=True)
class Tick:
    at: float
    day: date


@dataclass(frozen=True)
class Chart:
    sentence: str
    bars: list[Drawn]
    ticks: list[Tick]
    today_at: float
    today: date


def chart(session: Session, application: Application) -> Chart | None:
    """What sets this application's start date; none where it has no start to come."""
    found = critical_path(session, application)
    return draw(found) if found is not None else None


def draw(path: Path) -> Chart:
    """Pure: days to hundredths."""
    firsts = [bar.starts for bar in path.bars] + [path.today]
    lasts = [max(bar.ends, bar.needed_by) for bar in path.bars] + [path.today]
    start, days = min(firsts), max(1, (max(lasts) - min(firsts)).days)

    def at(day: date) -> float:
        return round(100 * (day - start).days / days, 2)

    step = -(-days // TICKS)
    ticks = [Tick(at(day), day) for day in (start + timedelta(days=step * place) for place in range(TICKS))]
    return Chart(
        sentence=sentence(path),
        bars=[_drawn(bar, at(bar.starts), at(bar.ends), at(bar.needed_by)) for bar in path.bars],
        ticks=ticks,
        today_at=at(path.today),
        today=path.today,
    )


def _drawn(bar: Bar, x: float, end: float, needed_at: float) -> Drawn:
    late = bar.spare is not None and bar.spare < 0
    width = max(LEAST, round(end - x, 2))
    return Drawn(bar.name, bar.standing.value, bar_words(bar), bar.sets, late, min(x, 100 - LEAST), width, needed_at)
