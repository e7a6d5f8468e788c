"""The second step: a code from an app, a recovery code in its place, and setting the app up."""

from __future__ import annotations

import io

import pyotp
import segno
from flask import Response, current_app, request, url_for
from flask_login import current_user
from markupsafe import Markup

from portal.config import Settings
from portal.domain.accounts import staff_sign_in
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.second_factor import CodeForm, RecoveryForm
from portal.staff.sign_in import door, go, onward
from portal.web import sessions
from portal.web.errors import refused_beside_field
from portal.web.guards import for_half_signed_in, safe_next
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of


@blueprint.route("/second-factor", methods=["GET", "POST"])
@for_half_signed_in
def second_factor() -> Response:
    """A code from the app; each is taken once."""
    if moved_on := _elsewhere(confirmed=True):
        return moved_on
    form = CodeForm()
    if form.validate_on_submit():
        try:
            keys = outside_of(current_app).keys
            staff_sign_in.verify_totp(db.session(), current_user.person, form.code.data, keys, door())
            return _enter()
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page("second_factor", form)


@blueprint.route("/second-factor/recovery", methods=["GET", "POST"])
@for_half_signed_in
def recovery() -> Response:
    """A recovery code for somebody without their phone."""
    if moved_on := _elsewhere(confirmed=True):
        return moved_on
    form = RecoveryForm()
    if form.validate_on_submit():
        try:
            staff_sign_in.use_recovery_code(db.session(), current_user.person, form.code.data, door())
            return _enter()
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page("recovery", form)


@blueprint.route("/second-factor/set-up", methods=["GET", "POST"])
@for_half_signed_in
def set_up_second_factor() -> Response:
    """Scan, type the first code, and get ten recovery codes: shown now and never again."""
    if moved_on := _elsewhere(confirmed=False):
        return moved_on
    form = CodeForm()
    keys, member = outside_of(current_app).keys, current_user.person
    secret = staff_sign_in.totp_secret(keys, member)
    if form.validate_on_submit():
        try:
            codes = staff_sign_in.confirm_totp(db.session(), member, form.code.data, keys, door())
            sessions.sign_in(member, second_factor=True)
            return recovery_codes_page(codes, onward())
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page("set_up_second_factor", form, secret=_in_fours(secret), picture=_picture(secret))


def recovery_codes_page(codes: list[str], go_on: str) -> Response:
    """The only time these codes are seen."""
    response = page_or_fragment("staff/sign_in/recovery_codes.html", "main", codes=codes, go_on=go_on)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/second-factor/saved")
@for_half_signed_in
def recovery_codes_saved() -> Response:
    """Somebody says that they saved their codes: written down, so that it is known who was told."""
    if request.form.get("saved") == "yes":
        staff_sign_in.note_saved(db.session(), current_user.person)
    return go(safe_next(request.form.get("next"), onward()))


def _elsewhere(*, confirmed: bool) -> Response | None:
    """Somebody fully signed in goes on; somebody without an app sets one up; somebody with one uses it."""
    if current_user.second_factor:
        return go(onward())
    if (current_user.person.totp_confirmed_at is not None) is confirmed:
        return None
    page = "staff.set_up_second_factor" if confirmed else "staff.second_factor"
    return go(url_for(page, next=request.args.get("next")))


def _enter() -> Response:
    """A new session in place of the half one: its token was never more than half trusted."""
    sessions.sign_in(current_user.person, second_factor=True)
    return go(onward())


def _picture(secret: str) -> Markup:
    """The secret as a QR code: SVG without styles, so that the strict policy lets it be drawn."""
    settings: Settings = current_app.config["PORTAL"]
    address = pyotp.TOTP(secret).provisioning_uri(name=current_user.person.email, issuer_name=settings.service_name)
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", border=4, xmldecl=False, svgns=True, svgclass="v-qr", lineclass=None, light="#fff",
        title="QR code for your app", omitsize=True,
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704  drawn by us from our own secret


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _page(name: str, form: CodeForm | RecoveryForm, **context: object) -> Response:
    status = 422 if form.errors else 200
    onward_to = request.args.get("next")
    return page_or_fragment(f"staff/sign_in/{name}.html", "main", status=status, form=form, onward=onward_to, **context)
