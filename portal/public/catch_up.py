"""A trainee catches up on what they missed: another group's session, a trainer alone, written work."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.applications.models import Application
from portal.domain.attendance import catching_up, signing_off
from portal.domain.attendance.entries import Entry
from portal.domain.attendance.ledger import LONGEST_WORK, NoSuchCatchUp
from portal.domain.attendance.models import CatchUpWay
from portal.domain.attendance.own import Own, own
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.catch_up import AloneForm, WorkForm
from portal.public.forms.interview import number_of
from portal.public.training import HERE, with_place
from portal.public.training_parts import shown
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of
from portal.web.wording import day_of


def _mine(reference: str) -> tuple[Application, Own]:
    """One's own application with its training; raises NotFound without a confirmed place."""
    found, _page = with_place(reference)
    mine = own(db.session(), found.id)
    if mine is None:
        raise NotFound()
    return found, mine


def _back(found: Application, words: str) -> Response:
    flash(words)
    address = url_for("public.training", reference=found.reference, _anchor="catch-ups")
    return redirect(address, code=303)  # type: ignore[return-value]


@blueprint.get(f"{HERE}/catch-up")
@for_applicants
def catch_up(reference: str) -> Response:
    """What was missed, and every way that is open to make up for it."""
    found, mine = _mine(reference)
    body = render_template(
        "public/training_parts/choose.html", application=found, own=mine, refused="",
        catch_ups=[shown(entry) for entry in mine.live],
    )  # fmt: skip
    return make_response(body)


@blueprint.post(f"{HERE}/catch-up/book")
@for_applicants
def book_catch_up(reference: str) -> Response:
    """A place with another group, for everything missed that is taught there."""
    found, mine = _mine(reference)
    try:
        made = catching_up.book_session(
            db.session(), current_user, mine.trainee.id, number_of(request.form.get("session", ""))
        )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        found, mine = _mine(reference)
        body = render_template(
            "public/training_parts/choose.html", application=found, own=mine, refused=refusal.message,
            catch_ups=[shown(entry) for entry in mine.live],
        )  # fmt: skip
        return make_response(body, refusal.status)
    _found, mine = _mine(reference)
    entry = mine.entry(made[0].id)
    when = day_of(entry.starts_at) if entry is not None and entry.starts_at is not None else ""
    return _back(_found, f"You are booked for {when}.")


@blueprint.post(f"{HERE}/catch-up/written")
@for_applicants
def choose_written_work(reference: str) -> Response:
    found, mine = _mine(reference)
    row = catching_up.set_written(db.session(), current_user, mine.trainee.id, request.form.get("module", ""))
    address = url_for("public.written_work", reference=found.reference, catch_up_id=row.id)
    return redirect(address, code=303)  # type: ignore[return-value]


@blueprint.route(f"{HERE}/catch-up/alone", methods=["GET", "POST"])
@for_applicants
def ask_for_time_alone(reference: str) -> Response:
    """A day and a time that would suit them, for a trainer to say yes to."""
    found, mine = _mine(reference)
    modules = [(module.of.code, module.of.title) for module in mine.ways.one_to_one]
    if not modules:
        return redirect(url_for("public.catch_up", reference=found.reference), code=303)  # type: ignore[return-value]
    form, status = AloneForm(), 200
    form.offer(modules)
    if form.validate_on_submit():
        try:
            catching_up.ask_one_to_one(
                db.session(), current_user, mine.trainee.id, form.module.data, form.starts_at
            )  # fmt: skip
            return _back(found, "Asked. A trainer says yes, or offers another time.")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            status = refusal.status
            found, mine = _mine(reference)
    body = render_template("public/training_parts/alone.html", application=found, own=mine, form=form)
    return make_response(body, 422 if form.errors and status == 200 else status)


@blueprint.route(f"{HERE}/catch-up/<int:catch_up_id>/work", methods=["GET", "POST"])
@for_applicants
def written_work(reference: str, catch_up_id: int) -> Response:
    """What they wrote, handed in from here; until it is signed off it may be handed in again."""
    found, mine = _mine(reference)
    entry, keys = _live(mine, catch_up_id), outside_of(current_app).keys
    if entry.row.way is not CatchUpWay.WRITTEN:
        raise NoSuchCatchUp()
    form = WorkForm()
    if form.validate_on_submit():
        try:
            catching_up.hand_in(db.session(), keys, current_user, catch_up_id, form.work.data or "")
            return _back(found, "Handed in. Your trainer reads it.")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            found, mine = _mine(reference)
            entry = _live(mine, catch_up_id)
    elif request.method == "GET":
        form.work.data = signing_off.work_of(keys, entry.row)
    body = render_template(
        "public/training_parts/work.html", application=found, entry=entry, form=form, most=LONGEST_WORK
    )  # fmt: skip
    return make_response(body, 422 if form.errors else 200)


@blueprint.post(f"{HERE}/catch-up/<int:catch_up_id>/cancel")
@for_applicants
def cancel_catch_up(reference: str, catch_up_id: int) -> Response:
    found, _own = _mine(reference)
    catching_up.cancel(db.session(), current_user, catch_up_id)
    return _back(found, "Given up. You can choose another way.")


def _live(mine: Own, catch_up_id: int) -> Entry:
    entry = mine.entry(catch_up_id)
    if entry is None:
        raise NoSuchCatchUp()
    return entry
