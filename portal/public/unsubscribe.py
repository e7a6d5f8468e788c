"""Stopping mail of one kind: a page with a button, and the mail program's own one click (RFC 8058)."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from portal.domain.accounts.addresses import masked
from portal.domain.journeys.telling import unsubscribe as stop_mail
from portal.domain.messages.stops import Kind, link_of
from portal.extensions import db, limiter
from portal.public.door import blueprint
from portal.web.guards import from_anywhere, open_to_all

WORDS = {
    Kind.REMINDERS: "reminders of an application you have not sent",
    Kind.CAMPAIGNS: "mails about campaigns that open",
}


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@limiter.limit("120 per hour", methods=["POST"])
@from_anywhere
@open_to_all
def unsubscribe(token: str) -> Response:
    """Opening the link stops nothing, since mail scanners open links too; a POST does, whoever's page it is from."""
    session, done = db.session(), request.method == "POST"
    link = stop_mail(session, token) if done else link_of(session, token)
    page = render_template(
        "public/interest/unsubscribe.html", address=masked(link.email), what=WORDS[Kind(link.kind)], done=done
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
