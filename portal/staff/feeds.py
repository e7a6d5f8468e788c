"""A member of staff has the address of their own calendar made: days whose panel they sit on, days they teach."""

from __future__ import annotations

from flask import Response, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.interviews import feeds
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.feeds import CalendarForm
from portal.web.guards import requires
from portal.web.pages import page_or_fragment


@blueprint.route("/account/calendar", methods=["GET", "POST"])
@requires(Permission.SEE_WORK)
def own_calendar(made: str = "") -> Response:
    """A new address is shown once, on the answer itself: nothing of it is kept but a hash."""
    session, form = db.session(), CalendarForm()
    if form.validate_on_submit():
        if form.stop.data:
            feeds.stop(session, current_user)
        else:
            made = url_for("public.calendar_feed", token=feeds.renew(session, current_user), _external=True)
    return page_or_fragment(
        "staff/own_account/calendar.html", "main", status=422 if form.errors else 200, form=form, made=made,
        feed=feeds.made_on(session, current_user),
        stopped=request.method == "POST" and not made and not form.errors,
    )  # fmt: skip
