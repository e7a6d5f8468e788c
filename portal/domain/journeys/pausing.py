"""A pause: the applicant asks us to wait until a day, and we keep their place in the process."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, locked, unit_of_work
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import Act, may_move
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.audit.actions import Actor, record
from portal.domain.messages.actions import queue_mail
from portal.domain.offers.letters import day_words
from portal.domain.offers.places import live_offer
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_value


class PauseImpossible(Refusal):
    """The day is past, or further off than the policy allows."""


class AnswerFirst(Conflict):
    """The place is kept for somebody until a day, and others wait for it: a pause cannot move that day."""

    title = "Answer the offer first"
    message = "We keep a place for you until the day in our offer. Accept it, or ask for a later course instead."


def longest_pause(session: Session) -> date:
    """The last day a pause that begins today may last."""
    return clock.today() + timedelta(days=setting_value(session, "pause_days_at_most", clock.today()))


def waits_for_answer(session: Session, application: Application) -> bool:
    """Whether an offer is open, so that a pause is not what would help."""
    offer = live_offer(session, application.id)
    return offer is not None and offer.answer is None


def pause(session: Session, actor: Actor, application_id: int, until: date) -> Application:
    """We wait until the end of this London day. The same day again changes nothing.

    Raises NotFound, NotEditable, PauseImpossible or AnswerFirst.
    """
    with unit_of_work(session):
        application = _held(session, actor, application_id, Act.PAUSE)
        if not clock.today() < until <= longest_pause(session):
            last = longest_pause(session)
            raise PauseImpossible(f"Choose a day from tomorrow to {last.day} {last:%B %Y}.", field="until")
        if waits_for_answer(session, application):
            raise AnswerFirst()
        if application.paused_until == until:
            return application
        application.paused_until = until
        application.version += 1
        record(
            session, actor, "application.paused", subject=("application", application_id),
            application_id=application_id, until=until.isoformat(),
        )  # fmt: skip
        queue_mail(
            session, "application_paused", to=application.applicant.email, application_id=application_id,
            reference=application.reference, campaign=application.campaign.name, until=day_words(until),
            team=RECRUITERS,
        )  # fmt: skip
        return application


def resume(session: Session, actor: Actor, application_id: int) -> Application:
    """Goes on now. Not paused is nothing to do. Raises NotFound or NotEditable."""
    with unit_of_work(session):
        application = _held(session, actor, application_id, Act.RESUME)
        if application.paused_until is None:
            return application
        application.paused_until = None
        application.version += 1
        record(
            session, actor, "application.resumed", subject=("application", application_id),
            application_id=application_id,
        )  # fmt: skip
        announce(session, WORK)
        return application


def _held(session: Session, actor: Actor, application_id: int, act: Act) -> Application:
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    if not may_move(application.state, act, acting_as(actor, application)):
        raise NotEditable()
    return application
