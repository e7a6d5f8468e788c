"""A day as it is run: who sits where, who came, who changes places, and a day called off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.rules import Permission, Scope, scope_of
from portal.domain.applications.models import Conflict, Relation
from portal.domain.audit.models import ActorKind
from portal.domain.interviews import board, booking, inviting
from portal.domain.interviews.attending import InvitedAgain, MarkedMeanwhile, NotYet, TooLate, mark, run_late
from portal.domain.interviews.changing import (
    Busy,
    IsOver,
    NoSuchReason,
    NotThere,
    PanelChanged,
    cancel_session,
    edit_panel,
    reseat,
)
from portal.domain.interviews.models import Attendance, Booking, Invitation, InvitationEnd, Panel, SessionKind
from portal.domain.interviews.planning import NotAPanel, PanelPlan, WasCancelled, publish
from portal.domain.interviews.sessions import days, one_session, who_may_sit
from portal.domain.interviews.timetable import Break
from portal.domain.refusals import NotFound
from tests.support.casework import statements
from tests.support.interviews import PLANNED_AT, InterviewStage, a_day, a_shortlisted, an_interview_stage
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member

A = Attendance
ON_THE_DAY = clock.from_london(datetime(2018, 2, 10, 9, 45))  # the first of the day are in, the second have to come


@dataclass(frozen=True)
class Viewing:
    """A member of staff as a signed-in browser is one."""

    person: StaffMember
    kind: str = "staff"
    actor_kind: ActorKind = ActorKind.STAFF

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def actor_id(self) -> int:
        return self.person.id

    def scope(self, permission: Permission) -> Scope:
        return scope_of(permission, self.person.roles, clock.today())


def booked(session: Session, stage: InterviewStage, *slots: int) -> list[Booking]:
    """The stage's people at these of its slots, in order, booked by the recruiter."""
    found = []
    for person, slot in zip(stage.applications, slots, strict=True):
        with clock.at(PLANNED_AT):
            invitation = inviting.invite(session, stage.recruiter, person.id, stage.day.kind)
            found.append(booking.book(session, stage.recruiter, invitation.id, stage.slots[slot].id))
    return found


def seen(session: Session, stage: InterviewStage, viewer: StaffMember | None = None) -> board.Board:
    with clock.at(ON_THE_DAY):
        return board.seated(session, Viewing(viewer or stage.recruiter), stage.day.id)


def test_the_board_shows_who_sits_where_and_counts(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, panels=2, slots=3)
    booked(session, stage, 0, 4)
    found = seen(session, stage)
    names = [[cell.seated[0].name if cell and cell.seated else "" for cell in row.cells] for row in found.rows]
    assert names == [["Sam Okafor", ""], ["", "Sam Okafor"], ["", ""]]
    assert (found.seats, found.free, found.marks) == (6, 3, Counter({A.EXPECTED: 2}))
    assert [row.now for row in found.rows] == [True, False, False]


def test_breaks_stand_between_the_rows_they_fall_between(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0, slots=4, breaks=(Break(time(10), 30),))
    found = [clock.london(row.starts_at).strftime("%H:%M") for row in seen(session, stage).rows]
    assert found == ["09:30", "10:00", "10:30", "11:00"]
    assert seen(session, stage).rows[1] == board.Pause(clock.from_london(datetime(2018, 2, 10, 10)), 30)


def test_whoever_is_no_planner_sees_only_days_of_their_own_panel(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, panels=2, slots=2)
    booked(session, stage, 0, 2)
    own = seen(session, stage, stage.interviewers[0])
    names = [[each.name for each in cell.seated] for cell in own.cells if cell.seated]
    assert (names, own.plans) == ([["Sam Okafor"], [None]], False)
    with pytest.raises(NotFound):
        seen(session, stage, a_staff_member(session, Role.ASSESSOR))
    with pytest.raises(NotFound):
        seen(session, stage, a_staff_member(session, Role.VETTING))


def test_an_unpublished_day_is_the_planners_alone(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0, published=False)
    assert seen(session, stage).plans
    with pytest.raises(NotFound):
        seen(session, stage, stage.interviewers[0])


def test_whoever_declared_a_conflict_sees_a_seat_and_no_name(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, panels=2, interviewers=2)
    booked(session, stage, 1)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=stage.interviewers[0].id, application_id=stage.application.id, relation=Relation.WORK,
                declared_at=PLANNED_AT,
            )
        )  # fmt: skip
    assert [each.name for each in seen(session, stage, stage.interviewers[0]).people] == [None]
    person = seen(session, stage).people[0]
    assert person.clash == ["Robin Officer knows them"]
    assert person.fix is not None and person.fix.panel == "Panel B"


def test_one_person_on_two_panels_at_the_same_time_clashes_and_a_free_seat_mends_it(
    app: Flask, session: Session
) -> None:
    stage = an_interview_stage(session, app, applicants=2, panels=3, slots=2, interviewers=3)
    booked(session, stage, 1, 3)  # both at ten, on panels A and B
    day = one_session(session, Viewing(stage.recruiter), stage.day.id)
    twice = PanelPlan("Panel B", "Room 2", staff_ids=(stage.interviewers[0].id,))
    with clock.at(PLANNED_AT):
        with pytest.raises(Busy) as busy:
            edit_panel(session, stage.recruiter, day.panels[1].id, twice, seen=day.version)
        edit_panel(session, stage.recruiter, day.panels[1].id, twice, seen=day.version, accepted=busy.value.words)
    found = seen(session, stage)
    assert [each.clash for _cell, each in found.clashing] == [
        ["Robin Officer is also on Panel B"], ["Robin Officer is also on Panel A"],
    ]  # fmt: skip
    fix = found.clashing[0][1].fix
    assert fix is not None and fix.panel == "Panel C"
    with clock.at(ON_THE_DAY):
        reseat(session, stage.recruiter, found.clashing[0][1].booking.id, fix.slot_id)
    assert seen(session, stage).clashing == []


def test_marks_of_the_day_carry_their_times_and_end_the_invitation(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    (seat,) = booked(session, stage, 0)
    with clock.at(ON_THE_DAY):
        for step in (A.ARRIVED, A.IN_ROOM, A.LEFT):
            mark(session, stage.recruiter, seat.id, step)
    assert None not in {seat.arrived_at, seat.began_at, seat.left_at}
    assert session.get_one(Invitation, seat.invitation_id).ended_as is InvitationEnd.ATTENDED
    with clock.at(ON_THE_DAY):
        mark(session, stage.recruiter, seat.id, A.IN_ROOM)
        mark(session, stage.recruiter, seat.id, A.EXPECTED)
    assert (seat.arrived_at, seat.began_at, seat.left_at) == (None, None, None)
    assert session.get_one(Invitation, seat.invitation_id).ended_at is None


def test_a_no_show_keeps_the_seat_and_may_be_undone_until_they_are_invited_again(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    (seat,) = booked(session, stage, 0)
    with clock.at(ON_THE_DAY):
        mark(session, stage.recruiter, seat.id, A.NO_SHOW)
        assert session.get_one(Invitation, seat.invitation_id).ended_as is InvitationEnd.NO_SHOW
        assert seat.ended_at is None
        mark(session, stage.recruiter, seat.id, A.ARRIVED)
        mark(session, stage.recruiter, seat.id, A.NO_SHOW)
        inviting.invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW)
        with pytest.raises(InvitedAgain):
            mark(session, stage.recruiter, seat.id, A.EXPECTED)


def test_nobody_is_marked_before_their_time_or_over_a_colleagues_mark(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    (seat,) = booked(session, stage, 2)
    with clock.at(PLANNED_AT), pytest.raises(NotYet):
        mark(session, stage.recruiter, seat.id, A.ARRIVED)
    with clock.at(ON_THE_DAY):
        with pytest.raises(NotYet):
            mark(session, stage.recruiter, seat.id, A.NO_SHOW)
        mark(session, stage.recruiter, seat.id, A.ARRIVED)
        with pytest.raises(MarkedMeanwhile):
            mark(session, stage.recruiter, seat.id, A.NO_SHOW, seen=A.EXPECTED)
        with pytest.raises(NotFound):
            mark(session, stage.recruiter, 0, A.ARRIVED)


def test_a_panel_says_how_late_it_runs(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0)
    panel = one_session(session, Viewing(stage.recruiter), stage.day.id).panels[0]
    with clock.at(PLANNED_AT), pytest.raises(NotYet):
        run_late(session, stage.recruiter, panel.id, 10)
    with clock.at(ON_THE_DAY):
        assert run_late(session, stage.recruiter, panel.id, 20) == 0
        assert session.get_one(Panel, panel.id).late_minutes == 20
        for wrong in (-1, 121):
            with pytest.raises(TooLate):
                run_late(session, stage.recruiter, panel.id, wrong)


def test_two_change_places_and_somebody_here_stays_here(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2, panels=2, slots=2)
    one, two = booked(session, stage, 0, 3)
    with clock.at(ON_THE_DAY):
        mark(session, stage.recruiter, one.id, A.ARRIVED)
        moved = reseat(session, stage.recruiter, one.id, two.slot_id)
    assert moved.other is not None
    assert (moved.booking.slot_id, moved.other.slot_id) == (stage.slots[3].id, stage.slots[0].id)
    assert (moved.booking.attendance, moved.other.attendance) == (A.ARRIVED, A.EXPECTED)
    assert (moved.booking.application_id, moved.other.application_id) == tuple(p.id for p in stage.applications)
    assert one.ended_at is not None and two.ended_at is not None


def test_nobody_is_moved_out_of_the_room_to_another_day_or_before_a_panel_that_knows_them(
    app: Flask, session: Session
) -> None:
    stage = an_interview_stage(session, app, panels=2, slots=2)
    (seat,) = booked(session, stage, 0)
    elsewhere = an_interview_stage(session, app, applicants=0, campaign=stage.campaign)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=stage.interviewers[1].id, application_id=stage.application.id, relation=Relation.WORK,
                declared_at=PLANNED_AT,
            )
        )  # fmt: skip
    with clock.at(ON_THE_DAY):
        with pytest.raises(NotThere):
            reseat(session, stage.recruiter, seat.id, stage.slots[2].id)
        with pytest.raises(NotFound):
            reseat(session, stage.recruiter, seat.id, elsewhere.slots[0].id)
        mark(session, stage.recruiter, seat.id, A.IN_ROOM)
        with pytest.raises(NotThere):
            reseat(session, stage.recruiter, seat.id, stage.slots[1].id)


def test_a_day_called_off_frees_everybody_once(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=2)
    first, _second = booked(session, stage, 0, 1)
    with clock.at(PLANNED_AT):
        with pytest.raises(NoSuchReason):
            cancel_session(session, stage.recruiter, stage.day.id, "because")
        assert cancel_session(session, stage.recruiter, stage.day.id, "weather") == 2
        assert cancel_session(session, stage.recruiter, stage.day.id, "weather") == 0
        with pytest.raises(WasCancelled):
            publish(session, stage.recruiter, stage.day.id)
    assert first.ended_at is not None
    assert session.get_one(Invitation, first.invitation_id).ended_at is None
    over = a_day(session, stage.campaign)
    with clock.at(ON_THE_DAY), pytest.raises(IsOver):
        cancel_session(session, stage.recruiter, over.id, "weather")


def test_a_panel_is_changed_by_whoever_saw_it_as_it_is(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0, panels=2)
    day = one_session(session, Viewing(stage.recruiter), stage.day.id)
    before, new = day.version, a_staff_member(session, Role.ASSESSOR)
    wanted = PanelPlan("Panel A", "Room 9", staff_ids=(new.id,))
    panel = edit_panel(session, stage.recruiter, day.panels[0].id, wanted, seen=before)
    assert (panel.room, [member.staff_id for member in panel.members]) == ("Room 9", [new.id])
    with pytest.raises(PanelChanged):
        edit_panel(session, stage.recruiter, panel.id, wanted, seen=before)
    with pytest.raises(NotAPanel):
        edit_panel(session, stage.recruiter, panel.id, PanelPlan("panel b"), seen=before + 1)


def test_the_list_has_what_comes_what_is_drafted_and_what_is_past(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    booked(session, stage, 3)
    draft = a_day(session, stage.campaign, published=False, day=stage.day.starts_at.date() + timedelta(days=1))
    with clock.at(ON_THE_DAY):
        found = days(session, Viewing(stage.recruiter))
        theirs = days(session, Viewing(stage.interviewers[0]))
        nobodys = days(session, Viewing(a_staff_member(session, Role.VETTING)))
    (line,) = found.coming
    assert (line.panels, line.seats, line.taken, line.free) == (1, 4, 1, 2)  # the first has begun
    assert [each.session.id for each in found.drafts] == [draft.id]
    assert ([len(theirs.coming), len(theirs.drafts)], nobodys.coming) == ([1, 0], [])
    with clock.at(ON_THE_DAY + timedelta(days=1)):
        assert [each.session.id for each in days(session, Viewing(stage.recruiter)).past] == [stage.day.id]


def test_a_divisional_recruiter_sees_days_of_their_division_alone(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0)
    here = stage.campaign.districts[0].division_id
    own = a_staff_member(session, Role.RECRUITER, division_id=here)
    other = a_staff_member(session, Role.RECRUITER, division_id=here + 1)
    assert seen(session, stage, own).plans
    with pytest.raises(NotFound):
        seen(session, stage, other)


def test_a_board_of_many_takes_as_many_statements_as_one_of_few(app: Flask, session: Session) -> None:
    campaign = a_campaign(session)
    few = an_interview_stage(session, app, applicants=1, campaign=campaign)
    booked(session, few, 0)
    many = an_interview_stage(session, app, applicants=4, panels=3, slots=6, campaign=campaign)
    booked(session, many, 0, 5, 10, 15)
    counts = []
    for stage in (few, many):
        session.expire_all()
        viewer = Viewing(session.get_one(StaffMember, stage.recruiter.id))
        _ = (stage.day.id, viewer.person.roles)
        with clock.at(ON_THE_DAY), statements() as found:
            board.seated(session, viewer, stage.day.id)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 20


def test_only_those_who_may_interview_are_offered(session: Session) -> None:
    assessor, medical = a_staff_member(session, Role.ASSESSOR), a_staff_member(session, Role.MEDICAL)
    gone = a_staff_member(session, Role.ASSESSOR)
    with unit_of_work(session):
        session.get_one(StaffMember, gone.id).disabled_at = clock.wall()
    ids = {key for key, _name in who_may_sit(session)}
    assert assessor.id in ids
    assert not ids & {medical.id, gone.id}


def test_somebody_who_shortlisted_later_is_offered_in_the_rail(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app)
    with clock.at(PLANNED_AT):
        inviting.invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW)
    a_shortlisted(session, app, stage.campaign)
    found = seen(session, stage)
    assert [(each.reference, each.days) for each in found.silent] == [(stage.application.reference, 10)]
    assert {cell.could for cell in found.cells} == {1}
