"""An applicant's own letters on paper."""

from __future__ import annotations

from flask import Response, current_app
from flask_login import current_user

from portal.domain.applications.queries import own_application
from portal.domain.journeys.letters import letter_of
from portal.extensions import db
from portal.public.door import blueprint
from portal.services.paper import letter
from portal.web.guards import for_applicants
from portal.web.papers import as_pdf, paper_brand
from portal.web.setup import outside_of


@blueprint.get("/applications/<reference>/letters/<name>.pdf")
@for_applicants
def letter_to_print(reference: str, name: str) -> Response:
    """The invitation, the offer or the outcome, as it stands today; 404 for one there is not."""
    found = own_application(db.session(), current_user, reference)
    content = letter_of(db.session(), outside_of(current_app).keys, found, name, address=True)
    return as_pdf(letter(paper_brand(), content), name)
