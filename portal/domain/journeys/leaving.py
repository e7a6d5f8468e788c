"""Leaving a draft behind: its answers, its files' keys, and then what is left of the files."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.domain.applications.actions import discard_draft
from portal.domain.audit.actions import Actor
from portal.services.outside import Outside
from portal.services.storage import StoreUnavailable

log = logging.getLogger(__name__)


def discard(session: Session, outside: Outside, actor: Actor, application_id: int) -> None:
    """Deletes a draft and its files. A file whose key is gone cannot be read, so a store that is down
    does not stop it."""
    clear_away(outside, discard_draft(session, actor, application_id))


def clear_away(outside: Outside, stored: Iterable[str]) -> None:
    """Deletes files whose keys are gone; one that stays cannot be read."""
    for key in stored:
        try:
            outside.storage.delete(key)
        except StoreUnavailable:
            log.warning("an unreadable file stays in the store")
