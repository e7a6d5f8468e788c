"""Headers every answer carries, and the origin check every form passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_login import current_user

from portal.domain.refusals import Forbidden

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
MARK = "from_anywhere"  # set by the guard of that name
NO_SENSORS = "camera=(), geolocation=(), microphone=()"
View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def on_device(view: View) -> View:
    """A page that works without a signal and reads codes: it may have a service worker, and ask for the camera."""
    view.on_device = True  # type: ignore[attr-defined]
    return view


class ForeignForm(Forbidden):
    title = "This form came from another site"
    message = "For safety we only take forms sent from our own pages."


def check_origin() -> None:
    """Every form must come from our own pages, told by what browsers send and pages cannot forge.

    This is all that protects a stranger's form (such a page sets no cookie, so it has no token);
    signed-in forms carry a token as well.
    """
    if request.method in SAFE_METHODS or getattr(current_app.view_functions.get(request.endpoint or ""), MARK, False):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise ForeignForm()
        return
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    if origin != request.host_url.rstrip("/") and not origin.startswith(request.host_url):
        raise ForeignForm()


def add_headers(response: Response) -> Response:
    """Strict by default; a view that set its own policy (a document) keeps it."""
    headers = response.headers
    if _is_on_device():
        headers.setdefault("Content-Security-Policy", f"{CONTENT_SECURITY_POLICY}; worker-src 'self'")
        headers.setdefault("Permissions-Policy", NO_SENSORS.replace("camera=()", "camera=(self)"))
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", NO_SENSORS)
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.mimetype == "text/html":
        response.vary.update(["HX-Request"])
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store" if _personal() else "no-cache"
    return response


def _is_on_device() -> bool:
    return getattr(current_app.view_functions.get(request.endpoint or ""), "on_device", False)


def _personal() -> bool:
    return request.method not in SAFE_METHODS or current_user.is_authenticated


def init_headers(app: Flask) -> None:
    app.before_request(check_origin)
    app.after_request(add_headers)
