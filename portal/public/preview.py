"""A campaign's public page for those who keep it, published or not. It stands behind the staff door."""

from __future__ import annotations

from flask import Blueprint, Response, make_response
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.campaigns.managing import managed_campaign
from portal.extensions import db
from portal.public.campaigns import campaign_page
from portal.web.guards import requires

blueprint = Blueprint("staff_preview", __name__)


@blueprint.get("/campaigns/<slug>/preview")
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_preview(slug: str) -> Response:
    """The very page that strangers get, with a line saying what it is."""
    found = managed_campaign(db.session(), current_user, slug)
    return make_response(campaign_page(found, clock.now(), preview=True))
