"""My applications: everything begun or sent, with what each waits for."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, render_template
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import is_lapsed, own_applications, promise_of
from portal.domain.campaigns.rules import days_left, last_day
from portal.extensions import db
from portal.public.door import blueprint
from portal.web.guards import for_applicants
from portal.web.wording import day_month, plural


@dataclass(frozen=True)
class Row:
    """One application in the list. kind: the flag's colour."""

    application: Application
    flag: str
    kind: str
    words: str
    ended: bool


@blueprint.get("/account")
@for_applicants
def account() -> Response:
    rows = [_row(each) for each in own_applications(db.session(), current_user)]
    page = render_template(
        "public/account/account.html",
        email=current_user.person.email,
        current=[row for row in rows if not row.ended],
        past=[row for row in rows if row.ended],
    )
    return make_response(page)


def _row(application: Application) -> Row:
    now = clock.now()
    if is_lapsed(application, now):
        closed = day_month(last_day(application.campaign))
        return Row(application, "Not sent", "quiet", f"The campaign closed at the end of {closed}.", True)
    if application.state is State.DRAFT:
        left = days_left(application.campaign, now)
        words = f"Send it by {day_month(last_day(application.campaign))}."
        return Row(application, plural(left, "day") + " left" if left else "Last day", "now", words, False)
    promise = promise_of(application)
    by = f" by {day_month(promise.by)}" if promise.by else ""
    ended = application.state in ENDED
    words = promise.lead if ended else f"Waiting for: {promise.waiting_for[:1].lower()}{promise.waiting_for[1:]}{by}."
    return Row(application, "Late" if promise.late else "Sent", "bad" if promise.late else "quiet", words, ended)
