"""A trainee at the door of a class: with the code the trainer shows, or with their own for the trainer to scan."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.applications.queries import own_application
from portal.domain.attendance import checking_in, codes
from portal.domain.attendance.models import Presence
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.check_in import CheckInForm, TypedCodeForm
from portal.web.guards import for_applicants
from portal.web.setup import outside_of


@blueprint.route("/check-in", methods=["GET", "POST"])
@for_applicants
def check_in_by_code() -> AnyResponse:
    """For a phone whose camera does not work: the code is typed."""
    form = TypedCodeForm()
    if form.validate_on_submit():
        code = "".join(form.code.data.split()).upper()
        if codes.session_of(outside_of(current_app).keys, code, clock.wall()) is not None:
            return redirect(url_for("public.check_in", code=code), 303)
        form.code.errors = ["That code is not the one shown now. Type the one you see"]
    return make_response(render_template("public/check_in/typed.html", form=form), 422 if form.errors else 200)


@blueprint.route("/check-in/<code>", methods=["GET", "POST"])
@for_applicants
def check_in(code: str) -> AnyResponse:
    """Who scanned says that they are here. A code that has changed meanwhile is scanned again."""
    keys, wall = outside_of(current_app).keys, clock.wall()
    form = CheckInForm()
    session_id = codes.session_of(keys, code, wall) or _by_ticket(code, form.ticket.data or "")
    if session_id is None:
        return make_response(render_template("public/check_in/old.html"), 410)
    arrival = checking_in.arrival(db.session(), current_user, session_id)
    if form.validate_on_submit():
        try:
            arrival = checking_in.check_in(db.session(), current_user, session_id)
        except Refusal as refusal:
            return _page(arrival, form, problem=refusal.message, status=refusal.status)
        return _page(arrival, form)
    form.ticket.data = codes.ticket(keys, session_id, current_user.id, wall)
    return _page(arrival, form)


def _by_ticket(code: str, ticket: str) -> int | None:
    """The session of a page that was opened with a good code a few minutes ago."""
    session_id = codes.number_in(code)
    if request.method != "POST" or session_id is None:
        return None
    holds = codes.ticket_holds(outside_of(current_app).keys, session_id, current_user.id, ticket, clock.wall())
    return session_id if holds else None


def _page(arrival: checking_in.Arrival, form: CheckInForm, *, problem: str = "", status: int = 200) -> Response:
    here = arrival.said.presence is Presence.PRESENT
    body = render_template(
        "public/check_in/arrival.html", arrival=arrival, form=form, problem=problem, here=here,
        opens_at=arrival.starts_at - checking_in.EARLIEST,
    )  # fmt: skip
    return make_response(body, status)


@blueprint.get("/applications/<reference>/training/code")
@for_applicants
def own_check_in_code(reference: str) -> Response:
    """Their own code, for the trainer to scan, or to read out."""
    found = own_application(db.session(), current_user, reference)
    check_in_code = checking_in.own_code(db.session(), found.id)
    body = render_template(
        "public/check_in/own.html", application=found, short=codes.short_code(check_in_code),
        picture=Markup(codes.picture(check_in_code, "Your check-in code")),  # noqa: S704  drawn by us from a code of our own
    )  # fmt: skip
    return make_response(body)
