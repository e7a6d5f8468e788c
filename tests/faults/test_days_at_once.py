"""At one moment: a room wanted for interviews and for training, a time booked and kept free, a sheet opened again and
decided from. One of two that exclude each other is done, the other refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.refusals import NotEditable
from portal.domain.casework.deciding import provisional
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import Wanted
from portal.domain.interviews.agreeing import CameOfIt, reopen, table
from portal.domain.interviews.booking import book
from portal.domain.interviews.filling import Clashing
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.keeping import BookedMeanwhile, keep_free
from portal.domain.interviews.models import Booking, SessionKind, Slot
from portal.domain.interviews.recommending import decide_from, follow_panels, results_of
from portal.domain.interviews.rules import NotThisTime, SlotTaken
from portal.domain.journeys.interview_days import plan_days
from portal.domain.refusals import Refusal
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.planning import CohortPlan, plan_cohort
from portal.extensions import db
from tests.support.crowd import together
from tests.support.interviews import DAY, PLANNED_AT, a_plan, a_venue, an_interview_stage
from tests.support.make_applications import keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member
from tests.support.sheets import a_panel, agree, viewer
from tests.support.training import the_course

pytestmark = pytest.mark.faults
CROWD = 8


def tried(app: Flask, at: object, act: Callable[[], object], *refused: type[Refusal]) -> bool:
    with app.app_context(), clock.at(at):  # type: ignore[arg-type]
        try:
            act()
            return True
        except refused:
            return False
        finally:
            db.session.remove()


def test_a_room_is_given_to_one_day_of_interviews_or_of_training(app: Flask, session: Session) -> None:
    venue, campaign = a_venue(session), a_campaign(session)
    recruiter, version = a_staff_member(session, Role.RECRUITER).id, the_course(session).id
    plans = [a_plan(venue, staff=[a_staff_member(session, Role.ASSESSOR)]) for _ in range(CROWD)]
    venue_id, campaign_id = venue.id, campaign.id
    session.rollback()

    def interviews(number: int) -> object:
        who = db.session().get_one(StaffMember, recruiter)
        return plan_days(db.session(), who, campaign_id, [plans[number]])

    def training(number: int) -> object:
        plan = CohortPlan(version, None, None, f"Cohort {number}", 12, DAY, venue_id=venue_id, room="room  1")
        return plan_cohort(db.session(), db.session().get_one(StaffMember, recruiter), plan)

    def act(number: int) -> bool:
        each = interviews if number % 2 else training
        return tried(app, PLANNED_AT, lambda: each(number), Clashing, DoubleBooked)

    assert together(CROWD, act).count(True) == 1


def test_a_time_is_booked_or_kept_free(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=CROWD - 1, slots=1)
    with clock.at(PLANNED_AT):
        people = [
            (invite(session, stage.recruiter, each.id, SessionKind.INTERVIEW).id, each.applicant_id)
            for each in stage.applications
        ]
    slot, recruiter = stage.slots[0].id, stage.recruiter.id
    session.rollback()

    def keeps(_number: int) -> object:
        return keep_free(db.session(), db.session().get_one(StaffMember, recruiter), slot, seen=0)

    def books(number: int) -> object:
        invitation, applicant = people[number - 1]
        return book(db.session(), db.session().get_one(Applicant, applicant), invitation, slot)

    def act(number: int) -> bool:
        each = books if number else keeps
        return tried(app, PLANNED_AT, lambda: each(number), BookedMeanwhile, NotThisTime, SlotTaken)

    done = together(CROWD, act)
    session.rollback()
    booked = session.scalar(select(func.count()).select_from(Booking))
    closed = session.scalar(select(Slot.closed_at).where(Slot.id == slot)) is not None
    assert done.count(True) == 1
    assert (booked, closed) in {(1, False), (0, True)}


@pytest.mark.parametrize("how", ["one", "all"])
def test_a_sheet_is_opened_again_or_decided_from(app: Flask, session: Session, how: str) -> None:
    panel = a_panel(session, app)
    with clock.at(panel.over):
        agree(session, app, panel)
        version = table(session, keys_of(app), viewer(session, panel.members[0]), panel.booking.id).version
        [result] = results_of(session, viewer(session, panel.recruiter), panel.campaign.id)
    booking, members, recruiter = panel.booking.id, [each.id for each in panel.members], panel.recruiter.id
    application, over, slug = panel.application.id, panel.over, panel.campaign.slug
    session.rollback()

    def opens(number: int) -> object:
        who = viewer(db.session(), db.session().get_one(StaffMember, members[number // 2 % 2]))
        return reopen(db.session(), keys_of(app), who, booking, "Two were swapped", version)

    def decides(_number: int) -> object:
        who = viewer(db.session(), db.session().get_one(StaffMember, recruiter))
        if how == "one":
            return decide_from(db.session(), who, result, Wanted(Verdict.OFFER), agreed="", seen=0)
        follow_panels(db.session(), who, slug)
        if not provisional(db.session(), [application]):
            raise NotEditable()
        return None

    def act(number: int) -> tuple[str, bool]:
        each = opens if number % 2 else decides
        return each.__name__, tried(app, over, lambda: each(number), CameOfIt, NotEditable)

    done = Counter(name for name, fine in together(CROWD, act) if fine)
    session.rollback()
    assert len(done) == 1, "the same again is fine; the other is refused"
    assert bool(provisional(session, [application])) == bool(done["decides"])
