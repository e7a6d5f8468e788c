"""The sift of a made-up campaign: read blind by two, settled where they differ, then a line and a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission, Scope, scope_of
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import ActorKind
from portal.domain.campaigns.criteria import CriterionNow, criteria_of
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.deciding import provisional
from portal.domain.demonstration.stage import At, Life, Stage
from portal.domain.journeys.releasing import release_decided
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.domain.shortlisting.cutting import Cut
from portal.domain.shortlisting.models import Assignment, Entry, Settling
from portal.domain.shortlisting.scoring import complete, save_score
from portal.domain.shortlisting.setting_line import set_line
from portal.domain.shortlisting.settling import settle
from portal.domain.shortlisting.sift import cut_of

DAY = timedelta(days=1)
READERS = ("assessor", "assessor-2", "assessor-3", "assessor-4")
AT_A_SITTING = 6  # applications a reader gets through before a pause
SHORTLISTED, RESERVES = 0.64, 8  # the part above the line, and how many are held in reserve
RELIED_ON = (
    "Says what they did themselves, and what changed.",
    "A clear example, with the people in it.",
    "Meant well; what they did stays in the dark.",
    "Kept at it, and went back afterwards.",
    "Much about the service, little about the people.",
    "Calm, and asked for help in time.",
)


@dataclass(frozen=True)
class Moderator:
    """A recruiter as the board knows them, without a browser."""

    person: StaffMember
    kind: str = "staff"

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def actor_kind(self) -> ActorKind:
        return self.person.actor_kind

    @property
    def actor_id(self) -> int:
        return self.person.id

    def scope(self, permission: Permission) -> Scope:
        return scope_of(permission, self.person.roles, clock.today())


def sift(stage: Stage, campaign: Campaign, chance: Random) -> Life:
    """From the day after closing to the day of the answers. Whatever lies after now does not happen."""
    session, recruiter = stage.session, stage.staff["recruiter"]
    yield At(_hour(clock.london(campaign.closes_at).date(), 9))
    for who in READERS:
        add_assessor(session, recruiter, campaign.id, stage.staff[who].id)
    promised = campaign.answer_by - DAY * 2
    assign(session, recruiter, campaign.id, due=max(promised, clock.today()))
    yield from _readings(stage, campaign, chance, promised)
    yield At(_hour(campaign.answer_by - DAY, 10))
    _settle(stage, campaign, chance)
    yield At(_hour(campaign.answer_by - DAY, 14))
    _line(stage, campaign)
    yield At(_hour(campaign.answer_by, 9))
    ids = select(Application.id).where(Application.campaign_id == campaign.id, Application.state == State.SUBMITTED)
    waiting = provisional(session, list(session.scalars(ids.order_by(Application.id))))
    for application_id in waiting:
        release_decided(session, recruiter, application_id, apart=True)


def _hour(day: date, hour: int) -> datetime:
    return clock.from_london(datetime.combine(day, time(hour)))


def _readings(stage: Stage, campaign: Campaign, chance: Random, until: date) -> Life:
    """Every reader, a few applications at a sitting, spread over the days that are left."""
    first, last = _hour(clock.today(), 11), _hour(max(until, clock.today()), 17)
    sittings = []
    for who in READERS:
        mine = select(Assignment.id).join(Application, Application.id == Assignment.application_id)
        mine = mine.where(Application.campaign_id == campaign.id, Assignment.staff_id == stage.staff[who].id)
        ids = list(stage.session.scalars(mine.order_by(Assignment.id)))
        parts = [ids[at : at + AT_A_SITTING] for at in range(0, len(ids), AT_A_SITTING)]
        for number, part in enumerate(parts):
            moment = first + (last - first) * ((number + chance.random()) / len(parts))
            sittings.append((moment, who, part))
    criteria = criteria_of(stage.session, campaign.id)
    for moment, who, part in sorted(sittings):
        yield At(moment)
        for assignment_id in part:
            _read(stage, stage.staff[who], assignment_id, criteria)


def _read(stage: Stage, reader: StaffMember, assignment_id: int, criteria: Sequence[CriterionNow]) -> None:
    """How good an application is, is its own; how strict a reader is, is theirs. Withdrawn ones are left alone."""
    session = stage.session
    assignment = session.get_one(Assignment, assignment_id)
    if session.get_one(Application, assignment.application_id).state is not State.SUBMITTED:
        return
    quality = Random(assignment.application_id * 7 + 1).gauss(3.3, 0.9)
    chance = Random(assignment_id)
    strict = (reader.id % 3 - 1) * 0.3
    for criterion in criteria:
        points = min(5, max(1, round(chance.gauss(quality - strict, 0.45))))
        words = chance.choice(RELIED_ON)
        save_score(session, reader, assignment.public_id, criterion.id, points, words, 0)
    complete(session, reader, assignment.public_id)


def _settle(stage: Stage, campaign: Campaign, chance: Random) -> None:
    session, recruiter = stage.session, stage.staff["recruiter"]
    criteria = criteria_of(session, campaign.id)
    differing = select(Entry).where(Entry.campaign_id == campaign.id, Entry.state == Settling.DIFFERS)
    for entry in session.scalars(differing.order_by(Entry.application_id)).all():
        if session.get_one(Application, entry.application_id).state is State.SUBMITTED:
            points = {criterion.id: chance.choice((2, 3, 3, 4)) for criterion in criteria}
            reason = "We read it together. One of us had missed the second example."
            settle(session, recruiter, entry.application_id, points, reason, entry.version)


def _line(stage: Stage, campaign: Campaign) -> None:
    """Where the wanted part of those with a score lies above it."""
    session = stage.session
    scored = select(Entry.score).where(Entry.campaign_id == campaign.id, Entry.score.is_not(None))
    scores = sorted((score for score in session.scalars(scored) if score is not None), reverse=True)
    if scores:
        score = scores[min(len(scores) - 1, round(len(scores) * SHORTLISTED))]
        now = cut_of(session, campaign.id)
        set_line(session, Moderator(stage.staff["recruiter"]), campaign.slug, Cut(score, RESERVES), now.version)
