"""Applicants' sign-in: an address, a mailed code or link, a confirmation; and signing out."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user

from portal.config import Settings
from portal.domain.accounts import codes
from portal.domain.accounts.addresses import masked
from portal.domain.accounts.models import SignInCode
from portal.domain.refusals import Refusal
from portal.extensions import db, limiter
from portal.public.door import blueprint
from portal.public.forms.sign_in import AddressForm, CodeForm
from portal.web import sessions
from portal.web.errors import refused_beside_field
from portal.web.guards import open_to_all, safe_next
from portal.web.keys import pepper
from portal.web.navigation import exists
from portal.web.public_cache import keep_until

KEPT = "sign_in_request"  # in the cookie: the token of the request this browser made
# One client address may be a whole careers evening behind one connection; a mailbox has its own, smaller limit.
ASKING = "60 per hour"
TRYING = "120 per hour"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(ASKING, methods=["POST"])
@open_to_all
def sign_in() -> Response:
    """Asks for an address and mails a code to it: the same answer whoever it belongs to."""
    if current_user.is_authenticated and request.method == "GET":
        return _go(safe_next(request.args.get("next"), after_sign_in()))
    form = AddressForm(data={"email": _address_to_correct()})
    if form.validate_on_submit():
        try:
            _send(form.normal, safe_next(request.args.get("next"), ""))
            return _go(url_for("public.sign_in_code"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
            return _page("sign_in", refusal.status, form=form, ended=False)
    if request.method == "GET" and not request.args:
        keep_until(None)
    return _page("sign_in", 422 if form.errors else 200, form=form, ended=sessions.signed_out_by_us())


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@limiter.limit(TRYING, methods=["POST"])
@open_to_all
def sign_in_code() -> Response:
    """Takes the code that was mailed to the address this browser gave."""
    asked = _asked()
    if asked is None:
        return _go(url_for("public.sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _enter(codes.confirm_code(db.session(), token=session[KEPT], code=form.code.data, pepper=pepper()))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _code_page(form, asked, 422 if form.errors else 200)


@blueprint.post("/sign-in/again")
@limiter.limit(ASKING)
@open_to_all
def sign_in_again() -> Response:
    """Sends a new code to the same address; the one before stops working."""
    asked = _asked()
    if asked is None:
        return _go(url_for("public.sign_in"))
    try:
        _send(asked.email, asked.next_url)
        return _go(url_for("public.sign_in_code", again="yes"))
    except Refusal as refusal:
        form = CodeForm(formdata=None)
        refused_beside_field(form, refusal)
        return _code_page(form, asked, refusal.status)


@blueprint.get("/sign-in/link/<token>")
@open_to_all
def sign_in_link(token: str) -> Response:
    """Opening a mailed link signs nobody in: mail scanners open links too. A button does."""
    try:
        row = codes.linked(db.session(), token)
    except codes.LinkDead as refusal:
        return _page("link_dead", refusal.status, reason=refusal.message)
    asked = _asked()
    mine = asked is not None and asked.id == row.id
    return _page("link", 200, address=row.email if mine else masked(row.email), mine=mine)


@blueprint.post("/sign-in/link/<token>")
@limiter.limit(TRYING)
@open_to_all
def sign_in_by_link(token: str) -> Response:
    """Signs in the browser in which the button was pressed."""
    try:
        return _enter(codes.confirm_link(db.session(), token))
    except codes.LinkDead as refusal:
        return _page("link_dead", refusal.status, reason=refusal.message)


@blueprint.route("/sign-out", methods=["GET", "POST"])
@open_to_all
def sign_out() -> Response:
    """A form's button signs out; the page itself says so, or offers the button."""
    if request.method == "GET":
        return _page("signed_out", 200)
    if current_user.is_authenticated:
        sessions.sign_out(current_user)
    session.clear()
    return _go(url_for("public.sign_out"))


def after_sign_in() -> str:
    """Where somebody goes who was on their way nowhere else."""
    return url_for("public.account") if exists("public.account") else url_for("public.home")


def _send(email: str, next_url: str) -> None:
    settings: Settings = current_app.config["PORTAL"]
    session[KEPT] = codes.ask_code(
        db.session(),
        email=email,
        client=request.remote_addr or "",
        next_url=next_url,
        lifetime=timedelta(minutes=settings.sign_in_minutes),
        pepper=pepper(),
        replaces=session.get(KEPT, ""),
    )


def _asked() -> SignInCode | None:
    return codes.asked(db.session(), session[KEPT]) if KEPT in session else None


def _address_to_correct() -> str:
    """What was typed before, for somebody who came back to mend it."""
    asked = _asked() if "correct" in request.args else None
    return asked.email if asked else ""


def _enter(confirmed: codes.Confirmed) -> Response:
    sessions.sign_in(confirmed.applicant)
    session.pop(KEPT, None)
    return _go(safe_next(confirmed.next_url, after_sign_in()))


def _code_page(form: CodeForm, asked: SignInCode, status: int) -> Response:
    settings: Settings = current_app.config["PORTAL"]
    again = request.args.get("again") == "yes"
    return _page("code", status, form=form, asked=asked, minutes=settings.sign_in_minutes, again=again)


def _page(name: str, status: int, **context: object) -> Response:
    response = make_response(render_template(f"public/sign_in/{name}.html", **context), status)
    if name != "sign_in":
        response.headers["Cache-Control"] = "no-store"
    return response


def _go(address: str) -> Response:
    return redirect(address, code=303)  # type: ignore[return-value]
