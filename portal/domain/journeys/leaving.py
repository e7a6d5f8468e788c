"""Leaving a draft behind: its answers, its files' keys, and then what is left of the files. And what somebody about
to withdraw could do instead."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.applications.actions import discard_draft
from portal.domain.applications.models import Application
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.audit.actions import Actor
from portal.domain.casework.outcomes import ways_on
from portal.domain.journeys.pausing import waits_for_answer
from portal.domain.offers.standing import Stand, standing_of
from portal.services.outside import Outside
from portal.services.storage import StoreUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Instead:
    """What is offered before a withdrawal: a pause, a later course (or the scheme's next campaign), other schemes.
    `holds`: a place is kept for them."""

    pause: bool
    later: bool
    holds: bool
    next: dict[str, Any] | None
    others: list[dict[str, Any]]


def instead_of_leaving(session: Session, application: Application) -> Instead:
    """Read by the withdrawal's page. Source: withdrawing first offers these (docs/domain.md)."""
    standing, ways = standing_of(session, application), ways_on(session, application.campaign)
    in_time = standing is not None and standing.stand is not Stand.EXPIRED
    return Instead(
        pause=may_move(application.state, Act.PAUSE, By.APPLICANT) and not waits_for_answer(session, application),
        later=in_time and may_move(application.state, Act.DEFER, By.APPLICANT),
        holds=standing is not None,
        next=ways["next_campaign"],
        others=ways["others"],
    )


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
