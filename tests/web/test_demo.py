"""The demonstration's mail and clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.audit.models import AuditEvent
from portal.domain.messages.actions import queue_mail
from portal.domain.messages.models import OutboxMail
from tests.support.client import JudgingClient


@pytest.fixture(autouse=True)
def unmoved() -> Iterator[None]:
    """A request leaves its offset in the test's own context: put it back."""
    yield
    clock.use_offset(timedelta())


def _queue(session: Session, recipient: str, code: str = "123456") -> None:
    with unit_of_work(session):
        queue_mail(session, "sign_in_code", to=recipient, secret=True, code=code, link="abc", minutes=10)


def test_mail_is_read_newest_first_with_codes_and_links(app: Flask, client: JudgingClient, session: Session) -> None:
    _queue(session, "amara@example.org", "111222")
    _queue(session, "bilal@example.org", "333444")
    assert "Waiting to be sent" in client.get("/demo/mail").text
    client.post("/demo/clock", data={"step": "hour"})  # does what is due: both are sent
    page = client.get("/demo/mail").text
    assert page.index("333 444") < page.index("111 222")
    assert '<a href="http://localhost/sign-in/link/abc"' in page
    assert "Waiting to be sent" not in page


def test_mail_is_found_by_recipient_whatever_the_case(client: JudgingClient, session: Session) -> None:
    _queue(session, "amara@example.org")
    _queue(session, "bilal@example.org")
    page = client.get("/demo/mail?to=AMARA@").text
    assert "amara@example.org" in page and "bilal@example.org" not in page
    assert "No mail for" in client.get("/demo/mail?to=100%").text


def test_mail_is_paged(client: JudgingClient, session: Session) -> None:
    for number in range(11):
        _queue(session, f"person{number}@example.org")
    oldest = session.scalars(select(OutboxMail.id).order_by(OutboxMail.id)).first()
    first = client.get("/demo/mail").text
    assert "person10@" in first and "person0@" not in first
    assert f"before={(oldest or 0) + 1}" in first
    second = client.get(f"/demo/mail?before={(oldest or 0) + 1}").text
    assert "person0@" in second and "person1@" not in second and "Newer" in second


def test_the_clock_is_moved_to_a_london_moment(client: JudgingClient, session: Session, settings: Settings) -> None:
    moved = client.post("/demo/clock", data={"moment": "2018-07-31T23:59"})
    assert moved.status_code == 303
    offset = clock.read_offset(settings.clock_file)
    there = clock.wall() + offset
    assert timedelta() <= there - datetime(2018, 7, 31, 22, 59, tzinfo=UTC) < timedelta(seconds=30)  # summer time
    assert "Tuesday 31 July 2018, 11:59pm" in client.get("/demo/clock").text
    assert session.scalars(select(AuditEvent.action)).all() == ["clock.moved"]


def test_moving_the_clock_forgets_cached_pages(app: Flask, client: JudgingClient) -> None:
    before = app.extensions["generation"].current()
    client.post("/demo/clock", data={"step": "day"})
    assert app.extensions["generation"].current() != before


def test_steps_go_on_and_back_to_real_time(client: JudgingClient, settings: Settings) -> None:
    client.post("/demo/clock", data={"step": "day"})
    assert abs(clock.read_offset(settings.clock_file) - timedelta(days=1)) <= timedelta(hours=1, seconds=5)
    client.post("/demo/clock", data={"step": "real"})
    assert clock.read_offset(settings.clock_file) == timedelta()


@pytest.mark.parametrize(
    "moment", ["", "soon", "2018-13-01T10:00", "1066-10-14T09:00", "9999-12-31T23:59", "2018-01-26T99:99"]
)
def test_what_is_no_moment_is_refused_beside_its_field(client: JudgingClient, settings: Settings, moment: str) -> None:
    answer = client.post("/demo/clock", data={"moment": moment})
    assert answer.status_code == 422
    assert 'id="moment-error"' in answer.text and "Error: " in answer.text
    assert not settings.clock_file.exists()


def test_a_step_that_has_passed_is_refused(client: JudgingClient) -> None:
    assert client.post("/demo/clock", data={"step": "closing"}).status_code == 422


def test_production_has_none_of_it(settings: Settings) -> None:
    made = create_app(
        Settings(
            **{
                name: getattr(settings, name)
                for name in ("data", "secret_key", "master_keys", "database_url", "storage_url")
            },
            mode="production",
            base_url="https://volunteer.force.example",
            clamd="127.0.0.1:3310",
            mail_host="smtp.force.example",
        )
    )
    client = made.test_client()
    for address in ("/demo/mail", "/demo/clock", "/demo/sign-in/applicant", "/staff/demo-sign-in/recruiter"):
        assert client.get(address).status_code == 404, address
