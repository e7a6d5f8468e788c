"""The unit of work: all or nothing, re-entrant, and no write lost however many write at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, locked, unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from tests.support.people import an_applicant
from tests.support.programme import count


def together(app: Flask, threads: int, act: Callable[[int], None]) -> list[BaseException]:
    """Runs `act(number)` in so many threads that start at one moment, each with its own session."""
    wrong: list[BaseException] = []
    start = threading.Barrier(threads)

    def run(number: int) -> None:
        with app.app_context():
            try:
                start.wait()
                act(number)
            except BaseException as error:
                wrong.append(error)
            finally:
                db.session.remove()

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return wrong


def test_rolls_back_everything_on_an_error(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(session):
        session.add(Applicant(email="a@example.org", created_at=clock.wall()))
        session.flush()
        raise ZeroDivisionError
    assert session.scalars(select(Applicant)).all() == []


def test_inner_units_join_the_outer_one(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(session):
        with unit_of_work(session):
            session.add(Applicant(email="a@example.org", created_at=clock.wall()))
        raise ZeroDivisionError
    assert session.scalars(select(Applicant)).all() == []


def test_a_change_made_outside_is_refused(session: Session) -> None:
    person = an_applicant(session)
    person.email = "b@example.org"
    with pytest.raises(RuntimeError, match="outside a unit of work"), unit_of_work(session):
        pass


def test_the_bell_rings_after_the_commit_and_not_after_a_failure(session: Session) -> None:
    rung: list[str] = []

    class Bell:
        def ring(self, topic: str) -> None:
            assert session.scalars(select(Applicant.email)).all() == ["a@example.org"]
            rung.append(topic)

    session.info["bell"] = Bell()
    with pytest.raises(ZeroDivisionError), unit_of_work(session):
        announce(session, PUBLIC)
        raise ZeroDivisionError
    assert rung == []
    with unit_of_work(session):
        session.add(Applicant(email="a@example.org", created_at=clock.wall()))
        announce(session, PUBLIC)
        announce(session, PUBLIC)
    assert rung == [PUBLIC]


def test_no_increment_is_lost(app: Flask, session: Session) -> None:
    """Each thread reads first, then writes: the read must not turn into a lost or refused write."""
    with unit_of_work(session):
        mail = OutboxMail(
            message_id="<1>", name="x", recipient="a", context={}, created_at=clock.now(), next_attempt_at=clock.now()
        )
        session.add(mail)
    key, each, threads = mail.id, count(10, 50), 8
    session.remove() if hasattr(session, "remove") else session.rollback()

    def add(_number: int) -> None:
        mine = db.session()
        for _ in range(each):
            mine.get(OutboxMail, key)
            with unit_of_work(mine):
                row = locked(mine, OutboxMail, key)
                assert row is not None
                row.attempts += 1

    assert together(app, threads, add) == []
    assert session.scalar(select(OutboxMail.attempts).where(OutboxMail.id == key)) == each * threads


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_durable_and_checks_foreign_keys(app: Flask) -> None:
    with db.engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
