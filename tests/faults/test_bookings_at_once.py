"""Everybody wants the last place: many connections open at once to a live server, on both databases."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.interviews.booking import book
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import Booking, SessionKind
from portal.domain.interviews.waiting_list import wait
from portal.domain.messages.models import OutboxMail
from tests.support.crowd import BROKEN, Caller, Reply, together
from tests.support.interviews import PLANNED_AT, InterviewStage, an_interview_stage
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.make_documents import set_clock
from tests.support.programme import count
from tests.support.submissions import check_file

pytestmark = pytest.mark.faults
PATIENCE = 900.0  # seconds: the last of a thousand waits for all the others, on a busy machine
LEFT = "1 time left, the first on Saturday 10 February 2018 at 10am."


@dataclass(frozen=True)
class Invited:
    """Somebody invited, and their signed-in browser."""

    invitation_id: int
    application_id: int
    reference: str
    browser: Caller

    @property
    def page(self) -> str:
        return f"/applications/{self.reference}/interview"


def invited(app: Flask, session: Session, stage: InterviewStage, url: str) -> list[Invited]:
    token, people = form_token(app), []
    for each in stage.applications:
        with clock.at(PLANNED_AT):
            made = invite(session, stage.recruiter, each.id, SessionKind.INTERVIEW)
        browser = Caller(url, cookies_of(app, each.applicant), token)
        people.append(Invited(made.id, each.id, each.reference, browser))
        session.rollback()
    return people


def over_open_connections(people: list[Invited], slot_id: int) -> list[Reply]:
    """Each opens a connection; when all stand open, each asks for the same place at one moment."""
    parts = urlsplit(people[0].browser.url)
    lines = [http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE) for _ in people]
    for line in lines:
        line.connect()

    def ask(number: int) -> Reply:
        who, line = people[number], lines[number]
        cookies = "; ".join(f"{name}={value}" for name, value in who.browser.cookies.items())
        headers = {
            "Cookie": cookies,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            line.request("POST", who.page, urlencode({"csrf_token": who.browser.token, "slot": slot_id}), headers)
            answer = line.getresponse()
            return Reply(answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException):
            return BROKEN
        finally:
            line.close()

    threading.stack_size(512 * 1024)  # a thousand threads that do little
    try:
        return together(len(people), ask)
    finally:
        threading.stack_size(0)


def holders(session: Session, slot_id: int) -> list[int]:
    session.rollback()
    query = select(Booking.application_id).filter_by(slot_id=slot_id, ended_at=None)
    return list(session.scalars(query))


def start_clock(settings: Settings) -> None:
    set_clock(settings, PLANNED_AT)


def test_one_has_the_last_place_and_all_others_hear_what_is_left(
    app: Flask, session: Session, settings: Settings
) -> None:
    stage = an_interview_stage(session, app, applicants=count(24, 1000), slots=2)
    wanted = stage.slots[0].id
    start_clock(settings)
    with LiveServer(settings, workers=3, threads=8) as server:
        people = invited(app, session, stage, server.url)
        for _ in range(count(2, 20)):
            with unit_of_work(session):
                session.execute(delete(Booking))
                session.execute(delete(OutboxMail).where(OutboxMail.name == "interview_booked"))
            replies = over_open_connections(people, wanted)
            assert Counter(reply.status for reply in replies) == {303: 1, 409: len(people) - 1}
            assert [reply.body for reply in replies if reply.status == 409 and LEFT not in reply.body] == []
            [winner] = [who for who, reply in zip(people, replies, strict=True) if reply.status == 303]
            assert holders(session, wanted) == [winner.application_id]
            told = select(OutboxMail.application_id).where(OutboxMail.name == "interview_booked")
            assert list(session.scalars(told)) == [winner.application_id]
    check_file(session)


def test_a_place_given_up_goes_to_who_waits_however_many_grab_at_it(
    app: Flask, session: Session, settings: Settings
) -> None:
    """One gives the place up while all others ask for it: whoever waited has it, and nobody else for a moment."""
    stage = an_interview_stage(session, app, applicants=count(8, 100), slots=1)
    place = stage.slots[0].id
    start_clock(settings)
    with LiveServer(settings, workers=3, threads=8) as server:
        people = invited(app, session, stage, server.url)
        holder, waiter, *others = people
        with clock.at(PLANNED_AT):
            book(session, stage.applications[0].applicant, holder.invitation_id, place)
            wait(session, stage.applications[1].applicant, waiter.invitation_id, [place])
        session.rollback()

        def act(number: int) -> Reply:
            if number == 0:
                return holder.browser.post(f"{holder.page}/cancel", then="again")
            return others[number - 1].browser.post(others[number - 1].page, slot=str(place))

        replies = together(len(others) + 1, act)
    assert [reply.status for reply in replies] == [303, *[409] * len(others)]
    assert holders(session, place) == [waiter.application_id]
    moved_up = select(func.count()).where(OutboxMail.name == "interview_seat_free")
    assert session.scalar(moved_up) == 1
    check_file(session)


def test_a_double_click_is_one_booking(app: Flask, session: Session, settings: Settings) -> None:
    stage = an_interview_stage(session, app, slots=1)
    place = stage.slots[0].id
    start_clock(settings)
    with LiveServer(settings, workers=3, threads=8) as server:
        [who] = invited(app, session, stage, server.url)
        replies = together(20, lambda _: who.browser.post(who.page, slot=str(place)))
    assert {reply.status for reply in replies} == {303}
    assert holders(session, place) == [who.application_id]
    assert session.scalar(select(func.count()).where(OutboxMail.name == "interview_booked")) == 1
