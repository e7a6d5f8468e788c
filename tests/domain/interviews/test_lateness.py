"""A panel that runs late tells those still to come, each once of each change, and takes it back when it caught up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.models import AuditEvent
from portal.domain.interviews.attending import mark, run_late
from portal.domain.interviews.booking import book, cancel
from portal.domain.interviews.choosing import live_invitation
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import Attendance, Booking
from portal.domain.messages.models import Delivery, OutboxMail
from portal.services.mail import Letter
from portal.web.setup import outside_of
from tests.support.interviews import PLANNED_AT, InterviewStage, an_interview_stage


def at(hour: int, minute: int = 0) -> Any:
    return clock.at(clock.from_london(datetime(2018, 2, 10, hour, minute)))


@pytest.fixture
def stage(app: Flask, session: Session) -> InterviewStage:
    """Four with a time: three with panel A at half past nine, ten and half past ten, one with panel B at ten."""
    made = an_interview_stage(session, app, applicants=4, panels=2, slots=3)
    with clock.at(PLANNED_AT):
        for person, slot in zip(made.applications, (0, 1, 2, 4), strict=True):
            invitation = invite(session, made.recruiter, person.id, made.day.kind)
            book(session, made.recruiter, invitation.id, made.slots[slot].id)
    return made


def say(session: Session, stage: InterviewStage, minutes: int, *, telling: bool = True) -> int:
    return run_late(session, stage.recruiter, stage.day.panels[0].id, minutes, telling=telling)


def letters(session: Session, stage: InterviewStage) -> list[tuple[int, int, str]]:
    """Each letter: which of the people, how late, and the likely time."""
    who = {person.id: number for number, person in enumerate(stage.applications)}
    query = select(OutboxMail).filter_by(name="interview_late").order_by(OutboxMail.id)
    return [(who[mail.application_id], mail.context["late"], mail.context["time"]) for mail in session.scalars(query)]


def seat_of(session: Session, stage: InterviewStage, person: int) -> int:
    query = select(Booking.id).filter_by(application_id=stage.applications[person].id, ended_at=None)
    return session.scalars(query).one()


def test_those_still_to_come_with_this_panel_hear_when_their_turn_is_likely(
    session: Session, stage: InterviewStage
) -> None:
    with at(9, 40):
        mark(session, stage.recruiter, seat_of(session, stage, 0), Attendance.ARRIVED)
        assert say(session, stage, 20) == 2
    assert letters(session, stage) == [(1, 20, "10:20am"), (2, 20, "10:50am")]
    with at(9, 41):
        assert say(session, stage, 20) == 0  # pressed twice
    assert len(letters(session, stage)) == 2
    trail = session.scalars(select(AuditEvent).filter_by(action="interviews.running_late")).all()
    assert [each.detail["told"] for each in trail] == [2]


def test_nobody_hears_unless_it_is_wished_and_whoever_comes_in_time_all_the_same(
    session: Session, stage: InterviewStage
) -> None:
    with at(9, 40):
        assert say(session, stage, 5, telling=False) == 0
    with at(9, 50):
        assert say(session, stage, 5) == 2  # the same again, told this time: half past nine and five has passed
    with at(10, 2):
        assert say(session, stage, 45) == 3  # who has not come at half past nine hears it too: it is not too late
    assert letters(session, stage)[2:] == [(0, 45, "10:15am"), (1, 45, "10:45am"), (2, 45, "11:15am")]


def test_whoever_was_told_a_later_time_is_told_of_an_earlier_one_and_nobody_else(
    session: Session, stage: InterviewStage
) -> None:
    with at(9, 40):
        say(session, stage, 30)
    with at(9, 45):
        invitation = live_invitation(session, stage.applications[2].id, stage.day.kind)
        assert invitation is not None
        cancel(session, stage.recruiter, invitation.id)  # told, and gone since
        assert say(session, stage, 60, telling=False) == 0
        assert say(session, stage, 10, telling=False) == 2
        assert say(session, stage, 0) == 1  # twenty to ten has passed
        assert say(session, stage, 0) == 0
        assert say(session, stage, 30) == 2  # late once more: the same words, and news again
    assert [(who, late) for who, late, _time in letters(session, stage)[3:]] == [
        (0, 10), (1, 10), (1, 0), (0, 30), (1, 30),
    ]  # fmt: skip


def test_a_letter_that_has_not_left_does_not_follow_the_one_that_takes_it_back(
    session: Session, stage: InterviewStage
) -> None:
    with at(9, 20):
        say(session, stage, 30)
        say(session, stage, 0)
    mails = session.scalars(select(OutboxMail).filter_by(name="interview_late")).all()
    waiting = [mail.context["late"] for mail in mails if mail.state is Delivery.QUEUED]
    assert (len(mails), waiting) == (6, [0, 0, 0])


def test_whoever_should_be_there_by_now_is_asked_to_come(app: Flask, session: Session, stage: InterviewStage) -> None:
    with at(9, 20):
        say(session, stage, 30)
    with at(9, 50):
        assert say(session, stage, 0) == 3
    with at(9, 50):
        [first, second] = session.scalars(
            select(OutboxMail).filter_by(name="interview_late", application_id=stage.application.id)
        )
        late, soon = (as_written(app, mail) for mail in (first, second))
    assert late.subject.startswith("Your interview will likely begin at 10am: ")
    assert "We are running about 30 minutes late." in late.text
    assert "was to begin at 9:30am. It will likely begin at 10am." in late.text
    assert stage.day.venue.name in late.text and "Saturday 10 February at 10am" in late.text
    assert soon.subject.startswith("Your interview is on time again, at 9:30am: ")
    assert "Please come as soon as you can." in soon.text and "Please come" in soon.html


def as_written(app: Flask, mail: OutboxMail) -> Letter:
    return outside_of(app).letters.write(mail.name, mail.context, recipient=mail.recipient, message_id=mail.message_id)
