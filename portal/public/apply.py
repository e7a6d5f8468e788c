"""Starting an application: what it takes, and a button that starts or resumes."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.actions import start
from portal.domain.applications.queries import own_live_application
from portal.domain.applications.sections import SECTIONS
from portal.domain.applications.standing import own_minutes
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.queries import campaign_by_slug, current_campaigns
from portal.domain.campaigns.rules import Window, days_left, last_day, window
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.public.door import blueprint
from portal.web.guards import for_applicants, open_to_all

STATUS = {Window.CLOSED: 410}


@blueprint.get("/campaigns/<slug>/apply")
@open_to_all
def apply(slug: str) -> Response:
    """What applying takes. A closed campaign says what to do instead, a coming one when it opens."""
    session, now = db.session(), clock.now()
    campaign = campaign_by_slug(session, slug)
    standing = window(campaign, now)
    page = render_template(
        "public/apply/apply.html",
        campaign=campaign,
        window=standing,
        days_left=days_left(campaign, now),
        last_day=last_day(campaign),
        minutes=setting_value(session, "application_minutes", clock.today()) + own_minutes(session, campaign),
        sections=[section for section in SECTIONS if not section.optional],
        known=current_user.is_authenticated and current_user.kind == "applicant",
        mine=_mine(campaign),
        others=[each for each in current_campaigns(session, now) if each.id != campaign.id],
    )
    response = make_response(page, STATUS.get(standing, 200))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/campaigns/<slug>/apply")
@for_applicants
def begin(slug: str) -> Response:
    """Starts a draft, or goes on with the one there is."""
    campaign = campaign_by_slug(db.session(), slug)
    application = start(db.session(), current_user.person, campaign)
    return redirect(url_for("public.application", reference=application.reference), code=303)  # type: ignore[return-value]


def _mine(campaign: Campaign) -> str | None:
    """The reference of the viewer's own live application to this campaign."""
    if not current_user.is_authenticated or current_user.kind != "applicant":
        return None
    found = own_live_application(db.session(), current_user.id, campaign.id)
    return found.reference if found else None
