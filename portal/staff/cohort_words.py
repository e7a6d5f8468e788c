"""A cohort's people in the words and colours of the staff pages: how they stand, what repairs it, and where."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from portal.domain.attendance import risk
from portal.domain.attendance.coverage import Done, Risk
from portal.domain.attendance.entries import Entry
from portal.domain.attendance.grid import Line
from portal.domain.attendance.ledger import STAND_WORDS, Stand
from portal.domain.attendance.models import CatchUpWay
from portal.domain.attendance.risk import Repair, RepairKind
from portal.web.navigation import exists
from portal.web.wording import clock_time, day_month, plural, short_day

R, W = RepairKind, CatchUpWay
TAGS: dict[Risk, str] = {
    Risk.CANNOT: "bad",
    Risk.IN_A_ROW: "bad",
    Risk.MODULE: "warn",
    Risk.DAYS: "warn",
    Risk.ASSESSMENT: "warn",
    Risk.BOOKED: "soft",
    Risk.NONE: "",
}
STAND_TAGS: dict[Stand, str] = {
    Stand.ASKED: "warn",
    Stand.BOOKED: "soft",
    Stand.TO_SIGN: "now",
    Stand.SIGNED_OFF: "soft",
    Stand.LATE: "bad",
    Stand.NOT_THERE: "bad",
    Stand.ENDED: "",
}
DONE_WORDS: dict[Done, str] = {
    Done.ATTENDED: "Attended",
    Done.SIGNED_OFF: "Made good",
    Done.BOOKED: "Catch-up booked",
    Done.MISSED: "Missed",
    Done.UNMARKED: "Not marked yet",
    Done.TO_COME: "To come",
}


@dataclass(frozen=True)
class Row:
    """One trainee's line as the grid draws it. `act` without `href` is a word, not a link."""

    line: Line
    state: str
    tag: str
    missing: str
    act: str
    href: str
    mine: bool  # whether the act is the viewer's to do


def row_of(line: Line, *, keeps: bool, plans: bool) -> Row:
    """`keeps`: the viewer signs off and books for this cohort; `plans`: moves people between cohorts."""
    cohort_id, trainee_id = line.person.trainee.cohort_id, line.person.trainee.id
    if line.completed:
        return Row(line, "Completed", "soft", "", "", "", False)
    missing = risk.missing_of(line.standing) if line.standing.risk else ""
    if not line.started:
        act = "Start their training" if plans else "Ask the recruiters"
        return Row(line, "May not take part yet", "warn", missing, act, _places(cohort_id) if plans else "", plans)
    act, part = _act(line.repair, line.entries)
    href = ""
    if line.repair.kind in {R.TRANSFER, R.RECRUITERS}:
        href = _places(cohort_id) if plans else ""
        act = act if plans else f"{act}: ask the recruiters" if line.repair.kind is R.TRANSFER else act
    elif keeps and part:
        href = url_for("staff.trainee", cohort_id=cohort_id, trainee_id=trainee_id, _anchor=part)
    tag = TAGS[line.standing.risk]
    return Row(line, risk.said(line.standing), tag, missing, act, href, bool(href))


def _places(cohort_id: int) -> str:
    return url_for("staff.cohort_places", cohort_id=cohort_id) if exists("staff.cohort_places") else ""


def _act(repair: Repair, entries: tuple[Entry, ...]) -> tuple[str, str]:
    """The act in words, and the part of the person's page it is done on."""
    kind = repair.kind
    if kind is R.SIGN or kind is R.ANSWER:
        about = next(entry for entry in entries if repair.catch_up is not None and entry.row.id == repair.catch_up.id)
        return _see_to(about), "catch-ups"
    if kind is R.BOOK and repair.sitting is not None:
        sitting = repair.sitting
        return f"Book {short_day(sitting.starts_at)}, {sitting.venue or sitting.cohort}", "repair"
    if kind is R.WRITTEN:
        return "Set written work", "repair"
    if kind is R.ONE_TO_ONE:
        return "Set a time alone", "repair"
    if kind is R.ASSESS and repair.module is not None:
        return f"Assess {risk.listed([repair.module.of.title])} again", "assessments"
    if kind is R.TRANSFER and repair.later is not None:
        return f"Move to {repair.later.name}, keep {plural(repair.days, 'day')}", ""
    if kind is R.RECRUITERS:
        return "Ask the recruiters for another cohort", ""
    return (f"Booked {booked}" if (booked := _booked(entries)) else ""), ""


def _see_to(entry: Entry) -> str:
    when = short_day(entry.starts_at) if entry.starts_at else ""
    if entry.stand is Stand.ASKED and entry.starts_at:
        return f"Say yes to {when}, {clock_time(entry.starts_at)}"
    if entry.stand is Stand.NOT_THERE:
        return f"Did not come on {when}: book again"
    if entry.stand is Stand.LATE and entry.row.due_on:
        return f"Written work was due {day_month(entry.row.due_on)}"
    return "Read and sign off" if entry.row.way is W.WRITTEN else f"Sign off {when}"


def _booked(entries: tuple[Entry, ...]) -> str:
    """Tue 5 June, and written work by 10 June"""
    live = [entry for entry in entries if entry.stand is Stand.BOOKED]
    days = dict.fromkeys(short_day(entry.starts_at) for entry in live if entry.starts_at)
    due = dict.fromkeys(f"written, by {day_month(entry.row.due_on)}" for entry in live if entry.row.due_on)
    return ", ".join([*days, *due])


def where_of(entry: Entry) -> str:
    """Where a catch-up is, and with whom."""
    parts = [entry.where, f"with {entry.host}" if entry.host else ""]
    if entry.row.way is W.ONE_TO_ONE:
        parts.append(f"with {entry.trainer}" if entry.trainer else "no trainer yet")
    return ", ".join(part for part in parts if part)


def stand_words(entry: Entry) -> tuple[str, str]:
    """The state of a catch-up, and its tag."""
    return STAND_WORDS[entry.stand], STAND_TAGS[entry.stand]
