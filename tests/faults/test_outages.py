"""The database or Redis goes away under a live server, and comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from portal import create_app
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.messages.actions import queue_mail
from portal.extensions import db
from tests.support import databases
from tests.support import settings as settings_of
from tests.support.crowd import Caller, Reply, eventually
from tests.support.live import LiveProcess, LiveServer, LiveWorker, cookies_of, form_token
from tests.support.people import an_applicant
from tests.support.postgres import own_postgres
from tests.support.services import answers, free_port, require_service, running
from tests.support.smtp import SmtpSink

pytestmark = pytest.mark.faults
PUBLIC = ("/", "/sign-in", "/campaigns")


def signed_in(settings: Settings, url: str) -> Caller:
    """An applicant's browser at a live server."""
    app = create_app(settings)
    with app.app_context():
        cookies = cookies_of(app, an_applicant(db.session()))
        db.session.remove()
        db.engine.dispose()
    return Caller(url, cookies, form_token(app))


def failures(server: LiveProcess) -> list[str]:
    """What the server logged as its own failure."""
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    return [line["message"] for line in lines if line["message"].startswith(("unhandled", "Exception on"))]


def test_the_database_stops_and_comes_back(tmp_path: Path) -> None:
    """503 with a page that needs no database; ready again without a restart. Three times."""
    with own_postgres(tmp_path) as postgres:
        settings = settings_of.testing_settings(tmp_path, postgres.url)
        with LiveServer(settings) as server:
            person, stranger = signed_in(settings, server.url), Caller(server.url, {})
            for _ in range(3):
                assert stranger.get("/readyz").status == 200
                assert person.get("/sign-in").status in {200, 303}
                postgres.stop()
                assert stranger.get("/healthz").status == 200
                assert stranger.get("/readyz").status == 503
                for page in [person.get("/sign-in"), person.get("/no-such-page"), ask_for_code(stranger)]:
                    assert page.status == 503
                    assert "<h1" in page.body and "Traceback" not in page.body and "psycopg" not in page.body
                postgres.start()
                assert [stranger.get("/readyz").status for _ in range(8)] == [200] * 8
                assert {person.get("/sign-in").status for _ in range(8)} <= {200, 303}
                assert ask_for_code(stranger).status == 303
            assert failures(server) == []


def ask_for_code(browser: Caller) -> Reply:
    return browser.post("/sign-in", email="sam@example.org")


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[str]:
    program = require_service("redis")
    command = [program, "--port", str(port), "--save", "", "--dir", str(folder)]
    with running(command, lambda: answers(port), folder / "redis.log"):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def with_redis(tmp_path: Path) -> Settings:
    require_service("redis")
    with databases.fresh("sqlite", tmp_path) as url:
        return replace(settings_of.testing_settings(tmp_path, url), rate_limits=True)


def test_redis_stops_and_comes_back(tmp_path: Path, with_redis: Settings) -> None:
    """Limits are counted in memory, nothing cached is used, mail waits for the minute's wake-up: nothing fails."""
    port = free_port()
    settings = replace(with_redis, redis_url=f"redis://127.0.0.1:{port}/0")
    server = LiveServer(settings)
    try:
        with redis_server(tmp_path, port):
            server.start()
            person, stranger = signed_in(settings, server.url), Caller(server.url, {})
            everything_answers(stranger, person)
        everything_answers(stranger, person)
        with redis_server(tmp_path, port) as url:
            client = redis.Redis.from_url(url)
            assert eventually(lambda: ask_for_code(stranger).status in {303, 422, 429} and client.dbsize() > 0)
            client.close()
            everything_answers(stranger, person)
        assert failures(server) == []
    finally:
        server.stop()


def everything_answers(stranger: Caller, person: Caller) -> None:
    for _ in range(3):
        for path in PUBLIC:
            assert stranger.get(path).status == 200, path
            assert person.get(path).status in {200, 303}, path
        assert stranger.get("/readyz").status == 200
        # 422 or 429 is the mailbox's own limit of mails an hour.
        assert ask_for_code(stranger).status in {303, 422, 429}


def test_a_server_starts_while_redis_is_down(with_redis: Settings) -> None:
    settings = replace(with_redis, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    with LiveServer(settings) as server:
        everything_answers(Caller(server.url, {}), signed_in(settings, server.url))
        assert failures(server) == []


def test_the_worker_outlives_redis(tmp_path: Path, with_redis: Settings) -> None:
    """A mail queued while Redis is down is there when it is back: the table is the queue."""
    port = free_port()
    with SmtpSink() as sink:
        settings = replace(
            with_redis,
            redis_url=f"redis://127.0.0.1:{port}/0",
            mail_host="127.0.0.1",
            mail_port=sink.port,
            mail_tls=False,
        )
        app, worker = create_app(settings), LiveWorker(settings)
        with app.app_context():
            try:
                with redis_server(tmp_path, port):
                    worker.start()
                    queue_letter("ada@example.org")
                    assert eventually(lambda: sink.recipients == ["ada@example.org"])
                queue_letter("ben@example.org")
                assert sink.recipients == ["ada@example.org"]
                with redis_server(tmp_path, port):
                    queue_letter("cem@example.org")
                    expected = ["ada@example.org", "ben@example.org", "cem@example.org"]
                    assert eventually(lambda: sink.recipients == expected)
            finally:
                worker.kill()
                db.session.remove()
                db.engine.dispose()


def queue_letter(to: str) -> None:
    session = db.session()
    with unit_of_work(session):
        queue_mail(session, "sign_in_code", to=to, code="123456", link="x", minutes=10)
