"""What the moderation board draws: two marks on a scale, and where the line falls among the scores. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.shortlisting.board import Bar, Board
from portal.domain.shortlisting.ranking import Line
from portal.domain.shortlisting.settling import HUNDREDTHS

WIDE, EDGE = 200, 10  # of a scale, in the drawing's own units
HIST_WIDE, HIST_HIGH = 308, 90
STEP = 5  # points between two ticks of the scale


@dataclass(frozen=True)
class Scale:
    """From `low` to `high` points, with a tick every few points."""

    low: int
    high: int

    @property
    def ticks(self) -> list[float]:
        return [self.at(each) for each in range(self.low, self.high + 1, STEP)]

    @property
    def end(self) -> float:
        return WIDE - EDGE

    def at(self, points: float) -> float:
        """Where these points stand on the scale."""
        span = max(1, self.high - self.low)
        return round(EDGE + (points - self.low) * (WIDE - 2 * EDGE) / span, 1)


@dataclass(frozen=True)
class Marks:
    """The first reader's mark and the second's; `wide` where they are a gap apart. `words` say the same."""

    first: float | None
    second: float | None
    wide: bool
    words: str


def scale_of(board: Board) -> Scale:
    """Round points that hold every total there is."""
    totals = [mark.total for line in board.sift.lines for mark in line.done]
    if not totals:
        return Scale(0, STEP)
    return Scale(min(totals) // STEP * STEP, -(-max(totals) // STEP) * STEP or STEP)


def marks_of(line: Line, scale: Scale, gap: int) -> Marks:
    first, second = ([mark.total for mark in line.done if mark.seat == seat][:1] for seat in (1, 2))
    said = [f"{name} {each[0]}" for name, each in (("First", first), ("second", second)) if each]
    return Marks(
        scale.at(first[0]) if first else None,
        scale.at(second[0]) if second else None,
        line.gap >= gap,
        ", ".join(said) or "Not read yet",
    )


@dataclass(frozen=True)
class Column:
    """One bar of the drawing, the part below the line under the part above it; and what the table beside it says."""

    x: float
    width: float
    below_y: float
    below_height: float
    above_y: float
    above_height: float
    words: str
    people: int
    above: int


@dataclass(frozen=True)
class Histogram:
    """`line` is where the cut-off stands, if there is one; the caption stands on the side with room."""

    columns: list[Column]
    low: int
    middle: int
    high: int
    line: float | None
    caption_x: float
    anchor: str


def histogram_of(board: Board) -> Histogram | None:
    """Bars over the scores that occur; none while nobody has a score."""
    bars = board.bars
    if not bars:
        return None
    slot = HIST_WIDE / len(bars)
    most = max(bar.above + bar.below for bar in bars)
    low, high = bars[0].low, bars[-1].high
    line = None
    if board.cut is not None:
        share = (board.cut.score / HUNDREDTHS - low) / (high - low)
        line = round(max(0.0, min(1.0, share)) * HIST_WIDE, 1)
    right = line is None or line < HIST_WIDE / 2
    return Histogram(
        columns=[_column(bar, place * slot, slot, most) for place, bar in enumerate(bars)],
        low=low,
        middle=(low + high - 1) // 2,
        high=high - 1,
        line=line,
        caption_x=round((line or 0) + (6 if right else -6), 1),
        anchor="start" if right else "end",
    )


def _column(bar: Bar, x: float, slot: float, most: int) -> Column:
    below, above = (round(part * HIST_HIGH / most, 1) for part in (bar.below, bar.above))
    base = 20 + HIST_HIGH
    words = f"{bar.low}" if bar.high - bar.low == 1 else f"{bar.low} to {bar.high - 1}"
    return Column(
        round(x + 1, 1), round(max(1.0, slot - 3), 1), round(base - below, 1), below,
        round(base - below - above, 1), above, words, bar.above + bar.below, bar.above,
    )  # fmt: skip
