"""The applications list."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.extensions import db
from portal.staff.acts import acts
from portal.staff.door import blueprint
from portal.staff.listing import listing, tab_counts
from portal.web.guards import requires, unattended
from portal.web.pages import page_or_fragment, wants_fragment


@blueprint.get("/applications")
@requires(Permission.SEE_APPLICATIONS)
def applications() -> Response:
    """The list: every filter is in the address; a fragment request gets the results alone."""
    shown = listing(db.session(), current_user, request.args)
    return page_or_fragment(
        "staff/applications/list.html", "results", fragment=wants_fragment(), acts=acts(current_user), **shown
    )


@blueprint.get("/applications/counts")
@requires(Permission.SEE_APPLICATIONS)
@unattended
def application_counts() -> Response:
    """The numbers alone, for a page that stands open: swapped in place, so that focus and selection stay."""
    counts = tab_counts(db.session(), current_user, request.args)
    return make_response(render_template("staff/applications/_counts.html", **counts))
