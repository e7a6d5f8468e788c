"""The outbox meets a real mail server: what one letter's trouble does to the others, and to itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.messages.actions import GIVE_UP_AFTER, LONGEST_WAIT, deliver_due, notify_once, queue_mail
from portal.domain.messages.models import Delivery, OutboxMail
from portal.extensions import mail
from portal.services.mail import Letter, MailmanPost
from portal.web.setup import outside_of
from tests.support.smtp import SmtpSink, own_certificate

NOON = datetime(2018, 1, 15, 12, 0)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sink: SmtpSink) -> Settings:
    return replace(settings, mail_host="127.0.0.1", mail_port=sink.port, mail_tls=False)


def queue(session: Session, *people: str, **changes: object) -> None:
    context: dict[str, object] = {"code": "123456", "link": "a" * 32, "minutes": 10}
    with unit_of_work(session):
        for person in people:
            queue_mail(session, "sign_in_code", to=f"{person}@example.org", **(context | changes))  # type: ignore[arg-type]


def deliver(app: Flask, session: Session, after: timedelta = timedelta(), *, keep_secrets: bool = False) -> int:
    """What the worker does, so long from now."""
    outside = outside_of(app)
    with clock.at(clock.now() + after):
        return deliver_due(session, outside.post, outside.letters, keep_secrets=keep_secrets)


def row(session: Session, person: str) -> OutboxMail:
    query = select(OutboxMail).filter_by(recipient=f"{person}@example.org").execution_options(populate_existing=True)
    return session.scalars(query).one()


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


def test_letters_arrive_whole_with_their_message_id(app: Flask, session: Session, sink: SmtpSink) -> None:
    queue(session, "ada")
    assert deliver(app, session) == 1
    [letter] = sink.taken
    sent = row(session, "ada")
    assert (letter.recipient, letter.message_id) == ("ada@example.org", sent.message_id)
    assert {part.get_content_type() for part in letter.message.walk()} >= {"text/plain", "text/html"}
    assert letter.message["Subject"] and letter.message["Auto-Submitted"] == "auto-generated"
    assert (sent.state, sent.attempts, sent.leased_until) == (Delivery.SENT, 1, None)
    assert deliver(app, session, timedelta(days=1)) == 0


def test_a_secret_is_forgotten_once_sent(app: Flask, session: Session, sink: SmtpSink) -> None:
    queue(session, "ada", secret=True)
    queue(session, "ben")
    deliver(app, session)
    assert (row(session, "ada").context, row(session, "ada").text) == ({}, None)
    assert row(session, "ben").context["code"] == "123456"
    assert "123 456" in (row(session, "ben").text or "")


def test_the_demonstration_keeps_secrets_to_show_them(app: Flask, session: Session, sink: SmtpSink) -> None:
    queue(session, "ada", secret=True)
    deliver(app, session, keep_secrets=True)
    assert "123 456" in (row(session, "ada").text or "")


@pytest.mark.parametrize("reply", ["550 no such user", "553 not here"])
def test_an_address_refused_for_ever_fails_alone(app: Flask, session: Session, sink: SmtpSink, reply: str) -> None:
    sink.replies["ada@example.org"] = reply
    queue(session, "ada", secret=True)
    queue(session, "ben")
    assert deliver(app, session) == 1
    refused = row(session, "ada")
    assert (refused.state, refused.leased_until, refused.context) == (Delivery.FAILED, None, {})
    assert sink.recipients == ["ben@example.org"]
    assert deliver(app, session, timedelta(days=1)) == 0


@pytest.mark.parametrize("phase", ["replies", "data"])
def test_a_letter_for_later_holds_up_nobody(app: Flask, session: Session, sink: SmtpSink, phase: str) -> None:
    getattr(sink, phase)["ada@example.org"] = "451 try later"
    queue(session, "ada", "ben", "cem")
    assert deliver(app, session) == 2
    assert sink.recipients == ["ben@example.org", "cem@example.org"]
    late = row(session, "ada")
    assert late.state is Delivery.QUEUED and late.leased_until is None
    assert clock.now() < late.next_attempt_at <= clock.now() + timedelta(seconds=11)
    getattr(sink, phase).clear()
    assert deliver(app, session, timedelta(minutes=1)) == 1
    assert sink.copies[late.message_id] == 1


def test_a_letter_refused_at_its_words_fails_alone(app: Flask, session: Session, sink: SmtpSink) -> None:
    sink.data["ada@example.org"] = "554 looks like spam"
    queue(session, "ada", "ben")
    assert deliver(app, session) == 1
    assert row(session, "ada").state is Delivery.FAILED


def test_an_address_smtp_cannot_write_fails_alone(app: Flask, session: Session, sink: SmtpSink) -> None:
    queue(session, "ada\nbcc: ben", "cem")
    assert deliver(app, session) == 1
    assert row(session, "ada\nbcc: ben").state is Delivery.FAILED
    assert sink.recipients == ["cem@example.org"]


def test_a_letter_that_cannot_be_written_fails_alone(
    app: Flask, session: Session, sink: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    with unit_of_work(session):
        queue_mail(session, "sign_in_code", to="ada@example.org", mobile="07700 900982")
        queue_mail(session, "no_such_letter", to="ben@example.org")
    queue(session, "cem")
    assert deliver(app, session) == 1
    assert {row(session, name).state for name in ("ada", "ben")} == {Delivery.FAILED}
    kinds = {(record.__dict__["job"], record.__dict__["kind"]) for record in caplog.records}
    assert kinds == {("sign_in_code", "UndefinedError"), ("no_such_letter", "TemplateNotFound")}
    assert "07700" not in caplog.text and "example.org" not in caplog.text


def test_a_server_that_is_closing_stops_the_round(app: Flask, session: Session, sink: SmtpSink) -> None:
    sink.everybody = "421 closing"
    queue(session, "ada", "ben")
    assert deliver(app, session) == 0
    assert sink.connections == 1
    assert (row(session, "ada").attempts, row(session, "ben").attempts) == (1, 0)
    assert row(session, "ben").leased_until is None


def test_a_server_that_is_down_is_asked_once_a_round(app: Flask, session: Session, sink: SmtpSink) -> None:
    sink.stop()
    queue(session, "ada", "ben")
    assert deliver(app, session) == 0
    sink.start()
    assert deliver(app, session, timedelta(minutes=1)) == 2
    assert sorted(sink.recipients) == ["ada@example.org", "ben@example.org"]


def test_starttls_wants_a_server_that_proves_its_name(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter holds a sign-in code: nobody in between may pose as the mail server."""
    server, certificate = own_certificate(tmp_path)
    app.extensions["mailman"].use_tls = True
    queue(session, "ada")
    with SmtpSink(tls=server) as posing:
        app.extensions["mailman"].port = posing.port
        assert deliver(app, session) == 0
        assert posing.taken == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert deliver(app, session, timedelta(minutes=1)) == 1
        assert posing.recipients == ["ada@example.org"]


def test_waits_grow_to_half_an_hour_and_end(app: Flask, session: Session, sink: SmtpSink) -> None:
    sink.replies["ada@example.org"] = "450 greylisted"
    queue(session, "ada")
    waits = []
    for attempt in [*range(12), GIVE_UP_AFTER - 2, GIVE_UP_AFTER - 1]:
        with unit_of_work(session):
            row(session, "ada").attempts = attempt
        assert row(session, "ada").state is Delivery.QUEUED
        with clock.at(max(row(session, "ada").next_attempt_at, clock.now())):
            deliver(app, session)
            waits.append((row(session, "ada").next_attempt_at - clock.now()).total_seconds())
    assert waits[:3] == pytest.approx([10, 20, 40], abs=2)
    assert max(waits) <= LONGEST_WAIT.total_seconds() and waits[-1] == pytest.approx(max(waits), abs=2)
    assert row(session, "ada").state is Delivery.FAILED


def test_a_notice_is_queued_once(session: Session) -> None:
    with unit_of_work(session):
        asked = [
            notify_once(session, "sign_in_code", to=to, subject="campaign:1", window=window)
            for to, window in [("a@x", "june"), ("a@x", "june"), ("a@x", "july"), ("b@x", "june")]
        ]
    assert asked == [True, False, True, True]
    assert len(session.scalars(select(OutboxMail)).all()) == 3


def test_undeliverable_mail_comes_back_to_its_own_address(
    settings: Settings, sink: SmtpSink, session: Session, app: Flask
) -> None:
    """The envelope names it, so that reports go there; people still see whom the mail is from."""
    settings = replace(settings, mail_bounce="bounce@volunteer.example")
    post = MailmanPost(mail, sender=settings.mail_from, bounce=settings.mail_bounce)
    post.send(Letter("ada@example.org", "Hello", "Text", "<p>Text</p>", "<1@volunteer.portal>", (("X-One", "1"),)))
    [letter] = sink.taken
    assert letter.sender == "bounce@volunteer.example"
    assert (letter.message["From"], letter.message["X-One"]) == (settings.mail_from, "1")


def test_a_letter_that_can_be_stopped_says_how(app: Flask, session: Session, sink: SmtpSink) -> None:
    """RFC 8058: both headers, the address by HTTP, and the same link in the words."""
    with unit_of_work(session):
        queue_mail(session, "interest_known", to="ada@example.org", scheme="Volunteer", stop_token="abc-123")
    queue(session, "ben")
    deliver(app, session)
    stoppable, plain = (letter.message for letter in sink.taken)
    assert stoppable["List-Unsubscribe"] == "<http://localhost/unsubscribe/abc-123>"
    assert stoppable["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert plain["List-Unsubscribe"] is None and plain["List-Unsubscribe-Post"] is None


def test_a_code_goes_before_whatever_else_is_due(app: Flask, session: Session, sink: SmtpSink) -> None:
    queue(session, "one", "two")
    queue(session, "waits", secret=True)
    assert deliver(app, session) == 3
    assert sink.recipients == [f"{who}@example.org" for who in ("waits", "one", "two")]
