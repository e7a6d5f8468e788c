"""Somebody's application ended: the seat and the place they held go to others.

However it ended. Withdrawing calls this at once; what was ended elsewhere is found by the worker.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

LET_GO: tuple[Callable[[Session, int], None], ...] = ()  # each frees what its feature holds for an application


def let_go(session: Session, application_id: int) -> None:
    """Frees what is held for an application that ended, in the caller's unit of work; nothing held is nothing done."""
    for free in LET_GO:
        free(session, application_id)
