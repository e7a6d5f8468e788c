"""A document for those whose work it is to read it: in the page, as pictures, or as an attachment; on the record.

For every other role it is not there: the query decides, and nobody learns that there is one.
"""

from __future__ import annotations

from flask import Response, current_app
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import references_of
from portal.domain.clearances.queries import openable_document
from portal.domain.documents.actions import record_opening
from portal.domain.documents.rules import SORTS
from portal.extensions import db
from portal.staff.door import blueprint
from portal.web.downloads import send_document, send_page
from portal.web.guards import requires
from portal.web.pages import page_or_fragment, wants_fragment
from portal.web.setup import outside_of


@blueprint.get("/documents/<public_id>")
@requires(Permission.SEE_WORK)
def document(public_id: str) -> Response:
    row = openable_document(db.session(), current_user, public_id)
    return send_document(db.session(), outside_of(current_app), current_user, row)


@blueprint.get("/documents/<public_id>/view")
@requires(Permission.SEE_WORK)
def view_document(public_id: str) -> Response:
    """The document page by page, on a page of its own or in the one that asked for it."""
    session = db.session()
    row = openable_document(session, current_user, public_id)
    record_opening(session, current_user, row)
    return page_or_fragment(
        "staff/checks/document.html",
        "viewer",
        file=row,
        title=SORTS[row.kind].title,
        reference=references_of(session, current_user.id, [row.application_id])[row.application_id],
        pages=range(1, (row.pages or 1) + 1),
        inside=wants_fragment(),
    )


@blueprint.get("/documents/<public_id>/pages/<int:number>")
@requires(Permission.SEE_WORK)
def document_page(public_id: str, number: int) -> Response:
    row = openable_document(db.session(), current_user, public_id)
    return send_page(db.session(), outside_of(current_app), current_user, row, number)
