"""People who have been met, and people on a reserve list, of a course with few places: what offers begin from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application, State
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import training_weekends
from portal.domain.messages.models import OutboxMail
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign

MET = datetime(2018, 3, 5, 10, tzinfo=UTC)  # after the pilot's interviews, before its course on 28 April


def a_course(session: Session, places: int = 2, **changes: Any) -> Campaign:
    """A campaign like the pilot with few places."""
    return a_campaign(session, **({"places": places} | changes))


def the_next_course(session: Session) -> Campaign:
    """A later one of the same scheme."""
    return a_campaign(
        session, name="Autumn course", starts_on=date(2018, 12, 10),
        training=tuple(training_weekends(date(2018, 9, 29), 5, 2)),
    )  # fmt: skip


def someone_in(
    session: Session,
    app: Flask,
    campaign: Campaign,
    state: State = State.INTERVIEW,
    reserve_place: int | None = None,
    applicant: Applicant | None = None,
) -> Application:
    """A sent application that has come so far."""
    application = a_submitted(session, app, campaign, applicant=applicant)
    with unit_of_work(session):
        held = session.get_one(Application, application.id)
        held.state, held.state_since, held.reserve_place = state, clock.now(), reserve_place
    return application


def reserves(session: Session, app: Flask, campaign: Campaign, count: int) -> list[Application]:
    """A reserve list, in its order."""
    return [someone_in(session, app, campaign, State.RESERVE, number) for number in range(1, count + 1)]


def mails_to(session: Session, application_id: int) -> list[str]:
    """The names of the mails about one application since it was sent, in order."""
    query = select(OutboxMail.name).where(OutboxMail.application_id == application_id).order_by(OutboxMail.id)
    return [name for name in session.scalars(query) if name != "application_received"]


def now_of(session: Session, application_id: int) -> Application:
    return session.get_one(Application, application_id, populate_existing=True)
