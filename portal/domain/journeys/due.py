"""Everything that falls due: the one job the worker runs, woken by commits and each minute.

Idempotent: running it twice, or late, changes nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.accounts.unsent import forget_stale as forget_unsent
from portal.domain.applications.keeping import forget_stale_forms
from portal.domain.attendance.catching_up import let_go as let_catch_ups_go
from portal.domain.attendance.certificates import print_due
from portal.domain.attendance.crowding import make_room
from portal.domain.bulk.running import work_runs
from portal.domain.clearances.vetting import open_due as begin_vetting
from portal.domain.correspondence.actions import release_due
from portal.domain.duplicates.finding import match_due
from portal.domain.interest.actions import forget_stale
from portal.domain.interviews.reminding import remind_due
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.journeys.checking import check_due
from portal.domain.journeys.checking_asks import checks_due
from portal.domain.journeys.ending import free_due
from portal.domain.journeys.nudging import drop_late, nudge_due
from portal.domain.journeys.offering import offers_due
from portal.domain.journeys.telling import tell_due
from portal.domain.journeys.training import places_due
from portal.domain.messages.actions import deliver_due
from portal.domain.shortlisting.assigning import finish_closed
from portal.domain.shortlisting.conflicts import keep_known_apart
from portal.services.outside import Outside

PRINTED = 5  # certificates set before mail that waits is looked at again
BATCH = 50  # notices queued before mail that waits is looked at again


def run_due(session: Session, outside: Outside, *, keep_secrets: bool = False) -> dict[str, int]:
    """Does what is due now; returns how many of each, for the log."""
    mails = documents = turns = notices = 0
    forget_stale_forms(session)
    forget_unsent(session)
    forget_stale(session)
    drop_late(session)
    keep_known_apart(session, outside.keys)  # before any seat is filled below
    finish_closed(session)
    while True:  # mail goes first, and again between files and batches: somebody waits for their sign-in code
        mails += deliver_due(session, outside.post, outside.letters, keep_secrets=keep_secrets)
        looked, taken = check_due(session, outside, most=1), work_runs(session, ACTS)
        written = release_due(session) + nudge_due(session, outside.keys, most=BATCH) + tell_due(session, most=BATCH)
        written += checks_due(session, outside, most=BATCH) + begin_vetting(session, most=BATCH)
        written += offers_due(session, most=BATCH) + places_due(session, most=BATCH)
        written += free_due(session, most=BATCH) + remind_due(session, most=BATCH)
        written += let_catch_ups_go(session, most=BATCH) + make_room(session, most=BATCH)
        written += print_due(session, outside, most=PRINTED)
        matched = match_due(session, outside.keys)
        documents, turns, notices = documents + looked, turns + (taken or 0), notices + written
        if not looked and taken is None and not written and not matched:
            return {"mails": mails, "documents": documents, "turns": turns, "notices": notices}
