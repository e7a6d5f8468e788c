"""A time kept free is nobody's to book, and whoever waits has it when it is open again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.models import AuditEvent
from portal.domain.interviews.booking import book
from portal.domain.interviews.changing import NotThere, cancel_session, reseat
from portal.domain.interviews.choosing import live_booking, sittings
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.keeping import BookedMeanwhile, TimeBegun, keep_free, open_again
from portal.domain.interviews.models import Invitation, SessionKind, Slot
from portal.domain.interviews.planning import WasCancelled
from portal.domain.interviews.rules import NotThisTime, SlotTaken
from portal.domain.interviews.waiting_list import wait
from portal.domain.refusals import NotFound
from tests.support.interviews import PLANNED_AT, InterviewStage, an_interview_stage

INTERVIEW = SessionKind.INTERVIEW


@pytest.fixture(autouse=True)
def _planned() -> Iterator[None]:
    with clock.at(PLANNED_AT):
        yield


def invited(session: Session, stage: InterviewStage, number: int = 0) -> Invitation:
    return invite(session, stage.recruiter, stage.applications[number].id, INTERVIEW)


def trail(session: Session) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.action.like("interviews.slot%")).order_by(AuditEvent.id)
    return list(session.scalars(query))


def test_nobody_books_a_time_kept_free_until_it_is_open_again(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=2)
    mine, slot = invited(session, stage), stage.slots[0]
    for _ in range(2):  # pressed twice it is so once
        assert keep_free(session, stage.recruiter, slot.id, seen=0).closed_at is not None
    [day] = sittings(session, stage.application.id, INTERVIEW, PLANNED_AT)
    assert [time.slot_id for time in day.times] == [stage.slots[1].id]
    for actor in (stage.application.applicant, stage.recruiter):
        with pytest.raises(NotThisTime):
            book(session, actor, mine.id, slot.id)
    for _ in range(2):
        assert open_again(session, stage.recruiter, slot.id).closed_at is None
    assert book(session, stage.application.applicant, mine.id, slot.id).slot_id == slot.id
    assert trail(session) == ["interviews.slot_kept_free", "interviews.slot_opened"]


def test_a_time_somebody_booked_meanwhile_is_not_kept_free(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=2)
    book(session, stage.recruiter, invited(session, stage).id, stage.slots[0].id)
    for seen in (0, 1):  # as an older page says, and as a full one would
        with pytest.raises(BookedMeanwhile):
            keep_free(session, stage.recruiter, stage.slots[0].id, seen=seen)
    assert session.get_one(Slot, stage.slots[0].id).closed_at is None
    assert trail(session) == []


def test_of_a_time_with_several_places_those_left_are_kept_free(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=2, places=3)
    first, second = invited(session, stage), invited(session, stage, 1)
    book(session, stage.recruiter, first.id, stage.slots[0].id)
    with pytest.raises(BookedMeanwhile):
        keep_free(session, stage.recruiter, stage.slots[0].id, seen=0)
    keep_free(session, stage.recruiter, stage.slots[0].id, seen=1)
    with pytest.raises(NotThisTime):
        book(session, stage.applications[1].applicant, second.id, stage.slots[0].id)
    other = book(session, stage.recruiter, second.id, stage.slots[1].id)
    with pytest.raises(NotThere):
        reseat(session, stage.recruiter, other.id, stage.slots[0].id)
    kept = live_booking(session, first.id)
    assert kept is not None and kept.slot_id == stage.slots[0].id


def test_whoever_waits_for_the_day_has_the_time_once_it_is_open_again(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=2)
    first, second = invited(session, stage), invited(session, stage, 1)
    keep_free(session, stage.recruiter, stage.slots[0].id, seen=0)
    book(session, stage.recruiter, first.id, stage.slots[1].id)
    with pytest.raises(SlotTaken):
        book(session, stage.applications[1].applicant, second.id, stage.slots[1].id)
    wait(session, stage.applications[1].applicant, second.id, [stage.slots[1].id], [stage.day.id])
    assert live_booking(session, second.id) is None
    open_again(session, stage.recruiter, stage.slots[0].id)
    seated = live_booking(session, second.id)
    assert seated is not None and seated.slot_id == stage.slots[0].id


def test_a_time_that_has_begun_of_a_day_called_off_or_of_no_day_stays_as_it_is(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0, slots=2)
    slot = stage.slots[0]
    with clock.at(slot.starts_at + timedelta(minutes=1)), pytest.raises(TimeBegun):
        keep_free(session, stage.recruiter, slot.id, seen=0)
    with pytest.raises(NotFound):
        keep_free(session, stage.recruiter, 999_999, seen=0)
    cancel_session(session, stage.recruiter, stage.day.id, "place")
    with pytest.raises(WasCancelled):
        keep_free(session, stage.recruiter, slot.id, seen=0)
    with pytest.raises(WasCancelled):
        open_again(session, stage.recruiter, slot.id)
