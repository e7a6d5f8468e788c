"""What checks ask of an applicant now, for their tracker."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.applications.models import ENDED, Application, RequirementState, State
from portal.domain.applications.waiting import Todo
from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.rules import last_day

K = RequirementKind
PAGES: dict[RequirementKind, tuple[str, str, str]] = {  # what it is called, its page, a hint
    K.MEDICAL: ("Send your medical certificate", "public.documents", "A form to print is on the page, and who pays"),
    K.FITNESS: ("Pass the fitness test", "public.fitness", "Practice dates, test dates, or a result you have"),
    K.REFERENCES: ("Name your referees", "public.references", "We write to them; you do not see what they say"),
    K.IDENTITY: ("Bring proof of who you are", "public.identity", "To your interview, or to the next time we meet"),
}


def todos(session: Session, application: Application) -> list[Todo]:
    """From the requirements that lie with the applicant, read with the application: no statement.

    Whoever waits for a later course is asked nothing until it is offered: the days are those of the one they left.
    """
    if application.state in {*ENDED, State.DRAFT, State.DEFERRED}:
        return []
    return [
        Todo(
            PAGES[each.kind][0],
            PAGES[each.kind][1],
            last_day(each.due_at) if each.due_at else None,
            PAGES[each.kind][2],
        )
        for each in application.requirements
        if each.kind in PAGES and each.state is RequirementState.WITH_APPLICANT
    ]
