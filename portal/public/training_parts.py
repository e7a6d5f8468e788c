"""The parts of a trainee's page about what they attended, what is left, catching up, and what they thought of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.domain.applications.models import Application
from portal.domain.attendance import own
from portal.domain.attendance.coverage import DayStanding, DayState
from portal.domain.attendance.entries import Entry
from portal.domain.attendance.grid import cell_of
from portal.domain.attendance.ledger import Stand
from portal.domain.attendance.models import CatchUpWay, Result
from portal.domain.attendance.risk import listed, missing_of
from portal.extensions import db

D, S = DayState, Stand
DAY_FLAGS: dict[DayState, tuple[str, str]] = {
    D.ATTENDED: ("You were there", "ok"),
    D.MADE_GOOD: ("Caught up", "ok"),
    D.BOOKED: ("Catch-up booked", "wait"),
    D.MISSED: ("Missed", "bad"),
    D.OPTIONAL: ("Nothing to repair", "quiet"),
    D.UNMARKED: ("Not marked yet", "quiet"),
    D.CANCELLED: ("Called off", "quiet"),
}
STAND_FLAGS: dict[Stand, tuple[str, str]] = {
    S.ASKED: ("Asked for", "wait"),
    S.BOOKED: ("Booked", "wait"),
    S.TO_SIGN: ("With your trainer", "wait"),
    S.SIGNED_OFF: ("Done", "ok"),
    S.LATE: ("Late", "bad"),
    S.NOT_THERE: ("Missed", "bad"),
    S.ENDED: ("Ended", "quiet"),
}
WEEKEND = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}


@dataclass(frozen=True)
class Line:
    """One day that has been, or one catch-up, as its trainee reads it."""

    title: str
    word: str
    flag: str
    note: str = ""


def parts_of(application: Application) -> dict[str, Any] | None:
    """What the parts show; none without a confirmed place."""
    mine = own.own(db.session(), application.id)
    if mine is None:
        return None
    return {
        "own": mine,
        "days": [_day(day) for day in mine.standing.days if day.state in DAY_FLAGS],
        "catch_ups": [shown(entry) for entry in mine.entries],
        "assessments": [
            (module.of.title, module.result is Result.PASSED)
            for module in mine.standing.modules
            if module.of.assessed and module.result is not None
        ],
        "left": left_of(mine),
        "missed": missing_of(mine.standing) if mine.standing.to_repair else "",
        "optional": listed(module.of.title for module in mine.standing.to_book),
        "blocks": [(block, weekend(block)) for block in mine.blocks],
    }


def _day(day: DayStanding) -> Line:
    word, flag = DAY_FLAGS[day.state]
    cell = cell_of(day)
    note = cell.words.capitalize() if day.sat is not None and cell.kind != "yes" else ""
    note = "Only an optional part missed" if day.state is D.OPTIONAL else note
    return Line(day.title, word, flag, note)


def shown(entry: Entry) -> dict[str, Any]:
    """A catch-up with what its trainee can still do."""
    word, flag = STAND_FLAGS[entry.stand]
    written = entry.row.way is CatchUpWay.WRITTEN
    return {
        "entry": entry,
        "id": entry.row.id,
        "word": "Not handed in yet" if written and entry.stand is S.BOOKED else word,
        "flag": flag,
        "written": written,
        "alone": entry.row.way is CatchUpWay.ONE_TO_ONE,
        "can_write": written and entry.stand in {S.BOOKED, S.LATE, S.TO_SIGN},
        "can_cancel": entry.stand in {S.ASKED, S.BOOKED, S.LATE},
    }


def left_of(mine: own.Own) -> list[str]:
    """What is left until the certificate, kindly."""
    standing, found = mine.standing, []
    to_come = sum(day.state is D.TO_COME for day in standing.days)
    short = standing.least_days - standing.days_attended
    if short > 0:
        found.append(f"{short} more {'day' if short == 1 else 'days'}: {to_come} still to come")
    found += [f"Catch up: {module.of.title}" for module in standing.to_book if module.of.mandatory]
    found += [f"Pass: {module.of.title}" for module in standing.modules if not module.passed]
    return found


def weekend(block: int) -> str:
    return f"your {WEEKEND[block]} weekend" if block in WEEKEND else f"weekend {block}"
