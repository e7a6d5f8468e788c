"""Checks for tests: applications moved to where something is asked of them."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.asking import ask_due
from portal.domain.clearances.fitness import Taken, in_force, record_attempt, ship_standards
from portal.domain.clearances.identity import see
from portal.domain.clearances.models import FitnessAttempt
from portal.domain.clearances.referee_pages import answer
from portal.domain.clearances.references import Named, Relation, name_referee, token_of
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import a_document

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


def some_of_each(session: Session, app: Flask, found: Application, recruiter: StaffMember) -> dict[str, str]:
    """Of an offered application: two referees of whom one has answered, a passport seen, a test not passed yet.

    Their numbers, and the waiting referee's link, by name.
    """
    keys, rows = keys_of(app), []
    ship_standards(session)
    ask_due(session, most=50)
    for place, email in enumerate(("anna@example.org", "ben@example.org"), 1):
        named = Named("Anna Bright", email, Relation.FRIEND, 4)
        rows.append(name_referee(session, keys, found.applicant, found.id, place, named))
    answer(session, keys, token_of(keys, rows[0]), answers(concern="yes", concern_words="She works too much."))
    see(session, recruiter, found.id, ["passport"], clock.today())
    paper = a_document(session, app, found, kind=RequirementKind.FITNESS)
    taken = Taken(in_force(session, clock.today())[0].id, clock.today(), 100, document=paper.public_id)
    record_attempt(session, keys, recruiter, found.id, taken)
    attempt = session.scalars(select(FitnessAttempt.id).filter_by(application_id=found.id)).one()
    numbers = {"answered": str(rows[0].id), "referee": str(rows[1].id), "attempt": str(attempt)}
    return numbers | {"link": token_of(keys, rows[1])}
