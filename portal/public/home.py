"""The front page."""

from __future__ import annotations

from flask import Response, make_response, render_template

from portal.public.door import blueprint
from portal.web.guards import open_to_all
from portal.web.public_cache import keep_until


@blueprint.get("/")
@open_to_all
def home() -> Response:
    keep_until(None)
    return make_response(render_template("public/home/home.html"))
