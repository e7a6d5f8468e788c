"""The medical reviewer's word: met, not met, or back to the applicant."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import ENDED, Application, Requirement
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.rules import BACK, Outcome, OwnClearance, judge, new_deadline
from portal.domain.documents.queries import documents_of
from portal.domain.documents.rules import day_words, last_day
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Conflict, NotFound
from portal.domain.settings.queries import setting_value


def decide(
    session: Session, actor: Actor, application_id: int, kind: RequirementKind, said: Outcome, *, shown: str
) -> None:
    """Records an outcome for a requirement, by what the reviewer's page showed (`rules.seen`).

    The same word again about what has not changed since is said once.

    Raises NotFound, OwnClearance, Conflict (the application has ended, the documents changed) or NothingToJudge.
    """
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        query = select(Requirement).filter_by(application_id=application_id, kind=kind)
        requirement = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if application is None or requirement is None or application.received_at is None:
            raise NotFound()
        _no_conflict(session, actor, application)
        judge(kind, said, documents_of(session, application_id, [kind]), shown)
        if (requirement.state, requirement.reason) == (said.state, said.code):
            return
        decided = said.state is not BACK
        requirement.state, requirement.reason = said.state, said.code
        requirement.decided_by = actor.actor_id if decided else None
        requirement.decided_at = clock.now() if decided else None
        record(
            session,
            actor,
            "requirement.decided" if decided else "requirement.sent_back",
            subject=("requirement", requirement.id),
            application_id=application_id,
            kind=kind.value,
            state=said.state.value,
            reason=said.code,
        )
        if not decided:
            _send_back(session, application, requirement)


def _no_conflict(session: Session, actor: Actor, application: Application) -> None:
    officer = session.get(StaffMember, actor.actor_id)
    if officer is None or officer.email == application.applicant.email:
        raise OwnClearance()
    if application.state in ENDED:
        raise Conflict("This application has ended.")


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
