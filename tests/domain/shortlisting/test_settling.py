"""From readings to one score, and a moderator's word where two readers differ."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Conflict, Relation
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.models import Entry, Settling
from portal.domain.shortlisting.settling import (
    NotToSettle,
    PointsMissing,
    SettlingReasonNeeded,
    StaleSettling,
    consider,
    settle,
    settled_points,
)
from tests.support.moderation import MadeSift, a_sift, sent_in
from tests.support.people import a_staff_member


@pytest.fixture
def sift(session: Session) -> MadeSift:
    return a_sift(session)


@pytest.fixture
def moderator(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def entry_of(session: Session, application_id: int) -> Entry:
    return session.get_one(Entry, application_id, populate_existing=True)


def points_for(sift: MadeSift, value: int) -> dict[int, int]:
    return {each.id: value for each in sift.criteria}


def test_totals_weigh_points_and_the_mean_is_the_score(session: Session, app: Flask, sift: MadeSift) -> None:
    first, second = sift.points(3, c1=4), sift.points(3)
    found = sent_in(session, app, sift, first, second)
    entry = entry_of(session, found.id)
    assert entry.state is Settling.AGREED
    assert entry.score == 50 * (sift.total(first) + sift.total(second))
    version = entry.version
    consider(session, found.id)
    assert entry_of(session, found.id).version == version


def test_until_both_are_in_there_is_no_score(session: Session, app: Flask, sift: MadeSift) -> None:
    found = sent_in(session, app, sift, sift.points(3), None)
    entry = entry_of(session, found.id)
    assert (entry.state, entry.score) == (Settling.READING, None)
    with unit_of_work(session):
        sift.campaign.assessors_each = 1
    consider(session, found.id)  # one is enough where the campaign says so
    entry = entry_of(session, found.id)
    assert (entry.state, entry.score) == (Settling.AGREED, 100 * sift.total(sift.points(3)))
    with pytest.raises(NotFound):
        consider(session, 987654)


def test_a_moderator_settles_once_and_keeps_what_was_said(
    session: Session, app: Flask, sift: MadeSift, moderator: StaffMember
) -> None:
    found = sent_in(session, app, sift, sift.points(5), sift.points(1))
    entry = entry_of(session, found.id)
    assert entry.state is Settling.DIFFERS
    settled = settle(session, moderator, found.id, points_for(sift, 4), " Both saw the same story. ", entry.version)
    assert (settled.state, settled.score) == (Settling.SETTLED, 100 * sift.total(sift.points(4)))
    assert (settled.settled_by, settled.settled_reason) == (moderator.id, "Both saw the same story.")
    version = settled.version
    settle(session, moderator, found.id, points_for(sift, 4), "Both saw the same story.", 1)  # a double click
    consider(session, found.id)  # settled stays settled
    entry = entry_of(session, found.id)
    assert (entry.version, entry.state) == (version, Settling.SETTLED)
    events = session.scalars(select(AuditEvent).filter_by(action="sift.settled")).all()
    assert [event.detail for event in events] == [{"veto": False}]


def test_two_moderators_at_once_lose_nothing_silently(
    session: Session, app: Flask, sift: MadeSift, moderator: StaffMember
) -> None:
    found = sent_in(session, app, sift, sift.points(5), sift.points(1))
    version, other = entry_of(session, found.id).version, a_staff_member(session, Role.RECRUITER)
    settle(session, other, found.id, points_for(sift, 2), "Weak", version)
    with pytest.raises(StaleSettling):
        settle(session, moderator, found.id, points_for(sift, 5), "Strong", version)
    assert set(settled_points(session, found.id).values()) == {2}
    settle(session, moderator, found.id, points_for(sift, 5), "Strong", version + 1)
    assert set(settled_points(session, found.id).values()) == {5}


def test_what_cannot_be_settled(session: Session, app: Flask, sift: MadeSift, moderator: StaffMember) -> None:
    found = sent_in(session, app, sift, sift.points(5), sift.points(1))
    version = entry_of(session, found.id).version
    short = dict(list(points_for(sift, 3).items())[1:])
    for points in (short, points_for(sift, 6), points_for(sift, 0), {}, points_for(sift, 3) | {999: 3}):
        with pytest.raises(PointsMissing):
            settle(session, moderator, found.id, points, "Why", version)
    with pytest.raises(SettlingReasonNeeded):
        settle(session, moderator, found.id, points_for(sift, 3), "  ", version)
    agreed = sent_in(session, app, sift, sift.points(3), sift.points(3))
    with pytest.raises(NotToSettle):
        settle(session, moderator, agreed.id, points_for(sift, 3), "Why", entry_of(session, agreed.id).version)
    withdraw(session, found.applicant, found.id, WithdrawReason.TIME)
    with pytest.raises(NotToSettle):
        settle(session, moderator, found.id, points_for(sift, 3), "Why", version)
    assert settled_points(session, found.id) == {}


def test_nobody_settles_somebody_they_know(
    session: Session, app: Flask, sift: MadeSift, moderator: StaffMember
) -> None:
    found = sent_in(session, app, sift, sift.points(5), sift.points(1))
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=moderator.id, application_id=found.id, relation=Relation.FAMILY, declared_at=clock.now())
        )
    with pytest.raises(NotFound):
        settle(session, moderator, found.id, points_for(sift, 3), "Why", entry_of(session, found.id).version)
