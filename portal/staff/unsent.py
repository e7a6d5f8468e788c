"""What one sent when one's sign-in had ended: read again, sent now, or forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from portal.domain.accounts import unsent as acts
from portal.domain.accounts.rules import Permission
from portal.domain.accounts.typed import Fields
from portal.domain.accounts.unsent import Unsent
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.sign_in import go
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of
from portal.web.unsent import KEY, is_technical

TICKED = {"y", "yes", "on"}
WORDS = {"body": "Message", "text": "What you wrote"}  # where a field's own name says little


@blueprint.get("/unsent")
@requires(Permission.SEE_WORK)
def unsent() -> Response:
    """Where one arrives after signing in again. Nothing of one's own waits: one's work does."""
    waiting = acts.unsent(db.session(), current_user.id, outside_of(current_app).keys)
    if not waiting:
        return go(url_for("staff.my_work"))
    return page_or_fragment("staff/unsent/page.html", "main", forms=[_form(each) for each in waiting], key_name=KEY)


@blueprint.post("/unsent/<key>/forget")
@requires(Permission.SEE_WORK)
def forget_unsent(key: str) -> Response:
    acts.forget(db.session(), current_user, key)
    return go(url_for("staff.unsent"))


def _form(waiting: Unsent) -> dict[str, Any]:
    return {
        "key": waiting.key,
        "title": _title(waiting.sent.address),
        "kept_at": waiting.kept_at,
        "tried_at": waiting.tried_at,
        "page": waiting.sent.page if _match(waiting.sent.page, "GET") else "",
        "address": waiting.sent.address,
        "with_files": waiting.sent.with_files,
        "fields": waiting.sent.fields,
        "said": _said(waiting.sent.fields),
    }


def _title(address: str) -> str:
    """ "Write note, CPV-2222-2222": the view it goes to, and whose application that is of."""
    found = _match(address, "POST")
    if found is None:
        return "A form"
    endpoint, given = found
    words = endpoint.rpartition(".")[2].replace("_", " ").capitalize()
    return f"{words}, {given['reference']}" if "reference" in given else words


def _match(address: str, method: str) -> tuple[str, dict[str, Any]] | None:
    """The view behind an address, if there is one: a page that only takes forms cannot be opened."""
    try:
        endpoint, given = current_app.url_map.bind("").match(urlsplit(address).path, method)
    except HTTPException:
        return None
    return endpoint, dict(given)


def _said(fields: Fields) -> list[tuple[str, str]]:
    """Each thing typed or chosen, once, under words made of its field's name."""
    given: dict[str, list[str]] = {}
    for name, value in fields:
        if value.strip() and not is_technical(name):
            given.setdefault(name, []).append("Yes" if value in TICKED else value)
    return [(_words(name), _joined(values)) for name, values in given.items()]


def _words(name: str) -> str:
    return WORDS.get(name) or name.replace("-", " ").replace("_", " ").strip().capitalize()


def _joined(values: Sequence[str]) -> str:
    """The parts of a date as a date is written; of anything else, one after the other."""
    return (" " if len(values) == 3 and all(map(str.isdigit, values)) else ", ").join(values)
