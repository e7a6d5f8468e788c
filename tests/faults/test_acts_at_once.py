"""Staff at work on the same things at one moment: nobody waits in a ring, and nothing is silently lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.db import locked, unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.extensions import db
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

Do = Callable[[Session], object]


@pytest.fixture
def rows_are_held(session: Session) -> None:
    """On SQLite one writer holds everything, so nobody can wait for a row of another's."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("one writer at a time")


class Waits(Exception):
    """It waits for what somebody else holds."""


@contextmanager
def beside(app: Flask, act: Do, *, seconds: float = 3) -> Iterator[BaseException | None]:
    """What this act raised, done in a session of its own while the test's holds what it holds; Waits if it waits."""
    raised: list[BaseException] = []

    def run() -> None:
        with app.app_context():
            try:
                act(db.session())
            except Exception as error:
                raised.append(error)
            finally:
                db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(seconds)
    try:
        yield Waits() if thread.is_alive() else raised[0] if raised else None
    finally:
        db.session.rollback()
        thread.join()


def test_who_only_names_a_held_application_does_not_wait_for_it(
    app: Flask, session: Session, rows_are_held: None
) -> None:
    """Else a run that holds applications and wants the seats, and a recruiter who has the seats and names the
    applications in new rows, would wait for each other."""
    campaign, recruiter = the_pilot(session), a_staff_member(session, Role.RECRUITER)
    application, reader = a_submitted(session, app, campaign), a_staff_member(session, Role.ASSESSOR)
    add_assessor(session, recruiter, campaign.id, reader.id)
    key, campaign_id, actor_id = application.id, campaign.id, recruiter.id

    def deal(own: Session) -> None:
        assert assign(own, SYSTEM, campaign_id) == 1

    with unit_of_work(session):
        locked(session, Application, key)
        with beside(app, deal) as outcome:
            assert outcome is None
