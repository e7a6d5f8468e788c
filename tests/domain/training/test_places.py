"""Places in a cohort: taken, confirmed, given up, passed on, transferred, begun; nobody twice, none over the top."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.applications.rules import WithdrawReason
from portal.domain.campaigns.models import RequirementKind
from portal.domain.journeys.ending import withdraw
from portal.domain.journeys.training import places_due
from portal.domain.messages.models import OutboxMail
from portal.domain.training import giving_up, waiting_list
from portal.domain.training.enrolling import enrol
from portal.domain.training.models import Cohort, Trainee, TraineeEnd, Waiting
from portal.domain.training.places import let_go
from portal.domain.training.rules import (
    BegunAlready,
    CohortNotOpen,
    NoPlaceLeft,
    NoSuchPlace,
    NotAccepted,
    NotConfirmed,
    NoTimeToConfirm,
    NotReady,
    NotThisCourse,
    PlacedAlready,
    ReasonNeeded,
    TooLateToConfirm,
)
from portal.domain.training.starting import start
from portal.domain.training.transferring import transfer
from portal.web.setup import outside_of
from tests.support.offers import mails_to, now_of
from tests.support.people import a_staff_member
from tests.support.trainees import somebody_accepted, still_asked
from tests.support.training import COHORT_AT, FIRST, a_cohort, a_course, sessions_of

LATER = timedelta(days=70)


@pytest.fixture(autouse=True)
def _in_march(app: Flask) -> None:
    clock.use_offset(COHORT_AT - clock.wall())


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def _applicant(session: Session, application_id: int):  # type: ignore[no-untyped-def]
    return session.get_one(Application, application_id).applicant


def _held(session: Session, cohort: Cohort) -> list[tuple[int, int]]:
    session.rollback()
    query = select(Trainee.seat, Trainee.application_id).where(
        Trainee.cohort_id == cohort.id, Trainee.ended_at.is_(None)
    )
    return [(row.seat, row.application_id) for row in session.execute(query.order_by(Trainee.seat))]


def test_people_get_the_lowest_free_places_until_none_is_left(session: Session, recruiter: StaffMember) -> None:
    cohort = a_cohort(session, days=2, capacity=2)
    people = [somebody_accepted(session) for _ in range(3)]
    for each in people[:2]:
        enrol(session, recruiter, cohort.id, each)
    assert _held(session, cohort) == [(1, people[0]), (2, people[1])]
    with pytest.raises(NoPlaceLeft):
        enrol(session, recruiter, cohort.id, people[2])
    assert mails_to(session, people[0]) == ["training_enrolled"]
    again = enrol(session, recruiter, cohort.id, people[0])
    assert again.seat == 1
    assert mails_to(session, people[0]) == ["training_enrolled"]


def test_who_has_not_accepted_and_whose_course_it_is_not_gets_no_place(
    session: Session, recruiter: StaffMember
) -> None:
    cohort, other = (
        a_cohort(session, days=2),
        a_cohort(session, course=a_course(session, scheme="volunteer-police-cadet")),
    )
    offered = somebody_accepted(session, state=State.OFFERED)
    with pytest.raises(NotAccepted):
        enrol(session, recruiter, cohort.id, offered)
    with pytest.raises(NotThisCourse):
        enrol(session, recruiter, other.id, somebody_accepted(session))
    placed = somebody_accepted(session)
    enrol(session, recruiter, cohort.id, placed)
    with pytest.raises(PlacedAlready):
        enrol(session, recruiter, a_cohort(session, days=2).id, placed)


def test_a_cohort_that_is_a_draft_or_over_takes_nobody(session: Session, recruiter: StaffMember) -> None:
    draft, over = a_cohort(session, days=2, published=False), a_cohort(session, days=2)
    person = somebody_accepted(session)
    with pytest.raises(CohortNotOpen):
        enrol(session, recruiter, draft.id, person)
    with clock.at(clock.end_of(FIRST) + timedelta(days=3)), pytest.raises(CohortNotOpen):
        enrol(session, recruiter, over.id, person)


def test_a_place_given_up_goes_to_whoever_accepted_first_in_the_same_act(
    session: Session, recruiter: StaffMember
) -> None:
    cohort = a_cohort(session, days=2, capacity=1)
    first, second, third = (somebody_accepted(session) for _ in range(3))
    enrol(session, recruiter, cohort.id, first)
    for each in (third, second):  # who asks first is not who comes first
        waiting_list.wait(session, _applicant(session, each), each, cohort.id)
        waiting_list.wait(session, _applicant(session, each), each, cohort.id)
    assert len(session.scalars(select(Waiting)).all()) == 2
    giving_up.decline(session, _applicant(session, first), first)
    assert _held(session, cohort) == [(1, second)]
    trainee = session.scalars(select(Trainee).where(Trainee.application_id == second)).one()
    assert trainee.confirmed_at is None
    assert trainee.confirm_by == clock.end_of(clock.today() + timedelta(days=4))
    assert mails_to(session, first)[-1] == "training_place_ended"
    assert mails_to(session, second) == ["training_place_free"]
    assert now_of(session, first).state is State.ACCEPTED
    giving_up.confirm(session, _applicant(session, second), second)
    giving_up.confirm(session, _applicant(session, second), second)
    assert mails_to(session, second) == ["training_place_free", "training_enrolled"]


def test_a_place_is_not_confirmed_too_late(session: Session, recruiter: StaffMember) -> None:
    cohort, person = a_cohort(session, days=2), somebody_accepted(session)
    until = clock.end_of(clock.today() + timedelta(days=1))
    trainee = enrol(session, recruiter, cohort.id, person, confirm_by=until)
    with pytest.raises(NotConfirmed):
        start(session, recruiter, trainee.id)
    with clock.at(until), pytest.raises(TooLateToConfirm):
        giving_up.confirm(session, _applicant(session, person), person)


def test_whoever_had_a_place_of_the_cohort_is_not_promoted_by_the_rule_again(
    session: Session, recruiter: StaffMember
) -> None:
    cohort, person = a_cohort(session, days=2, capacity=1), somebody_accepted(session)
    enrol(session, recruiter, cohort.id, person)
    applicant = _applicant(session, person)
    giving_up.decline(session, applicant, person)
    waiting_list.wait(session, applicant, person, cohort.id)
    assert waiting_list.promote_due(session) == 0
    waiting_list.leave(session, applicant, person, cohort.id)
    waiting_list.leave(session, applicant, person, cohort.id)
    assert session.scalars(select(Waiting.ended_as)).one() == "taken_back"


def test_a_place_nobody_had_yet_is_the_recruiters_to_give(session: Session) -> None:
    cohort, person = a_cohort(session, days=2, capacity=1), somebody_accepted(session)
    waiting_list.wait(session, _applicant(session, person), person, cohort.id)
    assert waiting_list.promote_due(session) == 0
    assert _held(session, cohort) == []


def test_nobody_is_promoted_on_the_eve_of_the_course(session: Session, recruiter: StaffMember) -> None:
    cohort = a_cohort(session, days=2, capacity=1)
    first, second = somebody_accepted(session), somebody_accepted(session)
    enrol(session, recruiter, cohort.id, first)
    waiting_list.wait(session, _applicant(session, second), second, cohort.id)
    with clock.at(clock.start_of(FIRST) - timedelta(hours=12)):
        giving_up.decline(session, _applicant(session, first), first)
        assert waiting_list.promote_due(session) == 0
    assert _held(session, cohort) == []


def test_training_begins_when_everything_due_is_met_and_says_what_is_not(
    session: Session, recruiter: StaffMember
) -> None:
    cohort, person = a_cohort(session, days=2), somebody_accepted(session)
    still_asked(session, person, RequirementKind.MEDICAL, RequirementKind.VETTING)
    trainee = enrol(session, recruiter, cohort.id, person)
    with pytest.raises(NotReady) as refused:
        start(session, recruiter, trainee.id)
    assert refused.value.kinds == (RequirementKind.MEDICAL, RequirementKind.VETTING)
    assert "Medical certificate, Vetting" in refused.value.message
    assert now_of(session, person).state is State.ACCEPTED
    with unit_of_work(session):
        for requirement in session.get_one(Application, person).requirements:
            session.delete(requirement)
    start(session, recruiter, trainee.id)
    start(session, recruiter, trainee.id)
    assert now_of(session, person).state is State.TRAINING
    assert mails_to(session, person) == ["training_enrolled", "training_started"]
    with pytest.raises(BegunAlready):
        giving_up.decline(session, _applicant(session, person), person)


def test_a_transfer_keeps_who_they_are_and_frees_the_place_they_leave(session: Session, recruiter: StaffMember) -> None:
    course = a_course(session)
    cohort = a_cohort(session, course=course, capacity=1)
    later = a_cohort(session, course=course, capacity=1, first=FIRST + LATER)
    person, waits = somebody_accepted(session), somebody_accepted(session)
    trainee = enrol(session, recruiter, cohort.id, person)
    start(session, recruiter, trainee.id)
    waiting_list.wait(session, _applicant(session, waits), waits, cohort.id)
    with pytest.raises(ReasonNeeded):
        transfer(session, recruiter, trainee.id, later.id, "whim")
    new = transfer(session, recruiter, trainee.id, later.id, "dates")
    assert transfer(session, recruiter, trainee.id, later.id, "dates").id == new.id
    assert (new.seat, new.started_at) == (1, None)
    assert now_of(session, person).state is State.ACCEPTED
    assert _held(session, cohort) == [(1, waits)]
    assert _held(session, later) == [(1, person)]
    old = session.get_one(Trainee, trainee.id)
    assert (old.ended_as, old.reason) == (TraineeEnd.TRANSFERRED, "dates")
    assert mails_to(session, person)[-1] == "training_transferred"


def test_a_place_that_was_not_confirmed_waits_for_a_yes_in_the_other_cohort_too(
    session: Session, recruiter: StaffMember
) -> None:
    course = a_course(session)
    cohort, later = a_cohort(session, course=course), a_cohort(session, course=course, first=FIRST + LATER)
    person = somebody_accepted(session)
    first = sessions_of(session, cohort)[0].starts_at
    trainee = enrol(session, recruiter, cohort.id, person, confirm_by=first - timedelta(days=1))
    with clock.at(first - timedelta(hours=1)):
        new = transfer(session, recruiter, trainee.id, later.id, "dates")
        assert new.confirmed_at is None and new.confirm_by is not None and new.confirm_by > clock.now()
        with pytest.raises(NotConfirmed):
            start(session, recruiter, new.id)
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
        assert mail is not None and mail.name == "training_transferred" and mail.context["confirm_by"]
        giving_up.confirm(session, _applicant(session, person), person)
        assert session.get_one(Trainee, new.id).confirmed_at is not None


def test_whoever_has_no_time_to_confirm_is_rung_not_moved(session: Session, recruiter: StaffMember) -> None:
    course = a_course(session)
    cohort, soon = a_cohort(session, course=course, first=FIRST + LATER), a_cohort(session, course=course)
    begins = sessions_of(session, soon)[0].starts_at
    until = sessions_of(session, cohort)[0].starts_at - timedelta(days=1)
    trainee = enrol(session, recruiter, cohort.id, somebody_accepted(session), confirm_by=until)
    with clock.at(begins - timedelta(hours=1)), pytest.raises(NoTimeToConfirm):
        transfer(session, recruiter, trainee.id, soon.id, "dates")
    assert session.get_one(Trainee, trainee.id, populate_existing=True).ended_at is None


def test_a_full_or_foreign_cohort_takes_no_transfer(session: Session, recruiter: StaffMember) -> None:
    course = a_course(session)
    cohort, full = a_cohort(session, course=course), a_cohort(session, course=course, capacity=1, first=FIRST + LATER)
    enrol(session, recruiter, full.id, somebody_accepted(session))
    trainee = enrol(session, recruiter, cohort.id, somebody_accepted(session))
    with pytest.raises(NoPlaceLeft):
        transfer(session, recruiter, trainee.id, full.id, "dates")
    with pytest.raises(NotThisCourse):
        transfer(session, recruiter, trainee.id, a_cohort(session, days=2).id, "dates")
    assert len(_held(session, cohort)) == 1


def test_a_place_taken_back_keeps_the_offer_and_a_later_cohort_open(session: Session, recruiter: StaffMember) -> None:
    cohort, person = a_cohort(session, days=2), somebody_accepted(session)
    trainee = enrol(session, recruiter, cohort.id, person)
    start(session, recruiter, trainee.id)
    giving_up.remove(session, recruiter, trainee.id, "away")
    assert now_of(session, person).state is State.ACCEPTED
    with pytest.raises(NoSuchPlace):
        giving_up.remove(session, recruiter, trainee.id, "away")
    assert enrol(session, recruiter, cohort.id, person).seat == 1


def test_an_application_that_ended_frees_its_place(session: Session, recruiter: StaffMember) -> None:
    cohort = a_cohort(session, days=2, capacity=1)
    person, waits = somebody_accepted(session), somebody_accepted(session)
    start(session, recruiter, enrol(session, recruiter, cohort.id, person).id)
    waiting_list.wait(session, _applicant(session, waits), waits, cohort.id)
    withdraw(session, _applicant(session, person), person, WithdrawReason.TIME)
    with unit_of_work(session):
        let_go(session, person)
    assert _held(session, cohort) == []
    assert now_of(session, person).state_before is not State.TRAINING
    assert waiting_list.promote_due(session) == 1
    assert _held(session, cohort) == [(1, waits)]


def test_every_letter_about_a_place_can_be_read(session: Session, recruiter: StaffMember, app: Flask) -> None:
    course = a_course(session)
    cohort, later = a_cohort(session, course=course), a_cohort(session, course=course, first=FIRST + LATER)
    stays, leaves, lapses = (somebody_accepted(session) for _ in range(3))
    until = clock.end_of(clock.today() + timedelta(days=4))
    trainee = enrol(session, recruiter, cohort.id, stays)
    start(session, recruiter, trainee.id)
    transfer(session, recruiter, trainee.id, later.id, "dates")
    giving_up.remove(session, recruiter, enrol(session, recruiter, cohort.id, leaves).id, "asked")
    enrol(session, recruiter, cohort.id, lapses, confirm_by=until)
    with clock.at(until - timedelta(hours=12)):
        places_due(session, most=50)
    with clock.at(until):
        places_due(session, most=50)
    queued = session.scalars(select(OutboxMail).where(OutboxMail.name.startswith("training_"))).all()
    assert {mail.name for mail in queued} == {
        "training_enrolled", "training_started", "training_transferred", "training_place_free",
        "training_place_ended", "training_confirm_reminder",
    }  # fmt: skip
    letters = outside_of(app).letters
    for mail in queued:
        letter = letters.write(mail.name, mail.context, recipient=mail.recipient, message_id=mail.message_id)
        assert "/training" in letter.text, mail.name
        assert "  " not in letter.subject and letter.subject.strip()
        assert "\nYou keep" not in letter.text or "\n\nYou keep" in letter.text
