"""Papers as both doors hand them out: whose they are, and a PDF that opens in the browser."""

from __future__ import annotations

from flask import Response, current_app, make_response

from portal.services.paper import PaperBrand
from portal.web.setup import outside_of


def paper_brand() -> PaperBrand:
    return outside_of(current_app).paper


def as_pdf(paper: bytes, name: str) -> Response:
    """`name` is the file's, without its ending, and says nothing of anybody."""
    response = make_response(paper)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
