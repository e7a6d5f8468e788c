"""Inviting many at once to choose a time for their interview."""

from __future__ import annotations

from sqlalchemy import and_, exists, not_, or_
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.acts import Act, Detail, LeftOut, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind
from portal.domain.interviews.rules import NoChanceLeft, NotInvitable

A = Application.__table__.c
OF_THEM = and_(Invitation.application_id == A.id, Invitation.kind == SessionKind.INTERVIEW)


def _not_invited(_detail: Detail) -> Obstacles:
    came = exists().where(OF_THEM, Invitation.ended_as == InvitationEnd.ATTENDED)
    possible = or_(A.state == State.SHORTLISTED, and_(A.state == State.INTERVIEW, ~came))
    return [("already", exists().where(OF_THEM, Invitation.ended_at.is_(None))), ("state", not_(possible))]


def _invite(session: Session, who: Acting, application_id: int, _run: Run) -> None:
    try:
        invite(session, who, application_id, SessionKind.INTERVIEW)
    except NotInvitable:
        raise LeftOut("state") from None
    except NoChanceLeft:
        raise LeftOut("chances") from None


INVITE = Act("invite", Permission.INVITE, _not_invited, _invite)
