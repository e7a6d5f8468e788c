"""A cohort's room and its trainers are in the way of a day of interviews, as another day would be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.interviews import booking, inviting
from portal.domain.interviews.changing import Busy
from portal.domain.interviews.clashes import Weight
from portal.domain.interviews.filling import Clashing, on_days
from portal.domain.interviews.models import PanelMember, Venue
from portal.domain.interviews.planning import PanelPlan
from portal.domain.journeys import training_days
from portal.domain.journeys.interview_days import edit_panel, look, plan_days, seated
from portal.domain.training.models import Cohort
from tests.domain.interviews.test_clashes import warnings_of, words
from tests.domain.interviews.test_days import Viewing
from tests.support.casework import statements
from tests.support.interviews import DAY, PLANNED_AT, a_day, a_plan, a_venue, an_interview_stage
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member
from tests.support.training import a_cohort

TAUGHT = "the training of Harbour cohort, 09:00 to 17:00"


@pytest.fixture
def moxon(session: Session) -> StaffMember:
    return a_staff_member(session, Role.TRAINER, Role.ASSESSOR)


def a_taught_day(session: Session, venue: Venue, *trainers: StaffMember, room: str = "Room 1") -> Cohort:
    """A cohort whose first day is the day of the interviews."""
    return a_cohort(
        session, days=2, first=DAY, trainers=trainers, venue_id=venue.id, room=room, name="Harbour cohort",
        at=PLANNED_AT - timedelta(days=1),
    )  # fmt: skip


def test_a_room_a_cohort_uses_and_a_member_who_teaches_are_shown_and_must_be_read(
    session: Session, moxon: StaffMember
) -> None:
    campaign, venue, recruiter = a_campaign(session), a_venue(session), a_staff_member(session, Role.RECRUITER)
    a_taught_day(session, venue, moxon)
    plan = a_plan(venue, staff=[moxon])
    with clock.at(PLANNED_AT):
        same, monday = look(session, campaign, on_days(plan, [DAY, DAY + timedelta(days=2)]), 0)
        assert words(same) == f"{moxon.name} is at {TAUGHT}; Room 1 is used for {TAUGHT}"
        assert (same.weight, monday.clashes) == (Weight.WARN, [])
        with pytest.raises(Clashing):
            plan_days(session, recruiter, campaign.id, [plan])
        assert plan_days(session, recruiter, campaign.id, [plan], accepted=warnings_of([same]))


def test_a_venue_without_rooms_is_one_room_and_a_way_to_meet_online_is_none(session: Session) -> None:
    campaign, hall, line = a_campaign(session), a_venue(session), a_venue(session, online=True)
    a_taught_day(session, hall, room="")
    a_cohort(session, days=2, first=DAY, venue_id=line.id, room="", at=PLANNED_AT - timedelta(days=1))
    staff = a_staff_member(session, Role.ASSESSOR).id, a_staff_member(session, Role.ASSESSOR).id
    panels = PanelPlan("Panel A", staff_ids=staff[:1]), PanelPlan("Panel B", staff_ids=staff[1:])
    with clock.at(PLANNED_AT):
        there, online = (look(session, campaign, [replace(a_plan(each), panels=panels)], 0)[0] for each in (hall, line))
    assert words(there) == f"The venue is used for {TAUGHT}"
    assert online.clashes == []


def test_training_that_is_off_is_in_nobodys_way(session: Session, moxon: StaffMember) -> None:
    campaign, venue, recruiter = a_campaign(session), a_venue(session), a_staff_member(session, Role.RECRUITER)
    cohort = a_taught_day(session, venue, moxon)
    with clock.at(PLANNED_AT):
        training_days.cancel_cohort(session, recruiter, cohort.id, "numbers")
        assert look(session, campaign, [a_plan(venue, staff=[moxon])], 0)[0].clashes == []


def test_a_panel_is_given_a_teacher_or_a_cohorts_room_only_by_whoever_says_so(
    session: Session, moxon: StaffMember
) -> None:
    campaign, venue, recruiter = a_campaign(session), a_venue(session), a_staff_member(session, Role.RECRUITER)
    a_taught_day(session, venue, moxon, room="Room 9")
    day = a_day(session, campaign, venue=venue, staff=[a_staff_member(session, Role.ASSESSOR)])
    wanted = PanelPlan("Panel A", room="room 9", staff_ids=(moxon.id,))
    with clock.at(PLANNED_AT):
        with pytest.raises(Busy) as refused:
            edit_panel(session, recruiter, day.panels[0].id, wanted, seen=day.version)
        read = refused.value.words
        assert read == (f"{moxon.name} is at {TAUGHT}", f"room 9 is used for {TAUGHT}")
        with pytest.raises(Busy):  # the room was not read of
            edit_panel(session, recruiter, day.panels[0].id, wanted, seen=day.version, accepted=read[:1])
        panel = edit_panel(session, recruiter, day.panels[0].id, wanted, seen=day.version, accepted=read)
    assert panel.room == "room 9"


def test_the_board_marks_whoever_meets_a_panel_that_teaches(app: Flask, session: Session, moxon: StaffMember) -> None:
    stage = an_interview_stage(session, app, slots=3, interviewers=0)
    with clock.at(PLANNED_AT):
        invitation = inviting.invite(session, stage.recruiter, stage.application.id, stage.day.kind)
        booking.book(session, stage.recruiter, invitation.id, stage.slots[0].id)
        viewer = Viewing(stage.recruiter)
        assert seated(session, viewer, stage.day.id).clashing == []
        a_taught_day(session, a_venue(session), moxon)
        with unit_of_work(session):
            session.add(PanelMember(panel_id=stage.day.panels[0].id, staff_id=moxon.id))
        session.expire_all()
        person = seated(session, viewer, stage.day.id).people[0]
    assert person.clash == ["Robin Officer is at the training of Harbour cohort"]


def test_ten_days_beside_training_take_as_many_statements_as_one(session: Session, moxon: StaffMember) -> None:
    campaign, venue = a_campaign(session), a_venue(session)
    a_taught_day(session, venue, moxon)
    plan = a_plan(venue, staff=[moxon])
    with clock.at(PLANNED_AT):
        look(session, campaign, [plan], 0)  # the campaign is read again after a commit, once
        with statements() as one:
            look(session, campaign, [plan], 0)
        with statements() as ten:
            look(session, campaign, on_days(plan, [DAY + timedelta(days=number) for number in range(10)]), 0)
    assert len(one) == len(ten) == 7
