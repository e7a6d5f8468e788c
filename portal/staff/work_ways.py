"""The single step from a line of My work to where it is done, when all of it is about one thing or in one place."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from portal.domain.overview.work import Waiting, Work


@dataclass(frozen=True)
class Way:
    """A page, and what its address calls the thing and the place of the work. It is there where both are known."""

    endpoint: str
    thing: str = ""
    place: str = ""
    anchor: str = ""


WAYS: dict[Work, tuple[Way, ...]] = {  # the narrowest first
    Work.OFFERS_LATE: (Way("make_offer", "reference"), Way("offers_of", place="slug")),
    Work.SHEETS: (Way("interview_sheet", "booking_id"),),
    Work.PANEL_SHORT: (Way("edit_panel", "panel_id", "session_id"), Way("interview_day", place="session_id")),
    Work.UNANSWERED: (Way("book_for", "reference"), Way("invite", place="slug")),
    Work.OTHER_TIME: (Way("book_for", "reference"), Way("invite", place="slug")),
    Work.INTERVIEWED: (Way("interview_outcome", "reference"), Way("interview_outcomes", place="slug")),
    Work.ENROL: (Way("cohort_places", place="cohort_id"),),
    Work.BEGIN: (Way("start_training", place="cohort_id"),),
    Work.REGISTER: (Way("register", "session", "cohort_id"),),
    Work.GAPS: (Way("register", "session", "cohort_id"),),
    Work.CATCH_UPS: (Way("trainee", "trainee_id", "cohort_id", "catch-ups"),),
    Work.PLACING: (Way("placement", "reference"),),
    Work.POWERS_DOUBT: (Way("volunteer", "number"),),
    Work.COMPLETING: (Way("cohort_completion", place="cohort_id"),),
    Work.APPOINTING: (Way("appointment", "reference"),),
    Work.ENTERING: (Way("edit_application", "reference"),),
    Work.MEDICAL: (Way("check", "reference", anchor="medical"),),
    Work.FITNESS: (Way("check", "reference", anchor="fitness"),),
    Work.SECOND: (Way("vetting_case", "reference"),),
    Work.APPEALS: (Way("vetting_case", "reference"),),
    Work.VETTING: (Way("vetting_case", "reference"),),
    Work.TOLD: (Way("changes_of", "reference"),),
    Work.CRITERIA: (Way("check_criteria", "reference"),),
}


def way_to(waiting: Waiting) -> str | None:
    """The address of the very page, where one page is about all of this work; None: its list is the way."""
    for way in WAYS.get(waiting.work, ()):
        wanted = [(way.thing, waiting.thing), (way.place, waiting.place)]
        if all(said is not None for name, said in wanted if name):
            given = {name: said for name, said in wanted if name}
            return url_for(f"staff.{way.endpoint}", _anchor=way.anchor or None, **given)  # type: ignore[arg-type]
    return None
