"""A time is taken, moved, given up and handed on: by the very actions the pages use, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.actions import withdraw as plainly_withdraw
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.actions import SYSTEM
from portal.domain.interviews.booking import book, cancel, move, session_cancelled
from portal.domain.interviews.choosing import live_booking, sittings
from portal.domain.interviews.inviting import close, invite, let_lapse, reopen
from portal.domain.interviews.models import (
    Booking,
    BookingEnd,
    Invitation,
    InvitationEnd,
    PanelMember,
    SessionKind,
    Slot,
    Wish,
    WishEnd,
)
from portal.domain.interviews.rules import (
    BegunAlready,
    BookedAlready,
    ChangedMeanwhile,
    ChangeReason,
    NoChanceLeft,
    NotInvitable,
    NotInvited,
    NotThisTime,
    SlotTaken,
    WhyNeeded,
)
from portal.domain.interviews.standing import standing, todos
from portal.domain.interviews.waiting_list import ask_in_words, hand_on, wait, wishes_of
from portal.domain.journeys.ending import free_due, withdraw
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from tests.support.interviews import PLANNED_AT, InterviewStage, an_interview_stage
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, an_applicant

INTERVIEW = SessionKind.INTERVIEW
DAY_BEFORE = timedelta(hours=24)


@pytest.fixture(autouse=True)
def _planned() -> Iterator[None]:
    with clock.at(PLANNED_AT):
        yield


def invited(session: Session, stage: InterviewStage, number: int = 0) -> Invitation:
    return invite(session, stage.recruiter, stage.applications[number].id, INTERVIEW)


def letters(session: Session, name: str, application: Application) -> list[dict[str, Any]]:
    query = select(OutboxMail.context).filter_by(name=f"interview_{name}", application_id=application.id)
    return list(session.scalars(query.order_by(OutboxMail.id)))


def test_an_invitation_moves_the_application_once(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    first = invited(session, stage)
    assert invited(session, stage).id == first.id
    assert stage.application.state is State.INTERVIEW
    assert stage.application.state_before is State.SHORTLISTED
    assert len(letters(session, "invited", stage.application)) == 1
    assert first.answer_by - first.invited_at == timedelta(days=7)
    [todo] = todos(session, stage.application)
    assert (todo.endpoint, todo.done) == ("public.interview", False)


def test_only_those_on_the_shortlist_are_invited(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    withdraw(session, stage.application.applicant, stage.application.id, WithdrawReason.TIME)
    with pytest.raises(NotInvitable):
        invited(session, stage)
    kept = a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=kept.id, application_id=stage.application.id, relation=Relation.WORK, declared_at=clock.now()
            )
        )
    with pytest.raises(NotFound):
        invite(session, kept, stage.application.id, INTERVIEW)


def test_a_time_is_booked_moved_and_given_up_under_one_calendar_entry(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    them, invitation, slots = stage.application.applicant, invited(session, stage), stage.slots
    first = book(session, them, invitation.id, slots[0].id)
    assert book(session, them, invitation.id, slots[0].id).id == first.id  # a double click
    with pytest.raises(BookedAlready):
        book(session, them, invitation.id, slots[1].id)
    second = move(session, them, invitation.id, slots[1].id)
    assert move(session, them, invitation.id, slots[1].id).id == second.id
    cancel(session, them, invitation.id)
    cancel(session, them, invitation.id)
    assert (first.ended_as, second.ended_as) == (BookingEnd.MOVED, BookingEnd.CANCELLED)
    entries = [letters(session, name, stage.application)[0]["calendar"] for name in ("booked", "moved", "cancelled")]
    assert {entry["uid"] for entry in entries} == {invitation.uid}
    assert [(entry["method"], entry["sequence"]) for entry in entries] == [
        ("REQUEST", 1), ("REQUEST", 2), ("CANCEL", 3),
    ]  # fmt: skip
    assert invitation.ended_at is None
    assert book(session, them, invitation.id, slots[0].id).id not in {first.id, second.id}


def test_the_second_hears_that_it_is_taken_and_what_is_left(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=3)
    one, other = invited(session, stage, 0), invited(session, stage, 1)
    book(session, stage.applications[0].applicant, one.id, stage.slots[0].id)
    with pytest.raises(SlotTaken) as refusal:
        book(session, stage.applications[1].applicant, other.id, stage.slots[0].id)
    assert refusal.value.left == (stage.slots[1].starts_at, stage.slots[2].starts_at)
    assert live_booking(session, other.id) is None


def test_the_database_itself_refuses_one_seat_twice(app: Flask, session: Session) -> None:
    """Even where nobody asked first: the seat's own index stands behind every rule."""
    stage = an_interview_stage(session, app, applicants=2)
    one, other = invited(session, stage, 0), invited(session, stage, 1)
    book(session, stage.applications[0].applicant, one.id, stage.slots[0].id)
    with pytest.raises(Exception, match=r"(?i)unique"), unit_of_work(session):
        session.add(
            Booking(
                invitation_id=other.id, application_id=stage.applications[1].id, slot_id=stage.slots[0].id, seat=1,
                booked_at=clock.now(),
            )
        )  # fmt: skip


def test_two_panels_side_by_side_are_one_time_with_two_seats(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=3, slots=1, panels=2)
    invitations = [invited(session, stage, number) for number in range(3)]
    [day] = sittings(session, stage.application.id, INTERVIEW, clock.now())
    assert [time.free for time in day.times] == [2]
    for number in range(2):
        book(session, stage.applications[number].applicant, invitations[number].id, stage.slots[0].id)
    with pytest.raises(SlotTaken):
        book(session, stage.applications[2].applicant, invitations[2].id, stage.slots[0].id)


def test_nobody_sits_before_somebody_who_knows_them(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=2, panels=2, interviewers=2)
    invitation, knows = invited(session, stage), stage.interviewers[0]
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=knows.id, application_id=stage.application.id, relation=Relation.FRIEND,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    theirs = set(session.scalars(select(PanelMember.panel_id).filter_by(staff_id=knows.id)))
    barred = next(slot for slot in stage.slots if slot.panel_id in theirs)
    booking = book(session, stage.application.applicant, invitation.id, barred.id)
    assert session.get_one(Slot, booking.slot_id).panel_id not in theirs
    with pytest.raises(NotThisTime):
        move(session, stage.recruiter, invitation.id, next(s.id for s in stage.slots if s.panel_id in theirs))


def test_times_of_others_days_past_and_too_soon_cannot_be_taken(app: Flask, session: Session) -> None:
    stage, other = an_interview_stage(session, app, slots=2), an_interview_stage(session, app)
    them, invitation = stage.application.applicant, invited(session, stage)
    with pytest.raises(NotThisTime):
        book(session, them, invitation.id, other.slots[0].id)
    with pytest.raises(NotThisTime):
        book(session, them, invitation.id, 10**6)
    with pytest.raises(NotFound):
        book(session, an_applicant(session), invitation.id, stage.slots[0].id)
    with clock.at(stage.slots[1].starts_at - DAY_BEFORE):
        with pytest.raises(NotThisTime):
            book(session, them, invitation.id, stage.slots[0].id)
        assert book(session, stage.recruiter, invitation.id, stage.slots[1].id).booked_by == stage.recruiter.id
    with clock.at(stage.slots[0].starts_at), pytest.raises(NotThisTime):
        move(session, stage.recruiter, invitation.id, stage.slots[0].id)


def test_a_reason_is_asked_for_late_and_after_the_free_moves(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=4)
    them, invitation, slots = stage.application.applicant, invited(session, stage), stage.slots
    book(session, them, invitation.id, slots[0].id)
    move(session, them, invitation.id, slots[1].id)
    move(session, them, invitation.id, slots[2].id)
    with pytest.raises(WhyNeeded):
        move(session, them, invitation.id, slots[3].id)
    move(session, stage.recruiter, invitation.id, slots[0].id)  # staff are not asked
    moved = move(session, them, invitation.id, slots[3].id, reason=ChangeReason.WORK)
    with clock.at(slots[3].starts_at - timedelta(hours=1)):
        with pytest.raises(WhyNeeded):
            cancel(session, them, invitation.id)
        cancel(session, them, invitation.id, reason=ChangeReason.TRAVEL)
    assert moved.reason == "travel"
    assert {"by_us", "work"} <= set(session.scalars(select(Booking.reason)))


def test_what_has_begun_is_not_changed(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    invitation = invited(session, stage)
    book(session, stage.application.applicant, invitation.id, stage.slots[0].id)
    with clock.at(stage.slots[0].starts_at), pytest.raises(BegunAlready):
        cancel(session, stage.application.applicant, invitation.id, reason=ChangeReason.OTHER)


def test_a_stale_page_changes_nothing(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    invitation = invited(session, stage)
    seen = invitation.version
    book(session, stage.application.applicant, invitation.id, stage.slots[0].id, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        move(session, stage.application.applicant, invitation.id, stage.slots[1].id, seen=seen)


def test_a_freed_seat_goes_to_who_asked_first_and_theirs_to_the_next(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=4, slots=2)
    one, two, three, four = (invited(session, stage, number) for number in range(4))
    people = [each.applicant for each in stage.applications]
    early, late = stage.slots
    book(session, people[0], one.id, early.id)
    book(session, people[1], two.id, late.id)
    wait(session, people[1], two.id, [early.id])
    wait(session, people[2], three.id, [early.id, late.id])
    wait(session, people[3], four.id, [], [stage.day.id])
    cancel(session, people[0], one.id)
    got = {each.id: booking.slot_id for each in (two, three) if (booking := live_booking(session, each.id))}
    assert got == {two.id: early.id, three.id: late.id}
    assert live_booking(session, four.id) is None
    assert [wish.session_id for wish in wishes_of(session, four.id)] == [stage.day.id]
    assert wishes_of(session, three.id) == []
    [entry] = [letter["calendar"] for letter in letters(session, "seat_free", stage.applications[1])]
    assert (entry["uid"], entry["sequence"]) == (two.uid, 2)
    assert two.moves == 0
    granted = select(func.count()).select_from(Wish).where(Wish.ended_as == WishEnd.GRANTED)
    assert session.scalar(granted) == 2


def test_a_seat_is_handed_on_to_nobody_who_may_not_take_it(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=3, slots=1)
    invitations = [invited(session, stage, number) for number in range(3)]
    people = [each.applicant for each in stage.applications]
    book(session, people[0], invitations[0].id, stage.slots[0].id)
    wait(session, people[1], invitations[1].id, [stage.slots[0].id])
    wait(session, people[2], invitations[2].id, [stage.slots[0].id])
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=stage.interviewers[0].id, application_id=stage.applications[1].id, relation=Relation.FAMILY,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    withdraw(session, people[0], stage.application.id, WithdrawReason.TIME)
    assert live_booking(session, invitations[1].id) is None
    held = live_booking(session, invitations[2].id)
    assert held is not None
    assert held.slot_id == stage.slots[0].id


def test_a_seat_within_the_cut_off_is_handed_on_to_nobody(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=1)
    one, two = invited(session, stage, 0), invited(session, stage, 1)
    book(session, stage.applications[0].applicant, one.id, stage.slots[0].id)
    wait(session, stage.applications[1].applicant, two.id, [stage.slots[0].id])
    with clock.at(stage.slots[0].starts_at - timedelta(hours=2)):
        cancel(session, stage.applications[0].applicant, one.id, reason=ChangeReason.WORK)
        assert live_booking(session, two.id) is None


def test_who_begins_to_wait_as_a_seat_comes_free_has_it(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, slots=1)
    invitation = invited(session, stage)
    wait(session, stage.application.applicant, invitation.id, [stage.slots[0].id])
    assert live_booking(session, invitation.id) is not None
    with unit_of_work(session):
        assert hand_on(session, [stage.slots[0].id]) == 0


def test_ended_elsewhere_is_found_by_the_worker(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, slots=2)
    one, two = invited(session, stage, 0), invited(session, stage, 1)
    book(session, stage.applications[0].applicant, one.id, stage.slots[0].id)
    wait(session, stage.applications[1].applicant, two.id, [stage.slots[0].id])
    plainly_withdraw(session, stage.applications[0].applicant, stage.application.id, WithdrawReason.TIME)
    assert free_due(session, most=50) == 1
    assert free_due(session, most=50) == 0
    assert one.ended_as is InvitationEnd.GONE
    assert live_booking(session, two.id) is not None
    with pytest.raises(NotInvited):
        book(session, stage.recruiter, one.id, stage.slots[1].id)


def test_a_cancelled_session_ends_its_bookings_and_lets_people_choose_again(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2)
    one, two = invited(session, stage, 0), invited(session, stage, 1)
    book(session, stage.applications[0].applicant, one.id, stage.slots[0].id)
    wait(session, stage.applications[1].applicant, two.id, [stage.slots[0].id])
    with unit_of_work(session):
        stage.day.cancelled_at, stage.day.cancelled_reason = clock.now(), "venue"
        assert session_cancelled(session, stage.recruiter, stage.day.id, "venue") == 1
    assert live_booking(session, one.id) is None
    assert one.ended_at is None
    assert wishes_of(session, two.id) == []
    [letter] = letters(session, "cancelled", stage.application)
    assert (letter["calendar"]["method"], letter["again"], letter["by_us"]) == ("CANCEL", True, True)


def test_a_wish_in_words_is_sealed_and_kept_once(app: Flask, session: Session) -> None:
    stage, keys = an_interview_stage(session, app), keys_of(app)
    invitation = invited(session, stage)
    for words in ("Only after six, I work shifts", "Only after six, I work shifts", "Any Sunday"):
        ask_in_words(session, keys, stage.application.applicant, invitation.id, words)
    [wish] = wishes_of(session, invitation.id)
    assert wish.sealed is not None
    assert b"Sunday" not in wish.sealed
    assert keys.unseal(wish.sealed, table="wish", row=str(wish.id), column="sealed") == "Any Sunday"


def test_missing_a_time_leaves_one_more_chance(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    first = invited(session, stage)
    close(session, first.id, InvitationEnd.NO_SHOW)
    assert reopen(session, first.id)
    close(session, first.id, InvitationEnd.NO_SHOW)
    second = invited(session, stage)
    assert (second.attempt, second.uid == first.uid) == (2, False)
    assert not reopen(session, first.id)
    assert letters(session, "invited", stage.application)[-1]["missed"] is True
    close(session, second.id, InvitationEnd.NO_SHOW)
    with pytest.raises(NoChanceLeft):
        invited(session, stage)


def test_an_unanswered_invitation_lapses_only_by_a_person_and_only_late(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    invitation = invited(session, stage)
    with pytest.raises(NotInvitable):
        let_lapse(session, stage.recruiter, invitation.id)
    with clock.at(invitation.answer_by + timedelta(minutes=1)):
        let_lapse(session, stage.recruiter, invitation.id)
        let_lapse(session, stage.recruiter, invitation.id)
    assert stage.application.state is State.LAPSED
    assert len(letters(session, "lapsed", stage.application)) == 1


def test_who_stands_where_is_told_in_one_place(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    assert standing(session, stage.application, INTERVIEW) is None
    invitation = invite(session, SYSTEM, stage.application.id, INTERVIEW, behalf_of=stage.recruiter.id)
    book(session, stage.application.applicant, invitation.id, stage.slots[0].id)
    now = standing(session, stage.application, INTERVIEW)
    assert now is not None
    assert now.place is not None
    assert (now.changeable, now.asks_why, now.place.slot.id) == (True, False, stage.slots[0].id)
    [todo] = todos(session, stage.application)
    assert (todo.title, todo.done) == ("Your interview: Saturday 10 February, 9:30am", True)
