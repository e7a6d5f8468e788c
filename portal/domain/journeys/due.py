"""Everything that falls due: the one job the worker runs, woken by commits and each minute.

Idempotent: running it twice, or late, changes nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.messages.actions import deliver_due
from portal.services.outside import Outside


def run_due(session: Session, outside: Outside, *, keep_secrets: bool = False) -> dict[str, int]:
    """Does what is due now; returns how many of each, for the log."""
    return {"mails": deliver_due(session, outside.post, outside.letters, keep_secrets=keep_secrets)}
