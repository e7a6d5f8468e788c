"""The code on the wall goes on while nobody touches the page, and shows nothing but codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.actions import end_sessions
from portal.domain.accounts.models import SignInSession, StaffMember
from portal.domain.attendance import codes
from portal.domain.training.models import SessionTrainer
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.people import browser_of
from tests.support.registers import A_MORNING, Day, a_day
from tests.support.stage import put_clock
from tests.support.training import a_trainer

ASKS = {"HX-Request": "true"}
STOPS = 286  # htmx asks no more


@pytest.fixture
def day(app: Flask, session: Session) -> Iterator[Day]:
    yield a_day(session, app)


@pytest.fixture
def wall(app: Flask, day: Day) -> JudgingClient:
    """The trainer's browser, with the code on the wall."""
    browser = browser_of(app, day.trainer)
    page = browser.get(address(day))
    assert page.status_code == 200 and f'hx-get="{address(day)}/next"' in page.text
    return browser


def address(day: Day) -> str:
    return f"/staff/cohorts/{day.cohort.id}/register/{day.session_id}/code"


def code_of(app: Flask, day: Day) -> str:
    return codes.code_at(keys_of(app), day.session_id, clock.wall())


def idle(session: Session, hours: float = 5) -> None:
    """Nobody has touched anything for so long."""
    with unit_of_work(session):
        session.execute(update(SignInSession).values(seen_at=clock.wall() - timedelta(hours=hours)))


def test_the_code_is_shown_around_the_class(app: Flask, day: Day, wall: JudgingClient) -> None:
    text = wall.get(address(day)).text
    assert 'class="v-qr"' in text and 'http-equiv="refresh"' in text and code_of(app, day) in text
    part_of = wall.get(f"{address(day)}/next", headers=ASKS).text
    assert "<svg" in part_of and "<main" not in part_of
    put_clock(app, A_MORNING - timedelta(hours=3))
    assert 'class="v-qr"' not in wall.get(address(day)).text


def test_codes_go_on_after_the_sign_in_has_lapsed_and_nothing_else_does(
    app: Flask, session: Session, day: Day, wall: JudgingClient
) -> None:
    signed_in = wall.get(f"{address(day)}/next", headers=ASKS)
    assert code_of(app, day) in signed_in.text and "here so far" in signed_in.text
    idle(session)
    shown = wall.get(f"{address(day)}/next", headers=ASKS)
    assert shown.status_code == 200 and code_of(app, day) in shown.text
    assert "here so far" not in shown.text and shown.headers["Cache-Control"] == "no-store"
    assert wall.get(address(day)).status_code == 303, "the page itself wants a sign-in"
    assert wall.get(f"/staff/cohorts/{day.cohort.id}/register").status_code == 303
    session.rollback()
    row = session.scalars(select(SignInSession)).one()
    assert clock.wall() - row.seen_at > timedelta(hours=4), "it keeps no sign-in alive"


def test_they_end_with_the_class_with_the_sign_in_and_with_the_place_of_its_trainer(
    app: Flask, session: Session, day: Day, wall: JudgingClient
) -> None:
    idle(session)
    put_clock(app, A_MORNING + timedelta(hours=11))
    over = wall.get(f"{address(day)}/next", headers=ASKS)
    assert over.status_code == STOPS and "The class is over" in over.text and code_of(app, day) not in over.text
    put_clock(app, A_MORNING)
    assert wall.get(f"{address(day)}/next", headers=ASKS).status_code == 200
    instead, before = a_trainer(session).id, day.trainer.id
    with unit_of_work(session):
        session.execute(update(SessionTrainer).filter_by(staff_id=before).values(staff_id=instead))
    assert _stopped(wall, day), "somebody else teaches it now"


def test_they_stop_at_once_where_they_were_signed_out(session: Session, day: Day, wall: JudgingClient) -> None:
    idle(session)
    with unit_of_work(session):
        end_sessions(session, session.get_one(StaffMember, day.trainer.id))
    assert _stopped(wall, day)


def test_they_stop_when_the_sign_in_is_too_old_or_its_owner_is_nobody_now(
    session: Session, day: Day, wall: JudgingClient
) -> None:
    with unit_of_work(session):
        session.get_one(StaffMember, day.trainer.id).disabled_at = clock.now()
    assert _stopped(wall, day)
    with unit_of_work(session):
        session.get_one(StaffMember, day.trainer.id).disabled_at = None
        session.execute(update(SignInSession).values(created_at=clock.wall() - timedelta(days=2)))
    assert _stopped(wall, day)


def test_only_the_browser_that_shows_this_day_gets_its_codes(app: Flask, session: Session, day: Day) -> None:
    never_opened = browser_of(app, day.trainer)
    assert _stopped(never_opened, day)
    other = browser_of(app, a_trainer(session))
    assert other.get(address(day)).status_code == 404 and _stopped(other, day)
    assert _stopped(JudgingClient(app), day), "a stranger"
    assert never_opened.get(f"{address(day)}/next").status_code == 404, "no page of its own"
    shows = browser_of(app, day.trainer)
    shows.get(address(day))
    wrong = f"/staff/cohorts/{day.cohort.id + 1}/register/{day.session_id}/code/next"
    assert shows.get(wrong, headers=ASKS).status_code == STOPS


def _stopped(browser: JudgingClient, day: Day) -> bool:
    answer = browser.get(f"{address(day)}/next", headers=ASKS)
    return (
        answer.status_code == STOPS
        and "The codes have stopped" in answer.text
        and "v-reg-code__words" not in answer.text
    )
