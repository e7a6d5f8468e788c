"""The audit trail, for those who read it: filters in the address, newest first, printable."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import id_of_reference, references_of
from portal.domain.audit.models import ActorKind
from portal.domain.audit.queries import PAGE, Spot, TrailFilter, trail
from portal.domain.paging import Cursor
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.audit import TrailForm
from portal.staff.timeline import told
from portal.web.guards import requires

FILTERS = ("who", "action", "since", "until", "reference")
NOBODY = -1  # a reference that is none: no event has it


@blueprint.get("/audit")
@requires(Permission.READ_AUDIT)
def audit() -> Response:
    """One page of the trail. A filter that cannot be read says so beside itself and finds nothing."""
    form = TrailForm(formdata=request.args)
    fine = form.validate()
    before, after = (_spot(request.args.get(name)) for name in ("before", "after"))
    rows = trail(db.session(), _wanted(form), before=before, after=after) if fine else []
    more = len(rows) > PAGE
    shown = (rows[1:] if after else rows[:PAGE]) if more else rows
    body = render_template(
        "staff/audit/trail.html",
        form=form,
        events=_lines(shown),
        filtered=any(request.args.get(name) for name in FILTERS),
        newer=_address(request.args, after=shown[0]) if shown and (more if after else before) else None,
        older=_address(request.args, before=shown[-1]) if shown and (after or more) else None,
    )
    return make_response(body, 422 if form.errors else 200)


def _wanted(form: TrailForm) -> TrailFilter:
    reference = (form.reference.data or "").strip()
    found = id_of_reference(db.session(), current_user.id, reference) if reference else None
    return TrailFilter(
        kind=ActorKind(form.who.data) if form.who.data else None,
        action=form.action.data or "",
        application_id=(found or NOBODY) if reference else None,
        since=form.since.data,
        until=form.until.data,
    )


def _lines(rows: list[Any]) -> list[dict[str, Any]]:
    session = db.session()
    references = references_of(session, current_user.id, {row.application_id for row in rows if row.application_id})
    lines = told(session, rows, health=False)
    return [
        line | {"reference": references.get(row.application_id), "code": row.action}
        for line, row in zip(lines, rows, strict=True)
    ]


def _spot(text: str | None) -> Spot | None:
    cursor = Cursor.parse(text)
    return Spot(cursor.at, cursor.id) if cursor else None


def _address(given: MultiDict[str, str], **place: Any) -> str:
    kept: dict[str, Any] = {name: given[name] for name in FILTERS if given.get(name)}
    kept |= {name: str(Cursor(row.at, row.id)) for name, row in place.items()}
    return url_for("staff.audit", **kept)
