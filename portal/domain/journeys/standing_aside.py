"""An interviewer knows the applicant: off the sheet, and kept from the application from now on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.applications.models import Relation
from portal.domain.interviews.sheets import Interviewer, step_aside
from portal.domain.shortlisting.conflicts import declare_conflict


def stand_aside(session: Session, viewer: Interviewer, booking_id: int, relation: Relation) -> None:
    """Declares a conflict of interest with whoever is interviewed. The recruiters see that the panel is one short.

    Raises NotFound (once declared, too: it is not there any more), Complete.
    """
    with unit_of_work(session):
        sitting = step_aside(session, viewer, booking_id)
        declare_conflict(session, viewer, sitting.application_id, relation)
