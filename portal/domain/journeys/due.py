"""Everything that falls due: the one job the worker runs, woken by commits and each minute.

Idempotent: running it twice, or late, changes nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.applications.keeping import forget_stale_forms
from portal.domain.bulk.running import work_runs
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.journeys.checking import check_due
from portal.domain.messages.actions import deliver_due
from portal.services.outside import Outside


def run_due(session: Session, outside: Outside, *, keep_secrets: bool = False) -> dict[str, int]:
    """Does what is due now; returns how many of each, for the log."""
    mails = documents = turns = 0
    forget_stale_forms(session)
    while True:  # mail goes first, and again between files and batches: somebody waits for their sign-in code
        mails += deliver_due(session, outside.post, outside.letters, keep_secrets=keep_secrets)
        looked, taken = check_due(session, outside, most=1), work_runs(session, ACTS)
        documents, turns = documents + looked, turns + (taken or 0)
        if not looked and taken is None:
            return {"mails": mails, "documents": documents, "turns": turns}
