"""Medical papers go once they have served: after the outcome and a setting's period their keys are destroyed.

Source: "Data protection" of the service's domain description: health data is kept only as long as it is needed.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import ENDED, Application, Requirement
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.steps import DECIDED, Code, step
from portal.domain.documents.models import Document, DocumentState
from portal.domain.documents.rules import SORTS
from portal.domain.settings.queries import setting_value


def over(session: Session, *, most: int) -> list[int]:
    """Documents of health whose time is over: so long after their outcome, or after the application ended."""
    days = setting_value(session, "medical_kept_days", clock.today())
    before = clock.now() - timedelta(days=days)
    decided = and_(Requirement.state.in_(DECIDED), Requirement.decided_at <= before)
    ended = and_(Application.state.in_(ENDED), Application.state_since <= before)
    query = (
        select(Document.id)
        .join(Application, Application.id == Document.application_id)
        .join(
            Requirement,
            and_(Requirement.application_id == Document.application_id, Requirement.kind == Document.kind),
        )
        .where(Document.kind.in_(SORTS), Document.state.in_((DocumentState.CHECKING, DocumentState.CLEAN)))
        .where(or_(decided, ended))
        .order_by(Document.id)
        .limit(most)
    )
    return list(session.scalars(query))


def destroy(session: Session, document_id: int) -> str | None:
    """Destroys a document's key: its object, and every backup of it, cannot be read from now on. Returns where the
    object lies, none where it was destroyed before."""
    with unit_of_work(session):
        document = locked(session, Document, document_id)
        if document is None or document.wrapped_key is None:
            return None
        document.state, document.removed_at = DocumentState.REMOVED, clock.now()
        document.wrapped_key = document.refusal = document.next_check_at = None
        wanted = select(Requirement).filter_by(application_id=document.application_id, kind=document.kind)
        requirement = session.scalars(wanted).one_or_none()
        if requirement is not None:
            step(session, requirement, None, Code.DESTROYED)
        record(
            session, SYSTEM, "document.destroyed", subject=("document", document.id),
            application_id=document.application_id, kind=RequirementKind(document.kind).value,
        )  # fmt: skip
        return document.storage_key
