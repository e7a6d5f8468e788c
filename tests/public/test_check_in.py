"""A trainee checks in at the door: with the code on the trainer's screen, or showing their own."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application
from portal.domain.attendance import codes, marking
from portal.domain.attendance.models import Mark, Presence
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.make_applications import keys_of
from tests.support.people import an_applicant, browser_of
from tests.support.registers import A_MORNING, Day, a_day, wish
from tests.support.stage import put_clock
from tests.support.trainees import a_trainee


@pytest.fixture
def day(app: Flask, session: Session) -> Day:
    return a_day(session, app)


def person_of(session: Session, day: Day, place: int = 0) -> Applicant:
    return session.get_one(Application, day.people[place].application_id).applicant


@pytest.fixture
def phone(app: Flask, session: Session, day: Day) -> JudgingClient:
    return browser_of(app, person_of(session, day))


def code_now(app: Flask, day: Day, *, seconds: int = 0) -> str:
    return codes.code_at(keys_of(app), day.session_id, clock.wall() - timedelta(seconds=seconds))


def sent(phone: JudgingClient, **data: str) -> dict[str, str]:
    return data | {"csrf_token": form_token(phone.application)}


def standing(session: Session, day: Day, place: int = 0) -> Mark | None:
    session.rollback()
    return session.get(Mark, (day.session_id, day.people[place].id), populate_existing=True)


def test_whoever_scans_and_presses_is_here(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    address = f"/check-in/{code_now(app, day)}"
    page = phone.get(address)
    assert page.status_code == 200 and "I am here" in page.text
    assert standing(session, day) is None, "reading changes nothing"
    for _ in range(2):
        done = phone.post(address, data=sent(phone))
        assert done.status_code == 200 and "You are checked in" in done.text and "10 minutes late" in done.text
    mark = standing(session, day)
    assert mark is not None and (mark.presence, mark.late_minutes, mark.version) == (Presence.PRESENT, 10, 1)


def test_the_button_outlives_the_code_for_whom_it_was_shown_to(
    app: Flask, phone: JudgingClient, session: Session, day: Day
) -> None:
    old = f"/check-in/{code_now(app, day, seconds=120)}"
    assert phone.get(old).status_code == 410
    assert phone.post(old, data=sent(phone)).status_code == 410
    ticket = re.search(r'name="ticket"[^>]*value="([^"]+)"', phone.get(f"/check-in/{code_now(app, day)}").text)
    assert ticket is not None
    neighbour = browser_of(app, person_of(session, day, 1))
    assert neighbour.post(old, data=sent(neighbour, ticket=ticket[1])).status_code == 410
    assert phone.post(old, data=sent(phone, ticket=ticket[1])).status_code == 200
    assert standing(session, day) is not None and standing(session, day, 1) is None


def test_a_stranger_signs_in_and_comes_back(app: Flask, client: JudgingClient, day: Day) -> None:
    answer = client.get(f"/check-in/{code_now(app, day)}")
    assert answer.status_code == 303 and "next=%2Fcheck-in%2F" in answer.location


def test_somebody_of_no_register_finds_nothing(app: Flask, session: Session, day: Day) -> None:
    theirs = browser_of(app, an_applicant(session))
    address = f"/check-in/{code_now(app, day)}"
    assert theirs.get(address).status_code == 404
    assert theirs.post(address, data=sent(theirs)).status_code == 404


@pytest.mark.parametrize("code", ["x", "12", "1-AAAAAAAA", "999999-AAAAAAAA", "%00"])
def test_a_made_up_code_is_old(phone: JudgingClient, code: str) -> None:
    assert phone.get(f"/check-in/{code}").status_code in {404, 410}


def test_before_and_after_the_class_nobody_checks_in(
    app: Flask, phone: JudgingClient, session: Session, day: Day
) -> None:
    put_clock(app, A_MORNING - timedelta(hours=3))
    address = f"/check-in/{code_now(app, day)}"
    page = unescape(phone.get(address).text)
    assert "I am here" not in page and "You can check in from 8am" in page
    answer = phone.post(address, data=sent(phone))
    assert answer.status_code == 422 and "You are not checked in" in answer.text
    assert standing(session, day) is None


def test_what_the_trainer_said_stands(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    marking.mark(session, day.trainer, day.session_id, wish(day.people[0], Presence.ABSENT))
    answer = phone.post(f"/check-in/{code_now(app, day)}", data=sent(phone))
    assert answer.status_code == 409 and "marked otherwise" in answer.text
    mark = standing(session, day)
    assert mark is not None and mark.presence is Presence.ABSENT


def test_who_may_not_take_part_is_sent_to_the_trainer(app: Flask, session: Session, day: Day) -> None:
    waiting = a_trainee(session, day.cohort, started=False)
    theirs = browser_of(app, session.get_one(Application, waiting.application_id).applicant)
    page = theirs.get(f"/check-in/{code_now(app, day)}")
    assert "I am here" not in page.text and "Speak to your trainer" in page.text
    assert theirs.post(f"/check-in/{code_now(app, day)}", data=sent(theirs)).status_code == 422


def test_a_code_is_typed(app: Flask, phone: JudgingClient, day: Day) -> None:
    assert phone.get("/check-in").status_code == 200
    typed = f" {code_now(app, day).lower()} "
    answer = phone.post("/check-in", data=sent(phone, code=typed))
    assert answer.status_code == 303 and answer.location == f"/check-in/{code_now(app, day)}"
    for wrong in ("", "1-AAAAAAAA", "x" * 41):
        assert phone.post("/check-in", data=sent(phone, code=wrong)).status_code == 422


def test_ones_own_code_is_shown_to_oneself(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    reference = session.get_one(Application, day.people[0].application_id).reference
    page = phone.get(f"/applications/{reference}/training/code")
    assert "<svg" in page.text and codes.short_code(day.people[0].check_in) in page.text
    neighbour = browser_of(app, person_of(session, day, 1))
    assert neighbour.get(f"/applications/{reference}/training/code").status_code == 404
    assert phone.get("/applications/CPV-2222-2222/training/code").status_code == 404
