"""People who came to a cohort's days without being listed, for whoever gives places: given one, or told why not."""

from __future__ import annotations

from flask import Response, current_app, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.accounts.rules import Permission
from portal.domain.attendance import notes
from portal.domain.refusals import NotFound
from portal.domain.training import seeing
from portal.extensions import db
from portal.staff.door import blueprint
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

PLAN = Permission.PLAN_COHORTS


@blueprint.get("/cohorts/<int:cohort_id>/walk-ins")
@requires(PLAN)
def walk_ins(cohort_id: int) -> Response:
    """Who came, on which day, who noted them; those nobody has dealt with first."""
    cohort = seeing.cohort(db.session(), current_user, cohort_id, PLAN)
    return page_or_fragment(
        "staff/register/walk_ins.html", "main", cohort=cohort,
        people=notes.walk_ins_of(db.session(), outside_of(current_app).keys, current_user, cohort_id),
    )  # fmt: skip


@blueprint.post("/cohorts/<int:cohort_id>/walk-ins/<int:note_id>/dealt-with")
@requires(PLAN)
def see_to_walk_in(cohort_id: int, note_id: int) -> AnyResponse:
    """Somebody gave them a place, or told them why not."""
    seeing.cohort(db.session(), current_user, cohort_id, PLAN)
    keys = outside_of(current_app).keys
    people = notes.walk_ins_of(db.session(), keys, current_user, cohort_id)
    found = next((each for each, _ in people if each.id == note_id), None)
    if found is None:
        raise NotFound()
    notes.deal_with(db.session(), current_user, found.session_id, note_id)
    return redirect(url_for("staff.walk_ins", cohort_id=cohort_id), 303)
