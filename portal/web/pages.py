"""One address, two answers: the whole page, or the fragment HTMX asked for."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template
from jinja2_fragments.flask import render_block

from portal.extensions import htmx


def wants_fragment() -> bool:
    """Whether HTMX wants part of the page; boosted links and restored history want all of it."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_fragment(template: str, block: str, /, *, status: int = 200, **context: Any) -> Response:
    """Renders `template`, or only its `block` for a fragment request. 422 for a form with errors."""
    if wants_fragment():
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)
