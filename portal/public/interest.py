"""Being told when a scheme next takes applications: asked on a campaign's page, confirmed from a mail."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for

from portal import clock
from portal.domain.campaigns import queries
from portal.domain.campaigns.models import Scheme
from portal.domain.campaigns.rules import next_boundary
from portal.domain.interest import actions
from portal.domain.settings.queries import setting_value
from portal.extensions import db, limiter
from portal.public.cards import standing_of
from portal.public.door import blueprint
from portal.public.forms.interest import InterestForm
from portal.web.guards import open_to_all
from portal.web.public_cache import keep_until

ASKING = "20 per hour"  # from one client address; a mailbox has limits of its own


@blueprint.route("/campaigns/<slug>/interest", methods=["GET", "POST"])
@limiter.limit(ASKING, methods=["POST"])
@open_to_all
def interest(slug: str) -> Response:
    """Asks for an address and mails it a link: the same answer whoever it belongs to."""
    session, now = db.session(), clock.now()
    campaign = queries.campaign_by_slug(session, slug)
    form = InterestForm(queries.divisions(session))
    if form.validate_on_submit():
        actions.register(session, form.email.data, campaign.scheme_id, form.district_id)
        return redirect(url_for("public.interest", slug=slug, sent="yes"), code=303)  # type: ignore[return-value]
    if request.method == "GET" and not request.args:
        keep_until(next_boundary([campaign], now))
    soon = setting_value(session, "closing_soon_days", clock.today())
    page = render_template(
        "public/interest/interest.html",
        form=form,
        campaign=campaign,
        standing=standing_of(campaign, now, soon),
        sent=request.args.get("sent") == "yes",
    )
    return make_response(page, 422 if form.errors else 200)


@blueprint.route("/interest/<token>", methods=["GET", "POST"])
@limiter.limit(ASKING, methods=["POST"])
@open_to_all
def confirm_interest(token: str) -> Response:
    """Opening a mailed link confirms nothing: mail scanners open links too. A button does."""
    session = db.session()
    found = actions.confirm(session, token) if request.method == "POST" else actions.interest_of(session, token)
    page = render_template(
        "public/interest/confirm.html",
        scheme=session.get_one(Scheme, found.scheme_id),
        confirmed=found.confirmed_at is not None,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
