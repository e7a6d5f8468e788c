"""Somebody's application ended, or was decided on before their interview: what they held goes to others.

However it ended. Withdrawing calls this at once; what was ended elsewhere is found by the worker.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.applications.actions import withdraw as take_back
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.actions import Actor
from portal.domain.interviews import booking
from portal.domain.interviews.models import Invitation, SessionKind
from portal.domain.interviews.seating import hold_seats_of
from portal.domain.offers import places
from portal.domain.offers.models import Offer
from portal.domain.training import places as cohort_places
from portal.domain.training.models import Trainee, Waiting

LET_GO: tuple[Callable[[Session, int], None], ...] = (
    booking.let_go,
    places.let_go,
    cohort_places.let_go,
)  # each frees what its feature holds for an application
_ENDED = Application.state.in_(ENDED)
_DECIDED = Application.state.not_in((State.SHORTLISTED, State.INTERVIEW)) & (Invitation.kind == SessionKind.INTERVIEW)
_LEFT = Application.state.not_in(cohort_places.KEEP)
HOLDING: tuple[Select[int], ...] = (
    select(Application.id).join(Invitation).where(Invitation.ended_at.is_(None), _ENDED | _DECIDED),
    select(Application.id).join(Offer).where(Offer.freed_at.is_(None), _ENDED),
    select(Application.id).join(Trainee).where(Trainee.ended_at.is_(None), _LEFT),
    select(Application.id).join(Waiting).where(Waiting.ended_at.is_(None), _LEFT),
)  # whom each of them has something to free for


def withdraw(session: Session, actor: Actor, application_id: int, reason: WithdrawReason) -> Application:
    """Takes a sent application back, and frees what it held. Raises NotEditable when it has ended already."""
    with unit_of_work(session):
        hold_seats_of(session, application_id)  # before the application: who hands on a seat may be about to hold it
        application = take_back(session, actor, application_id, reason)
        let_go(session, application_id)
        return application


def free_due(session: Session, *, most: int) -> int:
    """Frees what belongs to applications that ended elsewhere, each in a unit of work; returns for how many."""
    freed = 0
    for holding in HOLDING:
        for application_id in session.scalars(holding.distinct().order_by(Application.id).limit(most)).all():
            with unit_of_work(session):
                let_go(session, application_id)
            freed += 1
    return freed


def let_go(session: Session, application_id: int) -> None:
    """Frees what an application holds no longer, in the caller's unit of work; nothing held is nothing done."""
    for free in LET_GO:
        free(session, application_id)
