"""Taking a list along as a file: first what it will hold, then the file."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request, send_file
from flask_login import current_user
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.bulk.choosing import chosen as selected
from portal.domain.casework import exporting
from portal.domain.casework.columns import USUAL, Column, chosen
from portal.domain.casework.exporting import Format
from portal.domain.casework.listing import matching
from portal.domain.casework.views import surroundings
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.exporting import NAME, ExportForm
from portal.staff.listing import given_of, told, wanted_of
from portal.web.errors import refused_beside_field
from portal.web.guards import requires

MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


@blueprint.route("/applications/export", methods=["GET", "POST"])
@requires(Permission.EXPORT_LISTS, step_up=True)
def export() -> Response:
    """What the file will hold: of this address's list, or of what was selected in it."""
    form = ExportForm(_columns(), formdata=None)
    return _confirm(form, request.form if request.method == "POST" else _all_of(request.query_string.decode()))


@blueprint.post("/applications/export/file")
@requires(Permission.EXPORT_LISTS, step_up=True)
def export_file() -> Response:
    """The file itself; recorded before it leaves."""
    form = ExportForm(_columns())
    if not form.validate_on_submit():
        return _confirm(form, request.form)
    picked, kind = set(form.column.data), Format(form.format.data)
    try:
        made = exporting.export(
            db.session(), current_user, _ids(request.form), chosen(picked), names=NAME in picked, form=kind
        )
    except Refusal as refusal:
        refused_beside_field(form, refusal)
        return _confirm(form, request.form)
    name = f"applications-{clock.today():%Y-%m-%d}.{kind.value}"
    response = send_file(made, mimetype=MEDIA[kind], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _all_of(query: str) -> MultiDict[str, str]:
    return MultiDict({"matching": query})


def _columns() -> tuple[Column, ...]:
    """Those the viewer's list shows."""
    kept = surroundings(db.session(), current_user).columns
    return USUAL if kept is None else chosen(kept)


def _ids(given: MultiDict[str, str]) -> Select[int]:
    """All that match where that was chosen, or else the selected ones."""
    session = db.session()
    if "matching" in given:
        return matching(*wanted_of(session, current_user, given_of(given["matching"])))
    return selected(session, current_user, given.getlist("chosen"))


def _confirm(form: ExportForm, given: MultiDict[str, str]) -> Response:
    session, query = db.session(), given.get("matching")
    count = exporting.how_many(session, current_user, _ids(given))
    kept: list[tuple[str, Any]] = [("matching", query)] if query is not None else []
    kept += [("chosen", reference) for reference in given.getlist("chosen") if not kept]
    body = render_template(
        "staff/applications/export.html",
        form=form,
        count=count,
        kept=kept,
        told=told(session, current_user, [query])[0] if query is not None else "",
        back=query or "",
    )
    return make_response(body, 422 if form.errors else 200)
