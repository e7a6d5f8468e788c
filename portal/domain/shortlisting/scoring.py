"""What a reader finds: points and words for each criterion, a wish for moderation, a veto, or a quick look's verdict.

Every edit carries the versions it saw. What another tab saved meanwhile is never overwritten: it is shown beside
what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import kept_as_it_is, locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.criteria import MOST_POINTS, criteria_of
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.refusals import NotFound, Refusal
from portal.domain.shortlisting.assigning import assign
from portal.domain.shortlisting.giving import finish_assessors, held
from portal.domain.shortlisting.models import Assignment, Entry, Round, Score, Triage
from portal.domain.shortlisting.refusals import (
    AlreadyFinished,
    Kept,
    NoLongerRead,
    NotAllScored,
    PointsNeeded,
    StaleScore,
    TooManyWords,
)
from portal.domain.shortlisting.settling import consider

MOST_WORDS, MOST_VETO, MOST_PIECE = 2_000, 1_000, 200  # characters


class ReasonNeeded(Refusal):
    message = "Say why in a sentence"

    def __init__(self) -> None:
        super().__init__(field="reason")


@dataclass(frozen=True)
class Wishes:
    """What a reader says of the whole application, and the version of it they saw."""

    asks_moderation: bool
    veto: str
    version: int


def save_score(
    session: Session,
    actor: Actor,
    public_id: str,
    criterion_id: int,
    points: int | None,
    words: str,
    version: int,
    wishes: Wishes | None = None,
) -> None:
    """Keeps what a reader gave for one criterion, and what they wish for the whole; the same again changes nothing.

    `version` is the score's they saw, 0 for none yet. Raises StaleScore, PointsNeeded (words without points),
    TooManyWords, AlreadyFinished, NoLongerRead, NotFound.
    """
    words, wishes = words.strip(), _tidied(wishes)
    if len(words) > MOST_WORDS:
        raise TooManyWords("words", MOST_WORDS)
    with unit_of_work(session):
        assignment = _open(session, actor, public_id)
        score = _score(session, assignment.id, criterion_id)
        _refuse_stale(assignment, score, points, words, version, wishes)
        if wishes is not None:
            _wish(session, actor, assignment, wishes)
        if points is None:
            if words or score is not None:
                raise PointsNeeded()
            return
        _write(session, actor, assignment, score, criterion_id, points, words)


def _tidied(wishes: Wishes | None) -> Wishes | None:
    if wishes is not None and len(wishes.veto.strip()) > MOST_VETO:
        raise TooManyWords("veto", MOST_VETO)
    return wishes and Wishes(wishes.asks_moderation, wishes.veto.strip(), wishes.version)


def _open(session: Session, actor: Actor, public_id: str) -> Assignment:
    """The reader's own reading, held, while it can be changed."""
    assignment = own(session, actor, public_id)
    if assignment.completed_at is not None:
        raise AlreadyFinished()
    application = session.get_one(Application, assignment.application_id)
    if application.state is not State.SUBMITTED:
        raise NoLongerRead()
    return assignment


def own(session: Session, actor: Actor, public_id: str) -> Assignment:
    """The reader's own reading, freshly read and held until commit. Raises NotFound for what is not theirs, was taken
    back, or is of a campaign they were taken off."""
    query = (
        select(Assignment.id)
        .join(Application, Application.id == Assignment.application_id)
        .join(
            Assessor,
            (Assessor.campaign_id == Application.campaign_id) & (Assessor.staff_id == Assignment.staff_id),
        )
        .where(Assignment.public_id == public_id, Assignment.staff_id == actor.actor_id, Assessor.ended_at.is_(None))
    )
    found = session.scalar(query)
    assignment = locked(session, Assignment, found) if found is not None else None
    if assignment is None or assignment.stepped_down_at is not None:
        raise NotFound()
    return assignment


def _score(session: Session, assignment_id: int, criterion_id: int) -> Score | None:
    query = select(Score).where(Score.assignment_id == assignment_id, Score.criterion_id == criterion_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _refuse_stale(
    assignment: Assignment, score: Score | None, points: int | None, words: str, version: int, wishes: Wishes | None
) -> None:
    """Another tab was quicker, and says something else."""
    stands = (score.points, score.words, score.version) if score is not None else (None, "", 0)
    other_score = stands[2] != version and stands[:2] != (points, words)
    wished = (assignment.asks_moderation, assignment.veto or "")
    other_wish = (
        wishes is not None and wishes.version != assignment.version and wished != (wishes.asks_moderation, wishes.veto)
    )
    if other_score or other_wish:
        at = score.scored_at if score is not None else None
        raise StaleScore(Kept(stands[0], stands[1], *wished, at, stands[2], assignment.version))


def _wish(session: Session, actor: Actor, assignment: Assignment, wishes: Wishes) -> None:
    veto = wishes.veto or None
    if (assignment.asks_moderation, assignment.veto) == (wishes.asks_moderation, veto):
        return
    assignment.asks_moderation, assignment.veto = wishes.asks_moderation, veto
    assignment.version += 1
    _record(session, actor, assignment, "reading.wishes")


def _write(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    score: Score | None,
    criterion_id: int,
    points: int,
    words: str,
) -> None:
    if score is not None and (score.points, score.words) == (points, words):
        return
    campaign_id = session.get_one(Application, assignment.application_id).campaign_id
    kept_as_it_is(session, Campaign, campaign_id)  # once a score is in, its criteria stay: they are not changing now
    criterion = next((each for each in criteria_of(session, campaign_id) if each.id == criterion_id), None)
    if criterion is None:
        raise NotFound()
    if not 1 <= points <= MOST_POINTS:
        raise PointsNeeded()
    if score is None:
        score = Score(assignment_id=assignment.id, criterion_id=criterion_id, version=0)
        session.add(score)
    score.criterion_version_id, score.points, score.words = criterion.version_id, points, words
    score.scored_at = clock.now()
    score.version += 1
    session.flush()
    _record(session, actor, assignment, "score.saved", criterion=criterion_id)


def complete(session: Session, actor: Actor, public_id: str) -> None:
    """All the scores are in, and stay as they are. A second time changes nothing.

    Once the last reader's are in, the application agrees or goes to moderation. Raises NotAllScored, NoLongerRead,
    NotFound.
    """
    with unit_of_work(session):
        campaign_id = _held_campaign(session, actor, public_id)
        if own(session, actor, public_id).completed_at is not None:
            return
        assignment = _open(session, actor, public_id)
        if assignment.round is not Round.SCORE:
            raise NotFound()
        scored = set(session.scalars(select(Score.criterion_id).where(Score.assignment_id == assignment.id)))
        if {each.id for each in criteria_of(session, campaign_id)} - scored:
            raise NotAllScored()
        _finish(session, actor, assignment)
        consider(session, assignment.application_id)
        finish_assessors(session, campaign_id)


def look(session: Session, actor: Actor, public_id: str, verdict: Triage, reason: str) -> None:
    """A quick look's verdict: read on, and its readers are found at once; or decline, with a reason for the
    moderators. A second time changes nothing. Raises ReasonNeeded, TooManyWords, NoLongerRead, NotFound."""
    reason = reason.strip()
    if verdict is Triage.DECLINE and not reason:
        raise ReasonNeeded()
    if len(reason) > MOST_VETO:
        raise TooManyWords("reason", MOST_VETO)
    with unit_of_work(session):
        campaign_id = _held_campaign(session, actor, public_id)
        if own(session, actor, public_id).completed_at is not None:
            return
        assignment = _open(session, actor, public_id)
        entry = session.get(Entry, assignment.application_id, populate_existing=True)
        if assignment.round is not Round.TRIAGE or entry is None:
            raise NotFound()
        entry.triage = verdict
        entry.version += 1
        assignment.veto = reason if verdict is Triage.DECLINE else None
        _finish(session, actor, assignment)
        if verdict is Triage.READ_ON:
            assign(session, actor, campaign_id, [assignment.application_id])
        finish_assessors(session, campaign_id)


def _held_campaign(session: Session, actor: Actor, public_id: str) -> int:
    """The campaign of a reading. Its seats are held first, as by whoever gives out seats: nobody waits in a ring."""
    query = (
        select(Application.campaign_id)
        .join(Assignment, Assignment.application_id == Application.id)
        .where(Assignment.public_id == public_id, Assignment.staff_id == actor.actor_id)
    )
    campaign_id = session.scalar(query)
    if campaign_id is None:
        raise NotFound()
    return held(session, campaign_id).id


def _finish(session: Session, actor: Actor, assignment: Assignment) -> None:
    assignment.completed_at = clock.now()
    assignment.shows_who = None
    assignment.version += 1
    session.flush()
    _record(session, actor, assignment, "reading.finished")


def _record(session: Session, actor: Actor, assignment: Assignment, action: str, **detail: int) -> None:
    subject = ("assignment", assignment.id)
    record(session, actor, action, subject=subject, application_id=assignment.application_id, **detail)
