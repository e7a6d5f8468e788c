"""A document for those whose work it is to read it, as an attachment, on the record."""

from __future__ import annotations

from flask import Response, current_app
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.clearances.queries import openable_document
from portal.extensions import db
from portal.staff.door import blueprint
from portal.web.downloads import send_document
from portal.web.guards import requires
from portal.web.setup import outside_of


@blueprint.get("/documents/<public_id>")
@requires(Permission.SEE_CLEARANCES)
def document(public_id: str) -> Response:
    row = openable_document(db.session(), current_user, public_id)
    return send_document(db.session(), outside_of(current_app), current_user, row)
