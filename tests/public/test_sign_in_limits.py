"""How often a code may be asked for: one client uses up its own mails, never another's, and a flood ends."""

from __future__ import annotations

from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.accounts import codes
from portal.domain.accounts.models import SignInCode
from portal.domain.messages.models import OutboxMail
from portal.extensions import db

EMAIL = "kim@example.org"


def ask_from(app: Flask, place: int) -> int:
    """Asks for a code at this client address; returns the answer's status."""
    asked = {"REMOTE_ADDR": f"192.0.2.{place}"}
    return app.test_client().post("/sign-in", data={"email": EMAIL}, environ_base=asked).status_code


def mails(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(OutboxMail)) or 0


def test_a_stranger_elsewhere_uses_up_nobodys_codes_and_a_flood_ends(app: Flask, session: Session) -> None:
    said = [ask_from(app, 1) for _ in range(codes.MAILS_AN_HOUR + 1)]
    assert said == [303] * codes.MAILS_AN_HOUR + [429]
    assert ask_from(app, 2) == 303
    left = codes.MAILS_TO_ADDRESS - codes.MAILS_AN_HOUR - 1
    assert [ask_from(app, 10 + place) for place in range(left + 1)] == [303] * left + [429]
    assert mails(session) == codes.MAILS_TO_ADDRESS
    session.rollback()
    assert not [row for row in session.scalars(select(SignInCode)) if "192.0.2" in row.client_hash]


def test_codes_asked_for_at_once_are_counted_one_after_another(app: Flask, session: Session) -> None:
    for _ in range(codes.MAILS_AN_HOUR - 1):
        assert ask_from(app, 1) == 303
    together, answers = Barrier(4), []

    def once_more() -> None:
        with app.app_context():
            together.wait()
            answers.append(ask_from(app, 1))
            db.session.remove()

    threads = [Thread(target=once_more) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 429, 429, 429] and mails(session) == codes.MAILS_AN_HOUR
