"""From the shortlist to the interview, tried at random by everybody in it: 1,000 runs of 40 steps in full."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.interviews.models import SessionKind, Venue
from portal.domain.messages.models import Notice, OutboxMail
from tests.domain.chairs import Slot
from tests.domain.diary import Diary
from tests.domain.meetings import ACTS, Meetings
from tests.support import programme
from tests.support.interviews import PLANNED_AT, a_day, a_venue, slots_of
from tests.support.make_campaigns import a_campaign
from tests.support.offers import someone_in
from tests.support.people import a_staff_member, an_applicant

SHARDS, RUNS, STEPS = 4, 250, 40
SURE = {"invite", "due"}  # done in every sample
PEOPLE = 4
DAYS = (  # a time with two panels and one after it; a lone time; another later; a fitness test with two places
    {"day": date(2018, 2, 3), "slots": 2, "panels": 2},
    {"day": date(2018, 2, 6), "slots": 1},
    {"day": date(2018, 2, 12), "slots": 1},
    {"day": date(2018, 2, 8), "slots": 1, "places": 2, "kind": SessionKind.FITNESS},
)
Cast = tuple[StaffMember, list[StaffMember], list[Applicant], Venue]


def a_cast(session: Session) -> Cast:
    staff = [a_staff_member(session, Role.ASSESSOR) for _ in range(2)]
    applicants = [an_applicant(session) for _ in range(PEOPLE)]
    return a_staff_member(session, Role.RECRUITER), staff, applicants, a_venue(session)


def some_meetings(app: Flask, session: Session, seed: int, cast: Cast) -> Meetings:
    """A campaign with people on its shortlist and days planned; nobody is invited yet."""
    recruiter, staff, applicants, venue = cast
    campaign = a_campaign(session)
    people = {someone_in(session, app, campaign, State.SHORTLISTED, applicant=each).id: each for each in applicants}
    slots: dict[int, Slot] = {}
    panels: dict[int, set[int]] = {}
    for plan in DAYS:
        day = a_day(session, campaign, staff=staff, venue=venue, **plan)
        for row in slots_of(session, day):
            slots[row.id] = Slot(row.id, day.id, row.panel_id, day.kind.value, row.starts_at, len(row.seats))
            panels[row.panel_id] = {member.staff_id for member in row.panel.members}
    diary = Diary(slots, panels, dict.fromkeys(people, "shortlisted"), PLANNED_AT)
    since = session.scalar(select(func.max(AuditEvent.id))) or 0
    at = PLANNED_AT + timedelta(minutes=1)
    return Meetings(app, session, Random(seed), people, recruiter, staff, diary, at, since)


def sweep(session: Session) -> None:
    """The next run finds nobody of this one."""
    with unit_of_work(session):
        for table in (Notice, OutboxMail, Application):
            session.execute(delete(table))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_is_tried_the_diary_is_right(app: Flask, session: Session, shard: int) -> None:
    cast = a_cast(session)
    done: Counter[str] = Counter()
    for number in programme.rounds(2, RUNS, done, SURE):
        seed = 1_000_000 * shard + number
        life = some_meetings(app, session, seed, cast)
        for step in range(STEPS):
            try:
                life.step()
            except Exception as error:
                raise AssertionError(f"seed {seed}, step {step}: {error!r}") from error
        done.update(life.done)
        with clock.at(life.at):
            sweep(session)
    assert set(done) >= SURE
    if programme.full():  # each was done at least once, and each kind of refusal was met
        refusals = {"SlotTaken", "NotThisTime", "BookedAlready", "WhyNeeded", "BegunAlready", "NotFound", "NotYet"}
        assert {act.__name__ for act in ACTS} <= set(done)
        assert refusals <= {name.partition(": ")[2] for name in done}
