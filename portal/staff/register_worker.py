"""What a phone keeps so that the register opens without a signal: a service worker, and a page with nobody in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from flask import Response, current_app, make_response, render_template, url_for

from portal import clock
from portal.domain.attendance.words import REASONS
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.services.references import ALPHABET
from portal.staff.door import blueprint
from portal.web.guards import open_to_all
from portal.web.headers import on_device
from portal.web.templating import asset_url, site

SCRIPT = "register-worker.js"
FILES = (
    "staff.css",
    "register.js",
    "jsqr.js",
    "favicon.svg",
    "favicon-32.png",
    "favicon-180.png",
)


@dataclass(frozen=True)
class DevicePage:
    """What `_device.html` is told. `who`: a number of whoever keeps the register, so that nobody's marks go under
    another's name; none of these on the page that is kept without a signal. `hours`: how long anything stays."""

    hours: int
    cohort_id: int | None = None
    session_id: int | None = None
    who: int | None = None
    longest_note: int = 2000
    alphabet: str = ALPHABET
    reasons: dict[str, str] = field(default_factory=lambda: REASONS)

    @property
    def scope(self) -> str:
        """What the service worker answers for: everything below the cohorts."""
        return url_for("staff.register_worker").removesuffix(SCRIPT)


def device_page(cohort_id: int | None = None, session_id: int | None = None, who: int | None = None) -> DevicePage:
    hours = setting_value(db.session(), "register_device_hours", clock.today())
    return DevicePage(int(hours), cohort_id, session_id, who)


@blueprint.get("/cohorts/register-shell")
@open_to_all
@on_device
def register_shell() -> Response:
    """The page without a signal. Made of `_device.html`, as the register itself; nobody's name is in it."""
    return make_response(render_template("staff/register/shell.html", device=device_page()))


@blueprint.get("/cohorts/register-worker.js")
@open_to_all
@on_device
def register_worker() -> Response:
    """The service worker, told what to keep. When any of that changes it is a new version, and phones fetch it."""
    shell = render_template("staff/register/shell.html", device=device_page())
    source = Path(current_app.static_folder or "", SCRIPT).read_text()
    files = [*(asset_url(current_app, name) for name in FILES), site(current_app).brand_url]
    version = hashlib.sha256("\n".join((shell, source, *files)).encode()).hexdigest()[:12]
    kept = {"version": version, "shell": url_for("staff.register_shell"), "files": files}
    return Response(f"const KEPT = {json.dumps(kept)};\n{source}", mimetype="text/javascript")
