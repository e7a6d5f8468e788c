"""A form sent after the session had expired: kept while its writer signs in, then given back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app, request
from werkzeug.datastructures import MultiDict

from portal.config import Settings
from portal.domain.accounts.typed import KEPT_FOR
from portal.domain.applications import keeping
from portal.extensions import db
from portal.web.setup import outside_of

COOKIE = "kept_form"
View = TypeVar("View", bound=Callable[..., Any])


def keeps_typed(view: View) -> View:
    """Marks a question page: what is sent to it by somebody signed out is not lost."""
    view.before_sign_in = _keep  # type: ignore[attr-defined]
    return view


def _keep(response: Response) -> Response:
    given = request.view_args or {}
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if not fields:
        return response
    token = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    keeping.keep_form(db.session(), given["reference"], given["section"], fields, token, outside_of(current_app).keys)
    settings: Settings = current_app.config["PORTAL"]
    # Set whether or not such an application exists: the answer must not tell a stranger which.
    response.set_cookie(
        COOKIE,
        token,
        max_age=KEPT_FOR,
        path="/applications",
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def given_back(application_id: int, section: str) -> MultiDict[str, str] | None:
    """What this browser typed here before it had to sign in."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    fields = keeping.kept_fields(db.session(), application_id, section, token, outside_of(current_app).keys)
    return MultiDict(fields) if fields is not None else None


def forget(application_id: int, section: str) -> None:
    """Saved now."""
    if token := request.cookies.get(COOKIE):
        keeping.forget_form(db.session(), application_id, section, token)
