"""An invitation in somebody's hands: held until commit, with its application, for whoever may act on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from portal.db import locked
from portal.domain.applications.models import Application
from portal.domain.applications.queries import kept_from
from portal.domain.audit.actions import Actor
from portal.domain.audit.models import ActorKind
from portal.domain.interviews.models import Invitation
from portal.domain.interviews.rules import NotInvited, takes_part
from portal.domain.interviews.seating import hold_seats
from portal.domain.refusals import NotFound


@dataclass(frozen=True)
class Held:
    invitation: Invitation
    application: Application


def held(session: Session, actor: Actor, invitation_id: int, *, ended_too: bool = False) -> Held:
    """The invitation and the seats of its campaign, held.

    Raises NotFound for somebody else's or one this member of staff is kept from, NotInvited for one that has ended
    or whose application has moved on.
    """
    application = _reached(session, actor, invitation_id)
    hold_seats(session, application.campaign_id)
    invitation = locked(session, Invitation, invitation_id)
    if invitation is None:
        raise NotFound()
    session.refresh(application, ["state"])
    over = invitation.ended_at is not None or not takes_part(invitation.kind, application.state)
    if over and not ended_too:
        raise NotInvited()
    return Held(invitation, application)


def _reached(session: Session, actor: Actor, invitation_id: int) -> Application:
    query = select(Application).join(Invitation, Invitation.application_id == Application.id)
    query = query.where(Invitation.id == invitation_id)
    if actor.actor_kind is ActorKind.STAFF:
        query = query.where(not_(kept_from(actor.actor_id or 0)))
    elif actor.actor_kind is ActorKind.APPLICANT:
        query = query.where(Application.applicant_id == actor.actor_id)
    elif actor.actor_kind is ActorKind.STRANGER:
        raise NotFound()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def by_staff(actor: Actor) -> int | None:
    """The member of staff who acts; none for an applicant and for the service itself."""
    return actor.actor_id if actor.actor_kind is ActorKind.STAFF else None
