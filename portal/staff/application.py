"""One application for the people who work on it: the sheet, contact details, the e-mail address."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications import viewing
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import visible_application
from portal.domain.applications.viewing import Purpose
from portal.domain.journeys.correcting_address import AddressReason, correct_address
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.application import AddressForm, RevealForm
from portal.staff.sheet import sheet
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of


def _sent(permission: Permission, reference: str) -> Application:
    """An application that was sent, within this permission; drafts stay with those who write them."""
    found = visible_application(db.session(), current_user, permission, reference)
    if found.state is State.DRAFT:
        raise NotFound()
    return found


def _back(reference: str, part: str = "") -> Response:
    address = url_for("staff.application", reference=reference, _anchor=part or None)
    return redirect(address, code=303)  # type: ignore[return-value]


@blueprint.get("/applications/<reference>")
@requires(Permission.SEE_APPLICATIONS)
def application(reference: str) -> Response:
    """The whole application on one screen; that it was opened is recorded before it is shown."""
    session = db.session()
    found = _sent(Permission.SEE_APPLICATIONS, reference)
    application_id = found.id
    revealed = viewing.contact_shown(session, current_user, application_id)
    shown = sheet(session, outside_of(current_app).keys, current_user, found, revealed=revealed)
    viewing.note_view(session, current_user, application_id, adjustments=shown["adjustments"])
    return make_response(render_template("staff/application/sheet.html", **shown))


@blueprint.route("/applications/<reference>/contact", methods=["GET", "POST"])
@requires(Permission.SEE_CONTACT)
def reveal_contact(reference: str) -> Response:
    """Contact details, for a purpose, until this person signs out."""
    found = _sent(Permission.SEE_CONTACT, reference)
    form = RevealForm()
    if form.validate_on_submit():
        viewing.reveal_contact(db.session(), current_user, found.id, Purpose(form.purpose.data))
        return _back(reference, "contact")
    return _asked("reveal", form, found)


@blueprint.route("/applications/<reference>/address", methods=["GET", "POST"])
@requires(Permission.CORRECT_ADDRESSES, step_up=True)
def correct_application_address(reference: str) -> Response:
    """Puts a mistyped or lost e-mail address right, with a reason."""
    found = _sent(Permission.CORRECT_ADDRESSES, reference)
    form = AddressForm()
    if form.validate_on_submit():
        try:
            reason = AddressReason(form.reason.data)
            correct_address(db.session(), current_user, found.id, form.email.data, reason)
            flash("The e-mail address is corrected. Both addresses have been told.")
            return _back(reference, "contact")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _asked("address", form, found)


def _asked(page: str, form: RevealForm | AddressForm, found: Application) -> Response:
    name = f"{found.given_name} {found.family_name}".strip() or found.reference
    body = render_template(f"staff/application/{page}.html", form=form, reference=found.reference, name=name)
    return make_response(body, 422 if form.errors else 200)
