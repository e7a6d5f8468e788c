"""Who may reach which view. Every endpoint says so, or the application does not start.

Deny by default: an endpoint carries exactly one of `@open_to_all`, `@for_applicants`,
`@before_sign_in` (the sign-in pages) or `@requires(permission)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, jsonify, make_response, redirect, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.refusals import Forbidden, NotFound
from portal.extensions import csrf, htmx
from portal.web import unsent

_LOCAL_PATH = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")
LARGEST = 2**31 - 1  # of a row's number
STOP_ASKING = 286  # htmx's word for: do not poll again
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """An endpoint's class: who it is for, and for staff which permission it needs."""

    audience: str  # everybody | applicants | staff
    permission: Permission | None = None
    half_signed_in: bool = False  # staff who have given a password but no second factor yet
    step_up: bool = False  # the second factor is asked again if it was not given lately


def _tagged(access: Access) -> Callable[[View], View]:
    def tag(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return tag


def open_to_all(view: View) -> View:
    """Anybody may read it. Its forms are protected by origin checks, not by a session's token."""
    return csrf.exempt(_tagged(Access("everybody"))(view))  # type: ignore[no-any-return]


def from_anywhere(view: View) -> View:
    """Takes a form that no page of ours sent: a mail program's one click, which names its letter by a token."""
    view.from_anywhere = True  # type: ignore[attr-defined]
    return view


def for_applicants(view: View) -> View:
    """A signed-in applicant; whose thing it is, the query decides."""
    return _tagged(Access("applicants"))(view)


def for_half_signed_in(view: View) -> View:
    """Staff between password and second factor."""
    return _tagged(Access("staff", half_signed_in=True))(view)


def requires(permission: Permission, *, step_up: bool = False) -> Callable[[View], View]:
    """Fully signed-in staff holding the permission somewhere; where, the query decides.

    `step_up`: a sensitive act, for which the second factor must have been given lately.
    """
    return _tagged(Access("staff", permission, step_up=step_up))


def unattended(view: View) -> View:
    """A page asks for this by itself, with nobody at the keyboard: it keeps no sign-in alive, and when that has
    ended it stops asking instead of taking the page, and what is typed there, away."""
    view.unattended = True  # type: ignore[attr-defined]
    return view


def never_kept(view: View) -> View:
    """Takes a secret (a password, a code, a passkey's answer): what is sent to it is kept nowhere, whoever sent it."""
    view.never_kept = True  # type: ignore[attr-defined]
    return view


def is_unattended() -> bool:
    """Whether this request comes from a page left open, not from a person."""
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "unattended", False))


def access_of(app: Flask, endpoint: str) -> Access | None:
    return getattr(app.view_functions[endpoint], "access", None)


def classify_static(app: Flask) -> None:
    """WhiteNoise serves static files; Flask's own view stays for hosts without it, open to all."""
    app.view_functions["static"] = open_to_all(app.view_functions["static"])


def refuse_unclassified(app: Flask) -> None:
    """Called last at start: an endpoint that says nothing of its audience stops the start."""
    missing = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if missing:
        raise RuntimeError(f"these views say nothing of who may reach them: {', '.join(missing)}")
    wrong = sorted(
        name for name in app.view_functions if name.startswith("staff.") and not _fits_staff(access_of(app, name))
    )
    if wrong:
        raise RuntimeError(f"these staff views are not for staff: {', '.join(wrong)}")


def _fits_staff(access: Access | None) -> bool:
    return access is not None and access.audience in {"staff", "everybody"}


def guard() -> Response | None:
    """Before every request: sends strangers to sign in and refuses the wrong people."""
    if not _readable(request.query_string):
        raise NotFound()
    if request.endpoint is None:
        return None
    if any(map(_nowhere, (request.view_args or {}).values())):
        raise NotFound()
    access = access_of(current_app, request.endpoint)
    if access is None or access.audience == "everybody":
        return None
    if access.audience == "applicants":
        known = current_user.is_authenticated and current_user.kind == "applicant"
        return None if known else _after_keeping(request.endpoint, to_sign_in("public.sign_in"))
    if not current_user.is_authenticated or current_user.kind != "staff":
        return Response(status=STOP_ASKING) if htmx and is_unattended() else to_sign_in("staff.sign_in", _kept(access))
    if access.half_signed_in:
        return None
    if not current_user.second_factor:
        return redirect(url_for("staff.second_factor"))  # type: ignore[return-value]
    if access.permission and not current_user.can(access.permission):
        raise Forbidden()
    if access.step_up and not current_user.is_fresh(sending=request.method == "POST"):
        return to_sign_in("staff.step_up", _kept(access))
    return None


def _readable(query: bytes) -> bool:
    """Whether what stands behind an address is text at all: browsers send nothing else."""
    try:
        query.decode()
    except UnicodeDecodeError:
        return False
    return True


def _nowhere(value: object) -> bool:
    """What no row of ours can be called: a database would not even look."""
    return value > LARGEST if isinstance(value, int) else "\0" in str(value)


def _after_keeping(endpoint: str, response: Response) -> Response:
    """A view may say how to keep what was typed into it when the session has expired (`before_sign_in`)."""
    keep: Callable[[Response], Response] | None = getattr(current_app.view_functions[endpoint], "before_sign_in", None)
    return keep(response) if keep is not None and request.method == "POST" else response


def _kept(access: Access) -> str | None:
    """The page of what waits to be sent, if this form now waits there: whatever a person sends takes their page away,
    a field's own save and a preview too. A script keeps what it has."""
    sent_by_hand = request.method == "POST" and not is_unattended() and not wants_json()
    view = current_app.view_functions[request.endpoint or ""]
    if not sent_by_hand or access.permission is None or getattr(view, "never_kept", False):
        return None
    return url_for("staff.unsent") if unsent.keep(safe_next(page_behind(), request.path)) else None


def to_sign_in(endpoint: str, onward: str | None = None) -> Response:
    """To the door, and back or `onward`. A fragment request sends the whole browser, to the page it was on; a script
    is told where the door is."""
    if onward is not None:
        back = onward
    elif request.method == "GET" and not htmx and not wants_json():
        back = request.full_path.rstrip("?")
    else:
        back = page_behind()
    address = f"{url_for(endpoint)}?{urlencode({'next': back})}"
    if wants_json():
        return make_response(jsonify(sign_in=address), 401)
    if htmx:
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, code=303)  # type: ignore[return-value]


def wants_json() -> bool:
    """Whether a script asks: it is told what to do, not sent to a page."""
    return request.accept_mimetypes.best == "application/json"


def page_behind() -> str:
    """The page a form or fragment was on, as a local path; the address itself when unknown."""
    for given in (request.headers.get("HX-Current-URL", ""), request.referrer or ""):
        if given.startswith(request.host_url):
            return "/" + given[len(request.host_url) :]
    return request.path


def safe_next(given: str | None, otherwise: str) -> str:
    """A local path to go on to, or the default: never another site, never a scheme.

    Browsers drop control characters and read a backslash as a slash, so neither may stand in it.
    """
    return given if given and _LOCAL_PATH.fullmatch(given) else otherwise
