"""An application held while its offer is made or answered, and moved by the table of moves alone."""

from __future__ import annotations

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, holding
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import kept_from
from portal.domain.applications.rules import Act, after
from portal.domain.audit.actions import Actor
from portal.domain.refusals import NotFound


def held_by_staff(session: Session, actor: Actor, application_id: int) -> Application:
    """A sent application, held until commit. Raises NotFound for none, and for one this person is kept from."""
    query = select(Application).where(
        Application.id == application_id, Application.state != State.DRAFT, not_(kept_from(actor.actor_id or 0))
    )
    application = session.scalars(holding(query, of=Application)).one_or_none()
    if application is None:
        raise NotFound()
    return application


def move(session: Session, application: Application, act: Act, *, back_to: State | None = None) -> None:
    """Moves an application as the table says; `back_to` is where a reopening would lead, the state it left if none."""
    to = after(application.state, act)
    assert to is not None
    application.state_before, application.state = back_to or application.state, to
    application.state_since = clock.now()
    application.next_contact_on = None  # kept, by the letter that goes with it
    application.version += 1
    announce(session, PUBLIC)
