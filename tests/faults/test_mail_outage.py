"""The mail server goes away for an hour of the clock; the worker dies amid its work. Every letter arrives."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import WORK, announce, unit_of_work
from portal.domain.messages.actions import LEASE, LONGEST_WAIT, queue_mail
from portal.domain.messages.models import Delivery, OutboxMail
from tests.support.crowd import eventually
from tests.support.live import LiveWorker
from tests.support.make_applications import a_submitted, while_open
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import set_clock
from tests.support.programme import count
from tests.support.smtp import SmtpSink

pytestmark = pytest.mark.faults
STEP = timedelta(minutes=5)
LONGEST_SUBMISSION = 9.0  # seconds on a busy machine; a mail server's own time-out is ten


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    yield sink
    sink.stop()


@pytest.fixture
def settings(settings: Settings, sink: SmtpSink) -> Settings:
    return replace(settings, mail_host="127.0.0.1", mail_port=sink.port, mail_tls=False)


def wake(session: Session) -> None:
    """What any commit does; the worker's own minute would do it too."""
    with unit_of_work(session):
        announce(session, WORK)


def waiting(session: Session) -> int:
    session.rollback()
    found = session.scalar(select(func.count()).where(OutboxMail.state == Delivery.QUEUED))
    return found or 0


def check_all_sent(session: Session, sink: SmtpSink) -> None:
    session.rollback()
    rows = session.execute(select(OutboxMail.message_id, OutboxMail.recipient, OutboxMail.state)).all()
    assert {row.state for row in rows} == {Delivery.SENT}
    assert {(letter.message_id, letter.recipient) for letter in sink.taken} == {
        (row.message_id, row.recipient) for row in rows
    }


def test_an_hour_without_mail(app: Flask, session: Session, settings: Settings, sink: SmtpSink) -> None:
    """People submit as if nothing were wrong; once mail is back each receipt is delivered, once."""
    campaign, many = the_pilot(session), count(40, 500)
    begin = while_open(campaign)
    steps = int(timedelta(hours=1) / STEP)
    set_clock(settings, begin)
    slowest = 0.0
    with LiveWorker(settings) as worker:
        for step in range(steps):
            set_clock(settings, begin + step * STEP)
            for _ in range(many * step // steps, many * (step + 1) // steps):
                began = time.monotonic()
                a_submitted(session, app, campaign)
                slowest = max(slowest, time.monotonic() - began)
        assert slowest < LONGEST_SUBMISSION
        assert waiting(session) == many
        assert worker.process is not None and worker.process.poll() is None
        sink.start()
        set_clock(settings, begin + timedelta(hours=1) + LONGEST_WAIT)
        wake(session)
        assert eventually(lambda: waiting(session) == 0, within=120)
    check_all_sent(session, sink)
    assert set(sink.copies.values()) == {1} and len(sink.taken) == many


def test_a_worker_killed_amid_its_letters_loses_none(
    app: Flask, session: Session, settings: Settings, sink: SmtpSink
) -> None:
    """At least once: a letter that was leaving may come twice, with the same Message-ID; none is lost."""
    kills, each = count(4, 25), 8
    begin = while_open(the_pilot(session))
    with clock.at(begin), unit_of_work(session):
        for number in range(kills * each):
            queue_mail(session, "sign_in_code", to=f"person{number}@example.org", code="123456", link="x", minutes=10)
    sink.pause = 0.02
    sink.start()
    for number in range(1, kills + 1):
        set_clock(settings, begin + number * (LEASE + timedelta(seconds=1)))
        before = len(sink.taken)
        with LiveWorker(settings):  # leaving the block is `kill -9`
            wake(session)
            assert eventually(lambda before=before: len(sink.taken) > before + 3 or waiting(session) == 0)  # type: ignore[misc]
    set_clock(settings, begin + (kills + 2) * (LEASE + timedelta(seconds=1)))
    with LiveWorker(settings):
        wake(session)
        assert eventually(lambda: waiting(session) == 0, within=120)
    check_all_sent(session, sink)
    assert sum(sink.copies.values()) <= kills * each + kills
