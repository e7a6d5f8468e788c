"""From two readings to one score: they agree, or they differ and a moderator settles it.

Points times weight, summed, are a reader's total. Source: "Shortlisting" of the service's description
(docs/domain.md): a gap over the campaign's, a veto, or a reader's wish goes to moderation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import kept_from
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.criteria import MOST_POINTS, criteria_of
from portal.domain.campaigns.models import Campaign, CriterionVersion
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.shortlisting.models import Assignment, Entry, Round, Score, SettledScore, Settling

HUNDREDTHS = 100
SETTLEABLE = (Settling.DIFFERS, Settling.SETTLED)


@dataclass(frozen=True)
class Reading:
    """What one reader found: their total in points, and whether they called for a moderator."""

    total: int
    veto: bool = False
    asks: bool = False


def standing(readings: Sequence[Reading], *, wanted: int, gap: int) -> tuple[Settling, int | None]:
    """Where an application stands, and its score in hundredths of a point once its readers agree.

    `wanted` readings are needed; totals `gap` points or more apart differ.
    """
    if len(readings) < wanted:
        return Settling.READING, None
    totals = [each.total for each in readings]
    if any(each.veto or each.asks for each in readings) or max(totals) - min(totals) >= gap:
        return Settling.DIFFERS, None
    return Settling.AGREED, HUNDREDTHS * sum(totals) // len(totals)


class StaleSettling(Conflict):
    """`sent` are the points that were sent; the page shows them beside those that stand now."""

    title = "This was settled while you had it open"
    message = "Somebody settled this since you opened the page. Look at both, then settle again."


class NotToSettle(Conflict):
    title = "There is nothing to settle"
    message = "The readers agree, or have not finished."


class PointsMissing(Refusal):
    title = "Some points are missing"
    message = "Choose points for every criterion."


class SettlingReasonNeeded(Refusal):
    title = "Say why"
    message = "Say why you settled on these points."


def held_entry(session: Session, application_id: int) -> Entry | None:
    """The application's line of the sift, freshly read and held until commit."""
    return session.scalars(holding(select(Entry).where(Entry.application_id == application_id))).one_or_none()


def readings_of(session: Session, application_id: int) -> list[Reading]:
    """The completed readings of one application, by seat."""
    total = func.coalesce(func.sum(Score.points * CriterionVersion.weight), 0)
    rows = session.execute(
        select(total, Assignment.veto, Assignment.asks_moderation)
        .select_from(Assignment)
        .outerjoin(Score, Score.assignment_id == Assignment.id)
        .outerjoin(CriterionVersion, CriterionVersion.id == Score.criterion_version_id)
        .where(
            Assignment.application_id == application_id,
            Assignment.round == Round.SCORE,
            Assignment.completed_at.is_not(None),
        )
        .group_by(Assignment.id, Assignment.seat, Assignment.veto, Assignment.asks_moderation)
        .order_by(Assignment.seat, Assignment.id)
    )
    return [Reading(int(points), bool(veto), asks) for points, veto, asks in rows]


def consider(session: Session, application_id: int) -> None:
    """Sets the state and score of an application from its completed readings. Twice changes nothing.

    What a moderator has settled stays. Raises NotFound for one that is not in a sift.
    """
    with unit_of_work(session):
        session.flush()
        entry = held_entry(session, application_id)
        if entry is None:
            raise NotFound()
        if entry.state is Settling.SETTLED:
            return
        campaign = session.get_one(Campaign, entry.campaign_id)
        readings = readings_of(session, application_id)
        state, score = standing(readings, wanted=campaign.assessors_each, gap=campaign.gap)
        if (entry.state, entry.score) != (state, score):
            entry.state, entry.score = state, score
            entry.version += 1


def settle(
    session: Session,
    actor: Actor,
    application_id: int,
    points: Mapping[int, int],
    reason: str,
    version: int,
    *,
    uphold_veto: bool = False,
) -> Entry:
    """A moderator's points for each criterion, with the reason; `version` is the one the page showed.

    `uphold_veto`: it does not go on, whatever the points. Sending the same again changes nothing. Raises
    NotFound, PointsMissing, SettlingReasonNeeded, NotToSettle or StaleSettling.
    """
    reason = reason.strip()
    with unit_of_work(session):
        entry = _to_settle(session, actor, application_id)
        weights = {each.id: each.weight for each in criteria_of(session, entry.campaign_id)}
        if set(points) != set(weights) or not all(1 <= each <= MOST_POINTS for each in points.values()):
            raise PointsMissing(field="points")
        if not reason:
            raise SettlingReasonNeeded(field="reason")
        if entry.state not in SETTLEABLE:
            raise NotToSettle()
        stands = (settled_points(session, application_id), entry.settled_reason, entry.veto_upheld)
        if stands == (dict(points), reason, uphold_veto):
            return entry
        if entry.version != version:
            raise StaleSettling()
        _write(session, entry, points, HUNDREDTHS * sum(each * weights[key] for key, each in points.items()))
        entry.settled_by, entry.settled_at, entry.settled_reason = actor.actor_id, clock.now(), reason
        entry.veto_upheld = uphold_veto
        record(
            session, actor, "sift.settled", subject=("application", application_id), application_id=application_id,
            veto=uphold_veto,
        )  # fmt: skip
        return entry


def _to_settle(session: Session, actor: Actor, application_id: int) -> Entry:
    """Its line of the sift, held, if this person may judge it and nobody has been told yet."""
    entry = held_entry(session, application_id)
    facts = select(Application.state, kept_from(actor.actor_id or 0)).where(Application.id == application_id)
    row = session.execute(facts).one_or_none()
    if entry is None or row is None or row[1]:
        raise NotFound()
    if row[0] is not State.SUBMITTED:
        raise NotToSettle("It has moved on: the applicant has been told, or has withdrawn.")
    return entry


def settled_points(session: Session, application_id: int) -> dict[int, int]:
    """A moderator's points by criterion; empty where none has settled it."""
    query = select(SettledScore.criterion_id, SettledScore.points).where(SettledScore.application_id == application_id)
    return {row.criterion_id: row.points for row in session.execute(query)}


def _write(session: Session, entry: Entry, points: Mapping[int, int], score: int) -> None:
    for criterion_id, each in points.items():
        session.merge(SettledScore(application_id=entry.application_id, criterion_id=criterion_id, points=each))
    entry.state, entry.score = Settling.SETTLED, score
    entry.version += 1
