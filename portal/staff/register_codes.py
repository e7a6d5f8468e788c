"""Codes at the door: the one trainees scan, shown large; a trainee's own, typed."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.attendance import codes, marking
from portal.domain.attendance.checking_in import EARLIEST, late_minutes
from portal.domain.attendance.marking import MarkWish, Outcome
from portal.domain.attendance.models import MarkSource, Presence
from portal.domain.attendance.roster import Entry, Roster
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.register import CodeForm
from portal.staff.register import DAY, KEEP, new_key, the_roster, to_register
from portal.web.errors import refused_beside_field
from portal.web.guards import requires, unattended
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of


@blueprint.get(f"{DAY}/code")
@unattended
@requires(KEEP)
def register_code(cohort_id: int, session_id: int) -> Response:
    """The code of this half minute; the page asks for the next one when it is due."""
    found, keys = the_roster(cohort_id, session_id), outside_of(current_app).keys
    day, now, wall = found.session, clock.now(), clock.wall()
    code = codes.code_at(keys, session_id, wall)
    address = url_for("public.check_in", code=code, _external=True)
    return page_or_fragment(
        "staff/register/code.html", "shown", roster=found, day=day, code=code, seconds=codes.seconds_left(wall) + 1,
        picture=Markup(codes.picture(address, "Code to check in")),  # noqa: S704  drawn by us from our own address
        address=url_for("public.check_in_by_code", _external=True).partition("://")[2],
        open=day.starts_at - EARLIEST <= now < day.ends_at, opens_at=day.starts_at - EARLIEST,
        checked_in=found.counts["here"] + found.counts["late"],
    )  # fmt: skip


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
