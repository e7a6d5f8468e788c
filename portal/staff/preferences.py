"""How somebody likes their pages: columns of the list, single keys. Plain forms, back to the page they stood on."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask_login import current_user

from portal.domain.accounts import preferences
from portal.domain.accounts.rules import Permission
from portal.domain.casework.columns import chosen
from portal.extensions import db
from portal.staff.door import blueprint
from portal.web.guards import page_behind, requires, safe_next


@blueprint.post("/account/keys")
@requires(Permission.SEE_WORK)
def switch_keys() -> Response:
    """Single keys on or off."""
    preferences.turn_single_keys(db.session(), current_user.person, on=request.form.get("single_keys") != "off")
    return _back(url_for("staff.own_account"))


@blueprint.post("/applications/columns")
@requires(Permission.SEE_APPLICATIONS)
def choose_columns() -> Response:
    """The columns that were ticked; none ticked, or the button that says so, is back to the usual ones."""
    ticked = [] if "usual" in request.form else request.form.getlist("column")
    columns = [column.value for column in chosen(ticked)] if ticked else None
    preferences.keep_preference(db.session(), current_user.person, preferences.COLUMNS, columns)
    return _back(url_for("staff.applications"))


def _back(otherwise: str) -> Response:
    """To the page the form stood on; its address says which filters were on."""
    behind = page_behind()
    address = otherwise if behind == request.path else safe_next(behind, otherwise)
    return redirect(address, code=303)  # type: ignore[return-value]
