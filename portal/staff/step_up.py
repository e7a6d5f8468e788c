"""Giving the second factor again before a sensitive act: a code, a passkey, or the single sign-on provider."""

from __future__ import annotations

from flask import Response, current_app, request, url_for
from flask_login import current_user

from portal.domain.accounts import passkeys, staff_sign_in
from portal.domain.accounts.rules import Permission
from portal.domain.accounts.stepping_up import step_up as note_step_up
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db, limiter
from portal.staff.door import blueprint
from portal.staff.forms.second_factor import CodeForm
from portal.staff.forms.sign_in import PasskeyForm
from portal.staff.sign_in import TRYING, door, go, kept_challenge, onward, party
from portal.web import unsent
from portal.web.errors import refused_beside_field
from portal.web.guards import never_kept, requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of
from portal.web.single_sign_on import provider_name

anybody = requires(Permission.SEE_WORK)  # every role has it


@blueprint.route("/step-up", methods=["GET", "POST"])
@limiter.limit(TRYING, methods=["POST"])
@never_kept
@anybody
def step_up() -> Response:
    """Asks for a code; then goes back to what was to be done."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            keys = outside_of(current_app).keys
            staff_sign_in.verify_totp(db.session(), current_user.person, form.code.data, keys, door())
            return _done()
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(form)


@blueprint.post("/step-up/passkey")
@limiter.limit(TRYING)
@never_kept
@anybody
def step_up_by_passkey() -> Response:
    """A passkey of this very person stands for the code."""
    asked = CodeForm(formdata=None)
    try:
        answer = PasskeyForm().answer.data or ""
        member = passkeys.sign_in_with(db.session(), party(), answer=answer, challenge=kept_challenge())
        if member.id != current_user.id:
            raise passkeys.PasskeyRefused("That passkey is somebody else's.")
        return _done()
    except Refusal as refusal:
        refused_beside_field(asked, refusal)
        return _page(asked)


@blueprint.post("/step-up/demonstration")
@anybody
def step_up_in_demonstration() -> Response:
    """The made-up people of the demonstration have no telephones: one click stands for the code."""
    if not current_app.config["PORTAL"].demonstration:
        raise NotFound()
    return _done()


def _done() -> Response:
    note_step_up(db.session(), current_user.person, current_user.session_id)
    return go(onward())


def _page(form: CodeForm) -> Response:
    return page_or_fragment(
        "staff/sign_in/step_up.html", "main", status=422 if form.errors else 200, form=form,
        onward=request.args.get("next"), has_app=current_user.person.totp_confirmed_at is not None,
        provider=provider_name() if current_user.person.sso_subject else "",
        kept=request.args.get("next") == url_for("staff.unsent") and unsent.something_waits(),
        provider_address=url_for("staff.single_sign_on", again=1, next=request.args.get("next")),
    )  # fmt: skip
