"""A form of staff that came after their sign-in had run out: kept at the door, and sent once more from the page of what
waits. Nobody without the cookie of that sign-in and the token of its form can have anything kept.
"""

from __future__ import annotations

import logging
import re

from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import SQLAlchemyError
from wtforms.validators import ValidationError

from portal.domain.accounts import unsent
from portal.domain.accounts.typed import Fields
from portal.domain.accounts.unsent import Outcome, Sent
from portal.extensions import db
from portal.web.setup import outside_of
from portal.web.uploads import UploadForm

log = logging.getLogger(__name__)
KEY = "unsent_key"  # a form that names it was kept before
TOKEN = "csrf_token"  # noqa: S105  a field's name
TYPED, WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
# What pages send by themselves: nobody typed or chose it, and nobody needs to read it.
TECHNICAL = frozenset(
    {
        "act", "back", "editing", "from", "key", "next", "reading", "seal", "seen", "session",
        "show", "shown", "template", "token", "used", "version", "wish",
    }
)  # fmt: skip


def is_technical(name: str) -> bool:
    """Whether a field is a page's own. Its name may stand behind a form's, or before a row's number."""
    return re.sub(r"\d+$", "", name.rpartition("-")[2]) in TECHNICAL


def keep(page: str) -> bool:
    """Keeps what was just sent for whoever's sign-in it was; false when it is nobody's, forged, or a mere button."""
    staff_id = _whose()
    if staff_id is None or request.mimetype not in {TYPED, WITH_FILES}:
        return False
    fields, with_files = _brought()
    typed = [(name, value) for name, value in fields if not name.endswith(TOKEN) and name != KEY]
    if not _from_their_page(fields) or not (with_files or any(v.strip() for n, v in typed if not is_technical(n))):
        return False
    before = next((value for name, value in fields if name == KEY), "")
    page = unsent.page_of(db.session(), staff_id, before) or page
    sent = Sent(request.full_path.rstrip("?"), page, typed, with_files)
    unsent.keep(db.session(), staff_id, sent, outside_of(current_app).keys)
    return True


def something_waits() -> bool:
    """Whether the sign-in that ran out in this browser was of somebody who has something to send."""
    staff_id = _whose()
    return staff_id is not None and unsent.how_many(db.session(), staff_id) > 0


def _whose() -> int | None:
    """Whoever is signed in, or was in this browser until that ran out."""
    if current_user.is_authenticated:
        return int(current_user.id)
    return unsent.whose(db.session(), str(cookie.get("_user_id", "")))


def _brought() -> tuple[Fields, bool]:
    """The fields, and whether files stood behind them: those are not read, so none of one lies on a disk."""
    if request.mimetype == TYPED:
        return list(request.form.items(multi=True)), False
    form = UploadForm(request, limit=0)
    return list(form.fields.items()), next(form.files(), None) is not None


def _from_their_page(fields: Fields) -> bool:
    """The token lives in the cookie of that sign-in, as long as that: no other site and no other person has it."""
    tokens = [value for name, value in fields if name.endswith(TOKEN)]
    try:
        validate_csrf(tokens[0] if tokens else request.headers.get("X-CSRFToken"))
    except ValidationError:
        return False
    return True


def _claim() -> None:
    """Before the act: a kept form that is sent again is this window's now, or is refused. Raises `SentAlready`."""
    at_staff_door = request.method == "POST" and request.path.startswith("/staff/") and request.mimetype == TYPED
    if at_staff_door and current_user.is_authenticated and (key := request.form.get(KEY)):
        unsent.begin(db.session(), current_user.id, key, request.full_path.rstrip("?"))
        g.claimed = (int(current_user.id), key)


def _settle(response: Response) -> Response:
    """After it: answered, it waits no more. What was done is done, so trouble here must not make a failure of it:
    the form is then listed with a warning."""
    shown = not g.pop("error_page", False)
    if claimed := g.pop("claimed", None):
        try:
            staff_id, key = claimed
            unsent.settle(db.session(), staff_id, key, _outcome(response.status_code, shown=shown))
        except SQLAlchemyError as error:
            log.error("a kept form could not be settled", extra={"kind": type(error).__name__})
            db.session.rollback()
    return response


def _outcome(status: int, *, shown: bool) -> Outcome:
    """`shown`: a form's own page answered; a refusal's page has no form to mend what was typed in."""
    if status < 400 or (status == 422 and shown):
        return Outcome.ANSWERED
    return Outcome.REFUSED if status < 500 else Outcome.UNKNOWN


def init_unsent(app: Flask) -> None:
    """After the token's check, so that a refused form claims nothing."""
    app.before_request(_claim)
    app.after_request(_settle)
