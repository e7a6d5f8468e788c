"""The applications list."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.listing import listing, tab_counts
from portal.web.guards import requires
from portal.web.pages import page_or_fragment, wants_fragment


@blueprint.get("/applications")
@requires(Permission.SEE_APPLICATIONS)
def applications() -> Response:
    """The list: every filter is in the address; a fragment request gets the results alone, or the tabs' numbers."""
    session, fragment = db.session(), wants_fragment()
    if fragment and "counts" in request.args:
        tabs = tab_counts(session, current_user, request.args)
        return make_response(render_template("staff/applications/_counts.html", tabs=tabs))
    shown = listing(session, current_user, request.args)
    return page_or_fragment("staff/applications/list.html", "results", fragment=fragment, **shown)
