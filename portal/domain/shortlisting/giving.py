"""Making assignments of a deal: aliases, dates, a mail to each reader. Called inside a unit of work."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.messages.actions import notify_once
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value
from portal.domain.shortlisting.aliases import new_alias
from portal.domain.shortlisting.conflicts import AWAY
from portal.domain.shortlisting.models import Assignment, Entry, Round
from portal.domain.shortlisting.rules import Given, due_on
from portal.domain.shortlisting.seats import seats_missing


def held(session: Session, campaign_id: int) -> Campaign:
    """The campaign, while nobody else gives out its seats."""
    hold(session, f"seats {campaign_id}")
    campaign = session.get(Campaign, campaign_id, populate_existing=True)
    if campaign is None:
        raise NotFound()
    return campaign


def usual_due(session: Session, campaign: Campaign) -> date:
    today = clock.today()
    return due_on(today, setting_value(session, "reading_days", today), campaign.answer_by)


def enter(session: Session, campaign_id: int, applications: Sequence[Application]) -> None:
    """An entry, with the alias moderators know it by, for each application that has none."""
    if not applications:
        return
    known = set(session.scalars(select(Entry.application_id).where(Entry.campaign_id == campaign_id)))
    taken = set(session.scalars(select(Entry.alias).where(Entry.campaign_id == campaign_id)))
    for application in applications:
        if application.id not in known:
            alias = new_alias(taken, (application.given_name, application.family_name))
            taken.add(alias)
            session.add(Entry(application_id=application.id, campaign_id=campaign_id, alias=alias))
    session.flush()


def give(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    given: Sequence[Given],
    rounds: dict[int, Round],
    until: date,
) -> None:
    """Makes the assignments. Somebody given back what was taken from them while away finds their scores there."""
    if not given:
        return
    readers = {each.staff_id for each in given}
    taken = _aliases(session, readers)
    names = _names(session, {each.application_id for each in given})
    before = _before(session, given)
    for each in given:
        again = before.get((each.staff_id, each.application_id, rounds[each.application_id]))
        if again is not None:
            again.stepped_down_at = again.stepped_down_reason = None
            again.seat, again.due_on, again.assigned_at = each.seat, until, clock.now()
            again.version += 1
        else:
            session.add(_assignment(each, rounds[each.application_id], until, taken, names))
    session.flush()
    for staff_id, count in sorted(Counter(each.staff_id for each in given).items()):
        assessor = session.get_one(Assessor, (campaign.id, staff_id))
        assessor.finished_at = None
        _tell(session, staff_id, campaign, until)
        record(
            session, actor, "readings.given", subject=("campaign", campaign.id), staff=staff_id, count=count,
            until=until.isoformat(),
        )  # fmt: skip


def _assignment(
    given: Given, round_: Round, until: date, taken: dict[int, set[str]], names: dict[int, tuple[str, str]]
) -> Assignment:
    alias = new_alias(taken[given.staff_id], names[given.application_id])
    taken[given.staff_id].add(alias)
    return Assignment(
        public_id=secrets.token_urlsafe(12),
        alias=alias,
        application_id=given.application_id,
        staff_id=given.staff_id,
        round=round_,
        seat=given.seat,
        assigned_at=clock.now(),
        due_on=until,
    )


def _aliases(session: Session, readers: Collection[int]) -> dict[int, set[str]]:
    taken: dict[int, set[str]] = defaultdict(set)
    for staff_id, alias in session.execute(
        select(Assignment.staff_id, Assignment.alias).where(Assignment.staff_id.in_(readers))
    ):
        taken[staff_id].add(alias)
    return taken


def _names(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select(Application.id, Application.given_name, Application.family_name).where(Application.id.in_(ids))
    )
    return {row.id: (row.given_name, row.family_name) for row in rows}


def _before(session: Session, given: Sequence[Given]) -> dict[tuple[int, int, Round], Assignment]:
    """Readings taken from these very readers while they were away."""
    rows = session.scalars(
        select(Assignment).where(
            Assignment.application_id.in_({each.application_id for each in given}),
            Assignment.stepped_down_reason == AWAY,
        )
    )
    return {(row.staff_id, row.application_id, row.round): row for row in rows}


def _tell(session: Session, staff_id: int, campaign: Campaign, until: date) -> None:
    """At most once a day and campaign, however often seats are filled. The mail says nothing of any application."""
    member = session.get_one(StaffMember, staff_id)
    notify_once(
        session, "readings_given", to=member.email, subject=f"campaign:{campaign.id}",
        window=clock.today().isoformat(), campaign=campaign.name, until=f"{until:%A} {until.day} {until:%B}",
    )  # fmt: skip


def done_reading(session: Session, campaign_id: int) -> list[int]:
    """Assessors who have nothing left to read and will be given nothing more: the campaign is closed, no seat is
    empty and all of theirs are in."""
    campaign = session.get_one(Campaign, campaign_id)
    if campaign.closes_at > clock.now() or session.scalar(select(seats_missing(campaign))):
        return []
    unread = exists().where(
        Assignment.staff_id == Assessor.staff_id,
        Assignment.application_id == Application.id,
        Application.campaign_id == campaign_id,
        Application.state == State.SUBMITTED,
        Assignment.completed_at.is_(None),
        Assignment.stepped_down_at.is_(None),
    )
    return list(
        session.scalars(
            select(Assessor.staff_id).where(
                Assessor.campaign_id == campaign_id,
                Assessor.finished_at.is_(None),
                Assessor.ended_at.is_(None),
                ~unread,
            )
        )
    )


def finish_assessors(session: Session, campaign_id: int) -> int:
    """From now on they may open the campaign's applications; returns how many have finished. Idempotent."""
    session.flush()
    done = done_reading(session, campaign_id)
    for staff_id in done:
        session.get_one(Assessor, (campaign_id, staff_id)).finished_at = clock.now()
    session.flush()
    return len(done)
