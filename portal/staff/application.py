"""One application for the people who work on it: the sheet, contact details, the e-mail address."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, render_template, request
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications import viewing
from portal.domain.applications.viewing import Purpose
from portal.domain.journeys.correcting_address import AddressReason, correct_address
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.application import AddressForm, RevealForm
from portal.staff.forms.casework import NoteForm
from portal.staff.opening import asked, back_to, sent_application
from portal.staff.sheet import changed, newest, sheet
from portal.web.errors import refused_beside_field
from portal.web.guards import requires, unattended
from portal.web.setup import outside_of


@blueprint.get("/applications/<reference>")
@requires(Permission.SEE_APPLICATIONS)
def application(reference: str) -> Response:
    """The whole application on one screen; that it was opened is recorded before it is shown."""
    session = db.session()
    found = sent_application(Permission.SEE_APPLICATIONS, reference)
    application_id = found.id
    revealed = viewing.contact_shown(session, current_user, application_id)
    shown = sheet(session, outside_of(current_app).keys, current_user, found, revealed=revealed)
    viewing.note_view(session, current_user, application_id, adjustments=shown["adjustments"])
    return make_response(render_template("staff/application/sheet.html", note=NoteForm(formdata=None), **shown))


@blueprint.get("/applications/<reference>/latest")
@unattended
@requires(Permission.SEE_APPLICATIONS)
def latest(reference: str) -> Response:
    """What others changed while the page was open, part by part; nothing (204) when it shows just that."""
    session = db.session()
    found = sent_application(Permission.SEE_APPLICATIONS, reference)
    if newest(session, found) == request.args.get("mark"):
        return make_response("", 204)
    viewing.note_view(session, current_user, found.id, adjustments=False)
    parts = changed(session, outside_of(current_app).keys, current_user, found)
    return make_response(render_template("staff/application/latest.html", **parts))


@blueprint.route("/applications/<reference>/contact", methods=["GET", "POST"])
@requires(Permission.SEE_CONTACT)
def reveal_contact(reference: str) -> Response:
    """Contact details, for a purpose, until this person signs out."""
    found = sent_application(Permission.SEE_CONTACT, reference)
    form = RevealForm()
    if form.validate_on_submit():
        viewing.reveal_contact(db.session(), current_user, found.id, Purpose(form.purpose.data))
        return back_to(reference, "contact")
    return asked("reveal", form, found)


@blueprint.route("/applications/<reference>/address", methods=["GET", "POST"])
@requires(Permission.CORRECT_ADDRESSES, step_up=True)
def correct_application_address(reference: str) -> Response:
    """Puts a mistyped or lost e-mail address right, with a reason."""
    found = sent_application(Permission.CORRECT_ADDRESSES, reference)
    form = AddressForm()
    if form.validate_on_submit():
        try:
            reason = AddressReason(form.reason.data)
            correct_address(db.session(), current_user, found.id, form.email.data, reason)
            flash("The e-mail address is corrected. Both addresses have been told.")
            return back_to(reference, "contact")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return asked("address", form, found)
