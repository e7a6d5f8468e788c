"""The order of a campaign's applications, and what decided between two with the same score.

Pure. Order: score, then the criterion that weighs most, then the next (those that weigh the same in their own
order), then who was received first. Scores are hundredths of a point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.applications.models import State
from portal.domain.campaigns.criteria import MOST_POINTS, CriterionNow
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import MADE_BY_RULE
from portal.domain.shortlisting.models import Settling, Triage
from portal.domain.shortlisting.settling import HUNDREDTHS

FINAL = (Settling.AGREED, Settling.SETTLED)


@dataclass(frozen=True)
class Mark:
    """One reader's reading: points by criterion, and their total in points."""

    seat: int
    staff_id: int
    points: Mapping[int, int]
    total: int
    done: bool
    veto: bool = False
    asks: bool = False


@dataclass(frozen=True)
class Said:
    """A verdict that stands: provisional, or released."""

    verdict: Verdict
    reason: str | None
    reserve_place: int | None
    released: bool = False

    @property
    def by_hand(self) -> bool:
        return self.reason not in MADE_BY_RULE


@dataclass(frozen=True)
class Line:
    """One application of the sift under its alias. `settled` holds a moderator's points; `score` is final."""

    application_id: int
    alias: str
    received_at: datetime
    district_id: int | None
    road: State
    state: Settling
    score: int | None
    marks: tuple[Mark, ...] = ()
    settled: Mapping[int, int] | None = None
    triage: Triage | None = None
    veto_upheld: bool = False
    said: Said | None = None
    version: int = 1

    @property
    def stopped(self) -> bool:
        """Whether it does not go on whatever the points: a triage, or a veto a moderator upheld."""
        return self.veto_upheld or self.triage is Triage.DECLINE

    @property
    def done(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.done)

    @property
    def fixed(self) -> bool:
        """Whether the line no longer decides on it: somebody did by hand, or the applicant has been told."""
        return self.road is not State.SUBMITTED or (self.said is not None and (self.said.released or self.said.by_hand))

    @property
    def differs(self) -> bool:
        """Whether a moderator must settle it before anybody is released."""
        return self.state is Settling.DIFFERS and not self.fixed

    @property
    def waits(self) -> bool:
        """Whether readings are missing that the release waits for."""
        return self.state is Settling.READING and not self.stopped and not self.fixed

    @property
    def gap(self) -> int:
        """Points between the two totals."""
        totals = [mark.total for mark in self.done]
        return max(totals) - min(totals) if totals else 0

    @property
    def shown(self) -> int | None:
        """The final score; until then what the completed readings come to, so that it has a place to be seen in."""
        if self.state is not Settling.DIFFERS:
            return self.score
        totals = [mark.total for mark in self.done]
        return HUNDREDTHS * sum(totals) // len(totals) if totals else None

    def points(self, criterion_id: int) -> float:
        """What this criterion came to: a moderator's points, or the mean of the readers'."""
        if self.settled:
            return float(self.settled.get(criterion_id, 0))
        given = [mark.points[criterion_id] for mark in self.done if criterion_id in mark.points]
        return sum(given) / len(given) if given else 0.0


@dataclass(frozen=True)
class Tie:
    """Why a line stands below another with the same score. No criterion: that one was received earlier."""

    above: str  # an alias
    criterion: CriterionNow | None = None
    theirs: float = 0
    own: float = 0


@dataclass(frozen=True)
class Ranked:
    """A line with its place in the order, from 1."""

    rank: int
    line: Line
    score: int
    tie: Tie | None = None


def by_weight(criteria: Sequence[CriterionNow]) -> list[CriterionNow]:
    """The order in which criteria decide between equal scores."""
    return sorted(criteria, key=lambda each: (-each.weight, each.position))


def ranked(lines: Sequence[Line], criteria: Sequence[CriterionNow]) -> list[Ranked]:
    """Every line that has a score or will have one by settling, best first; those stopped or still read are not in."""
    heavy = by_weight(criteria)

    def key(line: Line) -> tuple[object, ...]:
        return (
            -(line.shown or 0), *(-line.points(each.id) for each in heavy), line.received_at, line.application_id,
        )  # fmt: skip

    ordered = sorted((each for each in lines if each.shown is not None and not each.stopped), key=key)
    found: list[Ranked] = []
    for rank, line in enumerate(ordered, 1):
        above = found[-1] if found else None
        tied = above is not None and above.score == line.shown
        found.append(Ranked(rank, line, line.shown or 0, _tie(above.line, line, heavy) if above and tied else None))
    return found


def _tie(above: Line, line: Line, heavy: Sequence[CriterionNow]) -> Tie:
    for each in heavy:
        theirs, own = above.points(each.id), line.points(each.id)
        if theirs != own:
            return Tie(above.alias, each, theirs, own)
    return Tie(above.alias)


def feedback_for(line: Line, criteria: Sequence[CriterionNow], most: int) -> str:
    """What would have helped most, a sentence a line: from the criteria on which the most marks were lost."""
    lost = {each.id: each.weight * (MOST_POINTS - line.points(each.id)) for each in criteria}
    worst = sorted(criteria, key=lambda each: (-lost[each.id], each.position))
    return "\n".join(each.feedback for each in worst[:most] if lost[each.id] > 0 and each.feedback)
