"""No power before all is complete, without its training evidence, or when vetting does not cover it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Conflict, Relation, Requirement, RequirementState
from portal.domain.applications.refusals import NotEditable
from portal.domain.campaigns.models import RequirementKind
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.domain.training.shipped import COURSES
from portal.domain.volunteers import powers
from portal.domain.volunteers.evidence import withdraw_certificate
from portal.domain.volunteers.models import Power, PowerGrant, Volunteer
from portal.domain.volunteers.powers import PowerWish, grant, in_force_on, withdraw
from portal.domain.volunteers.queries import Wanted, register_on, volunteer, volunteers
from portal.domain.volunteers.standard import POWERS
from portal.web.sessions import Viewer
from tests.support.bulk_runs import as_viewer
from tests.support.people import a_staff_member
from tests.support.volunteers import DONE_AT, HELD_UNTIL, a_volunteer, a_wish, the_power, with_a_power

TODAY = DONE_AT.date()


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def appointed(session: Session, app: Flask, recruiter: StaffMember) -> Volunteer:
    return a_volunteer(session, app, recruiter)


def none_given(session: Session) -> bool:
    session.rollback()
    return session.scalar(select(func.count()).select_from(PowerGrant)) == 0


def held_on(session: Session, day: date) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(PowerGrant).where(in_force_on(day))) or 0


def viewer_of(session: Session, person: StaffMember) -> Viewer:
    return as_viewer(session, person)


def test_a_power_is_given_with_its_evidence_and_its_holder_is_told(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        given = grant(session, recruiter, appointed.id, a_wish(session))
    assert given.certificate_id == appointed.certificate_id
    assert (given.starts_on, given.ends_on) == (TODAY, TODAY + timedelta(days=30))
    letter = session.scalars(select(OutboxMail).where(OutboxMail.name == "power_granted")).one()
    assert letter.context["power"] == "Direct traffic, within limits" and letter.context["limits"] == "On foot."
    assert held_on(session, TODAY - timedelta(days=1)) == 0
    assert held_on(session, TODAY) == held_on(session, given.ends_on) == 1
    assert held_on(session, given.ends_on + timedelta(days=1)) == 0


def test_the_same_power_asked_for_twice_is_given_once(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        wish = a_wish(session)
        assert grant(session, recruiter, appointed.id, wish).id == grant(session, recruiter, appointed.id, wish).id
        with pytest.raises(powers.AlreadyHeld):
            grant(session, recruiter, appointed.id, a_wish(session, days=60))
    count = select(func.count()).select_from(OutboxMail).where(OutboxMail.name == "power_granted")
    assert session.scalar(count) == 1


def test_nobody_who_is_no_volunteer_holds_a_power(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        with pytest.raises(NotFound):
            grant(session, recruiter, appointed.id + 1, a_wish(session))
        with unit_of_work(session):
            row = session.get_one(Volunteer, appointed.id)
            row.ended_on, row.ended_reason = clock.today(), "moved"
        with pytest.raises(NotEditable):
            grant(session, recruiter, appointed.id, a_wish(session))
    assert none_given(session)


def test_no_power_without_the_training_it_asks_for(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        for slug in ("enter-to-save-life", "traffic-signs"):  # the small course teaches neither
            with pytest.raises(powers.NotTrained):
                grant(session, recruiter, appointed.id, a_wish(session, slug))
        assert appointed.certificate_id is not None
        withdraw_certificate(session, recruiter, appointed.certificate_id, "register")
        with pytest.raises(powers.NotTrained):
            grant(session, recruiter, appointed.id, a_wish(session))
    assert none_given(session)


def test_a_power_that_asks_for_two_modules_needs_both(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        wish = a_wish(session)
        for codes, enough in ((["powers-traffic", "signs"], False), (["powers-traffic", "powers-address"], True)):
            with unit_of_work(session):
                session.get_one(Power, wish.power_id).module_codes = codes
            if enough:
                assert grant(session, recruiter, appointed.id, wish).id
            else:
                with pytest.raises(powers.NotTrained):
                    grant(session, recruiter, appointed.id, wish)


def test_no_power_after_vetting_ran_out_or_beyond_its_last_day(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        power = the_power(session).id
        with pytest.raises(powers.NotVetted):
            grant(session, recruiter, appointed.id, PowerWish(power, TODAY, HELD_UNTIL + timedelta(days=1)))
        with pytest.raises(powers.NotVetted):
            grant(session, recruiter, appointed.id, PowerWish(power, HELD_UNTIL + timedelta(days=1)))
    with clock.at(clock.end_of(HELD_UNTIL)), pytest.raises(powers.NotVetted):
        grant(session, recruiter, appointed.id, PowerWish(power, clock.today()))
    assert none_given(session)
    with clock.at(clock.start_of(HELD_UNTIL)):
        given = grant(session, recruiter, appointed.id, PowerWish(power, HELD_UNTIL))
    assert given.ends_on == HELD_UNTIL  # as long as vetting holds, and no longer


@pytest.mark.parametrize("state", [state for state in RequirementState if state is not RequirementState.MET])
def test_no_power_while_vetting_does_not_stand(
    session: Session, recruiter: StaffMember, appointed: Volunteer, state: RequirementState
) -> None:
    decided = state is RequirementState.NOT_MET
    with unit_of_work(session):
        session.execute(
            update(Requirement)
            .filter_by(application_id=appointed.application_id, kind=RequirementKind.VETTING)
            .values(
                state=state,
                decided_by=recruiter.id if decided else None,
                decided_at=DONE_AT if decided else None,
            )
        )
    with clock.at(DONE_AT), pytest.raises(powers.NotVetted):
        grant(session, recruiter, appointed.id, a_wish(session))
    assert none_given(session)


def test_no_power_of_another_scheme_or_out_of_its_dates_and_no_impossible_days(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with clock.at(DONE_AT):
        wish = a_wish(session)
        power, day = wish.power_id, timedelta(days=1)
        for impossible in (PowerWish(power, TODAY - day), PowerWish(power, TODAY, TODAY - day)):
            with pytest.raises(powers.DatesImpossible):
                grant(session, recruiter, appointed.id, impossible)
        with pytest.raises(powers.LimitsTooLong):
            grant(session, recruiter, appointed.id, PowerWish(power, TODAY, None, "x" * 1001))
        for changes in ({"scheme_ids": [999_999]}, {"starts_on": TODAY + day}, {"ends_on": TODAY - day}):
            with unit_of_work(session):
                row = session.get_one(Power, power)
                before = {name: getattr(row, name) for name in changes}
                for name, value in changes.items():
                    setattr(row, name, value)
            with pytest.raises(powers.NotTheirs):
                grant(session, recruiter, appointed.id, wish)
            with unit_of_work(session):
                for name, value in before.items():
                    setattr(session.get_one(Power, power), name, value)
        with unit_of_work(session):
            session.get_one(Power, power).ends_on = TODAY + 10 * day
        with pytest.raises(powers.DatesImpossible):
            grant(session, recruiter, appointed.id, wish)
    assert none_given(session)


def test_withdrawn_from_a_day_it_holds_the_day_before_and_not_on_it(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    number = with_a_power(session, appointed, recruiter)
    later = DONE_AT + timedelta(days=10)
    with clock.at(later):
        with pytest.raises(powers.ReasonNeeded):
            withdraw(session, recruiter, number, "whim")
        with pytest.raises(powers.DatesImpossible):
            withdraw(session, recruiter, number, "request", later.date() + timedelta(days=1))
        with pytest.raises(powers.DatesImpossible):
            withdraw(session, recruiter, number, "request", TODAY - timedelta(days=1))
        first = withdraw(session, recruiter, number, "request")
        again = withdraw(session, recruiter, number, "conduct")
    assert (again.id, again.withdrawn_reason, first.withdrawn_by) == (first.id, "request", recruiter.id)
    assert held_on(session, later.date() - timedelta(days=1)) == 1
    assert held_on(session, later.date()) == 0
    assert session.scalar(select(func.count()).where(OutboxMail.name == "power_withdrawn")) == 1
    with clock.at(later):
        assert grant(session, recruiter, appointed.id, a_wish(session)).id != number  # given again otherwise
    assert held_on(session, later.date()) == 1


def test_one_that_ran_out_is_given_again_and_the_register_of_old_days_stays(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with_a_power(session, appointed, recruiter)
    last = TODAY + timedelta(days=30)
    with clock.at(clock.start_of(last)), pytest.raises(powers.AlreadyHeld):
        grant(session, recruiter, appointed.id, a_wish(session))
    with clock.at(clock.start_of(last + timedelta(days=5))):
        grant(session, recruiter, appointed.id, a_wish(session))
    assert held_on(session, last) == 1
    assert held_on(session, last + timedelta(days=1)) == 0
    assert held_on(session, last + timedelta(days=5)) == 1


def test_a_withdrawn_certificate_takes_its_powers_with_it(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with_a_power(session, appointed, recruiter)
    assert appointed.certificate_id is not None
    with clock.at(DONE_AT + timedelta(days=3)):
        withdraw_certificate(session, recruiter, appointed.certificate_id, "conduct")
        withdraw_certificate(session, recruiter, appointed.certificate_id, "conduct")
    assert held_on(session, TODAY + timedelta(days=2)) == 1
    assert held_on(session, TODAY + timedelta(days=3)) == 0
    given = session.scalars(select(PowerGrant)).one()
    assert (given.withdrawn_reason, given.withdrawn_by) == (powers.CERTIFICATE_GONE, recruiter.id)


def test_nobody_gives_or_takes_a_power_of_somebody_they_are_kept_from(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    number = with_a_power(session, appointed, recruiter)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=recruiter.id, application_id=appointed.application_id, relation=Relation.FAMILY,
                declared_at=clock.now(),
            )
        )  # fmt: skip
    with clock.at(DONE_AT):
        with pytest.raises(NotFound):
            withdraw(session, recruiter, number, "request")
        with pytest.raises(NotFound):
            grant(session, recruiter, appointed.id, a_wish(session, "name-and-address"))
        viewer = viewer_of(session, recruiter)
        assert register_on(session, viewer, TODAY) == []
        assert volunteers(session, viewer, Wanted()).rows == []
        with pytest.raises(NotFound):
            volunteer(session, viewer, appointed.number)


def test_the_register_of_a_day_says_who_held_what_and_where_vetting_is_in_doubt(
    session: Session, recruiter: StaffMember, appointed: Volunteer
) -> None:
    with_a_power(session, appointed, recruiter)
    viewer = viewer_of(session, recruiter)
    with clock.at(DONE_AT):
        [entry] = register_on(session, viewer, TODAY)
        assert (entry.number, entry.power, entry.limits) == (
            appointed.number, "Direct traffic, within limits", "On foot.",
        )  # fmt: skip
        assert entry.law.startswith("Police Reform Act 2002") and entry.certificate and not entry.in_doubt
        assert register_on(session, viewer, TODAY - timedelta(days=1)) == []
        with unit_of_work(session):
            session.execute(
                update(Requirement)
                .filter_by(application_id=appointed.application_id, kind=RequirementKind.VETTING)
                .values(expires_on=TODAY - timedelta(days=1))
            )
        assert [entry.in_doubt for entry in register_on(session, viewer, TODAY)] == [True]


def test_a_list_is_narrowed_by_district_strand_power_and_what_ends_soon(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    here, there = a_volunteer(session, app, recruiter, "maidstone"), a_volunteer(session, app, recruiter, "dover")
    with unit_of_work(session):
        session.get_one(Volunteer, here.id).strand = "cybercrime"
    with_a_power(session, here, recruiter)
    viewer = viewer_of(session, recruiter)
    narrowed = (Wanted(district="maidstone"), Wanted(strand="cybercrime"), Wanted(power="traffic-control"))
    with clock.at(DONE_AT):
        assert {row.number for row in volunteers(session, viewer, Wanted()).rows} == {here.number, there.number}
        for wanted in (*narrowed, Wanted(ending=True)):
            found = volunteers(session, viewer, wanted)
            assert ([row.number for row in found.rows], found.count) == ([here.number], 1)
        assert volunteers(session, viewer, Wanted(power="enter-to-save-life")).rows == []
    with clock.at(datetime(2018, 5, 1, 10)):  # before it was given: it ends far off, and does not hold
        assert volunteers(session, viewer, Wanted(ending=True)).rows == []


def test_a_divisions_people_see_their_own_volunteers(session: Session, app: Flask, recruiter: StaffMember) -> None:
    west, east = a_volunteer(session, app, recruiter, "maidstone"), a_volunteer(session, app, recruiter, "dover")
    for each in (west, east):
        with_a_power(session, each, recruiter)
    from_application = select(Volunteer.id)
    assert len(session.scalars(from_application).all()) == 2
    division = session.get_one(Volunteer, west.id)
    home = session.get_one(powers.Application, division.application_id).district
    assert home is not None
    liaison = a_staff_member(session, Role.LIAISON, division_id=home.division_id)
    viewer = viewer_of(session, liaison)
    with clock.at(DONE_AT):
        assert [row.number for row in volunteers(session, viewer, Wanted()).rows] == [west.number]
        assert [entry.number for entry in register_on(session, viewer, TODAY)] == [west.number]
        assert volunteer(session, viewer, west.number).person.district == "Maidstone"
        with pytest.raises(NotFound):
            volunteer(session, viewer, east.number)


def test_every_shipped_power_asks_for_modules_that_a_shipped_course_of_its_scheme_teaches() -> None:
    taught = {course.scheme: {module.code for day in course.days for module in day.modules} for course in COURSES}
    for row in POWERS:
        assert row.module_codes and set(row.module_codes) <= taught["community-policing-volunteer"]
        assert "community-policing-volunteer" in row.schemes
