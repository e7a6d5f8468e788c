"""What stands in the way of a day is said before it is made, and nobody makes it unread."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Conflict, Relation
from portal.domain.interviews.clashes import Looked, Weight, look, turned
from portal.domain.interviews.filling import Clashing, NoDay, on_days, plan_days, plan_of, said_of
from portal.domain.interviews.models import InterviewSession
from tests.support.casework import statements
from tests.support.interviews import DAY, PLANNED_AT, a_day, a_plan, a_shortlisted, a_venue
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member


def words(looked: Looked) -> str:
    return "; ".join(each.words for each in looked.clashes)


def warnings_of(days: list[Looked]) -> frozenset[str]:
    return frozenset(said_of(day.plan.day, each.words) for day in days for each in day.clashes)


def test_a_member_busy_elsewhere_and_a_used_room_are_seen(session: Session) -> None:
    campaign, venue, moxon = a_campaign(session), a_venue(session), a_staff_member(session, Role.ASSESSOR)
    a_day(session, campaign, venue=venue, staff=[moxon])
    plan = a_plan(venue, staff=[moxon])
    with clock.at(PLANNED_AT):
        same, next_day = look(session, campaign, on_days(plan, [DAY, DAY + timedelta(days=1)]), 0)
        later = look(session, campaign, [replace(plan, first=plan.last, last=plan.last.replace(hour=16))], 0)[0]
    assert words(same) == (
        f"Robin Officer is at {venue.name}, 09:30 to 11:30; Room 1 is used for {campaign.name}, 09:30 to 11:30"
    )
    assert same.weight is Weight.WARN
    assert (next_day.clashes, later.clashes) == ([], [])


def test_a_cancelled_day_is_in_nobodys_way(session: Session) -> None:
    campaign, venue, moxon = a_campaign(session), a_venue(session), a_staff_member(session, Role.ASSESSOR)
    day = a_day(session, campaign, venue=venue, staff=[moxon])
    with unit_of_work(session):
        row = session.get_one(InterviewSession, day.id)
        row.cancelled_at, row.cancelled_reason = PLANNED_AT, "place"
    with clock.at(PLANNED_AT):
        assert look(session, campaign, [a_plan(venue, staff=[moxon])], 0)[0].clashes == []


def test_one_person_on_two_panels_and_a_panel_of_nobody_are_seen(session: Session) -> None:
    campaign, moxon = a_campaign(session), a_staff_member(session, Role.ASSESSOR)
    plan = a_plan(a_venue(session), panels=3, staff=[moxon])
    panels = (plan.panels[0], replace(plan.panels[1], staff_ids=(moxon.id,), room="room  1"), plan.panels[2])
    with clock.at(PLANNED_AT):
        found = words(look(session, campaign, [replace(plan, panels=panels)], 0)[0])
    assert "Robin Officer sits on Panel A and Panel B" in found
    assert "room  1 is given to Panel A and Panel B" in found
    assert "Nobody sits on Panel C" in found


@pytest.mark.parametrize(
    ("day", "weight", "said"),
    [
        (date(2018, 1, 29), Weight.STOP, "This day has passed"),
        (date(2018, 1, 30), Weight.WARN, "This is today"),
        (date(2018, 3, 1), Weight.WARN, "Outside the interviews"),
        (date(2018, 3, 30), Weight.WARN, "A bank holiday: Good Friday"),
        (date(2018, 3, 24), Weight.WARN, "The clocks go forward that night"),
        (date(2018, 3, 25), Weight.WARN, "The clocks went forward in the night before"),
    ],
)
def test_days_that_may_be_slips_are_pointed_out(session: Session, day: date, weight: Weight, said: str) -> None:
    campaign = a_campaign(session)
    with clock.at(PLANNED_AT):
        found = look(session, campaign, [a_plan(a_venue(session), day=day)], 0)[0]
    assert said in words(found)
    assert found.weight is weight


def test_what_the_clocks_do_is_told_on_the_four_days_beside_a_change_alone() -> None:
    year = [date(2018, 1, 1) + timedelta(days=number) for number in range(365)]
    assert {day.isoformat(): turned(day) for day in year if turned(day)} == {
        "2018-03-24": "The clocks go forward that night",
        "2018-03-25": "The clocks went forward in the night before",
        "2018-10-27": "The clocks go back that night",
        "2018-10-28": "The clocks went back in the night before",
    }


def test_a_declared_conflict_is_told_to_planners_and_not_to_whoever_declared_it(app: Flask, session: Session) -> None:
    campaign, moxon = a_campaign(session), a_staff_member(session, Role.ASSESSOR)
    known = a_shortlisted(session, app, campaign)
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=moxon.id, application_id=known.id, relation=Relation.FRIEND, declared_at=PLANNED_AT)
        )
    plans = [a_plan(a_venue(session), staff=[moxon])]
    with clock.at(PLANNED_AT):
        assert (
            words(look(session, campaign, plans, 0)[0]) == "Robin Officer knows 1 person here, who cannot book Panel A"
        )
        assert look(session, campaign, plans, moxon.id)[0].clashes == []


def test_all_days_are_made_or_none_and_warnings_must_have_been_read(session: Session) -> None:
    campaign, recruiter = a_campaign(session), a_staff_member(session, Role.RECRUITER)
    plans = on_days(a_plan(a_venue(session)), [DAY, date(2018, 3, 3)])
    with clock.at(PLANNED_AT):
        with pytest.raises(Clashing) as refused:
            plan_days(session, recruiter, campaign.id, plans)
        assert session.scalar(select(func.count()).select_from(InterviewSession)) == 0
        read = warnings_of(list(refused.value.days))
        made = plan_days(session, recruiter, campaign.id, plans, accepted=read, publishing=True)
        again = on_days(plan_of(made[0]), [DAY])
        with pytest.raises(Clashing):  # the room is used by the first now, which nobody has read
            plan_days(session, recruiter, campaign.id, again, accepted=read)
    assert [clock.london(day.starts_at).date() for day in made] == [DAY, date(2018, 3, 3)]
    assert all(day.published_at is not None for day in made)


def test_a_day_that_has_passed_is_made_by_nobody(session: Session) -> None:
    campaign, recruiter = a_campaign(session), a_staff_member(session, Role.RECRUITER)
    plans = [a_plan(a_venue(session), day=date(2018, 1, 29))]
    with clock.at(PLANNED_AT):
        read = warnings_of(look(session, campaign, plans, 0))
        with pytest.raises(Clashing):
            plan_days(session, recruiter, campaign.id, plans, accepted=read)


def test_a_plan_is_put_on_days_in_order_once_each(session: Session) -> None:
    plan = a_plan(a_venue(session))
    days = [DAY + timedelta(days=7), DAY, DAY]
    assert [each.day for each in on_days(plan, days)] == [DAY, DAY + timedelta(days=7)]
    with pytest.raises(NoDay):
        on_days(plan, [])
    with pytest.raises(NoDay):
        on_days(plan, [DAY + timedelta(days=number) for number in range(41)])


def test_the_plan_of_a_day_makes_the_same_day(session: Session) -> None:
    staff = [a_staff_member(session, Role.ASSESSOR) for _ in range(3)]
    plan = a_plan(a_venue(session), panels=2, places=3, staff=staff, slots=5, what_to_bring="Photo identity")
    day = a_day(session, a_campaign(session), venue=session.get_one(type(a_venue(session)), plan.venue_id), panels=2,
                places=3, staff=staff, slots=5, what_to_bring="Photo identity")  # fmt: skip
    assert plan_of(day) == plan


def test_looking_takes_as_many_statements_for_ten_days_as_for_one(session: Session) -> None:
    campaign, staff = a_campaign(session), [a_staff_member(session, Role.ASSESSOR) for _ in range(4)]
    plan = a_plan(a_venue(session), panels=2, staff=staff)
    with clock.at(PLANNED_AT):
        with statements() as one:
            look(session, campaign, [plan], 0)
        with statements() as ten:
            look(session, campaign, on_days(plan, [DAY + timedelta(days=number) for number in range(10)]), 0)
    assert len(one) == len(ten) == 4
