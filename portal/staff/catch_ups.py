"""The ledger of catch-ups of all the cohorts one may open: what waits for a trainer first."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.attendance.entries import FOR_TRAINERS, Entry, ledger
from portal.domain.attendance.models import CatchUpWay
from portal.extensions import db
from portal.staff.cohort_words import stand_words, where_of
from portal.staff.door import blueprint
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

P = Permission


@blueprint.get("/cohorts/catch-ups")
@requires(P.SEE_COHORTS)
def catch_ups() -> Response:
    found = ledger(db.session(), current_user)
    groups = (
        ("To see to", [_shown(entry) for entry in found if entry.stand in FOR_TRAINERS]),
        ("To come", [_shown(entry) for entry in found if entry.stand not in FOR_TRAINERS]),
    )
    return page_or_fragment("staff/catch_ups/ledger.html", "main", groups=groups, people=len(found))


def _shown(entry: Entry) -> dict[str, Any]:
    words, tag = stand_words(entry)
    return {
        "entry": entry,
        "words": words,
        "tag": tag,
        "where": where_of(entry),
        "written": entry.row.way is CatchUpWay.WRITTEN,
    }
