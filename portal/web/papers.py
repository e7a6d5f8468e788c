"""Papers as both doors hand them out: whose they are, and a PDF that opens in the browser."""

from __future__ import annotations

from flask import Response, current_app, make_response

from portal.config import Settings
from portal.services.paper import PaperBrand


def paper_brand() -> PaperBrand:
    settings: Settings = current_app.config["PORTAL"]
    return PaperBrand(
        service_name=settings.service_name,
        force_name=settings.force_name,
        contact=f"{settings.contact_email} · {settings.contact_phone}",
        navy=settings.brand_navy,
        blue=settings.brand_blue,
        demonstration=settings.demonstration,
    )


def as_pdf(paper: bytes, name: str) -> Response:
    """`name` is the file's, without its ending, and says nothing of anybody."""
    response = make_response(paper)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
