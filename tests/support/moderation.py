"""A campaign's sift for tests: applications read by two assessors, with the points each gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.campaigns.criteria import CriterionNow, criteria_of
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.shortlisting.models import Assignment, Entry, Score
from portal.domain.shortlisting.settling import consider
from tests.support.make_applications import a_submitted, while_open
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

_numbers = count(1)
Points = Sequence[int]  # one for each criterion, in order


@dataclass
class MadeSift:
    """A campaign, its two readers (who have finished), and its applications in the order they were received."""

    campaign: Campaign
    criteria: list[CriterionNow]
    readers: tuple[StaffMember, StaffMember]
    applications: list[Application] = field(default_factory=list)

    @property
    def full(self) -> list[int]:
        return [5] * len(self.criteria)

    def points(self, value: int, **at: int) -> list[int]:
        """The same points for every criterion, but for those named c1, c2…"""
        return [at.get(f"c{place}", value) for place in range(1, len(self.criteria) + 1)]

    def total(self, points: Points) -> int:
        return sum(each.weight * given for each, given in zip(self.criteria, points, strict=True))


def a_sift(session: Session, *, campaign: Campaign | None = None, reader_id: int | None = None) -> MadeSift:
    """A sift with nobody in it yet; its readers have finished, but for one more (`reader_id`) who has not."""
    campaign = campaign or the_pilot(session)
    readers = (a_staff_member(session, Role.ASSESSOR), a_staff_member(session, Role.ASSESSOR))
    with unit_of_work(session):
        for each in readers:
            session.add(
                Assessor(campaign_id=campaign.id, staff_id=each.id, added_at=clock.now(), finished_at=clock.now())
            )
        if reader_id is not None:
            session.add(Assessor(campaign_id=campaign.id, staff_id=reader_id, added_at=clock.now()))
    return MadeSift(campaign, criteria_of(session, campaign.id), readers)


def sent_in(
    session: Session, app: Flask, sift: MadeSift, first: Points | None, second: Points | None, **how: Any
) -> Application:
    """One application read so; no points: that reading is not finished. Each is received a minute after the last."""
    at = while_open(sift.campaign) + timedelta(minutes=len(sift.applications) + 1)
    found = a_submitted(session, app, sift.campaign, received_at=at)
    read_as(session, sift, found, first, second, **how)
    sift.applications.append(found)
    return found


def read_as(
    session: Session,
    sift: MadeSift,
    application: Application,
    first: Points | None,
    second: Points | None,
    *,
    alias: str = "",
    veto: str | None = None,
    asks: bool = False,
) -> None:
    """Puts an application into the sift with these readings; the veto and the wish are the first reader's."""
    number = next(_numbers)
    with unit_of_work(session):
        session.add(
            Entry(application_id=application.id, campaign_id=sift.campaign.id, alias=alias or f"Heron {number}")
        )
        session.flush()
        for seat, (reader, points) in enumerate(zip(sift.readers, (first, second), strict=True), 1):
            reading = Assignment(
                public_id=f"p{number}-{seat}", alias=f"Teal {number}", application_id=application.id,
                staff_id=reader.id, seat=seat, assigned_at=clock.now(), due_on=clock.today(),
                completed_at=clock.now() if points is not None else None,
                veto=veto if seat == 1 else None, asks_moderation=asks and seat == 1,
            )  # fmt: skip
            session.add(reading)
            session.flush()
            for each, given in zip(sift.criteria, points or (), strict=points is not None):
                session.add(
                    Score(
                        assignment_id=reading.id, criterion_id=each.id, criterion_version_id=each.version_id,
                        points=given, words=f"Words for {given}", scored_at=clock.now(),
                    )
                )  # fmt: skip
        session.flush()
        consider(session, application.id)
