"""A cohort's grid: who was there on which day, who is at risk, and the act that repairs it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.attendance.coverage import Standing
from portal.domain.attendance.grid import Grid, Line, grid
from portal.domain.attendance.ledger import Stand
from portal.domain.training import seeing
from portal.extensions import db
from portal.staff.cohort_words import row_of
from portal.staff.door import blueprint
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural

P = Permission
SHOWN: dict[str, tuple[str, Callable[[Line], bool]]] = {
    "": ("Everybody", lambda line: True),
    "risk": ("At risk", lambda line: line.at_risk),
    "act": ("Needs an act, or has one booked", lambda line: line.needs_act),
    "track": ("On track", lambda line: line.on_track),
}


@blueprint.get("/cohorts/<int:cohort_id>")
@requires(P.SEE_COHORTS)
def cohort(cohort_id: int) -> Response:
    found = grid(db.session(), current_user, cohort_id)
    keeps, plans = current_user.can(P.KEEP_REGISTER), seeing.may_plan(current_user, found.cohort)
    show = request.args.get("show", "")
    show = show if show in SHOWN else ""
    rows = [row_of(line, keeps=keeps, plans=plans) for line in found.lines if SHOWN[show][1](line)]
    stands = found.stands
    return page_or_fragment(
        "staff/grid/grid.html",
        "results",
        grid=found,
        cohort=found.cohort,
        course=found.cohort.course,
        groups=[
            ("Needs an act, or has one booked", [row for row in rows if row.line.needs_act]),
            ("On track", [row for row in rows if row.line.on_track]),
            ("Completed", [row for row in rows if row.line.completed]),
            ("May not take part yet", [row for row in rows if not row.line.started]),
        ],
        views=_views(found, show),
        show=show,
        keeps=keeps,
        plans=plans,
        now=clock.now(),
        booked=stands[Stand.BOOKED],
        to_sign=stands[Stand.TO_SIGN] + stands[Stand.ASKED] + stands[Stand.LATE] + stands[Stand.NOT_THERE],
        rule=_rule(found),
    )


def _views(found: Grid, show: str) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "count": sum(wanted(line) for line in found.lines),
            "href": url_for("staff.cohort", cohort_id=found.cohort.id, show=key or None),
            "current": key == show,
        }
        for key, (label, wanted) in SHOWN.items()
    ]


def _rule(found: Grid) -> str:
    """What a certificate takes: all mandatory modules, 9 of 10 days, every assessment passed"""
    standing: Standing | None = found.lines[0].standing if found.lines else None
    days, least = len(found.columns), found.cohort.course.least_days
    assessed = standing is not None and any(module.of.assessed for module in standing.modules)
    parts = ["all mandatory modules", f"{least} of {plural(days, 'day')}"]
    return ", ".join(parts + ["every assessment passed"] * assessed)
