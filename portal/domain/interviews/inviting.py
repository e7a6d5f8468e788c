"""Inviting somebody to choose a time; ending the invitation; and what a person decides where nobody answered."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, holding, locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import kept_from
from portal.domain.applications.rules import Act, By, after, may_move
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.interviews.choosing import live_booking, policy_now
from portal.domain.interviews.holding import held
from portal.domain.interviews.letters import day_words, write
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind, WishEnd
from portal.domain.interviews.rules import BookedAlready, NotInvitable, refuse_to_invite
from portal.domain.interviews.waiting_list import end_wishes
from portal.domain.refusals import NotFound, Refusal

UID_BYTES = 16  # random: an entry's uid says nothing of whose it is


class DayTooEarly(Refusal):
    message = "Choose a day that is still to come."


def invite(
    session: Session,
    actor: Actor,
    application_id: int,
    kind: SessionKind,
    *,
    answer_by: datetime | None = None,
    behalf_of: int | None = None,
) -> Invitation:
    """Lets somebody choose a time; whoever is invited already stays so. One who did not come has a second chance, as
    the next attempt. `answer_by` is an instant; the settings' days from now unless given.

    `behalf_of`: the member of staff in whose name the service itself invites. Raises NotInvitable, NoChanceLeft,
    DayTooEarly or NotFound (a draft, or one this person is kept from).
    """
    with unit_of_work(session):
        application = _held_application(session, actor, application_id)
        earlier = _invitations(session, application_id, kind)
        live = next((each for each in earlier if each.ended_at is None), None)
        if live is not None:
            return live
        policy, now = policy_now(session), clock.now()
        ended = [each.ended_as for each in earlier if each.ended_as is not None]
        refuse_to_invite(kind, application.state, ended, policy)
        if answer_by is not None and answer_by <= now:
            raise DayTooEarly(field="answer_by")
        invited_by, until = behalf_of or actor.actor_id, answer_by or now + policy.answer
        invitation = _invitation(application_id, kind, len(earlier) + 1, invited_by, now, until)
        session.add(invitation)
        session.flush()
        if kind is SessionKind.INTERVIEW and application.state is State.SHORTLISTED:
            _move(application, Act.INVITE)
            announce(session, PUBLIC)
        record(
            session, actor, "interview.invited", subject=("invitation", invitation.id), application_id=application_id,
            session_kind=kind.value, attempt=invitation.attempt,
        )  # fmt: skip
        missed = InvitationEnd.NO_SHOW in ended[-1:]
        write(session, "invited", invitation, application, missed=missed, answer_by=_last_day(invitation))
        return invitation


def _invitation(
    application_id: int, kind: SessionKind, attempt: int, invited_by: int | None, now: datetime, answer_by: datetime
) -> Invitation:
    return Invitation(
        application_id=application_id,
        kind=kind,
        attempt=attempt,
        uid=f"{secrets.token_hex(UID_BYTES)}@volunteer.portal",
        invited_at=now,
        invited_by=invited_by,
        answer_by=answer_by,
    )


def close(session: Session, invitation_id: int, end: InvitationEnd) -> None:
    """Ends an invitation as something, or as something else than before; in the caller's unit of work or its own."""
    with unit_of_work(session):
        invitation = locked(session, Invitation, invitation_id)
        if invitation is None:
            raise NotFound()
        if invitation.ended_as is end:
            return
        invitation.ended_at, invitation.ended_as = clock.now(), end
        invitation.version += 1
        end_wishes(session, invitation_id, WishEnd.GONE)


def reopen(session: Session, invitation_id: int) -> bool:
    """Undoes `close`, for a mark on the day that was a slip; False where they were invited again since."""
    with unit_of_work(session):
        invitation = locked(session, Invitation, invitation_id)
        if invitation is None:
            raise NotFound()
        newer = _invitations(session, invitation.application_id, invitation.kind)[-1]
        if newer.id != invitation_id:
            return False
        if invitation.ended_at is not None:
            invitation.ended_at = invitation.ended_as = None
            invitation.version += 1
        return True


def give_time(session: Session, actor: Actor, invitation_id: int, answer_by: datetime) -> None:
    """Lets somebody answer later, and tells them. Raises DayTooEarly, BookedAlready, NotInvited or NotFound."""
    with unit_of_work(session):
        found = held(session, actor, invitation_id)
        if answer_by <= clock.now():
            raise DayTooEarly(field="answer_by")
        if live_booking(session, invitation_id) is not None:
            raise BookedAlready()
        if found.invitation.answer_by == answer_by:
            return
        found.invitation.answer_by = answer_by
        found.invitation.version += 1
        record(
            session, actor, "interview.time_given", subject=("invitation", invitation_id),
            application_id=found.application.id,
        )  # fmt: skip
        write(session, "unanswered", found.invitation, found.application, **_until(found.invitation), late=False)


def let_lapse(session: Session, actor: Actor, invitation_id: int) -> None:
    """Somebody decides that an unanswered invitation ends the application. Twice is once.

    Source: "no answer by a promised date: a person's act, never a job's" (docs/domain.md). Raises NotInvitable while
    the answer is not late or a time is booked, NotFound.
    """
    with unit_of_work(session):
        found = held(session, actor, invitation_id, ended_too=True)
        invitation, application = found.invitation, found.application
        if invitation.ended_as is InvitationEnd.LAPSED:
            return
        late = invitation.ended_at is None and invitation.answer_by <= clock.now()
        if not late or live_booking(session, invitation_id) is not None:
            raise NotInvitable("They can still answer, or have a time.")
        locked(session, Application, application.id)
        if not may_move(application.state, Act.LAPSE, By.RECRUITER):
            raise NotInvitable("An application at this stage cannot lapse.")
        close(session, invitation_id, InvitationEnd.LAPSED)
        _move(application, Act.LAPSE)
        record(
            session, actor, "application.lapsed", subject=("application", application.id),
            application_id=application.id, reason="no_answer",
        )  # fmt: skip
        write(session, "lapsed", invitation, application)
        announce(session, PUBLIC)


def take_back(session: Session, actor: Actor, invitation_id: int) -> None:
    """Staff end an invitation for which no time is booked. Twice is once. Raises BookedAlready, NotFound."""
    with unit_of_work(session):
        found = held(session, actor, invitation_id, ended_too=True)
        if found.invitation.ended_at is not None:
            return
        if live_booking(session, invitation_id) is not None:
            raise BookedAlready("Cancel their time first.")
        close(session, invitation_id, InvitationEnd.TAKEN_BACK)
        record(
            session, actor, "invitation.ended", subject=("invitation", invitation_id),
            application_id=found.application.id, how=InvitationEnd.TAKEN_BACK.value,
        )  # fmt: skip


def _last_day(invitation: Invitation) -> str:
    return day_words(invitation.answer_by)


def _until(invitation: Invitation) -> dict[str, str]:
    return {"answer_by": _last_day(invitation)}


def _invitations(session: Session, application_id: int, kind: SessionKind) -> Sequence[Invitation]:
    query = select(Invitation).filter_by(application_id=application_id, kind=kind).order_by(Invitation.attempt)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _held_application(session: Session, actor: Actor, application_id: int) -> Application:
    query = select(Application).where(Application.id == application_id, Application.state != State.DRAFT)
    if actor is not SYSTEM:
        query = query.where(not_(kept_from(actor.actor_id or 0)))
    found = session.scalars(holding(query, of=Application)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _move(application: Application, act: Act) -> None:
    application.state_before, application.state = application.state, after(application.state, act) or application.state
    application.state_since = clock.now()
    application.next_contact_on = None  # kept, by the letter that goes with it
    application.version += 1
