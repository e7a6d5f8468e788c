"""Offers made and answered: one place each, one mail each, and no answer twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Requirement, RequirementState, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import WithdrawReason
from portal.domain.campaigns.models import RequirementKind
from portal.domain.casework.deciding import reopen
from portal.domain.offers.answering import accept, decline, defer
from portal.domain.offers.making import confirm_met, keep_open, lapse, offer, take_back
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.places import let_go, live_offer
from portal.domain.offers.requirements import due_later, outstanding
from portal.domain.offers.rules import (
    CourseBegun,
    DayImpossible,
    DeclineReason,
    NoLaterCourse,
    NoOffer,
    NoPlaceLeft,
    NotALaterCourse,
    NotOverdue,
    OfferChanged,
    OfferExpired,
    answer_by,
)
from portal.domain.refusals import NotFound
from tests.support.offers import MET, a_course, mails_to, now_of, someone_in, the_next_course
from tests.support.people import a_staff_member, an_applicant

K = RequirementKind


def _met(session: Session, application_id: int, *kinds: RequirementKind) -> None:
    officer = a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        for row in session.scalars(select(Requirement).filter_by(application_id=application_id)):
            if not kinds or row.kind in kinds:
                row.state, row.decided_by, row.decided_at = RequirementState.MET, officer.id, clock.now()


def test_places_are_numbered_and_the_last_is_the_last(app: Flask, session: Session) -> None:
    course, recruiter = a_course(session, 2), a_staff_member(session, Role.RECRUITER)
    people = [someone_in(session, app, course) for _ in range(3)]
    with clock.at(MET):
        assert [offer(session, recruiter, each.id).place for each in people[:2]] == [1, 2]
        with pytest.raises(NoPlaceLeft):
            offer(session, recruiter, people[2].id)
    assert now_of(session, people[2].id).state is State.INTERVIEW
    assert mails_to(session, people[0].id) == ["offer_made"]


def test_an_offer_made_twice_is_one_offer(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        assert offer(session, recruiter, person.id).id == offer(session, recruiter, person.id).id
        accept(session, person.applicant, person.id)
        with pytest.raises(NotEditable):
            offer(session, recruiter, person.id)
    assert mails_to(session, person.id) == ["offer_made", "offer_accepted"]


def test_an_offer_runs_to_the_end_of_its_day_and_never_into_the_course(app: Flask, session: Session) -> None:
    course, recruiter = a_course(session, 3), a_staff_member(session, Role.RECRUITER)
    early, late, too_late = (someone_in(session, app, course) for _ in range(3))
    with clock.at(MET):
        assert answer_by(offer(session, recruiter, early.id).expires_at) == date(2018, 3, 15)
    with clock.at(MET.replace(month=4, day=25)):
        assert answer_by(offer(session, recruiter, late.id).expires_at) == date(2018, 4, 27)
    with clock.at(MET.replace(month=4, day=27)), pytest.raises(CourseBegun):
        offer(session, recruiter, too_late.id)


def test_an_offer_lists_what_it_depends_on_and_becomes_certain_when_that_is_met(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    _met(session, person.id, K.OCCUPATION, K.IDENTITY)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        assert outstanding(session, person.id) == [K.MEDICAL, K.FITNESS, K.REFERENCES]
        assert due_later(session, person.id) == [K.VETTING]
        accept(session, person.applicant, person.id)
        assert confirm_met(session) == 0
        _met(session, person.id, K.MEDICAL, K.FITNESS, K.REFERENCES)
        assert (confirm_met(session), confirm_met(session)) == (1, 0)
    assert mails_to(session, person.id) == ["offer_made", "offer_accepted", "offer_confirmed"]


def test_what_was_met_and_has_run_out_stands_open_again(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    _met(session, person.id)
    with unit_of_work(session):
        row = session.scalars(select(Requirement).filter_by(application_id=person.id, kind=K.MEDICAL)).one()
        row.expires_on = date(2018, 3, 5)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        accept(session, person.applicant, person.id)
        assert outstanding(session, person.id) == []
    with clock.at(MET + timedelta(days=1)):
        assert outstanding(session, person.id) == [K.MEDICAL]
        assert confirm_met(session) == 0


def test_declined_for_a_reason_the_place_is_free(app: Flask, session: Session) -> None:
    course, recruiter = a_course(session, 1), a_staff_member(session, Role.RECRUITER)
    person, other = someone_in(session, app, course), someone_in(session, app, course)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        first, again = (decline(session, person.applicant, person.id, DeclineReason.TIME) for _ in range(2))
        assert first.id == again.id and first.reason == "time"
        assert offer(session, recruiter, other.id).place == 1
        with pytest.raises(NoOffer):
            accept(session, person.applicant, person.id)
    assert now_of(session, person.id).state is State.DECLINED
    assert mails_to(session, person.id) == ["offer_made", "offer_declined"]


def test_reopened_somebody_stands_where_a_place_can_be_offered_again(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        decline(session, person.applicant, person.id, DeclineReason.WORK)
        assert reopen(session, recruiter, person.id, "asked").state is State.INTERVIEW
        assert offer(session, recruiter, person.id).answer is None


@pytest.mark.parametrize("accepted", [False, True])
def test_deferred_one_waits_for_the_later_course_and_is_offered_that(
    app: Flask, session: Session, accepted: bool
) -> None:
    course, recruiter = a_course(session, 1), a_staff_member(session, Role.RECRUITER)
    person, later = someone_in(session, app, course), the_next_course(session)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        if accepted:
            accept(session, person.applicant, person.id)
        defer(session, person.applicant, person.id, later.id)
        defer(session, person.applicant, person.id, later.id)
        assert now_of(session, person.id).state is State.DEFERRED
        made = offer(session, recruiter, person.id)
    assert (made.campaign_id, made.place) == (later.id, 1)
    assert mails_to(session, person.id).count("offer_deferred") == 1


def test_without_a_later_course_one_waits_for_the_next_there_will_be(app: Flask, session: Session) -> None:
    course, recruiter = a_course(session), a_staff_member(session, Role.RECRUITER)
    person = someone_in(session, app, course)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        with pytest.raises(NotALaterCourse):
            defer(session, person.applicant, person.id, course.id)
        defer(session, person.applicant, person.id)
        with pytest.raises(NoLaterCourse):
            offer(session, recruiter, person.id)
        later = the_next_course(session)
        assert offer(session, recruiter, person.id).campaign_id == later.id


def test_only_its_owner_answers_an_offer(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        with pytest.raises(NotFound):
            accept(session, an_applicant(session), person.id)
        with pytest.raises(NoOffer):  # an online applicant's answer is their own
            accept(session, recruiter, person.id)


def test_after_its_day_an_offer_is_a_persons_work(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        made = offer(session, recruiter, person.id)
        with pytest.raises(NotOverdue):
            lapse(session, recruiter, person.id)
    with clock.at(made.expires_at):
        with pytest.raises(OfferExpired):
            accept(session, person.applicant, person.id)
        with pytest.raises(DayImpossible):
            keep_open(session, recruiter, person.id, date(2018, 4, 28))
        keep_open(session, recruiter, person.id, date(2018, 3, 20), seen=1)
        with pytest.raises(OfferChanged):
            keep_open(session, recruiter, person.id, date(2018, 3, 21), seen=1)
        accept(session, person.applicant, person.id)
    assert now_of(session, person.id).state is State.ACCEPTED


def test_a_person_lets_it_lapse_and_the_place_is_free(app: Flask, session: Session) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        made = offer(session, recruiter, person.id)
    with clock.at(made.expires_at):
        assert lapse(session, recruiter, person.id).state is State.LAPSED
        assert live_offer(session, person.id) is None
    assert mails_to(session, person.id)[-1] == "offer_ended"


def test_taken_back_one_goes_to_the_end_of_the_reserve_list(app: Flask, session: Session) -> None:
    course, recruiter = a_course(session), a_staff_member(session, Role.RECRUITER)
    person = someone_in(session, app, course)
    someone_in(session, app, course, State.RESERVE, 4)
    with clock.at(MET):
        offer(session, recruiter, person.id)
        take_back(session, recruiter, person.id, "mistake")
    assert (now_of(session, person.id).state, now_of(session, person.id).reserve_place) == (State.RESERVE, 5)


@pytest.mark.parametrize("accepted", [False, True])
def test_withdrawing_frees_the_place(app: Flask, session: Session, accepted: bool) -> None:
    person, recruiter = someone_in(session, app, a_course(session)), a_staff_member(session, Role.RECRUITER)
    with clock.at(MET):
        made = offer(session, recruiter, person.id)
        if accepted:
            accept(session, person.applicant, person.id)
        withdraw(session, person.applicant, person.id, WithdrawReason.MOVED)
        with unit_of_work(session):
            let_go(session, person.id)
            let_go(session, person.id)
        held = session.get_one(Offer, made.id, populate_existing=True)
        assert held.freed_at is not None
        assert held.answer is (OfferAnswer.ACCEPTED if accepted else OfferAnswer.DECLINED)
        assert reopen(session, recruiter, person.id, "asked").state is State.INTERVIEW
