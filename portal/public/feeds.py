"""Private calendars: the file a calendar program fetches, and the page on which an applicant has its address made."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, current_app, make_response, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.config import Settings
from portal.domain.interviews import feeds
from portal.domain.journeys import calendars
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.feeds import CalendarForm
from portal.services.calendar import Event, calendar
from portal.services.mail import PRODID
from portal.web.guards import for_applicants, open_to_all

FRESH = 600  # seconds a calendar program may keep it


@blueprint.get("/calendar/<token>.ics")
@open_to_all
def calendar_feed(token: str) -> Response:
    """Whoever has the address reads it, and so nobody between may keep it."""
    found, settings = calendars.feed_of(db.session(), token), current_app.config["PORTAL"]
    events = [_linked(event, path, settings) for event, path in found]
    response = make_response(calendar(settings.service_name, events, prodid=PRODID, now=clock.now()))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = f"private, max-age={FRESH}"
    return response


def _linked(event: Event, path: str, settings: Settings) -> Event:
    return replace(event, description=f"{event.description}\n{settings.base_url.rstrip('/')}{path}")


@blueprint.route("/account/calendar", methods=["GET", "POST"])
@for_applicants
def own_calendar(made: str = "") -> Response:
    """A new address is shown once, on the answer itself: nothing of it is kept but a hash."""
    session, form = db.session(), CalendarForm()
    if form.validate_on_submit():
        if form.stop.data:
            feeds.stop(session, current_user)
        else:
            made = url_for("public.calendar_feed", token=feeds.renew(session, current_user), _external=True)
    page = render_template(
        "public/account/calendar.html", form=form, made=made, feed=feeds.made_on(session, current_user),
        stopped=request.method == "POST" and not made and not form.errors,
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)
