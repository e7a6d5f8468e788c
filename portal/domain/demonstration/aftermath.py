"""What becomes of a sent application once its campaign has closed: read, met, offered a place, trained."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, select

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Application, State
from portal.domain.applications.rules import Act, By, WithdrawReason
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.demonstration.casework import ask, move, settle, take_up
from portal.domain.demonstration.stage import At, Life, Stage

DAY = timedelta(days=1)
K = RequirementKind
AFTER_OFFER = (K.MEDICAL, K.FITNESS, K.REFERENCES)
FIRST_VOLUNTEERS = 5  # appointed by November 2018 [001], from the campaign that closed in January


def working_hour(chance: Random, moment: datetime) -> datetime:
    """The first working hour from this moment on: Monday to Friday, nine to five in London."""
    day = clock.london(moment).date()
    hour = time(chance.randint(9, 16), chance.randint(0, 59), chance.randint(0, 59))
    at = clock.from_london(datetime.combine(day, hour))
    while at < moment or clock.london(at).weekday() > 4:
        at += DAY
    return at


def between(chance: Random, first: date, last: date) -> datetime:
    """A working hour of a day between two days."""
    return working_hour(chance, clock.start_of(first + DAY * chance.randint(0, max(0, (last - first).days - 2))))


def aftermath(stage: Stage, chance: Random, application: Application) -> Life:
    """From the answer of the sift to wherever it ends. Whatever lies after now does not happen."""
    campaign, recruiter = application.campaign, _recruiter(stage, application.campaign)
    yield At(between(chance, campaign.answer_by, campaign.answer_by + DAY * 3))  # the sift released its answers
    settle(stage.session, recruiter, application, K.OCCUPATION)
    if application.state is State.SHORTLISTED:
        yield from _interview(stage, chance, application, recruiter)
    if application.state is State.RESERVE:
        yield At(working_hour(chance, clock.start_of(campaign.starts_on) + DAY * chance.randint(5, 40)))
        move(stage.session, recruiter, application, Act.LAPSE, By.RECRUITER)


def _recruiter(stage: Stage, campaign: Campaign) -> StaffMember:
    """The division's own recruiter where a campaign lies in one division."""
    divisions = {district.division.slug for district in campaign.districts}
    return stage.staff.get(f"recruiter-{divisions.pop()}" if len(divisions) == 1 else "", stage.staff["recruiter"])


def _interview(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> Life:
    campaign, session = application.campaign, stage.session
    yield At(working_hour(chance, clock.now() + DAY))
    move(session, recruiter, application, Act.INVITE, By.RECRUITER)
    ask(session, recruiter, application, K.IDENTITY, clock.start_of(campaign.interviews_from))
    first = max(campaign.interviews_from, clock.today() + DAY * 3)
    yield At(between(chance, first, max(first, campaign.interviews_to)))
    settle(session, recruiter, application, K.IDENTITY)
    yield At(working_hour(chance, clock.now() + DAY * chance.randint(2, 9)))
    outcome = chance.choices((Act.OFFER, Act.HOLD, Act.TURN_DOWN, Act.LAPSE), (64, 8, 20, 8))[0]
    move(session, recruiter, application, outcome, By.RECRUITER)
    if outcome is Act.OFFER:
        yield from _offer(stage, chance, application, recruiter)


def _offer(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> Life:
    session = stage.session
    for kind in AFTER_OFFER:
        ask(session, recruiter, application, kind, clock.end_of(clock.today() + DAY * 28))
    take_up(session, recruiter, application, K.VETTING)
    yield At(clock.now() + DAY * chance.uniform(1, 12))
    answer = chance.choices((Act.ACCEPT, Act.DECLINE, Act.DEFER), (80, 10, 10))[0]
    move(session, application.applicant, application, answer, By.APPLICANT)
    if answer is Act.ACCEPT:
        yield from _training(stage, chance, application, recruiter)


def _training(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> Life:
    campaign, session = application.campaign, stage.session
    first = campaign.training_days[0].starts_at
    for kind in AFTER_OFFER:
        yield At(min(working_hour(chance, clock.now() + DAY * chance.uniform(2, 9)), first - DAY))
        settle(session, stage.staff["medical" if kind in {K.MEDICAL, K.FITNESS} else "recruiter"], application, kind)
    yield At(first)
    move(session, recruiter, application, Act.TRAIN, By.RECRUITER)
    yield At(working_hour(chance, clock.start_of(campaign.starts_on) + DAY * chance.randint(20, 110)))
    if _appointed(stage, campaign) < FIRST_VOLUNTEERS:
        settle(session, stage.staff["vetting"], application, K.VETTING)
        move(session, recruiter, application, Act.APPOINT, By.RECRUITER)
        return
    yield At(clock.now() + DAY * chance.uniform(3, 30))
    reasons = (WithdrawReason.TOO_SLOW, WithdrawReason.TOO_SLOW, WithdrawReason.TIME, WithdrawReason.WORK)
    withdraw(session, application.applicant, application.id, chance.choice(reasons))


def _appointed(stage: Stage, campaign: Campaign) -> int:
    appointed = select(func.count()).where(Application.campaign_id == campaign.id, Application.state == State.APPOINTED)
    return stage.session.scalar(appointed) or 0
