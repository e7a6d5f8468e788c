"""Training of a made-up campaign: cohorts planned, people enrolled, registers kept, certificates issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.attendance import assessing, catching_up, marking
from portal.domain.attendance.completing import complete
from portal.domain.attendance.models import Assessment, CatchUp, CatchUpWay, Mark, MarkSource, Presence, Result
from portal.domain.attendance.signing_off import sign_off
from portal.domain.attendance.standing import standings
from portal.domain.campaigns.models import Campaign
from portal.domain.demonstration.aftermath import recruiter_of
from portal.domain.demonstration.appointing import appointments
from portal.domain.demonstration.meeting import venues_of
from portal.domain.demonstration.people import relative
from portal.domain.demonstration.sifting import Moderator
from portal.domain.demonstration.stage import At, Life, Stage, together
from portal.domain.offers.requirements import outstanding
from portal.domain.training import contacts
from portal.domain.training.cohorts import publish
from portal.domain.training.enrolling import enrol
from portal.domain.training.giving_up import remove
from portal.domain.training.models import Cohort, Course, CourseVersion, Module, SessionModule, Trainee, TrainingSession
from portal.domain.training.planning import CohortPlan, plan_cohort
from portal.domain.training.rules import NoPlaceLeft
from portal.domain.training.starting import start

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PLANNED_BEFORE = DAY * 35
INDUCTIONS = (40, 0)  # days before the clock's now: two of the support volunteers'
ABSENT, EXCUSED, LATE = 0.05, 0.03, 0.08
NOT_THE_FIRST_TIME = 0.06  # have to try an assessment again
WORK = "I read the chapter twice. What I take from it: say who I am, say why, and listen before I decide anything."


@dataclass(frozen=True)
class Run:
    """One cohort to be: a course, its first day, how many."""

    course: str
    name: str
    first: date
    places: int


def cohorts(stage: Stage, campaign: Campaign, chance: Random) -> list[Life]:
    """A life for each cohort of a campaign."""
    recruiter = recruiter_of(stage, campaign)
    return [_cohort(stage, Random(chance.random()), campaign, run, recruiter) for run in runs_of(campaign, stage.now)]


def runs_of(campaign: Campaign, now: datetime) -> list[Run]:
    """The cohorts a campaign's people train in; none where its scheme has no course."""
    if campaign.scheme.code == "CPV" and campaign.training_days:
        first = clock.london(campaign.training_days[0].starts_at).date()
        where = campaign.districts[0]
        name = where.division.name if len(campaign.districts) > 2 else where.name
        return [Run("cpv-foundation", f"{name} cohort, {first:%B %Y}", first, min(24, campaign.places))]
    if campaign.scheme.code == "PSV":
        today = clock.london(now).date()
        days = [_working_day(today - DAY * ago) for ago in INDUCTIONS]
        return [Run("induction", f"Induction, {day:%-d %B %Y}", day, 10) for day in days]
    return []


def _working_day(day: date) -> date:
    return day + DAY * max(0, 7 - day.weekday() if day.weekday() > 4 else 0)


def _cohort(stage: Stage, chance: Random, campaign: Campaign, run: Run, recruiter: StaffMember) -> Life:
    """From its planning, five weeks before, to the certificates."""
    yield At(_at(run.first - PLANNED_BEFORE, 10))
    made = _planned(stage, campaign, run, recruiter)
    if made is None:
        return
    days = list(made.sessions)
    for _look in range(12):  # offers are accepted one by one
        _enrol(stage, chance, campaign, made, recruiter)
        if clock.now() + DAY * 3 >= days[0].starts_at:
            break
        yield At(clock.now() + DAY * 3)
    yield from together([*(_day(stage, chance, made, day, recruiter) for day in days), _end(stage, made, recruiter)])
    yield from appointments(stage, chance, made, recruiter)


def _day(stage: Stage, chance: Random, made: Cohort, day: TrainingSession, recruiter: StaffMember) -> Life:
    """Training begins for whoever is cleared by now; the register; what is assessed; what is made good in the days
    after."""
    yield At(day.starts_at - MINUTE * 40)
    _begin(stage.session, made, recruiter)
    if day.starts_at > made.sessions[0].starts_at + DAY * 7:
        _thin_out(stage.session, made, recruiter)
    yield At(day.starts_at + MINUTE * chance.randint(3, 14))
    _register(stage, chance, day)
    yield At(day.ends_at - MINUTE * 5)
    _assess(stage, chance, day)
    yield At(day.ends_at + DAY * 1.5)
    _catch_up(stage, chance, made)
    yield At(day.ends_at + DAY * 9)
    _see_to(stage, made)


def _end(stage: Stage, made: Cohort, recruiter: StaffMember) -> Life:
    """A fortnight after the last day whoever has done everything gets the certificate."""
    session = stage.session
    yield At(_at(clock.london(made.sessions[-1].ends_at).date() + DAY * 14, 11))
    _see_to(stage, made)
    for trainee in _trainees(session, made.id):
        if standings(session, [trainee.id])[trainee.id].may_complete:
            complete(session, recruiter, trainee.id)


def _at(day: date, hour: int) -> datetime:
    return clock.from_london(datetime.combine(day, time(hour)))


def _planned(stage: Stage, campaign: Campaign, run: Run, recruiter: StaffMember) -> Cohort | None:
    session = stage.session
    newest = select(CourseVersion.id).join(Course).where(Course.slug == run.course).order_by(CourseVersion.id.desc())
    version_id = session.scalar(newest.limit(1))
    if version_id is None:
        return None
    divisions = {district.division_id for district in campaign.districts}
    trainers = (stage.staff["trainer"].id, stage.staff["trainer-2"].id)
    venue = venues_of(session, campaign)[0]
    plan = CohortPlan(
        version_id=version_id, campaign_id=campaign.id, division_id=divisions.pop() if len(divisions) == 1 else None,
        name=run.name, capacity=run.places, first=run.first, venue_id=venue.id, room="Training room",
        trainer_ids=trainers if run.places > 10 else trainers[:1],
    )  # fmt: skip
    made = plan_cohort(session, recruiter, plan)
    return publish(session, recruiter, made.id)


def _enrol(stage: Stage, chance: Random, campaign: Campaign, made: Cohort, recruiter: StaffMember) -> None:
    """Whoever has accepted, in the order of acceptance; and they say whom to ring."""
    session = stage.session
    placed = select(Trainee.application_id).where(Trainee.ended_at.is_(None))
    accepted = (
        select(Application)
        .where(Application.campaign_id == campaign.id, Application.state == State.ACCEPTED)
        .where(Application.id.not_in(placed))
        .order_by(Application.state_since, Application.id)
    )
    for application in session.scalars(accepted).all():
        try:
            enrol(session, recruiter, made.id, application.id)
        except NoPlaceLeft:
            return
        if chance.random() < 0.85:
            given = contacts.Contact(*relative(chance))
            contacts.give_contact(session, stage.outside.keys, application.applicant, application.id, given)


def _trainees(session: Session, cohort_id: int, *, started: bool = True) -> list[Trainee]:
    query = select(Trainee).where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None)).order_by(Trainee.id)
    return [each for each in session.scalars(query) if bool(each.started_at) is started]


def _begin(session: Session, made: Cohort, recruiter: StaffMember) -> None:
    for trainee in _trainees(session, made.id, started=False):
        if not outstanding(session, trainee.application_id):
            start(session, recruiter, trainee.id)


def _thin_out(session: Session, made: Cohort, recruiter: StaffMember) -> None:
    """Whoever is not cleared by the second weekend has missed too much of it: all but two, who may be yet."""
    for trainee in _trainees(session, made.id, started=False)[2:]:
        remove(session, recruiter, trainee.id, "checks")


def _register(stage: Stage, chance: Random, day: TrainingSession) -> None:
    """The exceptions one by one, then everyone else at once: as on the day."""
    session, trainer = stage.session, _trainer(stage)
    for trainee in _trainees(session, day.cohort_id):
        said = _exception(chance)
        if said is not None:
            presence, late, reason = said
            wish = marking.MarkWish(
                f"made-up-{day.id}-{trainee.id}", trainee.id, presence, late, 0, reason, MarkSource.REGISTER, None, 0,
                clock.now(),
            )  # fmt: skip
            marking.mark(session, trainer, day.id, wish)
    marking.everyone_else(session, trainer, day.id, f"made-up-{day.id}")


def _exception(chance: Random) -> tuple[Presence, int, str | None] | None:
    turn = chance.random()
    if turn < ABSENT:
        return Presence.ABSENT, 0, None
    if turn < ABSENT + EXCUSED:
        return Presence.EXCUSED, 0, "personal"
    return (Presence.PRESENT, chance.choice((5, 10, 12, 20)), None) if turn < ABSENT + EXCUSED + LATE else None


def _assess(stage: Stage, chance: Random, day: TrainingSession) -> None:
    """Everybody who was there is assessed in what the day teaches; some need another go."""
    session = stage.session
    assessed = select(Module.code).join(SessionModule).where(SessionModule.session_id == day.id, Module.assessed)
    there = select(Mark.trainee_id).where(Mark.session_id == day.id, Mark.presence == Presence.PRESENT)
    trainees = session.scalars(there.order_by(Mark.trainee_id)).all()
    for code in session.scalars(assessed).all():
        for trainee_id in trainees:
            results = [Result.PASSED] if chance.random() > NOT_THE_FIRST_TIME else [Result.NOT_YET, Result.PASSED]
            for before, result in enumerate(results):
                assessing.record_result(
                    session, stage.outside.keys, _trainer(stage), trainee_id, code, result,
                    assessed_on=clock.today(), seen=before,
                )  # fmt: skip


def _trainer(stage: Stage) -> Moderator:
    return Moderator(stage.staff["trainer"])


def _catch_up(stage: Stage, chance: Random, made: Cohort) -> None:
    """Most of those who missed something book for themselves within two days: written work where that will do."""
    session = stage.session
    for trainee in _trainees(session, made.id):
        standing = standings(session, [trainee.id])[trainee.id]
        if not standing.to_book or chance.random() < 0.3:
            continue
        person = session.get_one(Application, trainee.application_id).applicant
        for module in standing.to_book:
            if module.of.written:
                catching_up.set_written(session, person, trainee.id, module.of.code)
            elif module.of.one_to_one:
                when = _at(clock.today() + DAY * chance.randint(3, 6), 18)
                trainer = _trainer(stage)
                catching_up.set_one_to_one(session, trainer, trainee.id, module.of.code, when, "Room 2", trainer.id)


def _see_to(stage: Stage, made: Cohort) -> None:
    """What was to be written is handed in, what is over is signed off."""
    session, trainer, keys = stage.session, _trainer(stage), stage.outside.keys
    mine = select(CatchUp).join(Trainee, Trainee.id == CatchUp.trainee_id)
    for row in session.scalars(mine.where(Trainee.cohort_id == made.id, CatchUp.ended_at.is_(None))).all():
        trainee = session.get_one(Trainee, row.trainee_id)
        if row.way is CatchUpWay.WRITTEN:
            person = session.get_one(Application, trainee.application_id).applicant
            catching_up.hand_in(session, keys, person, row.id, WORK)
        elif row.starts_at is None or row.starts_at >= clock.now():
            continue
        sign_off(session, trainer, row.id)
        _assess_late(stage, row)


def _assess_late(stage: Stage, row: CatchUp) -> None:
    """Who was not there when the others were assessed has it done with what they made good."""
    session = stage.session
    if not session.get_one(Module, row.module_id).assessed:
        return
    tried = select(Assessment.result).filter_by(trainee_id=row.trainee_id, module_code=row.module_code)
    results = session.scalars(tried).all()
    if Result.PASSED not in results:
        assessing.record_result(
            session, stage.outside.keys, _trainer(stage), row.trainee_id, row.module_code, Result.PASSED,
            assessed_on=clock.today(), seen=len(results),
        )  # fmt: skip
