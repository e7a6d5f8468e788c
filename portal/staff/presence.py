"""Who else has this page open: a line any staff page can carry, asked for again every 20 seconds."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template, request
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.casework.presence import Here, note_presence, others_here
from portal.extensions import db
from portal.staff.door import blueprint
from portal.web.guards import requires, unattended


@blueprint.post("/presence/<kind>/<int:subject_id>")
@unattended
@requires(Permission.SEE_APPLICATIONS)
def presence(kind: str, subject_id: int) -> Response:
    """Says that this viewer is here and answers who else is; nothing (204) while the page shows just that."""
    session, editing = db.session(), "editing" in request.form
    note_presence(session, current_user, kind, subject_id, editing=editing)
    line = together(others_here(session, current_user, kind, subject_id))
    if line == request.form.get("shown", ""):
        return make_response("", 204)
    return make_response(render_template("staff/presence/line.html", line=line))


def together(others: Sequence[Here]) -> str:
    """ "Tom Achterberg has this page open too (reading)."; empty when nobody has."""
    if not others:
        return ""
    said = [(each.name, "writing" if each.editing else "reading") for each in others]
    if len(said) == 1:
        return f"{said[0][0]} has this page open too ({said[0][1]})."
    *most, last = [f"{name} ({doing})" for name, doing in said]
    return f"{', '.join(most)} and {last} have this page open too."
