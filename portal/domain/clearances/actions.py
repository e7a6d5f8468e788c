"""The medical reviewer's word: met, not met, or back to the applicant."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.rules import BACK, LONGEST_NEEDS, VALID, NeedsMissing, Outcome, judge, new_deadline
from portal.domain.clearances.steps import held, may_decide, settle
from portal.domain.documents.queries import documents_of
from portal.domain.documents.rules import day_words, last_day
from portal.domain.messages.actions import queue_mail
from portal.domain.settings.queries import setting_value
from portal.services.crypto import KeyRing


def decide(
    session: Session,
    actor: Actor,
    application_id: int,
    kind: RequirementKind,
    said: Outcome,
    *,
    shown: str,
    needs: str = "",
    keys: KeyRing | None = None,
) -> None:
    """Records an outcome for a requirement, by what the reviewer's page showed (`rules.seen`). `needs`: what somebody
    fit with changes needs, sealed by `keys`, for those who may read adjustments.

    The same word again about what has not changed since is said once.

    Raises NotFound, OwnClearance, Conflict (the application has ended, the documents changed), NeedsMissing or
    NothingToJudge.
    """
    words = needs.strip()[:LONGEST_NEEDS] if said.needs else ""
    if said.needs and not words:
        raise NeedsMissing()
    with unit_of_work(session):
        application, requirement = held(session, application_id, kind)
        may_decide(session, actor, application)
        judge(kind, said, documents_of(session, application_id, [kind]), shown)
        if (requirement.state, requirement.reason) == (said.state, said.code) and not words:
            return
        until = _holds_until(session, kind, said)
        settle(session, actor, application_id, kind, said.state, said.code, until, words=words or None, keys=keys)
        if said.state is BACK:
            _send_back(session, application, requirement)


def _holds_until(session: Session, kind: RequirementKind, said: Outcome) -> date | None:
    """The last day on which what was found holds; none for a no."""
    if said.state is not RequirementState.MET:
        return None
    today = clock.today()
    return today + timedelta(days=setting_value(session, VALID[kind], today))


def _send_back(session: Session, application: Application, requirement: Requirement) -> None:
    """The applicant gets at least the time the policy gives, and a mail that names no kind of document."""
    today = clock.today()
    days = setting_value(session, "medical_notice_days", today)
    requirement.asked_at = requirement.asked_at or clock.now()
    requirement.due_at = new_deadline(requirement.due_at, today, days)
    queue_mail(
        session,
        "document_sent_back",
        to=application.applicant.email,
        application_id=application.id,
        reference=application.reference,
        until=day_words(last_day(requirement.due_at)),
    )
