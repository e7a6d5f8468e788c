"""Making the demonstration's data: everything through the acts the pages use, each at its own moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.actions import save_answers, start, submit
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.actions import create_campaign
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.demonstration.clearing import rounds
from portal.domain.demonstration.desk import LONG_OPEN, TWICE, desk, saved_views, sent_twice
from portal.domain.demonstration.lives import LIMIT, Cast, by_section, known, life
from portal.domain.demonstration.meeting import meetings
from portal.domain.demonstration.papers import papers
from portal.domain.demonstration.people import somebody
from portal.domain.demonstration.plans import parts
from portal.domain.demonstration.sifting import sift
from portal.domain.demonstration.staff import DOMAIN, make_staff
from portal.domain.demonstration.stage import At, Life, Stage, play
from portal.domain.demonstration.training import cohorts
from portal.domain.journeys.checking import check_due
from portal.domain.journeys.seeding import seed_shipped
from portal.domain.journeys.uploading import receive
from portal.services.outside import Outside

APPLICATIONS = 300
SEED = 2018
MADE = "demonstration.made"
A_MONTH, A_DAY, A_MINUTE = timedelta(days=30), timedelta(days=1), timedelta(minutes=1)
APPLICANT = f"applicant@{DOMAIN}"


def made_up_to(session: Session) -> datetime | None:
    """The moment up to which this database's demonstration was made; none when it has none."""
    return session.scalar(select(AuditEvent.at).where(AuditEvent.action == MADE).order_by(AuditEvent.id).limit(1))


def make_demonstration(
    session: Session, outside: Outside, secret_key: str, *, applications: int = APPLICATIONS, seed: int = SEED
) -> None:
    """Fills an empty, migrated database up to the clock's now. The same seed at the same moment makes the same
    people; references and keys are random all the same.
    """
    now = clock.now()
    planned = parts(now)
    with clock.at(planned[0].plan.opens_at - A_MONTH):
        seed_shipped(session)
        staff = make_staff(session, outside.keys, secret_key)
    stage = Stage(session, outside, staff, now)
    campaigns = []
    for part in planned:
        with clock.at(min(part.plan.published_at or now, now) - A_MINUTE):
            campaigns.append(create_campaign(session, staff["recruiter"], part.plan))
    chance = Random(seed)
    others = 2 + TWICE * len(_patrols(campaigns, now))  # the applicant of the demonstration, and who sends twice
    casts = _casts(campaigns, [part.share for part in planned], applications - others, chance)
    applicants = (life(stage, cast) for cast in casts)
    play(stage, [*applicants, *_applicants_own(stage, campaigns, chance), *_work(stage, campaigns, chance)])
    with clock.at(now), unit_of_work(session):
        saved_views(session, staff["recruiter"])
        record(session, SYSTEM, MADE, subject=("demonstration", None), applications=applications)


def _work(stage: Stage, campaigns: list[Campaign], chance: Random) -> Iterator[Life]:
    """What staff do in each campaign, and those who send a second one."""
    yield rounds(stage, campaigns)
    for campaign in campaigns:
        yield sift(stage, campaign, Random(chance.random()))
        yield meetings(stage, campaign)
        yield desk(stage, campaign, Random(chance.random()))
        yield from cohorts(stage, campaign, chance)
    for campaign in _patrols(campaigns, stage.now):
        yield sent_twice(stage, campaign, Random(chance.random()))


def _patrols(campaigns: list[Campaign], now: datetime) -> list[Campaign]:
    """The one campaign, if any, in which some have had the time to send a second application."""
    open_now = (each for each in campaigns if each.scheme.code == "CPV" and each.opens_at + LONG_OPEN <= now)
    return [each for each in open_now if now < each.closes_at][:1]


def _casts(campaigns: list[Campaign], shares: list[int], applications: int, chance: Random) -> Iterator[Cast]:
    """As many parts as applications, each campaign its share of them."""
    made = 0
    for position, campaign in enumerate(campaigns, 1):
        upto = round(applications * sum(shares[:position]) / sum(shares))
        yield from (Cast(campaign, Random(chance.random()), number) for number in range(made + 1, upto + 1))
        made = upto


def _applicants_own(stage: Stage, campaigns: list[Campaign], chance: Random) -> list[Life]:
    """What the demonstration's own applicant has: one application sent, with a certificate, to the patrol campaign that
    closes or has closed last, and one half done where another campaign is open."""
    begun = [each for each in campaigns if each.opens_at <= stage.now - 4 * A_DAY]
    patrol = max((each for each in begun if each.scheme.code == "CPV"), key=lambda each: each.closes_at, default=None)
    if patrol is None:
        return []
    other = next((each for each in begun if each is not patrol and stage.now < each.closes_at), None)
    return [_sent_one(stage, patrol, chance), *([_half_done(stage, other, chance)] if other else [])]


def _sent_one(stage: Stage, campaign: Campaign, chance: Random) -> Life:
    session, keys = stage.session, stage.outside.keys
    moment = min(stage.now, campaign.closes_at) - 3 * A_DAY
    yield At(moment)
    applicant = known(stage, APPLICANT)
    application = start(session, applicant, campaign)
    answers = somebody(chance, 0, campaign, clock.today()).answers | {
        "given_name": "Robin",
        "family_name": "Okafor-Hale",
    }
    save_answers(session, applicant, application, answers, keys)
    yield At(moment + 14 * A_MINUTE)
    paper = papers(RequirementKind.MEDICAL)[0].incoming()
    receive(
        session, stage.outside, applicant, application.id, RequirementKind.MEDICAL, paper,
        limit=LIMIT, received_at=clock.now(),
    )  # fmt: skip
    yield At(moment + 15 * A_MINUTE, alone=True)
    check_due(session, stage.outside)
    yield At(moment + 19 * A_MINUTE)
    submit(session, applicant, application.id, clock.now(), keys)


def _half_done(stage: Stage, campaign: Campaign, chance: Random) -> Life:
    yield At(stage.now - A_DAY)
    applicant = known(stage, APPLICANT)
    draft = start(stage.session, applicant, campaign)
    answers = somebody(chance, 0, campaign, clock.today()).answers | {
        "given_name": "Robin",
        "family_name": "Okafor-Hale",
    }
    given = by_section(answers)
    done = {key: value for section in ("name", "contact", "availability") for key, value in given[section].items()}
    save_answers(stage.session, applicant, draft, done, stage.outside.keys)
