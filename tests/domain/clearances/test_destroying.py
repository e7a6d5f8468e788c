"""Papers of health are destroyed in their time: the key, the object, once, on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, RequirementState, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.steps import history, settle
from portal.domain.documents.models import Document, DocumentState
from portal.domain.journeys.destroying import destroy_due
from portal.web.setup import outside_of
from tests.support.checks import MARCH, an_offered, now_in, requirement
from tests.support.make_documents import a_document, stored
from tests.support.people import a_staff_member

K, R = RequirementKind, RequirementState
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def destroyed(session: Session, app: Flask) -> int:
    return destroy_due(session, outside_of(app), most=9)


def test_ninety_days_after_the_outcome_key_and_object_are_gone(session: Session, app: Flask) -> None:
    with clock.at(MARCH):
        application = an_offered(session, app)
        paper = a_document(session, app, application)
        waiting = a_document(session, app, an_offered(session, app))
        settle(session, a_staff_member(session, Role.MEDICAL), application.id, K.MEDICAL, R.MET, "fit")
        assert len(stored(app)) == 2
    with clock.at(MARCH + 89 * DAY):
        assert destroyed(session, app) == 0
    with clock.at(MARCH + 90 * DAY + HOUR):
        assert [destroyed(session, app), destroyed(session, app)] == [1, 0]
    session.expire_all()
    gone = session.get_one(Document, paper.id)
    assert (gone.state, gone.wrapped_key) == (DocumentState.REMOVED, None)
    assert stored(app) == {session.get_one(Document, waiting.id).storage_key}
    events = select(func.count()).select_from(AuditEvent).filter_by(action="document.destroyed")
    assert session.scalar(events) == 1
    row = requirement(session, application, K.MEDICAL)
    assert [line.step for line in history(session, [row.id])[row.id]] == ["asked", "fit", "destroyed"]


@pytest.mark.parametrize("state", [State.DECLINED, State.UNSUCCESSFUL])
def test_an_application_that_ended_keeps_no_papers_for_ever(session: Session, app: Flask, state: State) -> None:
    with clock.at(MARCH):
        application: Application = an_offered(session, app)
        a_document(session, app, application)
        now_in(session, application, state)
    with clock.at(MARCH + 90 * DAY + HOUR):
        assert destroyed(session, app) == 1
    assert stored(app) == set()
