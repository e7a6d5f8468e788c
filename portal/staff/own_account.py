"""A member of staff's own account: password, passkeys, recovery codes, where they are signed in."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_login import current_user

from portal.domain.accounts import passkeys, queries, setting_up
from portal.domain.accounts.actions import end_other_sessions
from portal.domain.accounts.rules import Permission
from portal.domain.accounts.staff_sign_in import renew_recovery_codes
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.own_account import AddPasskeyForm, ChangePasswordForm
from portal.staff.second_factor import recovery_codes_page
from portal.staff.sign_in import door, go, keep_challenge, kept_challenge, party
from portal.web import sessions
from portal.web.errors import refused_beside_field
from portal.web.guards import never_kept, requires
from portal.web.keys import pepper
from portal.web.pages import page_or_fragment

anybody = requires(Permission.SEE_WORK)  # every role has it


@blueprint.get("/account")
@anybody
def own_account() -> Response:
    return _page(AddPasskeyForm(formdata=None))


@blueprint.route("/account/password", methods=["GET", "POST"])
@never_kept
@anybody
def change_password() -> Response:
    """A new password ends every session; this browser begins a new one."""
    form = ChangePasswordForm()
    member = current_user.person
    if form.validate_on_submit():
        try:
            setting_up.change_password(
                db.session(), member, current=form.current.data, password=form.password.data, door=door()
            )
            sessions.sign_in(member, second_factor=True)
            return go(url_for("staff.own_account", done="password"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return page_or_fragment("staff/own_account/password.html", "main", status=422 if form.errors else 200, form=form)


@blueprint.post("/account/passkeys/options")
@anybody
def new_passkey_options() -> Response:
    """What the browser is asked to make."""
    options = passkeys.registration_options(db.session(), party(), current_user.person)
    keep_challenge(options)
    return Response(options, mimetype="application/json")


@blueprint.post("/account/passkeys")
@never_kept
@anybody
def add_passkey() -> Response:
    form = AddPasskeyForm()
    if form.validate_on_submit():
        try:
            passkeys.register(
                db.session(), current_user.person, party(),
                answer=form.answer.data, challenge=kept_challenge(), name=form.name.data.strip(),
            )  # fmt: skip
            return go(url_for("staff.own_account", done="passkey"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(form)


@blueprint.post("/account/passkeys/<int:passkey_id>/remove")
@anybody
def remove_passkey(passkey_id: int) -> Response:
    passkeys.remove_passkey(db.session(), current_user.person, passkey_id)
    return go(url_for("staff.own_account", done="removed"))


@blueprint.post("/account/recovery-codes")
@anybody
def new_recovery_codes() -> Response:
    """Ten new ones; the old ones stop working."""
    codes = renew_recovery_codes(db.session(), current_user.person, pepper())
    return recovery_codes_page(codes, url_for("staff.own_account"))


@blueprint.post("/account/sessions/end")
@anybody
def end_others() -> Response:
    end_other_sessions(db.session(), current_user.person, current_user.session_id)
    return go(url_for("staff.own_account", done="sessions"))


def _page(form: AddPasskeyForm) -> Response:
    session, member = db.session(), current_user.person
    return page_or_fragment(
        "staff/own_account/account.html",
        "main",
        status=422 if form.errors else 200,
        form=form,
        member=member,
        passkeys=queries.passkeys_of(session, member),
        codes_left=queries.recovery_codes_left(session, member),
        sessions=queries.live_sessions_of(session, member, sessions.limits()),
        here=current_user.session_id,
        done=request.args.get("done", ""),
    )
