"""Giving applications to readers: two each (or one, or a quick look first), evenly, nobody who knows the person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.applications.models import Application, Relation
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.conflicts import AWAY, declare_conflict, take_back
from portal.domain.shortlisting.giving import done_reading, enter, finish_assessors, give, held, usual_due
from portal.domain.shortlisting.models import Assignment
from portal.domain.shortlisting.refusals import AlreadyFinished, CannotTakeIt, NotAnAssessor
from portal.domain.shortlisting.rules import Given, Proposal, balance
from portal.domain.shortlisting.seats import Seats, may_read, seats_of


def propose(session: Session, campaign_id: int, application_ids: Collection[int] | None = None) -> Proposal:
    """Who would be given what if it were assigned now. Writes nothing."""
    return _deal(seats_of(session, campaign_id, application_ids))


def _deal(seats: Seats) -> Proposal:
    return balance(seats.wanted, seats.loads)


def assign(
    session: Session,
    actor: Actor,
    campaign_id: int,
    application_ids: Collection[int] | None = None,
    *,
    due: date | None = None,
) -> int:
    """Fills the empty seats of these applications (all of the campaign's that wait for the sift); returns how many.

    A second call fills nothing. Seats for which nobody is left stay empty. Raises NotFound.
    """
    with unit_of_work(session):
        campaign = held(session, campaign_id)
        seats = seats_of(session, campaign_id, application_ids)
        proposal = _deal(seats)
        enter(session, campaign_id, seats.applications)
        until = due or usual_due(session, campaign)
        give(session, actor, campaign, proposal.given, seats.rounds, until)
        finish_assessors(session, campaign_id)
        return len(proposal.given)


def add_assessor(session: Session, actor: Actor, campaign_id: int, staff_id: int) -> None:
    """Somebody reads for this campaign from now on, and can open none of its applications until they have finished.

    A second time changes nothing; somebody taken off comes back. Raises NotAnAssessor, NotFound.
    """
    with unit_of_work(session):
        held(session, campaign_id)
        if not may_read(session, staff_id):
            raise NotAnAssessor(field="member")
        row = session.get(Assessor, (campaign_id, staff_id), populate_existing=True)
        if row is None:
            session.add(Assessor(campaign_id=campaign_id, staff_id=staff_id, added_at=clock.now()))
        elif row.ended_at is not None:
            row.ended_at = row.finished_at = None
        else:
            return
        record(session, actor, "assessor.added", subject=("campaign", campaign_id), staff=staff_id)


def remove_assessor(session: Session, actor: Actor, campaign_id: int, staff_id: int) -> int:
    """Takes somebody off a campaign; what they had not finished goes to the others, what they finished counts.

    Returns how many seats went to others. Raises NotFound for somebody who is not on it.
    """
    with unit_of_work(session):
        campaign = held(session, campaign_id)
        row = _on_it(session, campaign_id, staff_id)
        row.ended_at = clock.now()
        record(session, actor, "assessor.removed", subject=("campaign", campaign_id), staff=staff_id)
        return _hand_over(session, actor, campaign, _unfinished(session, campaign_id, staff_id))


def hand_over(session: Session, actor: Actor, campaign_id: int, staff_id: int) -> int:
    """Somebody is away: what they have not finished goes to the others. Returns how many seats did.

    Where nobody else can take a seat it stays with them. Raises NotFound.
    """
    with unit_of_work(session):
        campaign = held(session, campaign_id)
        _on_it(session, campaign_id, staff_id)
        return _hand_over(session, actor, campaign, _unfinished(session, campaign_id, staff_id), but=staff_id)


def _on_it(session: Session, campaign_id: int, staff_id: int) -> Assessor:
    row = session.get(Assessor, (campaign_id, staff_id), populate_existing=True)
    if row is None or row.ended_at is not None:
        raise NotFound()
    return row


def _unfinished(session: Session, campaign_id: int, staff_id: int | None = None) -> list[Assignment]:
    """Readings of the campaign that are not finished, one reader's or everybody's, held."""
    query = (
        select(Assignment)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Application.campaign_id == campaign_id,
            Assignment.completed_at.is_(None),
            Assignment.stepped_down_at.is_(None),
        )
        .order_by(Assignment.id)
    )
    if staff_id is not None:
        query = query.where(Assignment.staff_id == staff_id)
    return list(session.scalars(holding(query, of=Assignment)))


def _hand_over(
    session: Session, actor: Actor, campaign: Campaign, readings: Sequence[Assignment], but: int | None = None
) -> int:
    """Takes these back and deals their seats out again, to anybody (but one)."""
    until = {each.application_id: each.due_on for each in readings}
    take_back(session, readings, AWAY)
    seats = seats_of(session, campaign.id, until.keys())
    loads = {staff_id: load for staff_id, load in seats.loads.items() if staff_id != but}
    proposal = balance(seats.wanted, loads)
    for day in sorted(set(until.values())):
        part = [each for each in proposal.given if until[each.application_id] == day]
        give(session, actor, campaign, part, seats.rounds, max(day, clock.today()))
    if but is not None:
        left = set(proposal.unfilled)
        for reading in readings:
            if (reading.application_id, reading.seat) in left:
                reading.stepped_down_at = reading.stepped_down_reason = None
        session.flush()
    finish_assessors(session, campaign.id)
    return len(proposal.given)


def reassign(session: Session, actor: Actor, assignment_id: int, staff_id: int) -> None:
    """Gives one reading to somebody else on the campaign. Raises AlreadyFinished, CannotTakeIt, NotFound."""
    with unit_of_work(session):
        campaign, assignment = _reading(session, assignment_id)
        if assignment.completed_at is not None:
            raise AlreadyFinished("These scores are in. Somebody else's reading cannot take their place.")
        until, seat, round_ = max(assignment.due_on, clock.today()), assignment.seat, assignment.round
        take_back(session, [assignment], AWAY)
        seats = seats_of(session, campaign.id, [assignment.application_id])
        open_to = seats.loads.keys() - {staff for each in seats.wanted for staff in each.barred}
        if staff_id not in open_to or staff_id == assignment.staff_id:
            raise CannotTakeIt(field="staff")
        given = Given(assignment.application_id, seat, staff_id)
        give(session, actor, campaign, [given], {assignment.application_id: round_}, until)
        finish_assessors(session, campaign.id)


def _reading(session: Session, assignment_id: int) -> tuple[Campaign, Assignment]:
    """A reading that is still somebody's, held with its campaign's seats."""
    campaign_id = session.scalar(
        select(Application.campaign_id)
        .join(Assignment, Assignment.application_id == Application.id)
        .where(Assignment.id == assignment_id)
    )
    if campaign_id is None:
        raise NotFound()
    campaign = held(session, campaign_id)
    row = locked(session, Assignment, assignment_id)
    if row is None or row.stepped_down_at is not None:
        raise NotFound()
    return campaign, row


def step_down(session: Session, actor: Actor, assignment_id: int, relation: Relation) -> bool:
    """The reader thinks they know whose this is: it is kept from them, and their seat goes to somebody else.

    Says whether somebody could take it. Raises AlreadyFinished, and NotFound for somebody else's.
    """
    with unit_of_work(session):
        campaign, assignment = _reading(session, assignment_id)
        if assignment.staff_id != actor.actor_id:
            raise NotFound()
        if assignment.completed_at is not None:
            raise AlreadyFinished()
        until, application_id = assignment.due_on, assignment.application_id
        declare_conflict(session, actor, application_id, relation)
        return bool(assign(session, actor, campaign.id, [application_id], due=max(until, clock.today())))


def set_due(session: Session, actor: Actor, campaign_id: int, until: date) -> int:
    """Another day until which what is not finished is promised; returns how many readings moved."""
    with unit_of_work(session):
        held(session, campaign_id)
        moved = [row for row in _unfinished(session, campaign_id) if row.due_on != until]
        for row in moved:
            row.due_on = until
        if moved:
            record(
                session, actor, "readings.moved", subject=("campaign", campaign_id), count=len(moved),
                until=until.isoformat(),
            )  # fmt: skip
        return len(moved)


def finish_closed(session: Session) -> int:
    """Assessors of campaigns that have closed since: those with nothing left to read have finished. Idempotent."""
    waiting = (
        select(Assessor.campaign_id)
        .join(Campaign, Campaign.id == Assessor.campaign_id)
        .where(Assessor.finished_at.is_(None), Assessor.ended_at.is_(None), Campaign.closes_at <= clock.now())
        .distinct()
    )
    finished = 0
    for campaign_id in session.scalars(waiting).all():
        if done_reading(session, campaign_id):
            with unit_of_work(session):
                held(session, campaign_id)
                finished += finish_assessors(session, campaign_id)
    return finished
