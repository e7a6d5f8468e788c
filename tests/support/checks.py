"""Checks for tests: applications moved to where something is asked of them."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.asking import ask_due
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot

MARCH = clock.from_london(datetime(2018, 3, 5, 10))


def now_in(session: Session, application: Application, state: State) -> Application:
    """The application in this state, as if somebody had moved it there."""
    application_id = application.id
    with unit_of_work(session):
        found = session.get_one(Application, application_id)
        found.state_before, found.state, found.state_since = found.state, state, clock.now()
    return application


def an_offered(session: Session, app: Flask, *, asked: bool = True, **answers: str) -> Application:
    """Somebody of the pilot with an offer; everything due was asked for, unless told otherwise."""
    application = now_in(session, a_submitted(session, app, the_pilot(session), **answers), State.OFFERED)
    if asked:
        ask_due(session, most=50)
        session.refresh(application)
    return application


def requirement(session: Session, application: Application, kind: RequirementKind) -> Requirement:
    """As it stands now."""
    session.rollback()
    query = select(Requirement).filter_by(application_id=application.id, kind=kind)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def answers(**changes: str) -> dict[str, str]:
    """A referee's answers that leave nothing missing, but for what is changed."""
    given = {
        "knows": "We have worked together in the same shop for years.",
        "since": "over_5",
        "reliable": "always",
        "example": "When the river rose she was there at six with sandbags.",
        "respect": "mostly",
        "pressure": "She gets quieter and does the next thing.",
        "concern": "no",
        "concern_words": "",
        "recommend": "yes",
    }
    return given | changes
