"""Notes and calls: written on the application's page, or on a page of their own without scripts or after a slip."""

from __future__ import annotations

from flask import Response, current_app, flash
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.casework import notes
from portal.domain.casework.models import CallOutcome
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.casework import CallForm, NoteForm
from portal.staff.opening import asked, back_to, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of


@blueprint.route("/applications/<reference>/note", methods=["GET", "POST"])
@requires(Permission.WRITE_NOTES)
def write_note(reference: str) -> Response:
    """Keeps a note. It is not changed afterwards: a correction is another note."""
    found = sent_application(Permission.WRITE_NOTES, reference)
    form, keys = NoteForm(), outside_of(current_app).keys
    if form.validate_on_submit():
        try:
            notes.write_note(db.session(), keys, current_user, found.id, form.text.data)
            flash("The note is kept.")
            return back_to(reference, "notes")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return asked("note", form, found)


@blueprint.route("/applications/<reference>/call", methods=["GET", "POST"])
@requires(Permission.WRITE_NOTES)
def log_call(reference: str) -> Response:
    """Keeps that somebody rang or was rung, and what came of it."""
    found = sent_application(Permission.WRITE_NOTES, reference)
    form, keys = CallForm(), outside_of(current_app).keys
    if form.validate_on_submit():
        try:
            outcome = CallOutcome(form.outcome.data)
            notes.log_call(db.session(), keys, current_user, found.id, outcome, form.text.data or "")
            flash("The call is logged.")
            return back_to(reference, "timeline")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return asked("call", form, found)
