"""What trainees thought of each weekend: counts and means, and words that are nobody's."""

from __future__ import annotations

from flask import Response
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.attendance.feedback import LEAST, thoughts
from portal.domain.settings.queries import setting_value
from portal.domain.training import seeing
from portal.extensions import db
from portal.staff.door import blueprint
from portal.web.guards import requires
from portal.web.pages import page_or_fragment


@blueprint.get("/cohorts/<int:cohort_id>/feedback")
@requires(Permission.SEE_COHORTS)
def cohort_feedback(cohort_id: int) -> Response:
    session = db.session()
    cohort = seeing.cohort(session, current_user, cohort_id)
    titles: dict[int, list[str]] = {}
    for planned in cohort.course.days:
        titles.setdefault(planned.block, []).append(planned.title)
    return page_or_fragment(
        "staff/grid/feedback.html",
        "main",
        cohort=cohort,
        plans=seeing.may_plan(current_user, cohort),
        thoughts=thoughts(session, cohort_id),
        titles=titles,
        least=setting_value(session, LEAST, clock.today()),
    )
