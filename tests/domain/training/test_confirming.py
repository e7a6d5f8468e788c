"""Places from the waiting list: reminded of, passed on when nobody says yes. And what people say of days to come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.attendance.beforehand import AwayReason, DayBegun, can_come, cannot_come, said_by, words_of
from portal.domain.journeys.ending import free_due
from portal.domain.journeys.rotating import rotate_keys
from portal.domain.journeys.training import places_due
from portal.domain.refusals import NotFound
from portal.domain.training import contacts, giving_up, waiting_list
from portal.domain.training.availability import courses_to_come, state, stated
from portal.domain.training.contacts import Contact, ContactChanged
from portal.domain.training.enrolling import enrol
from portal.domain.training.models import Cohort, EmergencyContact, Trainee, TraineeEnd
from portal.domain.training.rules import NotAccepted
from portal.domain.training.transferring import transfer
from tests.support.make_applications import keys_of
from tests.support.offers import mails_to, now_of
from tests.support.people import a_staff_member
from tests.support.trainees import a_trainee, somebody_accepted
from tests.support.training import COHORT_AT, FIRST, a_cohort, a_course, sessions_of


@pytest.fixture(autouse=True)
def _in_march(app: Flask) -> None:
    clock.use_offset(COHORT_AT - clock.wall())


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def _person(session: Session, application_id: int) -> Applicant:
    return session.get_one(Application, application_id).applicant


def _place_free(session: Session, recruiter: StaffMember) -> tuple[Cohort, int, int]:
    """A full cohort of one whose place went to the first in line; a second person waits."""
    cohort = a_cohort(session, days=2, capacity=1)
    had, first, second = (somebody_accepted(session) for _ in range(3))
    enrol(session, recruiter, cohort.id, had)
    for each in (first, second):
        waiting_list.wait(session, _person(session, each), each, cohort.id)
    giving_up.decline(session, _person(session, had), had)
    return cohort, first, second


def _place_of(session: Session, application_id: int) -> Trainee:
    query = select(Trainee).where(Trainee.application_id == application_id).order_by(Trainee.id.desc()).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def test_a_place_is_reminded_of_once_and_then_goes_to_the_next(session: Session, recruiter: StaffMember) -> None:
    cohort, first, second = _place_free(session, recruiter)
    assert places_due(session, most=50) == 0
    with clock.at(COHORT_AT + timedelta(days=4)):
        assert places_due(session, most=50) == 1
        assert places_due(session, most=50) == 0
    assert mails_to(session, first) == ["training_place_free", "training_confirm_reminder"]
    with clock.at(COHORT_AT + timedelta(days=5)):
        assert places_due(session, most=50) == 1
    lost = _place_of(session, first)
    assert lost.ended_as is TraineeEnd.LAPSED
    assert now_of(session, first).state is State.ACCEPTED
    assert _place_of(session, second).cohort_id == cohort.id
    assert mails_to(session, second) == ["training_place_free"]


def test_a_worker_that_slept_takes_no_place_from_somebody_never_reminded(
    session: Session, recruiter: StaffMember
) -> None:
    _cohort, first, second = _place_free(session, recruiter)
    with clock.at(COHORT_AT + timedelta(days=9)):
        assert places_due(session, most=50) == 1
        assert _place_of(session, first).ended_at is None
        giving_up.confirm(session, _person(session, first), first)
    with clock.at(COHORT_AT + timedelta(days=20)):
        assert places_due(session, most=50) == 0
    assert session.scalars(select(Trainee).where(Trainee.application_id == second)).all() == []


def test_days_somebody_cannot_come_to_are_stated_before_they_have_a_place(session: Session, app: Flask) -> None:
    cohort, other = a_cohort(session, days=2), a_cohort(session, course=a_course(session, scheme="citizens-academy"))
    draft, person = a_cohort(session, days=2, published=False), somebody_accepted(session)
    applicant, days = _person(session, person), sessions_of(session, cohort)
    application = session.get_one(Application, person)
    assert courses_to_come(session, application) == []  # a course of no scheme is nobody's to choose
    theirs = a_cohort(session, course=a_course(session, scheme="community-policing-volunteer"))
    assert [each.id for each in courses_to_come(session, application)] == [theirs.id]
    days = sessions_of(session, theirs)
    state(session, applicant, person, theirs.id, suits=True, misses=[days[1].id])
    assert stated(session, person)[theirs.id].misses == [days[1].id]
    state(session, applicant, person, theirs.id, suits=False, misses=[days[1].id])
    assert (stated(session, person)[theirs.id].suits, stated(session, person)[theirs.id].misses) == (False, [])
    with pytest.raises(NotFound):
        state(session, applicant, person, theirs.id, suits=True, misses=[sessions_of(session, other)[0].id])
    offered = somebody_accepted(session, state=State.OFFERED)
    with pytest.raises(NotAccepted):
        state(session, _person(session, offered), offered, theirs.id, suits=True)
    with pytest.raises(NotFound):
        state(session, applicant, offered, theirs.id, suits=True)
    assert draft.published_at is None


def test_a_trainee_says_beforehand_that_they_cannot_come_and_takes_it_back(session: Session, app: Flask) -> None:
    keys, cohort = keys_of(app), a_cohort(session, days=2)
    trainee = a_trainee(session, cohort)
    person, day = _person(session, trainee.application_id), sessions_of(session, cohort)[0]
    row = cannot_come(session, keys, person, trainee.application_id, day.id, AwayReason.WORK, "A shift I cannot swap")
    assert words_of(keys, row) == "A shift I cannot swap"
    cannot_come(session, keys, person, trainee.application_id, day.id, AwayReason.FAMILY)
    assert said_by(session, trainee.id)[day.id].reason == "family"
    can_come(session, person, trainee.application_id, day.id)
    can_come(session, person, trainee.application_id, day.id)
    assert said_by(session, trainee.id) == {}
    with clock.at(day.starts_at), pytest.raises(DayBegun):
        cannot_come(session, keys, person, trainee.application_id, day.id, AwayReason.ILL)
    elsewhere = sessions_of(session, a_cohort(session, days=2))[0]
    with pytest.raises(NotFound):
        cannot_come(session, keys, person, trainee.application_id, elsewhere.id, AwayReason.ILL)


def test_an_emergency_contact_is_sealed_and_never_overwritten_unseen(session: Session, app: Flask) -> None:
    keys, trainee = keys_of(app), a_trainee(session, a_cohort(session, days=2))
    key, person = trainee.application_id, _person(session, trainee.application_id)
    assert contacts.contact_of(session, keys, key) is None
    contacts.give_contact(session, keys, person, key, Contact("Pat Adeyemi", "07700 900123", "Partner"))
    found = contacts.contact_of(session, keys, key)
    assert found == Contact("Pat Adeyemi", "07700 900123", "Partner", 1)
    assert b"Pat" not in session.scalars(select(EmergencyContact.sealed)).one()
    contacts.give_contact(
        session, keys, person, key, Contact("Pat Adeyemi", "07700 900123", "Partner")
    )  # a second click
    with pytest.raises(ContactChanged):
        contacts.give_contact(session, keys, person, key, Contact("Sam Adeyemi", "07700 900123", "Sister", 0))
    contacts.give_contact(session, keys, person, key, Contact("Sam Adeyemi", "07700 900123", "Sister", 1))
    assert contacts.contacts_of(session, keys, [key])[key].version == 2


def test_what_helps_in_class_goes_along_with_a_transfer_and_a_new_master_key(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    keys, course = keys_of(app), a_course(session)
    cohort, later = a_cohort(session, course=course), a_cohort(session, course=course, first=FIRST + timedelta(days=70))
    trainee = a_trainee(session, cohort)
    person = _person(session, trainee.application_id)
    contacts.say_adjustments(session, keys, person, trainee.application_id, "  Large print, please.  ")
    new = transfer(session, recruiter, trainee.id, later.id, "dates")
    assert contacts.adjustments_of(keys, new) == "Large print, please."
    rotate_keys(session, recruiter, keys)
    assert contacts.adjustments_of(keys, session.get_one(Trainee, new.id)) == "Large print, please."
    contacts.say_adjustments(session, keys, person, trainee.application_id, "")
    assert contacts.adjustments_of(keys, session.get_one(Trainee, new.id, populate_existing=True)) == ""


def test_a_course_put_off_frees_the_place_once_the_worker_looks(session: Session, recruiter: StaffMember) -> None:
    trainee = a_trainee(session, a_cohort(session, days=2), started=False)
    with unit_of_work(session):
        session.get_one(Application, trainee.application_id).state = State.DEFERRED
    assert free_due(session, most=50) == 1
    assert free_due(session, most=50) == 0
    assert session.get_one(Trainee, trainee.id, populate_existing=True).ended_as is TraineeEnd.GONE


def test_an_emergency_contact_is_deleted_when_the_notice_says(session: Session, app: Flask) -> None:
    keys, cohort = keys_of(app), a_cohort(session, days=2)
    stays, leaves = a_trainee(session, cohort), a_trainee(session, cohort, started=False)
    for trainee in (stays, leaves):
        person = _person(session, trainee.application_id)
        contacts.give_contact(session, keys, person, trainee.application_id, Contact("Pat", "07700 900123", "Partner"))
    assert places_due(session, most=50) == 0
    giving_up.decline(session, _person(session, leaves.application_id), leaves.application_id)
    assert places_due(session, most=50) == 1
    assert list(session.scalars(select(EmergencyContact.application_id))) == [stays.application_id]
    over = sessions_of(session, cohort)[-1].ends_at
    for days, left in ((29, 1), (31, 0)):
        with clock.at(over + timedelta(days=days)):
            places_due(session, most=50)
        assert len(session.scalars(select(EmergencyContact)).all()) == left
