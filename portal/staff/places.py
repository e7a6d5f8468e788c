"""A cohort's places: who has one, who may have one and why, who waits; enrolled, begun, transferred, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.waiting import NAMES
from portal.domain.attendance.notes import walk_ins_waiting_in
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import giving_up, starting, transferring, waiting_list
from portal.domain.training.board import Placed, Places, Stand, placed_one, places_of, targets
from portal.domain.training.candidates import Candidate
from portal.domain.training.enrolling import enrol
from portal.domain.training.fitting import Fit
from portal.domain.training.seeing import cohort as reached_cohort
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.places import ASK, EnrolForm, RemoveForm, StartForm, TransferForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.wording import plural

P = Permission.PLAN_COHORTS
FITS = {
    Fit.ALL: ("every day", "soft"),
    Fit.SOME: ("can make up", ""),
    Fit.UNSAID: ("not said", ""),
    Fit.NOT: ("does not suit", "warn"),
}
STANDS = {
    Stand.TO_CONFIRM: ("to confirm", "now"),
    Stand.LATE: ("not confirmed", "bad"),
    Stand.PLACED: ("has a place", ""),
    Stand.TRAINING: ("in training", "soft"),
    Stand.COMPLETED: ("completed", "soft"),
}


@blueprint.get("/cohorts/<int:cohort_id>/places")
@requires(P)
def cohort_places(cohort_id: int) -> Response:
    """Everybody with a place, everybody who may have one in the order they come, and what is in the way."""
    found = places_of(db.session(), current_user, cohort_id)
    return make_response(
        render_template(
            "staff/places/board.html", places=found, squares=_squares(found), fits=FITS, stands=STANDS, names=NAMES,
            walk_ins=walk_ins_waiting_in(db.session(), cohort_id),
        )
    )  # fmt: skip


def _squares(found: Places) -> list[tuple[str, int]]:
    """The places as a strip: how many of each kind. Those beyond the viewer's reach are held all the same."""
    stands = [each.stand for each in found.placed]
    late, waiting = stands.count(Stand.LATE), stands.count(Stand.TO_CONFIRM)
    elsewhere = max(0, found.held - len(stands))
    kinds = [("taken", len(stands) - late - waiting), ("elsewhere", elsewhere)]
    kinds += [("waiting", waiting), ("late", late), ("free", found.left)]
    return [(kind, count) for kind, count in kinds if count]


def _to_places(cohort_id: int) -> Response:
    return redirect(url_for("staff.cohort_places", cohort_id=cohort_id), 303)  # type: ignore[return-value]


@blueprint.route("/cohorts/<int:cohort_id>/places/enrol", methods=["GET", "POST"])
@requires(P)
def enrol_people(cohort_id: int) -> Response:
    """Those who were ticked, or whom the fill suggests, looked at once more; then they have a place."""
    found, form = places_of(db.session(), current_user, cohort_id), EnrolForm()
    ticked = form.who.chosen if form.is_submitted() else request.args.getlist("who")
    chosen = [each for each in found.people if each.reference in ticked]
    if not form.is_submitted() and "suggested" in request.args:
        chosen = [each for each in found.people if each.suggested]
    if form.is_submitted() and form.validate():
        until = form.until.data if form.how.data == ASK else None
        if not chosen:
            form.form_errors.append("Choose at least one person")
        elif form.how.data == ASK and until is None:
            form.until.errors = ["Enter the day by which they confirm"]
        else:
            refused = _enrol(form, cohort_id, chosen, clock.end_of(until) if until else None)
            if not refused:
                return _to_places(cohort_id)
            found = places_of(db.session(), current_user, cohort_id)
            return _enrol_page(form, found, [each for each in chosen if each.reference in refused], refused)
    return _enrol_page(form, found, chosen, {})


def _enrol(form: EnrolForm, cohort_id: int, chosen: Sequence[Candidate], until: datetime | None) -> dict[str, str]:
    """Each in a unit of work of their own, in order; returns whom that was refused, and why."""
    refused: dict[str, str] = {}
    for each in chosen:
        try:
            enrol(db.session(), current_user, cohort_id, each.application_id, confirm_by=until)
        except Refusal as refusal:
            refused[each.reference] = refusal.message
            if refusal.field is not None:  # what was asked of all of them
                refused_beside_field(form, refusal)
                return dict.fromkeys((person.reference for person in chosen), "")
    if done := len(chosen) - len(refused):
        flash(f"{plural(done, 'person has', 'people have')} a place. The mail is on its way.")
    return refused


def _enrol_page(form: EnrolForm, found: Places, chosen: Sequence[Candidate], refused: dict[str, str]) -> Response:
    page = render_template(
        "staff/places/enrol.html", form=form, places=found, chosen=chosen, refused=refused, fits=FITS, names=NAMES
    )
    return make_response(page, 422 if form.errors else 409 if refused else 200)


@blueprint.route("/cohorts/<int:cohort_id>/places/start", methods=["GET", "POST"])
@requires(P)
def start_training(cohort_id: int) -> Response:
    """Training begins for all who may; the others are shown with what is in the way."""
    found, form = places_of(db.session(), current_user, cohort_id), StartForm()
    waiting = [each for each in found.placed if each.stand is Stand.PLACED]
    refused: dict[int, str] = {}
    if form.validate_on_submit():
        chosen = [each for each in waiting if str(each.trainee.id) in form.who.chosen]
        refused = _start(chosen)
        if chosen and not refused:
            return _to_places(cohort_id)
        if not chosen:
            form.form_errors.append("Choose at least one person")
        found = places_of(db.session(), current_user, cohort_id)
        waiting = [each for each in found.placed if each.stand is Stand.PLACED]
    page = render_template(
        "staff/places/start.html", form=form, places=found, waiting=waiting, refused=refused, names=NAMES
    )
    return make_response(page, 409 if refused else 422 if form.errors else 200)


def _start(chosen: Sequence[Placed]) -> dict[int, str]:
    """Each in a unit of work of their own; returns whom that was refused, and why."""
    refused = {}
    for each in chosen:
        try:
            starting.start(db.session(), current_user, each.trainee.id)
        except Refusal as refusal:
            refused[each.trainee.id] = refusal.message
    done = len(chosen) - len(refused)
    if done:
        flash(f"Training has begun for {plural(done, 'person', 'people')}. The mail is on its way.")
    return refused


@blueprint.route("/cohorts/<int:cohort_id>/places/<int:trainee_id>/transfer", methods=["GET", "POST"])
@requires(P)
def transfer_trainee(cohort_id: int, trainee_id: int) -> Response:
    """To another cohort of the same course, keeping what they have done."""
    session = db.session()
    cohort, placed = (
        reached_cohort(session, current_user, cohort_id, P),
        placed_one(session, current_user, cohort_id, trainee_id),
    )
    form, possible = TransferForm(), targets(session, current_user, cohort)
    form.offer(possible)
    if form.validate_on_submit():
        try:
            transferring.transfer(session, current_user, trainee_id, int(form.cohort.data), form.reason.data)
            asked = "" if placed.trainee.confirmed_at else " They are asked to confirm it."
            flash(f"{placed.name} has a place there now.{asked} The mail is on its way.")
            return _to_places(cohort_id)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    page = render_template("staff/places/transfer.html", form=form, cohort=cohort, placed=placed, possible=possible)
    return make_response(page, 422 if form.errors else 200)


@blueprint.route("/cohorts/<int:cohort_id>/places/<int:trainee_id>/remove", methods=["GET", "POST"])
@requires(P)
def remove_trainee(cohort_id: int, trainee_id: int) -> Response:
    """Takes a place back, with a reason; what comes free goes to the first in line."""
    session = db.session()
    cohort = reached_cohort(session, current_user, cohort_id, P)
    placed, form = placed_one(session, current_user, cohort_id, trainee_id), RemoveForm()
    if form.validate_on_submit():
        giving_up.remove(session, current_user, trainee_id, form.reason.data)
        flash(f"{placed.name} no longer has a place. The mail is on its way.")
        return _to_places(cohort_id)
    page = render_template("staff/places/remove.html", form=form, cohort=cohort, placed=placed)
    return make_response(page, 422 if form.errors else 200)


@blueprint.post("/cohorts/<int:cohort_id>/places/<int:trainee_id>/confirm")
@requires(P)
def confirm_place(cohort_id: int, trainee_id: int) -> Response:
    """They rang, and take the place."""
    session = db.session()
    placed = placed_one(session, current_user, cohort_id, trainee_id)
    giving_up.confirm(session, current_user, placed.trainee.application_id)
    flash(f"{placed.name} takes the place. The mail is on its way.")
    return _to_places(cohort_id)


@blueprint.post("/cohorts/<int:cohort_id>/places/waiting")
@requires(P)
def wait_for_place(cohort_id: int) -> Response:
    """They rang, and want to wait for a place; or wait no more."""
    session = db.session()
    found = places_of(session, current_user, cohort_id)
    wanted = next((each for each in found.people if each.reference == request.form.get("who")), None)
    if wanted is None:
        raise NotFound()
    if wanted.waits:
        waiting_list.leave(session, current_user, wanted.application_id, cohort_id)
        flash(f"{wanted.name} waits no more.")
    else:
        waiting_list.wait(session, current_user, wanted.application_id, cohort_id)
        flash(f"{wanted.name} is on the waiting list.")
    return _to_places(cohort_id)
