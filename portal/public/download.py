"""Everything held about an application, as a page to read and as JSON for programs, in one zip file."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, current_app, render_template
from flask_login import current_user

from portal.domain.applications.holding import everything_held
from portal.domain.applications.queries import own_application
from portal.domain.attendance.notes import held_register_notes
from portal.domain.casework.notes import held_notes
from portal.domain.correspondence.queries import held_messages
from portal.domain.interviews.held import held_times
from portal.domain.overview.held import held_since
from portal.extensions import db
from portal.public.door import blueprint
from portal.web.guards import for_applicants
from portal.web.setup import outside_of


@blueprint.get("/applications/<reference>/download")
@for_applicants
def download(reference: str) -> Response:
    session, keys = db.session(), outside_of(current_app).keys
    application = own_application(session, current_user, reference)
    written = held_messages(session, current_user, application.id)
    notes = held_notes(session, keys, application.id) + held_register_notes(session, keys, application.id)
    kept = {
        "messages": written,
        "notes": notes,
        "interviews": held_times(session, keys, application.id),
        "offers_and_checks": held_since(session, keys, application.id),
    }
    held = everything_held(session, current_user, application, keys) | kept
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("application.html", render_template("public/application/held.html", held=held))
        archive.writestr("application.json", json.dumps(held, indent=2, ensure_ascii=False))
    response = Response(made.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=application.zip"
    return response
