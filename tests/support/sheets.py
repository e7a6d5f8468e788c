"""Interviews for tests that have been booked and begun, and what their panels write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application
from portal.domain.bulk.acting import Acting, acting
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews import agreeing, sheets
from portal.domain.interviews.booking import book
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import Booking, Recommendation, SessionKind
from portal.domain.interviews.questions import asked_in
from portal.domain.interviews.writing import Given, Written
from tests.support.interviews import PLANNED_AT, InterviewStage, a_day, an_interview_stage, slots_of
from tests.support.make_applications import keys_of

R = Recommendation


@dataclass(frozen=True)
class Panel:
    """A panel whose people are booked, one after another from half past nine; `day` has the rest."""

    stage: InterviewStage
    bookings: list[Booking]

    @property
    def booking(self) -> Booking:
        return self.bookings[0]

    @property
    def campaign(self) -> Campaign:
        return self.stage.campaign

    @property
    def application(self) -> Application:
        return self.stage.application

    @property
    def recruiter(self) -> StaffMember:
        return self.stage.recruiter

    @property
    def members(self) -> list[StaffMember]:
        return self.stage.interviewers

    @property
    def over(self) -> datetime:
        """When everybody has been seen: use clock.at() with it."""
        return self.stage.day.ends_at + timedelta(minutes=5)


def a_panel(
    session: Session, app: Flask, *, applicants: int = 1, members: list[StaffMember] | None = None, **stage: Any
) -> Panel:
    """A day with everybody on the shortlist booked, in order; `members` sit on the one panel, else two new ones."""
    made = an_interview_stage(session, app, applicants=applicants, **stage)
    if members is not None:
        day = a_day(session, made.campaign, staff=members)
        made = replace(made, day=day, slots=slots_of(session, day), interviewers=members)
    bookings = []
    with clock.at(max(PLANNED_AT, made.campaign.closes_at + timedelta(hours=3))):
        for application, slot in zip(made.applications, made.slots, strict=False):
            invitation = invite(session, made.recruiter, application.id, SessionKind.INTERVIEW)
            bookings.append(book(session, made.recruiter, invitation.id, slot.id))
    return Panel(made, bookings)


def viewer(session: Session, member: StaffMember) -> Acting:
    """A member of staff as queries and actions know them."""
    found = acting(session, member.id)
    assert found is not None
    return found


def a_sheet(
    session: Session, campaign: Campaign, points: int = 4, recommendation: R | None = R.OFFER, words: str = ""
) -> Written:
    """The same points for every question that is asked now."""
    marks = {each.id: Given(points, words) for each in asked_in(session, campaign.id)}
    return Written(marks, recommendation, words)


def declare(session: Session, panel: Panel, booking: Booking, *members: StaffMember) -> None:
    for member in members or panel.members:
        sheets.declare_unknown(session, viewer(session, member), booking.id)


def complete_own(
    session: Session, app: Flask, panel: Panel, booking: Booking, member: StaffMember, **written: Any
) -> None:
    """One member's own sheet, from the declaration on."""
    who, keys = viewer(session, member), keys_of(app)
    sheets.declare_unknown(session, who, booking.id)
    version = sheets.own_sheet(session, keys, who, booking.id).version
    sheets.save_sheet(session, keys, who, booking.id, a_sheet(session, panel.campaign, **written), version)
    sheets.complete_sheet(session, keys, who, booking.id)


def agree(session: Session, app: Flask, panel: Panel, booking: Booking | None = None, **written: Any) -> None:
    """Everybody's own sheet, then the agreed one, all alike."""
    seat, keys = booking or panel.booking, keys_of(app)
    for member in panel.members:
        complete_own(session, app, panel, seat, member, **written)
    who = viewer(session, panel.members[0])
    agreeing.save_agreed(session, keys, who, seat.id, a_sheet(session, panel.campaign, **written), 0)
    agreeing.complete_agreed(session, keys, who, seat.id)
