"""What a standing means in words, and the act that repairs it. Pure.

The kindest act comes first: a session that repairs the most at once, then written work, then a trainer alone; where
nothing of that is left, a later cohort, which keeps what was done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.attendance.catching_up import Ways
from portal.domain.attendance.coverage import COVERED, Done, ModuleStanding, Risk, Standing
from portal.domain.attendance.elsewhere import Sitting
from portal.domain.attendance.models import CatchUp, Result

NUMBERED = re.compile(r"(.+?) (\d+)(?::.*)?$")


class RepairKind(StrEnum):
    SIGN = "sign"  # a trainer signs off what has been
    ANSWER = "answer"  # a trainer takes on a time that was asked for
    BOOK = "book"
    WRITTEN = "written"
    ONE_TO_ONE = "one_to_one"
    TRANSFER = "transfer"
    RECRUITERS = "recruiters"  # nothing is open to a trainer
    ASSESS = "assess"
    BOOKED = "booked"  # nothing to do but wait
    NONE = "none"


@dataclass(frozen=True)
class Later:
    """A cohort of the same course, still to begin, with a place left."""

    cohort_id: int
    name: str


@dataclass(frozen=True)
class Repair:
    """What to do. `sitting`, `module`, `catch_up`, `later`: what it is about."""

    kind: RepairKind
    sitting: Sitting | None = None
    module: ModuleStanding | None = None
    catch_up: CatchUp | None = None
    later: Later | None = None
    days: int = 0  # kept in a later cohort


def repair_of(
    standing: Standing, ways: Ways, *, to_sign: Sequence[CatchUp], asked: Sequence[CatchUp], later: Later | None
) -> Repair:
    """The act that helps most now."""
    if to_sign:
        return Repair(RepairKind.SIGN, catch_up=to_sign[0])
    if asked:
        return Repair(RepairKind.ANSWER, catch_up=asked[0])
    if standing.risk is Risk.CANNOT:
        kind = RepairKind.TRANSFER if later else RepairKind.RECRUITERS
        return Repair(kind, later=later, days=standing.days_attended)
    if standing.risk.is_at_risk:
        return _making_good(standing, ways)
    if standing.risk is Risk.ASSESSMENT:
        again = next(each for each in standing.modules if each.of.assessed and each.result is Result.NOT_YET)
        return Repair(RepairKind.ASSESS, module=again)
    return Repair(RepairKind.BOOKED if standing.risk is Risk.BOOKED else RepairKind.NONE)


def _making_good(standing: Standing, ways: Ways) -> Repair:
    needed = [each for each in standing.to_book if each.of.mandatory] or list(standing.to_book)
    wanted = {each.of.code for each in needed}
    best = max(ways.sessions, key=lambda each: len(wanted & each[0].codes), default=None)  # the soonest of equals
    if best is not None and wanted & best[0].codes:
        return Repair(RepairKind.BOOK, sitting=best[0], module=best[1][0])
    for kind, open_ones in ((RepairKind.WRITTEN, ways.written), (RepairKind.ONE_TO_ONE, ways.one_to_one)):
        found = next((each for each in open_ones if each.of.code in wanted), None)
        if found is not None:
            return Repair(kind, module=found)
    return Repair(RepairKind.RECRUITERS)


def said(standing: Standing) -> str:
    """On track; Two mandatory modules missed; …"""
    risk = standing.risk
    if risk is Risk.MODULE:
        missed = sum(each.to_book and each.of.mandatory for each in standing.modules)
        return "One mandatory module missed" if missed == 1 else f"{_word(missed)} mandatory modules missed"
    if risk is Risk.NONE:
        return "Can be completed" if standing.may_complete else "On track"
    return {
        Risk.BOOKED: "Catch-up booked",
        Risk.ASSESSMENT: "Assessment to take again",
        Risk.DAYS: "A day too few",
        Risk.IN_A_ROW: "Two days missed in a row",
        Risk.CANNOT: "Cannot finish in this cohort",
    }[risk]


def open_modules(standing: Standing) -> list[ModuleStanding]:
    """What is missed and has to be made good, or is booked; of these what is mandatory, if anything is."""
    needed = {each.of.code for each in standing.to_repair}
    open_ones = [each for each in standing.modules if each.done is Done.BOOKED or each.of.code in needed]
    return [each for each in open_ones if each.of.mandatory] or open_ones


def listed(titles: Iterable[str]) -> str:
    """First aid 1, 2; Staying safe"""
    found: dict[str, list[str]] = {}
    for title in titles:
        numbered = NUMBERED.match(title)
        name, number = numbered.groups() if numbered else (title, "")
        found.setdefault(name, []).append(number)
    return "; ".join(f"{name} {', '.join(numbers)}".strip() for name, numbers in found.items())


def missing_of(standing: Standing) -> str:
    """What has to be made good, in few words: a day that is missing whole by its own name, else its modules."""
    open_ones = {each.of.code for each in open_modules(standing)}
    titles = []
    for day in standing.days:
        taught = [each for each in standing.modules if each.of.day == day.number]
        missing = [each for each in taught if each.of.code in open_ones]
        whole = len(missing) > 1 and all(each.done not in COVERED for each in taught)
        titles += [day.title] if whole else [each.of.title for each in missing]
    return listed(titles)


def _word(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[count] if count < len(words) else str(count)
