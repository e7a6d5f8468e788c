"""Papers to print: the blank medical form of a campaign."""

from __future__ import annotations

import re

from flask import Response
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.queries import campaign_by_slug
from portal.domain.campaigns.rules import next_boundary
from portal.domain.documents.rules import due_instant, last_day
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.public.door import blueprint
from portal.services.paper import MedicalForm, medical_form
from portal.web.guards import open_to_all
from portal.web.papers import as_pdf, paper_brand
from portal.web.public_cache import keep_until

PAID = "The force pays the fee for this form. Ask what it is first, and send us the receipt."
NOT_PAID = "The force does not pay the fee for this form. Ask what it is first."


@blueprint.get("/campaigns/<slug>/medical-form.pdf")
@open_to_all
def medical_form_to_print(slug: str) -> Response:
    """The same for everybody: nothing of an applicant stands in it."""
    found = campaign_by_slug(db.session(), slug)
    paper = medical_form(paper_brand(), _form(db.session(), found))
    keep_until(next_boundary([found], clock.now()))
    return as_pdf(paper, f"medical-form-{found.slug}")


def _form(session: Session, campaign: Campaign) -> MedicalForm:
    asked = next((one for one in campaign.requirements if one.kind is RequirementKind.MEDICAL), None)
    if asked is None:
        raise NotFound()
    scheme = campaign.scheme
    days = len(campaign.training_days)
    tasks = [line for line in re.split(r"(?<=[.;])\s+", str(scheme.content.get("tasks", ""))) if line]
    if days:
        tasks.append(f"Training takes {days} whole days, some of it on your feet.")
    paid = setting_value(session, "medical_fee_paid", clock.today())
    return MedicalForm(
        scheme=scheme.name,
        campaign=campaign.name,
        commitment=f"{scheme.commitment.rstrip('.')}.",
        tasks=tuple(tasks),
        return_by=last_day(due_instant(campaign, asked.due, None)),
        return_how="Add a photo or a scan of it to your application.",
        who_pays=PAID if paid else NOT_PAID,
    )
