"""From an accepted offer to an appointment with powers, tried at random by everybody in it: 1,000 runs of 50 steps in
full. No one is appointed with a gap, no seat held beyond what there is, no mark lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Base, unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application, Channel, Requirement, RequirementState, State
from portal.domain.attendance.models import Assessment, Mark, MarkOutcome, MarkSource, MarkStep, Presence, Result
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign, RequirementKind, Stage
from portal.domain.messages.models import Notice, OutboxMail
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.training.models import (
    Cohort,
    CourseDay,
    CourseVersion,
    Module,
    Pattern,
    SessionModule,
    SessionTrainer,
    Trainee,
    TrainingSession,
    Waiting,
)
from portal.domain.training.shipped import CourseRow, DayRow, ModuleRow
from portal.domain.training.standard import add_course
from portal.domain.volunteers.models import (
    Agreement,
    AgreementAccepted,
    AppointmentStep,
    PowerGrant,
    StepKind,
    Volunteer,
)
from portal.services import references
from tests.domain import cohort_acts, course_acts
from tests.domain.careers import KINDS, Careers
from tests.domain.cohorts import Act, Cohorts
from tests.domain.pupils import (
    APPLIED_ON,
    DAY,
    LEAST_DAYS,
    SUBJECTS,
    Attempt,
    Group,
    Need,
    Place,
    Somebody,
    Stands,
    Step,
    Task,
    Wait,
    Words,
)
from tests.domain.pupils import Day as TrainingDay
from tests.support import programme
from tests.support.interviews import a_venue
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant
from tests.support.volunteers import SCHEME, the_power

SHARDS, RUNS, STEPS, PEOPLE = 4, 250, 50, 5
SURE = {"mark", "everyone_else"}  # done in every sample
FIRST = (date(2018, 4, 30), date(2018, 5, 14))  # a cohort's three days from a Monday, another's a fortnight later
CAPACITY = (3, 4)
BEGINS = (  # when a run begins: days before, on the first morning, in the middle of it, after it
    datetime(2018, 4, 20, 10), datetime(2018, 4, 24, 10), datetime(2018, 4, 28, 10), datetime(2018, 4, 30, 8),
    datetime(2018, 4, 30, 9, 20), datetime(2018, 5, 1, 9, 20), datetime(2018, 5, 2, 9, 20), datetime(2018, 5, 2, 18),
    datetime(2018, 5, 3, 9), datetime(2018, 5, 10, 10),
)  # fmt: skip
UNTIL = (*[None] * 3, date(2018, 5, 1), date(2018, 5, 12), date(2018, 6, 1), *[date(2019, 6, 1)] * 3)
Row = TypeVar("Row", bound=Base)
ACTS: tuple[Act, ...] = cohort_acts.PLACES + cohort_acts.REGISTER + course_acts.REST


@dataclass(frozen=True)
class Cast:
    """Who and what every run of a database shares."""

    recruiter: StaffMember
    trainers: tuple[StaffMember, StaffMember]
    applicants: list[Applicant]
    campaign: Campaign
    version: CourseVersion
    modules: dict[int, list[int]]  # by the day's number
    course_days: dict[int, int]
    venue: int
    power: int


def a_cast(session: Session) -> Cast:
    campaign, power = the_pilot(session), the_power(session).id
    rows = tuple(
        DayRow(1, f"Day {number}", 540, 1020, tuple(
            ModuleRow(each.code, each.code.title(), each.minutes, mandatory=each.mandatory, assessed=each.assessed,
                      written=each.written, one_to_one=each.alone)
            for each in SUBJECTS if each.day == number
        ))
        for number in sorted({each.day for each in SUBJECTS})
    )  # fmt: skip
    row = CourseRow("at-random", "A course at random", "", Pattern.DAYS, LEAST_DAYS, rows, SCHEME)
    with unit_of_work(session):
        version = add_course(session, row, campaign.scheme_id)
    days = session.scalars(select(CourseDay).where(CourseDay.version_id == version.id)).all()
    taught = select(Module.id).order_by(Module.position)
    return Cast(
        a_staff_member(session, Role.RECRUITER),
        (a_staff_member(session, Role.TRAINER), a_staff_member(session, Role.TRAINER)),
        [an_applicant(session) for _ in range(PEOPLE)],
        campaign,
        version,
        {day.number: list(session.scalars(taught.where(Module.day_id == day.id))) for day in days},
        {day.number: day.id for day in days},
        a_venue(session).id,
        power,
    )


def some_cohorts(app: Flask, session: Session, seed: int, cast: Cast) -> Cohorts:
    """Two published cohorts and people with accepted offers, some of them further on; straight into the tables."""
    random = Random(seed)
    at = clock.from_london(random.choice(BEGINS)) + timedelta(seconds=7)
    with clock.at(at), unit_of_work(session):
        agreement = session.scalar(select(func.max(Agreement.id))) or 0
        model = Careers({}, {}, at, trainers=tuple(each.id for each in cast.trainers), agreement=agreement)
        for first, capacity in zip(FIRST, CAPACITY, strict=True):
            made = a_group(session, cast, first, capacity)
            model.groups[made.id] = made
        line = random.sample(range(PEOPLE), PEOPLE)
        people = {
            somebody(session, random, cast, model, order): applicant
            for applicant, order in zip(cast.applicants, line, strict=True)
        }
        if random.random() < 0.8:
            placed(session, random, model)
            for place in model.places:
                came(session, random, model, place)
    since = session.scalar(select(func.max(AuditEvent.id))) or 0
    return Cohorts(app, session, random, people, cast.recruiter, cast.trainers, cast.power, model, at, since)


def a_group(session: Session, cast: Cast, first: date, capacity: int) -> Group:
    long_ago = clock.now() - 30 * DAY
    cohort = add(session, Cohort(
        version_id=cast.version.id, name=f"From {first}", capacity=capacity, created_by=cast.recruiter.id,
        created_at=long_ago, published_at=long_ago,
    ))  # fmt: skip
    days = []
    for number in cast.course_days:
        day = first + (number - 1) * DAY
        starts, ends = (clock.from_london(datetime.combine(day, time(hour))) for hour in (9, 17))
        row = add(session, TrainingSession(
            cohort_id=cohort.id, day_id=cast.course_days[number], title=f"Day {number}", starts_at=starts, ends_at=ends,
            venue_id=cast.venue, uid=f"{cohort.id}-{number}@random",
        ))  # fmt: skip
        session.add_all(SessionModule(session_id=row.id, module_id=key) for key in cast.modules[number])
        session.add_all(
            SessionTrainer(session_id=row.id, staff_id=each.id, added_by=cast.recruiter.id, added_at=long_ago)
            for each in cast.trainers
        )
        days.append(TrainingDay(row.id, cohort.id, number, starts, ends))
    return Group(cohort.id, capacity, days)


def add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def somebody(session: Session, random: Random, cast: Cast, model: Careers, order: int) -> int:
    """Somebody who accepted a place on the course; most of what comes before an appointment is there."""
    received, by = clock.start_of(APPLIED_ON), cast.recruiter.id
    applicant = cast.applicants[len(model.people)]
    application = add(session, Application(
        reference=references.new_reference("CPV"), applicant_id=applicant.id, campaign_id=cast.campaign.id,
        state=State.ACCEPTED, channel=Channel.ONLINE, created_at=received, received_at=received, state_since=received,
        given_name="Robin", family_name="Random", postcode="ME14 1XX",
    ))  # fmt: skip
    key, accepted = application.id, received + order * DAY
    session.add(Offer(
        application_id=key, campaign_id=cast.campaign.id, place=order + 1, made_at=received, expires_at=accepted + DAY,
        answer=OfferAnswer.ACCEPTED, answered_at=accepted,
    ))  # fmt: skip
    needs = {kind: Need(random.random() < 0.92, random.choice(UNTIL)) for kind in ("medical", "vetting")}
    for kind, need in needs.items():
        need.until = need.until if need.met else None
        session.add(Requirement(
            application_id=key, kind=RequirementKind(kind),
            due=Stage.TRAINING if kind == "medical" else Stage.APPOINTMENT,
            state=RequirementState.MET if need.met else RequirementState.WITH_US, expires_on=need.until,
            decided_by=by if need.met else None, decided_at=received if need.met else None,
        ))  # fmt: skip
    model.people[key] = Somebody(key, order, needs)
    if random.random() < 0.8:
        session.add(AgreementAccepted(application_id=key, agreement_id=model.agreement, accepted_at=received))
        model.people[key].agreed.add(model.agreement)
    for kind in KINDS:
        if random.random() < 0.85:
            on = date(2017, 11, 7) if random.random() < 0.1 else date(2018, 4, 2)
            row = AppointmentStep(
                application_id=key, kind=StepKind(kind), done_on=on, recorded_by=by, recorded_at=received
            )
            model.tasks.append(Task(key, kind, on, id=add(session, row).id))
    return key


def placed(session: Session, random: Random, model: Careers) -> None:
    """The first cohort has people already; whoever has what is due has begun."""
    group, made = min(model.groups), model.now - 3 * DAY
    for seat, key in enumerate(random.sample(list(model.people), random.choice((2, 3, 3))), 1):
        them = model.people[key]
        started = them.needs["medical"].holds(model.today) and random.random() < 0.9
        row = add(session, Trainee(
            application_id=key, cohort_id=group, seat=seat, enrolled_at=made, confirmed_at=made,
            started_at=made if started else None, check_in=f"random-{key}",
        ))  # fmt: skip
        model.places.append(Place(key, group, seat, made, None, True, row.id, started))
        if started:
            session.get_one(Application, key).state = State.TRAINING
            them.state = "training"

    line_up(session, random, model)


def line_up(session: Session, random: Random, model: Careers) -> None:
    """Whoever has no place waits for one, in an order that is not the one that counts."""
    group = min(model.groups)
    for key in [each for each in model.people if model.place_of(each) is None]:
        if random.random() < 0.8:
            session.add(Waiting(application_id=key, cohort_id=group, asked_at=model.now - DAY))
            session.flush()
            model.waits.append(Wait(key, group))


def came(session: Session, random: Random, model: Careers, place: Place) -> None:
    """What the register says of the days there have been, and how the assessment went."""
    by = model.trainers[0]
    past = [day for day in model.groups[place.group].days if place.started and day.ends <= model.now]
    for day in past:
        if random.random() < 0.95:
            said = Words("present") if random.random() < 0.88 else Words("absent")
            made, key = day.starts + timedelta(minutes=10), f"was-{place.id}-{day.id}"
            said_so = {
                "session_id": day.id,
                "trainee_id": place.id,
                "presence": Presence(said.presence),
                "made_at": made,
            }
            session.add(Mark(**said_so, marked_by=by))
            step = add(session, MarkStep(
                **said_so, key=key, seen=0, source=MarkSource.REGISTER, received_at=made, staff_id=by,
                outcome=MarkOutcome.KEPT,
            ))  # fmt: skip
            model.marks[day, place] = Stands(said, by, made)
            model.steps.append(Step(key, day, place, said, by, made, made, 0, "register", None, id=step.id))
    if len(past) > 1 and random.random() < 0.85:
        module = session.scalars(select(Module).where(Module.code == "aid")).one()
        row = Assessment(
            trainee_id=place.id, module_id=module.id, module_code="aid", attempt=1, result=Result.PASSED,
            assessed_on=model.today, staff_id=by, recorded_at=model.now,
        )  # fmt: skip
        model.attempts.append(Attempt(place, "aid", 1, "passed", model.today, by, id=add(session, row).id))


def sweep(session: Session, cast: Cast, groups: list[int]) -> None:
    """The next run finds nobody of this one, and none of its cohorts."""
    first = session.scalar(select(func.min(Agreement.id)))
    gone: tuple[Any, ...] = (
        delete(PowerGrant), delete(Volunteer), delete(Notice), delete(OutboxMail), delete(Application),
        delete(Cohort).where(Cohort.id.in_(groups)), delete(Agreement).where(Agreement.id != first),
    )  # fmt: skip
    with unit_of_work(session):
        for each in gone:
            session.execute(each)
    session.expunge_all()
    for shared in (cast.recruiter, *cast.trainers, *cast.applicants, cast.campaign, cast.version):
        session.add(shared)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_is_tried_nobody_is_appointed_with_a_gap(app: Flask, session: Session, shard: int) -> None:
    cast = a_cast(session)
    done: Counter[str] = Counter()
    for number in programme.rounds(2, RUNS, done, SURE):
        seed = 1_000_000 * shard + number
        life = some_cohorts(app, session, seed, cast)
        for step in range(STEPS):
            try:
                life.step(ACTS)
            except Exception as error:
                raise AssertionError(f"seed {seed}, step {step}: {error!r}") from error
        done.update(life.done)
        with clock.at(life.at):
            sweep(session, cast, list(life.model.groups))
    assert set(done) >= SURE
    if programme.full():  # each was done at least once, and each kind of refusal was met
        refusals = {"NoPlaceLeft", "NotReady", "NotComplete", "NotOnRegister", "WhyNeeded", "NotStarted", "BadMark"}
        refusals |= {"NothingToUndo", "SettledMeanwhile", "NoPlaceThere", "NotMissed", "PassedAlready"}
        refusals |= {"CohortNotOpen", "NotFound", "AgreementChanged", "AlreadyHeld", "TooLateToConfirm"}
        assert {act.__name__ for act in ACTS} <= set(done)
        assert refusals <= {name.partition(": ")[2] for name in done}
