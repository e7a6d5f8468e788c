"""A planned day: its slots by London's clocks, its panels and seats, and when it may be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.campaigns.dates import NoSuchTime
from portal.domain.interviews.models import Panel, Seat, SessionKind, Slot
from portal.domain.interviews.planning import NoSlot, NotAPanel, NotAVenue, PanelPlan, plan_session, publish
from portal.domain.interviews.timetable import Break, slots
from tests.support.interviews import PLANNED_AT, a_day, a_plan, a_venue, an_interview_stage, slots_of
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member

LUNCH = Break(time(12, 30), 30)


def shown(found: list[tuple[datetime, datetime]]) -> list[str]:
    return [f"{clock.london(starts):%H:%M}-{clock.london(ends):%H:%M}" for starts, ends in found]


def test_a_day_is_cut_into_slots_round_its_breaks() -> None:
    found = slots(date(2018, 2, 10), time(11), time(14), 30, 0, [LUNCH])
    assert shown(found) == ["11:00-11:30", "11:30-12:00", "12:00-12:30", "13:00-13:30", "13:30-14:00"]


def test_a_slot_that_would_run_into_a_break_begins_after_it() -> None:
    found = slots(date(2018, 2, 10), time(11, 15), time(14), 45, 5, [LUNCH])
    assert shown(found) == ["11:15-12:00", "13:00-13:45"]


def test_breaks_that_touch_are_one() -> None:
    found = slots(date(2018, 2, 10), time(12), time(14), 30, 0, [Break(time(13), 15), LUNCH])
    assert shown(found) == ["12:00-12:30", "13:15-13:45"]


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2018, 3, 24), 10),  # the Saturday before the clocks go forward
        (date(2018, 3, 25), 9),  # the Sunday they went
        (date(2018, 3, 31), 9),  # the Saturday after
        (date(2018, 10, 27), 9),  # the Saturday before they go back
        (date(2018, 10, 28), 10),
        (date(2018, 11, 3), 10),  # the Saturday after
    ],
)
def test_ten_in_the_morning_is_ten_by_londons_clocks(day: date, utc_hour: int) -> None:
    found = slots(day, time(10), time(11), 30, 0, [])
    assert shown(found) == ["10:00-10:30", "10:30-11:00"]
    assert found[0][0].hour == utc_hour


def test_a_night_when_the_clocks_change_has_slots_of_their_full_length() -> None:
    forward = slots(date(2018, 3, 25), time(0), time(4), 30, 0, [])
    back = slots(date(2018, 10, 28), time(0), time(4), 30, 0, [])
    assert (len(forward), len(back)) == (6, 10)
    assert {ends - starts for starts, ends in forward + back} == {timedelta(minutes=30)}


def test_an_hour_that_does_not_come_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        slots(date(2018, 3, 25), time(1, 30), time(4), 30, 0, [])


def test_a_planned_day_has_panels_slots_and_seats(app: Flask, session: Session) -> None:
    stage = an_interview_stage(session, app, applicants=0, panels=2, slots=3, places=4, kind=SessionKind.FITNESS)
    assert [panel.name for panel in stage.day.panels] == ["Panel A", "Panel B"]
    assert [[member.staff_id for member in panel.members] for panel in stage.day.panels] == [
        [stage.interviewers[0].id],
        [stage.interviewers[1].id],
    ]
    assert len(stage.slots) == 6
    assert session.scalar(select(func.count()).select_from(Seat)) == 24
    assert stage.day.starts_at == clock.from_london(datetime(2018, 2, 10, 9, 30))
    assert stage.day.ends_at == clock.from_london(datetime(2018, 2, 10, 11))


def test_what_cannot_be_a_day_is_refused_and_leaves_nothing(session: Session) -> None:
    campaign, recruiter = a_campaign(session), a_staff_member(session, Role.RECRUITER)
    plan = a_plan(a_venue(session))
    wrong = [
        (NoSlot, replace(plan, last=time(9, 45))),
        (NoSlot, replace(plan, last=time(23), slot_minutes=5)),
        (NotAVenue, replace(plan, venue_id=0)),
        (NotAVenue, replace(plan, venue_id=a_venue(session, archived_at=PLANNED_AT).id)),
        (NotAPanel, replace(plan, panels=())),
        (NotAPanel, replace(plan, panels=(PanelPlan("A"), PanelPlan(" a ")))),
        (NotAPanel, replace(plan, panels=(PanelPlan("A", staff_ids=(0,)),))),
        (NotAPanel, replace(plan, panels=(PanelPlan("A", places=0),))),
    ]
    for kind, each in wrong:
        with pytest.raises(kind):
            plan_session(session, recruiter, campaign.id, each)
    assert session.scalar(select(func.count()).select_from(Slot).join(Panel)) == 0


def test_publishing_twice_changes_nothing(session: Session) -> None:
    day = a_day(session, a_campaign(session), published=False)
    assert day.published_at is None
    recruiter = a_staff_member(session, Role.RECRUITER)
    first = publish(session, recruiter, day.id).published_at
    assert publish(session, recruiter, day.id).published_at == first is not None
    assert len(slots_of(session, day)) == 4
