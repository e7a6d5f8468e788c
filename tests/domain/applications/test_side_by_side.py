"""Two requests of one person at the same moment, on the database where they really run side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.actions import begin_session
from portal.domain.accounts.models import Role, SignInSession
from portal.domain.applications.keeping import keep_form
from portal.domain.applications.viewing import Purpose, reveal_contact
from portal.extensions import db
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SOON = 1.0  # seconds in which the second request has certainly begun


def _at_once(act: Callable[[Session], object]) -> list[Exception]:
    """Does it twice, the second begun while the first is not committed; returns what went wrong."""
    wrong: list[Exception] = []
    with Session(db.engine) as one, Session(db.engine) as two:

        def again() -> None:
            try:
                act(two)
            except Exception as error:
                wrong.append(error)

        thread = threading.Thread(target=again)
        with unit_of_work(one):
            act(one)
            one.flush()
            thread.start()
            thread.join(SOON)
        thread.join()
    return wrong


def test_contact_details_asked_for_twice_at_once(app: Flask, session: Session) -> None:
    application, officer = a_submitted(session, app, the_pilot(session)), a_staff_member(session, Role.RECRUITER)
    begin_session(session, officer, second_factor=True)
    viewer = SimpleNamespace(
        id=officer.id, session_id=session.scalars(select(SignInSession.id)).one(),
        actor_kind=officer.actor_kind, actor_id=officer.id,
    )  # fmt: skip
    key = application.id
    session.rollback()
    assert _at_once(lambda each: reveal_contact(each, viewer, key, Purpose.ANSWER)) == []


def test_a_field_left_and_a_button_pressed_after_the_session_ended(app: Flask, session: Session) -> None:
    reference, keys = a_submitted(session, app, the_pilot(session)).reference, keys_of(app)
    session.rollback()
    assert _at_once(lambda each: keep_form(each, reference, "contact", [("phone", "1")], "token", keys)) == []
