"""The staff door: password (then the second step), or a passkey, or a set-up link; and signing out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, current_app, redirect, request, session, url_for
from flask_login import current_user

from portal import clock
from portal.config import Settings
from portal.domain.accounts import passkeys, setting_up
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.staff_sign_in import Door, begin_totp, verify_password
from portal.domain.refusals import Refusal
from portal.extensions import db, limiter
from portal.staff.door import blueprint
from portal.staff.forms.sign_in import ChooseForm, PasskeyForm, PasswordForm
from portal.web import sessions, unsent
from portal.web.errors import refused_beside_field
from portal.web.guards import open_to_all, safe_next
from portal.web.keys import pepper
from portal.web.navigation import exists
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of
from portal.web.single_sign_on import provider_name

TRYING = "60 per minute"  # each try costs a slow hash; the table of failures counts what matters
CHALLENGE = "passkey_challenge"
ROLES = {
    Role.RECRUITER: ("Recruiter", "campaigns, applications, offers"),
    Role.ASSESSOR: ("Assessor", "blind scoring"),
    Role.LIAISON: ("Liaison officer", "own division, enquiries"),
    Role.VETTING: ("Vetting officer", "vetting only"),
    Role.MEDICAL: ("Medical reviewer", "certificates and fitness only"),
    Role.TRAINER: ("Trainer", "register, cohort, catch-ups"),
    Role.SUPERVISOR: ("Supervisor", "own volunteers, hours and kit"),
    Role.ADMINISTRATOR: ("Administrator", "accounts, settings, retention"),
    Role.AUDITOR: ("Auditor", "reads the audit trail"),
}


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(TRYING, methods=["POST"])
@open_to_all
def sign_in() -> Response:
    """Asks for e-mail and password; right ones open the second step and nothing else."""
    if request.method == "GET" and current_user.is_authenticated:
        return go(onward() if current_user.second_factor else url_for("staff.second_factor", next=_next()))
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            email = form.email.data.strip().lower()
            member = verify_password(db.session(), email=email, password=form.password.data, door=door())
            return half_way(member)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
            return _door_page(form, refusal.status)
    return _door_page(form, 422 if form.errors else 200)


@blueprint.post("/sign-in/passkey/options")
@limiter.limit(TRYING)
@open_to_all
def passkey_options() -> Response:
    """What a passkey is asked to sign; the challenge waits in the cookie for a few minutes."""
    options = passkeys.authentication_options(party())
    keep_challenge(options)
    return Response(options, mimetype="application/json")


@blueprint.post("/sign-in/passkey")
@limiter.limit(TRYING)
@open_to_all
def sign_in_by_passkey() -> Response:
    """A passkey is both steps at once."""
    form, asked = PasskeyForm(), PasswordForm(formdata=None)
    try:
        answer = form.answer.data or ""
        member = passkeys.sign_in_with(db.session(), party(), answer=answer, challenge=kept_challenge())
    except Refusal as refusal:
        refused_beside_field(asked, refusal)
        return _door_page(asked, refusal.status)
    sessions.sign_in(member, second_factor=True)
    return go(onward())


@blueprint.route("/set-up/<token>", methods=["GET", "POST"])
@limiter.limit(TRYING, methods=["POST"])
@open_to_all
def set_up(token: str) -> Response:
    """A mailed link: choose a password, then set up the second step."""
    member = setting_up.set_up_member(db.session(), token)
    form = ChooseForm()
    if form.validate_on_submit():
        try:
            return half_way(setting_up.choose_by_link(db.session(), token, form.password.data))
        except setting_up.SetUpLinkDead:
            raise
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    status = 422 if form.errors else 200
    return page_or_fragment("staff/sign_in/set_up.html", "main", status=status, form=form, member=member)


@blueprint.route("/sign-out", methods=["GET", "POST"])
@open_to_all
def sign_out() -> Response:
    """A form's button signs out; the page itself says so, or offers the button."""
    if request.method == "GET":
        return page_or_fragment("staff/sign_in/signed_out.html", "main")
    if current_user.is_authenticated:
        sessions.sign_out(current_user)
    session.clear()
    return go(url_for("staff.sign_out"))


def half_way(member: StaffMember, onward_to: str | None = None) -> Response:
    """The password was right: a session that opens only the second step."""
    sessions.sign_in(member, second_factor=False)
    if member.totp_confirmed_at is None:
        begin_totp(db.session(), outside_of(current_app).keys, member)
    return go(url_for("staff.second_factor", next=onward_to or _next()))


def door() -> Door:
    return Door(pepper(), request.remote_addr or "")


def party() -> passkeys.Party:
    """This site as browsers know it; passkeys need a host name, so they do not work at a bare number."""
    settings: Settings = current_app.config["PORTAL"]
    address = urlsplit(settings.base_url)
    return passkeys.Party(address.hostname or "", f"{address.scheme}://{address.netloc}", settings.service_name)


def keep_challenge(options: str) -> None:
    session[CHALLENGE] = [passkeys.challenge_of(options), int(clock.wall().timestamp())]


def kept_challenge() -> str:
    """The challenge asked last, for a few minutes; an empty one matches no answer. The act lets it be used once."""
    challenge, at = session.pop(CHALLENGE, ("", 0))
    fresh = clock.wall().timestamp() - at <= passkeys.CHALLENGE_MINUTES * 60
    return str(challenge) if fresh else ""


def onward() -> str:
    """Where somebody goes after signing in."""
    home = url_for("staff.my_work") if exists("staff.my_work") else url_for("staff.own_account")
    return safe_next(request.args.get("next"), home)


def go(address: str) -> Response:
    return redirect(address, code=303)  # type: ignore[return-value]


def _next() -> str | None:
    return request.args.get("next")


def _door_page(form: PasswordForm, status: int) -> Response:
    ended = sessions.signed_out_by_us()
    return page_or_fragment(
        "staff/sign_in/sign_in.html",
        "main",
        status=status,
        form=form,
        roles=ROLES,
        provider=provider_name(),
        ended=ended,
        kept=ended and unsent.something_waits(),
        onward=_next(),
    )
