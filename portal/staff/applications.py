"""The applications list."""

from __future__ import annotations

from flask import Response, request
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.listing import listing
from portal.web.guards import requires
from portal.web.pages import page_or_fragment, wants_fragment


@blueprint.get("/applications")
@requires(Permission.SEE_APPLICATIONS)
def applications() -> Response:
    """The list: every filter is in the address; a fragment request gets the results alone."""
    shown = listing(db.session(), current_user.scope(Permission.SEE_APPLICATIONS), request.args)
    return page_or_fragment("staff/applications/list.html", "results", fragment=wants_fragment(), **shown)
