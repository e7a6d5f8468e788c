"""Somebody chooses a time for their interview or test, moves it, gives it up, waits for one, or asks for another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import own_application
from portal.domain.interviews import booking, waiting_list
from portal.domain.interviews.choosing import Sitting, asked_for_adjustments, sittings
from portal.domain.interviews.models import SessionKind
from portal.domain.interviews.rules import NAMES, SlotTaken
from portal.domain.interviews.standing import ENDPOINTS, Standing, standing
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.interview import DAY, FOR_GOOD, CancelForm, ChooseForm, MoveForm, OtherTimeForm, WaitForm
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of
from portal.web.wording import clock_time, day, plural

HERE = "/applications/<reference>"


@blueprint.route(f"{HERE}/interview", methods=["GET", "POST"])
@for_applicants
def interview(reference: str) -> Response:
    return _times(reference, SessionKind.INTERVIEW)


@blueprint.route(f"{HERE}/fitness-session", methods=["GET", "POST"])
@for_applicants
def fitness_session(reference: str) -> Response:
    return _times(reference, SessionKind.FITNESS)


@blueprint.route(f"{HERE}/practice-session", methods=["GET", "POST"])
@for_applicants
def practice_session(reference: str) -> Response:
    return _times(reference, SessionKind.PRACTICE)


def _times(reference: str, kind: SessionKind) -> Response:
    """What is booked, or the times to choose from."""
    session, found = db.session(), _own(reference)
    now = standing(session, found, kind)
    if now is None or not now.open:
        return redirect(url_for("public.application", reference=found.reference), code=303)  # type: ignore[return-value]
    form = ChooseForm()
    if form.validate_on_submit():
        try:
            booking.book(session, current_user, now.invitation.id, form.slot.data, seen=form.version)
            return _back(reference, kind, done="booked")
        except Refusal as refusal:
            return _refused(form, reference, kind, refusal)
    if now.booking is not None and not form.errors:
        return _booked(found, now)
    return _choose(form, found, now)


@blueprint.route(f"{HERE}/<sitting:kind>/move", methods=["GET", "POST"])
@for_applicants
def move_time(reference: str, kind: SessionKind) -> Response:
    session = db.session()
    found, now = _changeable(reference, kind)
    if now is None:
        return _back(reference, kind)
    form = MoveForm()
    if form.validate_on_submit():
        try:
            booking.move(
                session, current_user, now.invitation.id, form.slot.data, reason=form.why, seen=form.version
            )  # fmt: skip
            return _back(reference, kind, done="moved")
        except Refusal as refusal:
            return _refused(form, reference, kind, refusal, moving=True)
    return _choose(form, found, now, moving=True)


@blueprint.route(f"{HERE}/<sitting:kind>/cancel", methods=["GET", "POST"])
@for_applicants
def cancel_time(reference: str, kind: SessionKind) -> Response:
    session = db.session()
    found, now = _changeable(reference, kind)
    if now is None:
        return _back(reference, kind)
    form = CancelForm()
    status = 200
    if form.validate_on_submit():
        for_good = form.then.data == FOR_GOOD
        try:
            booking.cancel(
                session, current_user, now.invitation.id, reason=form.why, for_good=for_good, seen=form.version
            )  # fmt: skip
            return _back(reference, kind, done="cancelled")
        except Refusal as refusal:
            status = _beside(form, refusal)
            found, now = _changeable(reference, kind)
            if now is None:
                return _back(reference, kind)
    form.seen.data = now.invitation.version
    return _page("cancel", found, now, form=form, status=_status(form, status))


@blueprint.route(f"{HERE}/<sitting:kind>/wait", methods=["GET", "POST"])
@for_applicants
def wait_for_time(reference: str, kind: SessionKind) -> Response:
    """Times that are full, and whole days: whoever waits has the first seat that comes free."""
    session, found = db.session(), _own(reference)
    now = standing(session, found, kind)
    if now is None or not now.open:
        return _back(reference, kind)
    form, status = WaitForm(), 200
    if form.validate_on_submit():
        try:
            waiting_list.wait(session, current_user, now.invitation.id, form.slots, form.days)
            return _back(reference, kind, done="waiting")
        except Refusal as refusal:
            status = _beside(form, refusal)
            found = _own(reference)
            now = standing(session, found, kind) or now
    elif request.method == "GET":
        form.wait.data = [f"{DAY}{wish.session_id}" if wish.session_id else str(wish.slot_id) for wish in now.wishes]
    return _page("wait", found, now, form=form, status=_status(form, status), days=_full(_offered(found, now)), DAY=DAY)


@blueprint.route(f"{HERE}/<sitting:kind>/other-time", methods=["GET", "POST"])
@for_applicants
def other_time(reference: str, kind: SessionKind) -> Response:
    session, found = db.session(), _own(reference)
    now = standing(session, found, kind)
    if now is None or not now.open:
        return _back(reference, kind)
    form, status = OtherTimeForm(), 200
    if form.validate_on_submit():
        try:
            keys = outside_of(current_app).keys
            waiting_list.ask_in_words(session, keys, current_user, now.invitation.id, form.words.data)
            return _back(reference, kind, done="asked")
        except Refusal as refusal:
            status = _beside(form, refusal)
            found = _own(reference)
            now = standing(session, found, kind) or now
    return _page("other_time", found, now, form=form, status=_status(form, status))


def _own(reference: str) -> Application:
    found = own_application(db.session(), current_user, reference)
    if found.state is State.DRAFT:
        raise NotFound()
    return found


def _changeable(reference: str, kind: SessionKind) -> tuple[Application, Standing | None]:
    found = _own(reference)
    now = standing(db.session(), found, kind)
    return found, now if now is not None and now.changeable else None


def _back(reference: str, kind: SessionKind, *, done: str | None = None) -> Response:
    return redirect(url_for(ENDPOINTS[kind], reference=reference, done=done), code=303)  # type: ignore[return-value]


def _beside(form: ChooseForm | CancelForm | WaitForm | OtherTimeForm, refusal: Refusal) -> int:
    """Shows the refusal where it belongs, and says with which status; whoever may not see this is told nothing."""
    if refusal.status == 404:
        raise refusal
    refused_beside_field(form, refusal)
    return refusal.status


def _status(form: Any, status: int) -> int:
    return 422 if form.errors and status == 200 else status


def _refused(
    form: ChooseForm, reference: str, kind: SessionKind, refusal: Refusal, *, moving: bool = False
) -> Response:
    """The page as it stands now, with what was refused, and what is left to choose from."""
    if isinstance(refusal, SlotTaken):
        refusal.message = f"{refusal.message} {_left(refusal.left)}"
    status = _beside(form, refusal)
    found = _own(reference)
    now = standing(db.session(), found, kind)
    if now is None or not now.open or (moving and not now.changeable):
        return _back(reference, kind)
    if now.booking is not None and not moving:
        return _booked(found, now, refusal.message, status)
    return _choose(form, found, now, moving=moving, status=status)


def _left(starts: Sequence[datetime]) -> str:
    if not starts:
        return "No other time is left now. You can wait for one, or ask us for another."
    return f"{plural(len(starts), 'time')} left, the first on {day(starts[0])} at {clock_time(starts[0])}."


def _ahead(cut_off: timedelta) -> str:
    """a day, 2 days, 36 hours"""
    hours = int(cut_off.total_seconds()) // 3600
    if hours % 24:
        return plural(hours, "hour")
    return "a day" if hours == 24 else plural(hours // 24, "day")


def _offered(found: Application, now: Standing) -> list[Sitting]:
    after = clock.now() + now.policy.cut_off
    return sittings(db.session(), found.id, now.invitation.kind, after)


def _full(offered: list[Sitting]) -> list[tuple[Sitting, list[Any]]]:
    """Each day that has full times, with them."""
    days = ((each, [time for time in each.times if not time.free]) for each in offered)
    return [(sitting, full) for sitting, full in days if full]


def _choose(
    form: ChooseForm, found: Application, now: Standing, *, moving: bool = False, status: int = 200
) -> Response:
    form.seen.data = now.invitation.version
    offered = _offered(found, now)
    free = [time.slot_id for sitting in offered for time in sitting.times if time.free]
    return _page(
        "choose", found, now, form=form, status=_status(form, status), offered=offered, moving=moving,
        near=[each for each in offered if each.near], far=[each for each in offered if not each.near],
        first=free[0] if free else 0, some_taken=any(not time.free for each in offered for time in each.times),
    )  # fmt: skip


def _booked(found: Application, now: Standing, refused: str = "", status: int = 200) -> Response:
    return _page("booked", found, now, form=None, status=status, refused=refused)


def _page(name: str, found: Application, now: Standing, *, form: Any, status: int, **more: Any) -> Response:
    kind = now.invitation.kind
    page = render_template(
        f"public/interview/{name}.html",
        application=found,
        standing=now,
        form=form,
        kind=kind,
        what=NAMES[kind],
        here=url_for(ENDPOINTS[kind], reference=found.reference),
        adjustments=asked_for_adjustments(db.session(), found.id),
        ahead=_ahead(now.policy.cut_off),
        done=request.args.get("done", ""),
        **more,
    )
    return make_response(page, status)
