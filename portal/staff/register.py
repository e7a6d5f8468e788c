"""The register of a training day: a row a trainee, a press a mark; everyone else at once, undo, what differs."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.attendance import marking, notes, roster, settling
from portal.domain.attendance.checking_in import late_minutes
from portal.domain.attendance.marking import Marked, MarkWish, Outcome
from portal.domain.attendance.models import MarkSource, Presence
from portal.domain.attendance.roster import Roster
from portal.domain.attendance.words import WHYS, WhyNeeded
from portal.domain.refusals import NotFound
from portal.domain.training.models import TrainingSession
from portal.domain.training.seeing import register_session
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.register_worker import device_page
from portal.web.guards import requires
from portal.web.headers import on_device
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of
from portal.web.wording import plural

KEEP = Permission.KEEP_REGISTER
DAY = "/cohorts/<int:cohort_id>/register/<int:session_id>"
P = Presence
LATE_GUESS = 10  # minutes, for somebody marked late before the class has begun
CHOICES = {"here": P.PRESENT, "late": P.PRESENT, "absent": P.ABSENT}  # the buttons of a row


def the_day(cohort_id: int, session_id: int) -> TrainingSession:
    """A day of this cohort whose register the viewer keeps; raises NotFound for any other."""
    found = register_session(db.session(), current_user, session_id)
    if found.cohort_id != cohort_id:
        raise NotFound()
    return found


def the_roster(cohort_id: int, session_id: int) -> Roster:
    found = roster.roster(db.session(), outside_of(current_app).keys, current_user, session_id)
    if found.session.cohort_id != cohort_id:
        raise NotFound()
    return found


def to_register(cohort_id: int, session_id: int, part: str = "") -> AnyResponse:
    """Back to where the press was: the same filter, and why things are entered later, once it was said."""
    address = url_for(
        "staff.register", cohort_id=cohort_id, session=session_id, show=request.form.get("show") or None,
        why=request.form.get("why") or None, _anchor=part or None,
    )  # fmt: skip
    return redirect(address, 303)


def new_key() -> str:
    """What the marks of one page are called: pressed twice they are one."""
    return secrets.token_urlsafe(9)


@blueprint.get("/cohorts/<int:cohort_id>/register")
@requires(KEEP)
@on_device
def register(cohort_id: int) -> AnyResponse:
    """Today's register, else the next day's, else the last; any other of the cohort by `?session=`."""
    days = roster.days_of(db.session(), current_user, cohort_id)
    chosen = request.args.get("session", type=int)
    day = next((each for each in days if each.id == chosen), None) if chosen else roster.day_to_open(days, clock.now())
    if day is None:
        raise NotFound()
    return _page(cohort_id, day.id, days)


def _page(
    cohort_id: int, session_id: int, days: list[TrainingSession], problem: str = "", *, status: int = 200
) -> Response:
    shown = _shown(the_roster(cohort_id, session_id), days)
    status = 422 if problem else status
    return page_or_fragment("staff/register/register.html", "main", status=status, problem=problem, **shown)


def _shown(found: Roster, days: list[TrainingSession]) -> dict[str, Any]:
    to_do = request.values.get("show") == "to-do"
    entries = [each for each in found.entries if not each.marked or not to_do]
    place = next(index for index, each in enumerate(days) if each.id == found.session.id)
    walk_ins = notes.waiting_walk_ins(db.session(), [found.session.id])
    return {
        "roster": found,
        "device": device_page(found.session.cohort_id, found.session.id, current_user.id),
        "day": found.session,
        "entries": entries,
        "only_to_do": to_do,
        "before": days[place - 1] if place else None,
        "after": days[place + 1] if place + 1 < len(days) else None,
        "walk_ins": walk_ins.get(found.session.id, 0),
        "key": new_key(),
        "whys": WHYS,
        "why": request.values.get("why", ""),
    }


def minutes_late(day: TrainingSession, now: datetime) -> int:
    """What a press on Late means: the minutes gone of the class, a guess before and long after it."""
    gone = late_minutes(day.starts_at, now)
    return gone if gone > 0 and now < day.ends_at else LATE_GUESS


@blueprint.post(f"{DAY}/mark")
@requires(KEEP)
def mark_on_register(cohort_id: int, session_id: int) -> AnyResponse:
    """One press: `mark` says whom, what, and which version of it the page showed."""
    day = the_day(cohort_id, session_id)
    wish = read_press(day, request.form.get("mark", ""), request.form.get("key", ""), request.form.get("why") or None)
    try:
        done = marking.mark(db.session(), current_user, session_id, wish)
    except WhyNeeded as refusal:
        return _page(cohort_id, session_id, roster.days_of(db.session(), current_user, cohort_id), refusal.message)
    return after_mark(cohort_id, session_id, done)


def after_mark(cohort_id: int, session_id: int, done: Marked) -> AnyResponse:
    """Back to the row; to the two marks, where they differ."""
    if done.outcome is Outcome.CONFLICT:
        flash("A colleague marked them otherwise. Choose which is right.")
        return to_register(cohort_id, session_id, "differs")
    return to_register(cohort_id, session_id, f"t{done.mark.trainee_id}")


def read_press(day: TrainingSession, press: str, key: str, why: str | None) -> MarkWish:
    """`12.3.late`: trainee 12, whose mark had version 3. Raises NotFound for what no page of ours sends."""
    number, _, rest = press.partition(".")
    seen, _, choice = rest.partition(".")
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in (number, seen)):
        raise NotFound()
    if choice not in CHOICES:
        raise NotFound()
    now = clock.now()
    late = minutes_late(day, now) if choice == "late" else 0
    return MarkWish(
        f"{key}-{number}-{choice}",
        int(number),
        CHOICES[choice],
        late,
        0,
        None,
        MarkSource.REGISTER,
        why,
        int(seen),
        now,
    )


@blueprint.post(f"{DAY}/everyone-else")
@requires(KEEP)
def everyone_else_present(cohort_id: int, session_id: int) -> AnyResponse:
    """Whoever is expected and not marked is here."""
    the_day(cohort_id, session_id)
    batch, why = request.form.get("key", ""), request.form.get("why") or None
    try:
        marking.everyone_else(db.session(), current_user, session_id, batch, why)
    except WhyNeeded as refusal:
        return _page(cohort_id, session_id, roster.days_of(db.session(), current_user, cohort_id), refusal.message)
    return to_register(cohort_id, session_id)


@blueprint.post(f"{DAY}/undo")
@requires(KEEP)
def undo_on_register(cohort_id: int, session_id: int) -> AnyResponse:
    """Takes back the viewer's own last act, the one the page showed."""
    the_day(cohort_id, session_id)
    step_id = request.form.get("step", 0, type=int)
    try:
        done = marking.undo(db.session(), current_user, session_id, step_id)
    except marking.NothingToUndo as refusal:
        flash(refusal.message)
        days = roster.days_of(db.session(), current_user, cohort_id)
        return _page(cohort_id, session_id, days, status=refusal.status)
    if said := _said_of(done, the_roster(cohort_id, session_id)):
        flash(said)
    one = done.marks[0].trainee_id if len(done.marks) == 1 and not done.left else None
    return to_register(cohort_id, session_id, f"t{one}" if one else "")


def _said_of(done: marking.Undone, found: Roster) -> str:
    """What an undo left, or that it changed nothing; empty where the page shows all there is to say."""
    if not done.changed:
        return "Nothing changed: what you undid said the same as what stood before."
    names = [each.name for each in found.entries if each.trainee_id in done.left]
    if not names:
        return ""
    left = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"Undone for {plural(done.changed, 'person', 'people')}. Left as they are, marked since: {left}."


@blueprint.post(f"{DAY}/settle/<int:step_id>")
@requires(KEEP)
def settle_on_register(cohort_id: int, session_id: int, step_id: int) -> AnyResponse:
    """Chooses one of two marks that differ."""
    the_day(cohort_id, session_id)
    chosen = {"other": True, "stands": False}.get(request.form.get("choose", ""))
    if chosen is None:
        raise NotFound()
    settling.settle(db.session(), current_user, step_id, chosen, session_id=session_id)
    return to_register(cohort_id, session_id)
