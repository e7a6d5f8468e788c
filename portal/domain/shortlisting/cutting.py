"""Where the line falls: who is shortlisted, held in reserve, or not this time, and what moving it would change.

Pure. The line is a score, so people with the same score are never parted by it, nor by the end of the reserve list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import BY_LINE, BY_READERS, Wanted
from portal.domain.shortlisting.ranking import FINAL, Line, Ranked


@dataclass(frozen=True)
class Cut:
    """From `score` (hundredths of a point) on people are shortlisted; the next `reserves` are held in reserve."""

    score: int
    reserves: int


@dataclass(frozen=True)
class Falls:
    """What becomes of one application. `fixed`: the line has no say in it any more."""

    verdict: Verdict
    place: int | None = None  # on the reserve list, from 1
    fixed: bool = False


def falls(order: Sequence[Ranked], cut: Cut) -> dict[int, Falls]:
    """What a line makes of everybody in the order; those still to be settled stand where they would now.

    The reserve list ends after `reserves` people, or after the last who has the same score as that one. Whoever was
    told already keeps verdict and place: others come after them on the list.
    """
    told = {each.line.application_id: said for each in order if each.line.fixed and (said := _said(each.line))}
    below = [each for each in order if each.score < cut.score and not _by_hand(each.line)]
    held = [each for each in below if _is_reserve(told.get(each.line.application_id))]
    end = min((each.score for each in (*below[: cut.reserves][-1:], *held)), default=cut.score)
    place = max((told[each.line.application_id].place or 0 for each in held), default=0)
    found: dict[int, Falls] = {}
    for each in order:
        key = each.line.application_id
        if key in told:
            found[key] = told[key]
        elif each.score >= cut.score:
            found[key] = Falls(Verdict.SHORTLIST)
        elif each.score >= end:
            place += 1
            found[key] = Falls(Verdict.RESERVE, place)
        else:
            found[key] = Falls(Verdict.DECLINE)
    return found


def _said(line: Line) -> Falls | None:
    return Falls(line.said.verdict, line.said.reserve_place, fixed=True) if line.said is not None else None


def _by_hand(line: Line) -> bool:
    return line.said is not None and line.said.by_hand


def _is_reserve(said: Falls | None) -> bool:
    return said is not None and said.verdict is Verdict.RESERVE


@dataclass(frozen=True)
class Step:
    """Moving the line to another score: who comes over it, or falls below it."""

    score: int
    moved: tuple[Ranked, ...]


def raised(order: Sequence[Ranked], score: int) -> Step | None:
    """One step up: the lowest score above the line loses its people. None where nobody would be left."""
    above = sorted({each.score for each in order if each.score >= score})
    if len(above) < 2:
        return None
    return Step(above[1], tuple(each for each in order if each.score == above[0]))


def lowered(order: Sequence[Ranked], score: int) -> Step | None:
    """One step down: everybody with the best score below the line comes over it."""
    below = [each.score for each in order if each.score < score]
    if not below:
        return None
    return Step(max(below), tuple(each for each in order if each.score == max(below)))


def suggested(order: Sequence[Ranked], places: int) -> int | None:
    """The highest score at which there are people for every place; none while nobody is in the order."""
    if not order:
        return None
    return order[min(places, len(order)) - 1].score


def becomes(line: Line, made: Mapping[int, Falls]) -> Falls | None:
    """What becomes of any line of the sift, in the order or not; none while nobody can say."""
    if line.fixed:
        return _said(line)
    return Falls(Verdict.DECLINE) if line.stopped else made.get(line.application_id)


def decided(line: Line, made: Mapping[int, Falls], feedback: str) -> Wanted | None:
    """The provisional decision the line makes; none while its score is not final, and none where it has no say."""
    fell = becomes(line, made)
    if fell is None or fell.fixed:
        return None
    if line.stopped:
        return Wanted(Verdict.DECLINE, BY_READERS, feedback)
    if line.state not in FINAL:
        return None
    return Wanted(fell.verdict, BY_LINE, feedback if fell.verdict is Verdict.DECLINE else "", fell.place)
