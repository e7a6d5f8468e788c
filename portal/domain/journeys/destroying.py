"""Documents of health whose time is over: the key first, then the object that nobody can read any more."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.clearances.medical import destroy, over
from portal.domain.documents.intake import delete_quietly
from portal.services.outside import Outside


def destroy_due(session: Session, outside: Outside, *, most: int) -> int:
    """Destroys at most so many; returns how many. Idempotent; a store that is down leaves only what is unreadable."""
    done = 0
    for document_id in over(session, most=most):
        stored = destroy(session, document_id)
        if stored is not None:
            delete_quietly(outside.storage, stored)
            done += 1
    return done
