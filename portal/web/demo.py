"""The demonstration's own pages: its mail and its clock. Not registered in production."""

from __future__ import annotations

from datetime import datetime

from flask import Response, current_app, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField

from portal import clock
from portal.config import Settings
from portal.domain.demonstration.letters import mailbox
from portal.domain.demonstration.moments import NotAMoment, Step, moment_of, move_clock, steps
from portal.domain.journeys.due import run_due
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.web import demo_sign_in
from portal.web.demo_door import blueprint, staff_blueprint
from portal.web.errors import refused_beside_field
from portal.web.guards import open_to_all
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

__all__ = ["blueprint", "demo_sign_in", "staff_blueprint"]

REAL = "real"


class ClockForm(FlaskForm):  # type: ignore[misc]
    """Where the clock should stand, London time, or one of the steps by its code."""

    class Meta:
        csrf = False

    moment = StringField("London date and time")


@blueprint.get("/mail", endpoint="mail")
@open_to_all
def read_mail() -> Response:
    """Everything the service has mailed, newest first; sign-in codes too, since nobody else reads them."""
    recipient = request.args.get("to", "").strip()
    found = mailbox(db.session(), recipient, request.args.get("before", type=int))
    older = url_for("demo.mail", to=recipient or None, before=found.older) if found.older else None
    newest = url_for("demo.mail", to=recipient or None) if "before" in request.args else None
    return page_or_fragment(
        "demo/mail.html", "letters", letters=found.letters, recipient=recipient, older=older, newest=newest
    )


@blueprint.route("/clock", methods=["GET", "POST"], endpoint="clock")
@open_to_all
def show_or_move_clock() -> Response:
    """Shows the service's time; moves it, and does what fell due on the way."""
    session = db.session()
    form = ClockForm()
    known = steps(session, clock.now())
    if form.validate_on_submit():
        try:
            move_clock(session, _settings().clock_file, _wanted(form, known))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
        else:
            run_due(session, outside_of(current_app), keep_secrets=True)
            return redirect(url_for("demo.clock"), code=303)  # type: ignore[return-value]
    now = clock.now()
    return page_or_fragment(
        "demo/clock.html",
        "main",
        status=422 if form.errors else 200,
        form=form,
        now=now,
        typed=form.moment.data or f"{clock.london(now):%Y-%m-%dT%H:%M}",
        steps=known,
        days_moved=round(clock.offset().total_seconds() / 86_400),
        moved=bool(clock.offset()),
    )


def _wanted(form: ClockForm, known: list[Step]) -> datetime | None:
    """The moment asked for; none for the real time. Raises `NotAMoment`."""
    code = request.form.get("step", "")
    if code == REAL:
        return None
    if not code:
        return moment_of(form.moment.data or "")
    found = next((step.moment for step in known if step.code == code), None)
    if found is None:
        raise NotAMoment("That moment has passed. Choose again.")
    return found


def _settings() -> Settings:
    settings: Settings = current_app.config["PORTAL"]
    return settings
