"""Letters on paper for staff to print and post."""

from __future__ import annotations

from flask import Response, current_app
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.viewing import contact_shown
from portal.domain.journeys.letters import letter_of
from portal.extensions import db
from portal.services.paper import letter
from portal.staff.door import blueprint
from portal.staff.opening import sent_application
from portal.web.guards import requires
from portal.web.papers import as_pdf, paper_brand
from portal.web.setup import outside_of


@blueprint.get("/applications/<reference>/letters/<name>.pdf")
@requires(Permission.SEE_APPLICATIONS)
def letter_to_print(reference: str, name: str) -> Response:
    """The same letter the applicant can have; with their address once their contact details are shown."""
    found, session = sent_application(Permission.SEE_APPLICATIONS, reference), db.session()
    shown = contact_shown(session, current_user, found.id)
    content = letter_of(session, outside_of(current_app).keys, found, name, address=shown)
    return as_pdf(letter(paper_brand(), content), name)
