"""Everything the moderation board says, worked out from a sift and a line. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.campaigns.criteria import CriterionNow, full_marks
from portal.domain.casework.models import Verdict
from portal.domain.shortlisting.agreement import alpha
from portal.domain.shortlisting.cutting import (
    Cut,
    Falls,
    Step,
    becomes,
    decided,
    falls,
    lowered,
    raised,
    suggested,
)
from portal.domain.shortlisting.ranking import Line, Ranked, ranked
from portal.domain.shortlisting.setting_line import agrees
from portal.domain.shortlisting.settling import HUNDREDTHS
from portal.domain.shortlisting.sift import Sift


@dataclass(frozen=True)
class Policy:
    """The settings the board reads: points that count as near the line, pairs needed to speak of agreement, and
    the length of a reserve list nobody has set yet."""

    near: int
    least_pairs: int
    reserves: int


@dataclass(frozen=True)
class AreaRow:
    """People by district: above the line, and next on the reserve list."""

    name: str
    places: int | None
    above: int
    reserve: int
    all: int


@dataclass(frozen=True)
class ReaderRow:
    """One reader: completed readings of those given to them, the mean of their totals, and in how many the other
    reader's total was a gap away."""

    name: str
    done: int
    given: int
    mean: float | None
    gaps: int


@dataclass(frozen=True)
class Bar:
    """People whose score lies from `low` up to but not including `high` points; some may be above the line."""

    low: int
    high: int
    above: int
    below: int


@dataclass(frozen=True)
class Board:
    """`cut` is the line looked at, `as_set` whether it is the one that was set. `pending` decisions are not yet what
    the line makes of them."""

    sift: Sift
    order: list[Ranked]
    cut: Cut | None
    as_set: bool
    made: Mapping[int, Falls]
    counts: Mapping[Verdict, int]
    up: Step | None
    down: Step | None
    point_up: int
    point_down: int
    near: int
    pending: int
    by_hand: int
    areas: list[AreaRow]
    readers: list[ReaderRow]
    bars: list[Bar]
    agreement: float | None
    by_criterion: list[tuple[CriterionNow, float | None]]
    pairs: int

    @property
    def differing(self) -> list[Ranked]:
        return [each for each in self.order if each.line.differs]

    @property
    def waiting(self) -> int:
        """How many wait for a score, or for a reader."""
        return self.sift.unassigned + sum(line.waits for line in self.sift.lines)

    @property
    def tied(self) -> int:
        return sum(each.tie is not None for each in self.order)

    @property
    def outside(self) -> list[Line]:
        """Lines that have no place in the order: still read, or stopped."""
        inside = {each.line.application_id for each in self.order}
        return [line for line in self.sift.lines if line.application_id not in inside]

    @property
    def released(self) -> int:
        return sum(line.said is not None and line.said.released for line in self.sift.lines)


def board_of(sift: Sift, policy: Policy, asked: Cut | None = None) -> Board:
    """The board with the line that was asked for, that was set, or that would fill the places."""
    order = ranked(sift.lines, sift.criteria)
    cut = asked or _cut(sift, order, policy)
    made = falls(order, cut) if cut else {}
    fell = [(line, becomes(line, made)) for line in sift.lines]
    pairs = [(line.done[0], line.done[1]) for line in sift.lines if len(line.done) == 2]
    totals = [(first.total, second.total) for first, second in pairs]
    return Board(
        sift=sift,
        order=order,
        cut=cut,
        as_set=cut is not None and (sift.cut.score, sift.cut.reserves) == (cut.score, cut.reserves),
        made=made,
        counts=Counter(each.verdict for _line, each in fell if each is not None),
        up=raised(order, cut.score) if cut else None,
        down=lowered(order, cut.score) if cut else None,
        point_up=_above(order, cut, HUNDREDTHS),
        point_down=_above(order, cut, -HUNDREDTHS),
        near=sum(abs(each.score - cut.score) <= policy.near * HUNDREDTHS for each in order if each.line.differs)
        if cut
        else 0,
        pending=sum(not agrees(line, decided(line, made, "")) for line in sift.lines),
        by_hand=sum(line.said is not None and line.said.by_hand and not line.said.released for line in sift.lines),
        areas=_areas(sift, fell),
        readers=_readers(sift),
        bars=_bars(order, cut, full_marks(sift.criteria)),
        agreement=alpha(totals, least=policy.least_pairs),
        by_criterion=[
            (each, alpha([(a.points[each.id], b.points[each.id]) for a, b in pairs
                          if each.id in a.points and each.id in b.points], least=policy.least_pairs))
            for each in sift.criteria
        ],
        pairs=len(pairs),
    )  # fmt: skip


def _cut(sift: Sift, order: Sequence[Ranked], policy: Policy) -> Cut | None:
    if sift.cut.score is not None:
        return Cut(sift.cut.score, sift.cut.reserves)
    score = suggested(order, sift.campaign.places)
    return Cut(score, policy.reserves) if score is not None else None


def _above(order: Sequence[Ranked], cut: Cut | None, change: int) -> int:
    """How many would be shortlisted with the line this much higher or lower."""
    if cut is None:
        return 0
    made = falls(order, Cut(cut.score + change, cut.reserves))
    return sum(each.verdict is Verdict.SHORTLIST for each in made.values())


def _areas(sift: Sift, fell: Sequence[tuple[Line, Falls | None]]) -> list[AreaRow]:
    """Totals by district, and those whose district nobody knows: never a district beside an alias."""
    count = Counter((line.district_id, each.verdict if each else None) for line, each in fell)
    everybody = Counter(line.district_id for line in sift.lines)
    known = {area.id for area in sift.areas}
    rows = [
        AreaRow(area.name, area.places, count[area.id, Verdict.SHORTLIST], count[area.id, Verdict.RESERVE],
                everybody[area.id])
        for area in sift.areas
    ]  # fmt: skip
    strangers = [line for line in sift.lines if line.district_id not in known]
    if strangers:
        others = {line.district_id for line in strangers}
        above, reserve = (
            sum(count[each, verdict] for each in others) for verdict in (Verdict.SHORTLIST, Verdict.RESERVE)
        )
        rows.append(AreaRow("Elsewhere or not known", None, above, reserve, len(strangers)))
    return rows


def _readers(sift: Sift) -> list[ReaderRow]:
    rows = []
    for staff_id, name in sift.staff.items():
        own = [(line, mark) for line in sift.lines for mark in line.marks if mark.staff_id == staff_id]
        totals = [mark.total for _line, mark in own if mark.done]
        gaps = sum(mark.done and line.gap >= sift.campaign.gap for line, mark in own)
        mean = sum(totals) / len(totals) if totals else None
        rows.append(ReaderRow(name, len(totals), len(own), mean, gaps))
    return rows


BARS = 20  # at most: more would be too thin to see


def _bars(order: Sequence[Ranked], cut: Cut | None, most: int) -> list[Bar]:
    """The scores that occur, in bars of whole points."""
    if not order:
        return []
    points = [each.score // HUNDREDTHS for each in order]
    first, last = min(points), max(points)
    width = max(1, -(-(last - first + 1) // BARS))
    found = []
    for low in range(first, last + 1, width):
        here = [each for each, at in zip(order, points, strict=True) if low <= at < low + width]
        above = sum(cut is not None and each.score >= cut.score for each in here)
        found.append(Bar(low, min(low + width, most + 1), above, len(here) - above))
    return found
