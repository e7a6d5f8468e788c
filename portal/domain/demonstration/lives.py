"""The life of one made-up application: begun, answered, sent or not; read, met, offered; trained or gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from portal import clock
from portal.domain.accounts.codes import applicant_with
from portal.domain.accounts.models import Applicant
from portal.domain.applications.actions import enter_for, save_answers, start, submit, withdraw
from portal.domain.applications.models import Application, Channel
from portal.domain.applications.rules import WITHDRAW_WORDS
from portal.domain.applications.sections import QUESTIONS, Value
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.questions import CORE
from portal.domain.demonstration.aftermath import aftermath, working_hour
from portal.domain.demonstration.clearing import judged
from portal.domain.demonstration.papers import Paper, locked_paper, papers
from portal.domain.demonstration.people import somebody
from portal.domain.demonstration.stage import At, Life, Stage
from portal.domain.documents.models import DocumentState
from portal.domain.documents.queries import documents_of
from portal.domain.journeys.checking import check_due
from portal.domain.journeys.uploading import receive

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WITH_PAPERS = 0.16  # of those asked: who send a certificate with the application
HOURS = (7, 8, 9, 11, 12, 12, 13, 15, 17, 18, 18, 19, 19, 20, 20, 20, 21, 21, 22)  # when people fill in forms
MEDICAL, FITNESS = RequirementKind.MEDICAL, RequirementKind.FITNESS
AT_ONCE = (3, 9, 9, 9)  # sections answered between two savings: most people go through in one sitting
LIMIT = 15 * 1024 * 1024  # bytes
SAID = {
    MEDICAL: ("fit", "fit", "fit", "fit_with_changes", "unsigned", "not_yet"),
    FITNESS: ("reached", "reached", "reached", "not_reached"),
}


@dataclass(frozen=True)
class Cast:
    """One part to play: which campaign, and whose chance."""

    campaign: Campaign
    chance: Random
    number: int  # of this person among all


def life(stage: Stage, cast: Cast) -> Life:
    """Begins in the campaign's window, before now; goes on as its chance will have it."""
    chance, campaign = cast.chance, cast.campaign
    begun = _begun(cast, stage.now)
    yield At(begun)
    person = somebody(chance, cast.number, campaign, clock.today())
    channel = chance.choices(list(Channel), (93, 4, 3))[0]
    actor, application = _begin(stage, campaign, person.email, channel)
    given = by_section(person.answers)
    sections = list(given)
    stays_draft = chance.random() < 0.17
    stop = chance.randint(0, len(sections)) if stays_draft else len(sections)
    moment = clock.now()
    together = chance.choice(AT_ONCE)
    for first in range(0, stop, together):
        moment += MINUTE * chance.randint(1, 2) * together
        yield At(moment)
        values = {
            key: value for name in sections[first : min(first + together, stop)] for key, value in given[name].items()
        }
        save_answers(stage.session, actor, application, values, stage.outside.keys)
    if stays_draft:
        return
    yield from _papers(stage, cast, application, actor, moment)
    yield from _sent(stage, cast, application, actor, min(moment + MINUTE * chance.randint(9, 40), _last(campaign)))


def _last(campaign: Campaign) -> datetime:
    return campaign.closes_at - timedelta(seconds=9)


def _begun(cast: Cast, now: datetime) -> datetime:
    """Many in the first days, many in the last, at the hours at which people fill in forms."""
    opens, closes = cast.campaign.opens_at, min(cast.campaign.closes_at, now)
    early, evenly, late = cast.chance.betavariate(1, 5), cast.chance.random(), cast.chance.betavariate(9, 1)
    part = cast.chance.choices((early, evenly, late), (4, 4, 3))[0]
    day = clock.london(opens + (closes - opens) * part).date()
    hour = time(cast.chance.choice(HOURS), cast.chance.randint(0, 59), cast.chance.randint(0, 59))
    moment = clock.from_london(datetime.combine(day, hour))
    latest = closes - MINUTE * cast.chance.randint(50, 900)
    return max(opens + MINUTE * cast.chance.randint(1, 90), min(moment, latest))


def _begin(stage: Stage, campaign: Campaign, email: str, channel: Channel) -> tuple[Actor, Application]:
    """Online by the person, or entered by a recruiter for somebody who rang or wrote."""
    if channel is not Channel.ONLINE:
        staff = stage.staff["recruiter"]
        application = enter_for(stage.session, staff, email, campaign, channel)
        application.applicant.created_at = clock.now()
        return staff, application
    applicant = known(stage, email)
    return applicant, start(stage.session, applicant, campaign)


def known(stage: Stage, email: str) -> Applicant:
    """An applicant who signed in for the first time at this moment, unless known already."""
    applicant = applicant_with(stage.session, email)
    applicant.created_at = min(applicant.created_at, clock.now())
    return applicant


def by_section(answers: dict[str, Value]) -> dict[str, dict[str, Value]]:
    """The answers in the form's order, section by section, those with nothing in them left out."""
    where = {wording.key: wording.section for wording in CORE}
    after_why = QUESTIONS.index("why") + 1
    own = [key for key in answers if key not in where]  # a campaign's own question is its own section
    sections = (*QUESTIONS[:after_why], *own, *QUESTIONS[after_why:])
    parts: dict[str, dict[str, Value]] = {section: {} for section in sections}
    for key, value in answers.items():
        parts[where.get(key, key)][key] = value
    return {section: part for section, part in parts.items() if part}


def _papers(stage: Stage, cast: Cast, application: Application, actor: Actor, moment: datetime) -> Life:
    """Some send a certificate or a result at once; a few of those files cannot be opened, and are sent again."""
    early = [row.kind for row in cast.campaign.requirements if row.may_upload_early]
    for kind in early:
        if cast.chance.random() >= WITH_PAPERS:
            continue
        paper = cast.chance.choice(papers(kind))
        if kind is MEDICAL and cast.chance.random() < 0.12:
            paper = locked_paper()
        moment += MINUTE
        yield from _send(stage, application, actor, kind, paper, min(moment, _last(cast.campaign) - MINUTE))


def _send(
    stage: Stage, application: Application, actor: Actor, kind: RequirementKind, paper: Paper, moment: datetime
) -> Life:
    yield At(moment)
    receive(
        stage.session, stage.outside, actor, application.id, kind, paper.incoming(),
        limit=LIMIT, received_at=clock.now(),
    )  # fmt: skip
    yield At(moment + timedelta(seconds=7), alone=True)
    check_due(stage.session, stage.outside)


def _sent(stage: Stage, cast: Cast, application: Application, actor: Actor, moment: datetime) -> Life:
    yield At(moment)
    submit(stage.session, actor, application.id, clock.now(), stage.outside.keys)
    if cast.chance.random() < 0.06:
        yield At(moment + DAY * cast.chance.uniform(0.3, 9))
        reason = cast.chance.choice(list(WITHDRAW_WORDS))
        withdraw(stage.session, application.applicant, application.id, reason)
        return
    yield from _reviewed(stage, cast, application)
    yield from aftermath(stage, cast.chance, application)


def _reviewed(stage: Stage, cast: Cast, application: Application) -> Life:
    """The medical reviewer reads what came in, some days later, while the application is being sifted."""
    reviewer, session = stage.staff["medical"], stage.session
    moment = clock.now()
    for kind in (MEDICAL, FITNESS):
        if not documents_of(session, application.id, [kind]):
            continue
        moment = working_hour(cast.chance, moment + DAY * cast.chance.uniform(1, 7))
        if moment >= application.campaign.closes_at:
            continue
        yield At(moment)
        rows = documents_of(session, application.id, [kind])
        if any(row.state is DocumentState.CLEAN for row in rows):
            judged(stage, reviewer, application, kind, cast.chance.choice(SAID[kind]))
