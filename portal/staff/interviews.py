"""The days one may open, and one of them as it is run."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.interviews import attending, keeping, planning, sessions
from portal.domain.interviews.attending import NEXT, UNDO
from portal.domain.interviews.models import Attendance, InterviewSession
from portal.domain.journeys import interview_days
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.interviews import LateForm
from portal.staff.interview_plans import KINDS
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural

P = Permission
A = Attendance
ACTS = {A.ARRIVED: "Arrived", A.IN_ROOM: "Goes in", A.LEFT: "Has left", A.NO_SHOW: "No-show", A.EXPECTED: "Not here"}


class Look(NamedTuple):
    """How a state is drawn: its shape, its colours, its word."""

    icon: str
    kind: str
    word: str


LOOKS = {
    A.EXPECTED: Look("i-them", "book", "booked"),
    A.ARRIVED: Look("i-here", "arr", "here"),
    A.IN_ROOM: Look("i-us", "in", "in the room"),
    A.LEFT: Look("i-done", "left", "left"),
    A.NO_SHOW: Look("i-cross", "ns", "no-show"),
}


@blueprint.get("/interviews")
@requires(P.SEE_INTERVIEWS)
def interviews() -> Response:
    """The days one may open, next first."""
    return page_or_fragment(
        "staff/interviews/list.html",
        "main",
        days=sessions.days(db.session(), current_user),
        plans=current_user.can(P.PLAN_INTERVIEWS),
        kinds=KINDS,
        marks=Attendance,
    )


@blueprint.get("/interviews/sessions/<int:session_id>")
@requires(P.SEE_INTERVIEWS)
def interview_day(session_id: int) -> Response:
    """The board: panels side by side, who is here, what clashes."""
    return page_or_fragment("staff/interviews/board.html", "board", **_shown(session_id))


def _shown(session_id: int) -> dict[str, Any]:
    found = interview_days.seated(db.session(), current_user, session_id)
    before, after = sessions.beside(db.session(), current_user, found.session)
    return {
        "board": found,
        "day": found.session,
        "kinds": KINDS,
        "looks": LOOKS,
        "acts": ACTS,
        "next_acts": NEXT,
        "undo": UNDO,
        "marks": Attendance,
        "running": is_on(found.session),
        "today": is_on(found.session) and attending.is_today(found.session.starts_at),
        "now": clock.now(),
        "tell_from": setting_value(db.session(), "interview_tell_late_minutes", clock.today()),
        "before": before,
        "after": after,
    }


def is_on(day: InterviewSession) -> bool:
    """Whether people can be marked: from its day on, unless it was called off."""
    return day.cancelled_at is None and attending.has_come(day.starts_at)


@blueprint.get("/interviews/sessions/<int:session_id>/print")
@requires(P.SEE_INTERVIEWS)
def print_day(session_id: int) -> Response:
    """The day on paper: one list a panel, with room for a mark."""
    return page_or_fragment("staff/interviews/print.html", "main", **_shown(session_id))


@blueprint.post("/interviews/sessions/<int:session_id>/publish")
@requires(P.PLAN_INTERVIEWS)
def publish_day(session_id: int) -> AnyResponse:
    """Those invited may choose its times from now on."""
    sessions.one_session(db.session(), current_user, session_id, planning=True)
    planning.publish(db.session(), current_user, session_id)
    flash("Those who are invited see it now.")
    return to_board(session_id)


@blueprint.post("/interviews/sessions/<int:session_id>/mark")
@requires(P.SEE_INTERVIEWS)
def mark_attendance(session_id: int) -> AnyResponse:
    """One mark: `to` names the booking, where they are now, and what the page showed."""
    booking_id, wanted, seen = _read_mark(request.form.get("to", ""))
    found = interview_days.seated(db.session(), current_user, session_id)
    if booking_id not in {each.booking.id for each in found.people if each.may_mark}:
        raise NotFound()
    attending.mark(db.session(), current_user, booking_id, wanted, seen=seen)
    return to_board(session_id)


def _read_mark(text: str) -> tuple[int, Attendance, Attendance]:
    number, _, states = text.partition("-")
    wanted, _, seen = states.partition("-")
    try:
        return _number(number), Attendance(wanted), Attendance(seen)
    except ValueError:
        raise NotFound() from None


def _number(text: str) -> int:
    """A row's number, or how many there are; -1, which nothing has, for what no page of ours sends."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


@blueprint.post("/interviews/sessions/<int:session_id>/times")
@requires(P.PLAN_INTERVIEWS)
def keep_time_free(session_id: int) -> AnyResponse:
    """One time kept free, or opened again: `to` names which, the slot, and how many the page showed in it."""
    day = sessions.one_session(db.session(), current_user, session_id, planning=True)
    act, _, rest = request.form.get("to", "").partition("-")
    number, _, seen = rest.partition("-")
    slot_id = _number(number)
    if act not in {"keep", "open"} or slot_id not in {slot.id for panel in day.panels for slot in panel.slots}:
        raise NotFound()
    if act == "keep":
        keeping.keep_free(db.session(), current_user, slot_id, seen=_number(seen))
    else:
        keeping.open_again(db.session(), current_user, slot_id)
    return to_board(session_id)


@blueprint.post("/interviews/sessions/<int:session_id>/panels/<int:panel_id>/late")
@requires(P.SEE_INTERVIEWS)
def panel_late(session_id: int, panel_id: int) -> AnyResponse:
    """Says how late a panel runs; whoever sits on it may, and planners."""
    found = interview_days.seated(db.session(), current_user, session_id)
    theirs = {column.panel.id for column in found.columns if column.mine or found.plans}
    if panel_id not in theirs:
        raise NotFound()
    form = LateForm()
    minutes = form.minutes.data if form.validate() and form.minutes.data is not None else -1
    told = attending.run_late(db.session(), current_user, panel_id, minutes, telling=bool(form.tell.data))
    if told:
        flash(f"{plural(told, 'person', 'people')} told by e-mail.")
    return to_board(session_id)


def to_board(session_id: int) -> AnyResponse:
    return redirect(url_for("staff.interview_day", session_id=session_id), 303)
