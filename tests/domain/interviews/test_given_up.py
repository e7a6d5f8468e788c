"""A time given up goes to others, not back to who gave it up; and nobody keeps waiting for what is theirs to take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.interviews.attending import mark
from portal.domain.interviews.booking import book, cancel, move
from portal.domain.interviews.changing import cancel_session, reseat
from portal.domain.interviews.choosing import live_booking
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import Attendance, Booking, BookingEnd, SessionKind
from portal.domain.interviews.rules import ChangeReason
from portal.domain.interviews.waiting_list import wait, wishes_of
from tests.support.interviews import PLANNED_AT, InterviewStage, a_day, an_interview_stage, slots_of

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _planned() -> Iterator[None]:
    with clock.at(PLANNED_AT):
        yield


def seat_of(session: Session, invitation_id: int) -> int | None:
    held = live_booking(session, invitation_id)
    return held.slot_id if held else None


def a_pair(session: Session, stage: InterviewStage) -> tuple[int, int]:
    """Two invitations of a day with two times, one each."""
    one, other = (
        invite(session, stage.recruiter, each.id, SessionKind.INTERVIEW).id for each in stage.applications[:2]
    )
    book(session, stage.applications[0].applicant, one, stage.slots[0].id)
    book(session, stage.applications[1].applicant, other, stage.slots[1].id)
    return one, other


def test_who_waited_for_any_time_of_a_day_and_has_one_is_not_handed_it_again(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=3, slots=2)
    one, _other = a_pair(session, stage)
    person = stage.applications[2]
    late = invite(session, stage.recruiter, person.id, SessionKind.INTERVIEW).id
    wait(session, person.applicant, late, [], [stage.day.id])
    cancel(session, stage.applications[0].applicant, one)
    assert seat_of(session, late) == stage.slots[0].id
    wait(session, person.applicant, late, [stage.slots[0].id, stage.slots[1].id], [stage.day.id])
    assert [(wish.slot_id, wish.session_id) for wish in wishes_of(session, late)] == [(stage.slots[1].id, None)]
    cancel(session, person.applicant, late)
    assert seat_of(session, late) is None


def test_a_time_booked_ends_the_wait_for_its_day_so_that_moving_away_stays_away(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=1)
    other = slots_of(session, a_day(session, stage.campaign, day=date(2018, 2, 17), slots=1))[0]
    invitation = invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW).id
    book(session, stage.recruiter, invitation, other.id)
    wait(session, stage.application.applicant, invitation, [], [stage.day.id])  # free: they have it at once
    assert seat_of(session, invitation) == stage.slots[0].id
    move(session, stage.application.applicant, invitation, other.id)
    assert seat_of(session, invitation) == other.id and not wishes_of(session, invitation)


def test_of_several_free_times_the_soonest_is_theirs(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=4)
    invitation = invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW).id
    wait(session, stage.application.applicant, invitation, [slot.id for slot in reversed(stage.slots)])
    assert seat_of(session, invitation) == stage.slots[0].id


def test_who_could_not_be_moved_so_late_has_what_they_wait_for_once_they_give_theirs_up(
    app: Flask, session: Session
) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=1)
    later = slots_of(session, a_day(session, stage.campaign, day=date(2018, 2, 17), slots=1))[0]
    one, other = (invite(session, stage.recruiter, each.id, SessionKind.INTERVIEW).id for each in stage.applications)
    them = [each.applicant for each in stage.applications]
    book(session, them[0], one, stage.slots[0].id)
    book(session, them[1], other, later.id)
    wait(session, them[0], one, [later.id])
    with clock.at(stage.slots[0].starts_at - HOUR):
        cancel(session, them[1], other)
        assert seat_of(session, one) == stage.slots[0].id  # they may be on their way
        cancel(session, them[0], one, reason=ChangeReason.TRAVEL)
        assert seat_of(session, one) == later.id


def test_who_is_at_the_door_of_a_day_called_off_may_choose_again(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=2)
    one, _other = a_pair(session, stage)
    held = live_booking(session, one)
    assert held is not None
    with clock.at(stage.day.starts_at - HOUR / 2):
        mark(session, stage.recruiter, held.id, Attendance.ARRIVED)
        assert cancel_session(session, stage.recruiter, stage.day.id, "weather") == 2
    gone = session.get_one(Booking, held.id)
    assert (gone.ended_as, gone.attendance) == (BookingEnd.SESSION_CANCELLED, Attendance.EXPECTED)
    assert seat_of(session, one) is None


def test_whoever_staff_moved_waits_no_longer_for_that_time(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=2)
    one, other = a_pair(session, stage)
    wait(session, stage.applications[0].applicant, one, [stage.slots[1].id])
    held = live_booking(session, one)
    assert held is not None
    reseat(session, stage.recruiter, held.id, stage.slots[1].id)
    assert (seat_of(session, one), seat_of(session, other)) == (stage.slots[1].id, stage.slots[0].id)
    assert not wishes_of(session, one)
