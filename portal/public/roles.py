"""The kinds of volunteering, and one of them with its strands, powers and open campaigns."""

from __future__ import annotations

from flask import Response, make_response, render_template

from portal import clock
from portal.domain.applications.progress import received_counts
from portal.domain.campaigns import queries
from portal.domain.campaigns.rules import next_boundary
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.public.cards import cards_of
from portal.public.door import blueprint
from portal.web.guards import open_to_all
from portal.web.public_cache import keep_until


@blueprint.get("/roles")
@open_to_all
def roles() -> Response:
    session, now = db.session(), clock.now()
    campaigns = queries.current_campaigns(session, now)
    keep_until(next_boundary(campaigns, now, queries.next_publication(session, now)))
    recruiting = {campaign.scheme_id for campaign in campaigns if campaign.opens_at <= now}
    page = render_template("public/roles/roles.html", roles=queries.schemes(session), recruiting=recruiting)
    return make_response(page)


@blueprint.get("/roles/<scheme>")
@open_to_all
def role(scheme: str) -> Response:
    session, now = db.session(), clock.now()
    found = queries.scheme_by_slug(session, scheme)
    campaigns = [item for item in queries.current_campaigns(session, now) if item.scheme_id == found.id]
    counts = received_counts(session, [campaign.id for campaign in campaigns])
    soon = setting_value(session, "closing_soon_days", clock.today())
    keep_until(next_boundary(campaigns, now, queries.next_publication(session, now)))
    page = render_template(
        "public/roles/role.html",
        role=found,
        figures=[words for starts, words in found.content["figures"] if starts <= clock.today().isoformat()],
        cards=cards_of(campaigns, counts, now, soon),
    )
    return make_response(page)
