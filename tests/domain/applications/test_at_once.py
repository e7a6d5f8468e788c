"""The same thing asked for twenty times at one moment happens once, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant
from portal.domain.applications.actions import start, submit
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from tests.support.make_applications import a_draft, keys_of, while_open
from tests.support.make_campaigns import the_pilot
from tests.support.people import an_applicant

TIMES = 20


def _at_once(app: Flask, times: int, act: Callable[[Session], Any]) -> list[Any]:
    """Runs `act` in so many threads, each with a session of its own, all let go together."""
    gate = Barrier(times)

    def one() -> Any:
        with app.app_context():
            try:
                gate.wait(30)
                return act(db.session())
            finally:
                db.session.remove()

    with ThreadPoolExecutor(times) as pool:
        return [future.result(60) for future in [pool.submit(one) for _ in range(times)]]


def test_one_draft_sent_twenty_times_is_one_application_and_one_mail(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    draft = a_draft(session, app, campaign)
    draft_id, applicant_id, moment = draft.id, draft.applicant_id, while_open(campaign)

    def send(own: Session) -> str:
        person = own.get_one(Applicant, applicant_id)
        return submit(own, person, draft_id, moment, keys_of(app)).reference

    session.rollback()
    assert set(_at_once(app, TIMES, send)) == {draft.reference}
    assert session.scalar(select(func.count()).select_from(OutboxMail)) == 1
    sent = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "application.submitted")
    assert session.scalar(sent) == 1


def test_one_person_starting_many_times_at_once_has_one_draft(session: Session, app: Flask) -> None:
    campaign, person = the_pilot(session), an_applicant(session)
    a_draft(session, app, campaign)
    campaign_id, person_id, moment = campaign.id, person.id, while_open(campaign)

    def begin(own: Session) -> int:
        with clock.at(moment):
            return start(own, own.get_one(Applicant, person_id), own.get_one(Campaign, campaign_id)).id

    session.rollback()
    assert len(set(_at_once(app, TIMES, begin))) == 1
    mine = select(func.count()).select_from(Application).where(Application.applicant_id == person_id)
    assert session.scalar(mine) == 1
