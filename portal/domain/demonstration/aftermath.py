"""What becomes of a sent application once its campaign has closed: read, met, offered a place, checked, trained."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Application, RequirementState, State
from portal.domain.applications.rules import Act, By, WithdrawReason
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.plans import the_pilot
from portal.domain.clearances.deciding import CLEAR, decide, decision
from portal.domain.demonstration.casework import move
from portal.domain.demonstration.clearing import checks
from portal.domain.demonstration.meeting import OUTCOMES_AFTER, meet
from portal.domain.demonstration.stage import At, Life, Stage, together
from portal.domain.journeys import offering
from portal.domain.offers import answering, placing
from portal.domain.offers.places import live_offer
from portal.domain.offers.rules import DeclineReason

DAY = timedelta(days=1)
K = RequirementKind
IN_VAIN = (WithdrawReason.TOO_SLOW, WithdrawReason.TOO_SLOW, WithdrawReason.TIME, WithdrawReason.WORK)


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
    campaign, recruiter = application.campaign, recruiter_of(stage, application.campaign)
    yield At(working_hour(chance, clock.start_of(campaign.answer_by + DAY * 2)))  # the sift released its answers
    if application.state is State.SHORTLISTED:
        _occupation(stage, application, recruiter)
        yield from meet(stage, chance, application, recruiter)
        yield At(clock.start_of(campaign.interviews_to) + OUTCOMES_AFTER + DAY)
    for _look in range(20):  # a place may come free
        if application.state is not State.RESERVE:
            break
        yield At(clock.now() + DAY * 2)
    if application.state is State.OFFERED:
        yield from _offer(stage, chance, application, recruiter)
    if application.state in (State.RESERVE, State.SHORTLISTED, State.INTERVIEW):
        yield At(working_hour(chance, clock.start_of(campaign.starts_on) + DAY * chance.randint(5, 40)))
        if application.state in (State.RESERVE, State.SHORTLISTED, State.INTERVIEW):
            move(stage.session, recruiter, application, Act.LAPSE, By.RECRUITER)


def recruiter_of(stage: Stage, campaign: Campaign) -> StaffMember:
    """The division's own recruiter where a campaign lies in one division."""
    divisions = {district.division.slug for district in campaign.districts}
    return stage.staff.get(f"recruiter-{divisions.pop()}" if len(divisions) == 1 else "", stage.staff["recruiter"])


def _occupation(stage: Stage, application: Application, recruiter: StaffMember) -> None:
    """A person says that the work somebody does goes together with the role, unless the list said so already."""
    row = next((each for each in application.requirements if each.kind is K.OCCUPATION), None)
    if row is not None and row.state not in (RequirementState.MET, RequirementState.NOT_MET):
        said = decision(K.OCCUPATION, CLEAR)
        decide(stage.session, stage.outside.keys, recruiter, application.id, K.OCCUPATION, said, "")


def _offer(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> Life:
    session = stage.session
    yield At(clock.now() + DAY * chance.uniform(1, 9))
    offered = live_offer(session, application.id)
    if application.state is not State.OFFERED or offered is None or offered.expires_at <= clock.now():
        return
    answer = chance.choices((Act.ACCEPT, Act.DECLINE, Act.DEFER), (80, 10, 10))[0]
    if answer is Act.DECLINE:
        offering.decline(session, application.applicant, application.id, chance.choice(list(DeclineReason)))
    elif answer is Act.DEFER:
        offering.defer(session, application.applicant, application.id)
    else:
        answering.accept(session, application.applicant, application.id)
        ways = checks(stage, chance, application)
        placed, left = _placement(stage, chance, application, recruiter), _leaving(stage, chance, application)
        yield from together([*ways, placed, left])


def _placement(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> Life:
    """For most, the proposal is what they get."""
    yield At(working_hour(chance, clock.now() + DAY * chance.uniform(3, 14)))
    offered = placing.proposal(stage.session, application)
    if application.state is State.ACCEPTED and offered.districts and chance.random() < 0.7:
        strand = str(offered.strands[0].key) if offered.strands else None
        supervisor = int(offered.supervisors[0].key) if offered.supervisors else None
        wanted = placing.Wanted(int(offered.districts[0].key), strand, supervisor)
        placing.confirm(stage.session, recruiter, application.id, wanted)


def _leaving(stage: Stage, chance: Random, application: Application) -> Life:
    """What becomes of them on the course is the cohort's life. Of the pilot, most had gone before they were appointed:
    five volunteers by November 2018 [001]."""
    campaign = application.campaign
    if campaign.slug != the_pilot().slug:
        return
    yield At(working_hour(chance, clock.start_of(campaign.starts_on) + DAY * chance.randint(40, 140)))
    if application.state in (State.TRAINING, State.ACCEPTED):
        withdraw(stage.session, application.applicant, application.id, chance.choice(IN_VAIN))
