"""Codes at the door: the one trainees scan, shown large; a trainee's own, typed."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask import session as cookie
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.attendance import codes, marking
from portal.domain.attendance.checking_in import EARLIEST, is_open, is_over, late_minutes
from portal.domain.attendance.marking import MarkWish, Outcome
from portal.domain.attendance.models import MarkSource, Presence
from portal.domain.attendance.roster import Entry, Roster
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training.models import TrainingSession
from portal.domain.training.seeing import register_session
from portal.extensions import db, htmx
from portal.staff.door import blueprint
from portal.staff.forms.register import CodeForm
from portal.staff.register import DAY, KEEP, new_key, the_roster, to_register
from portal.web.errors import refused_beside_field
from portal.web.guards import STOP_ASKING, open_to_all, requires, unattended
from portal.web.pages import page_or_fragment
from portal.web.sessions import left_open
from portal.web.setup import outside_of

SHOWS = "class_day"  # in the staff cookie: the day whose codes its holder chose to show


@blueprint.get(f"{DAY}/code")
@unattended
@requires(KEEP)
def register_code(cohort_id: int, session_id: int) -> Response:
    """The code of this half minute; the page asks for the next one when it is due."""
    found = the_roster(cohort_id, session_id)
    cookie[SHOWS] = session_id
    return make_response(
        render_template("staff/register/code.html", roster=found, **_shown(found.session), **_here(found))
    )  # fmt: skip


@blueprint.get(f"{DAY}/code/next")
@unattended
@open_to_all
def next_code(cohort_id: int, session_id: int) -> Response:
    """The next code, for the page above alone: a class may check in all day while nobody touches it.

    It goes on after the sign-in has lapsed by idleness, in the browser where a trainer opened this very day, until the
    day is over, they sign out, or they keep this register no longer; it keeps no sign-in alive and tells nobody's name.
    """
    if not htmx:
        raise NotFound()
    viewer = left_open() if cookie.get(SHOWS) == session_id else None
    try:
        day = register_session(db.session(), viewer, session_id) if viewer is not None else None
    except NotFound:
        day = None
    shown = _shown(day) if day is not None and day.cohort_id == cohort_id else {"open": False}
    if shown["open"]:
        counts = _here(the_roster(cohort_id, session_id)) if current_user.is_authenticated else {}
        response = make_response(render_template("staff/register/_code.html", **shown, **counts))
    else:
        ended = {"cohort_id": cohort_id, "session_id": session_id, "day": day}
        response = make_response(render_template("staff/register/_code_ended.html", **ended), STOP_ASKING)
    response.headers["Cache-Control"] = "no-store"  # signed out as it may be
    return response


def _shown(day: TrainingSession) -> dict[str, Any]:
    keys, wall = outside_of(current_app).keys, clock.wall()
    code = codes.code_at(keys, day.id, wall)
    address = url_for("public.check_in", code=code, _external=True)
    return {
        "day": day,
        "code": code,
        "seconds": codes.seconds_left(wall) + 1,
        "picture": Markup(codes.picture(address, "Code to check in")),  # noqa: S704  drawn by us from our own address
        "address": url_for("public.check_in_by_code", _external=True).partition("://")[2],
        "open": is_open(day.starts_at, day.ends_at),
        "over": is_over(day.ends_at),
        "opens_at": day.starts_at - EARLIEST,
    }


def _here(found: Roster) -> dict[str, int]:
    return {"checked_in": found.counts["here"] + found.counts["late"], "expected": len(found.entries)}


@blueprint.route(f"{DAY}/scan", methods=["GET", "POST"])
@requires(KEEP)
def register_scan(cohort_id: int, session_id: int) -> AnyResponse:
    """A trainee's own code, typed: they are here, with the minutes they are late. Then the next one."""
    found, form = the_roster(cohort_id, session_id), CodeForm()
    if form.validate_on_submit():
        entry = next((each for each in found.entries if codes.is_code_of(each.code, form.code.data)), None)
        if entry is None:
            form.code.errors = ["Nobody on this register has that code"]
        else:
            try:
                return _scanned(found, entry, form.given_why)
            except Refusal as refusal:
                refusal.field = refusal.field if refusal.field == "why" else "code"
                refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/register/scan.html", "page", status=422 if form.errors else 200, roster=found, day=found.session,
        form=form,
    )  # fmt: skip


def _scanned(found: Roster, entry: Entry, why: str | None) -> AnyResponse:
    day, now = found.session, clock.now()
    late = late_minutes(day.starts_at, now) if now < day.ends_at else 0
    if entry.said.presence is not Presence.PRESENT:
        wish = MarkWish(
            f"{new_key()}-{entry.trainee_id}", entry.trainee_id, Presence.PRESENT, late, 0, None, MarkSource.SCAN, why,
            entry.version, now,
        )  # fmt: skip
        if marking.mark(db.session(), current_user, day.id, wish).outcome is Outcome.CONFLICT:
            return to_register(day.cohort_id, day.id, "differs")
        flash(f"{entry.name}: {wish.said.words.lower()}.")
    else:
        flash(f"{entry.name} is here already.")
    return redirect(url_for("staff.register_scan", cohort_id=day.cohort_id, session_id=day.id), 303)
