"""Days of interviews for tests: a campaign with people shortlisted, a place, interviewers and a published day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.deciding import decide, release
from portal.domain.casework.models import Verdict
from portal.domain.interviews.models import Booking, InterviewSession, Invitation, Panel, SessionKind, Slot, Venue
from portal.domain.interviews.planning import PanelPlan, SessionPlan, plan_session, publish
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member

_numbers = count(1)
SHORTLISTED_AT = clock.from_london(datetime(2018, 1, 29, 16))
PLANNED_AT = clock.from_london(datetime(2018, 1, 30, 10))  # between the shortlist and the days: use clock.at() with it
DAY = date(2018, 2, 10)  # a Saturday
DAY_AFTER = date(2018, 3, 3)  # for tests and practice, after the interviews
FIRST, MINUTES = time(9, 30), 30


@dataclass(frozen=True)
class InterviewStage:
    """What a day of interviews needs. Nobody is invited yet."""

    campaign: Campaign
    applications: list[Application]
    day: InterviewSession
    slots: list[Slot]
    recruiter: StaffMember
    interviewers: list[StaffMember]

    @property
    def application(self) -> Application:
        return self.applications[0]


def a_venue(session: Session, **changes: Any) -> Venue:
    with unit_of_work(session):
        given: dict[str, Any] = {"name": f"Maidstone training centre {next(_numbers)}", "address": "1 Example Road"}
        venue = Venue(**(given | changes))
        session.add(venue)
    return venue


def a_shortlisted(session: Session, app: Flask, campaign: Campaign, **changes: Any) -> Application:
    """Somebody who has been told that they are on the shortlist, on 29 January."""
    sent = a_submitted(session, app, campaign, **changes)
    recruiter = a_staff_member(session, Role.RECRUITER)
    with clock.at(max(SHORTLISTED_AT, campaign.closes_at + timedelta(hours=1))):
        decide(session, recruiter, sent.id, Verdict.SHORTLIST)
        release(session, recruiter, sent.id)
    return sent


def a_plan(
    venue: Venue,
    *,
    day: date = DAY,
    slots: int = 4,
    panels: int = 1,
    places: int = 1,
    kind: SessionKind = SessionKind.INTERVIEW,
    staff: list[StaffMember] | None = None,
    **changes: Any,
) -> SessionPlan:
    """A day from 09:30 on with so many slots of 30 minutes for each panel, the interviewers shared out."""
    sits = [tuple(member.id for member in (staff or [])[place::panels]) for place in range(panels)]
    given: dict[str, Any] = {
        "kind": kind,
        "venue_id": venue.id,
        "day": day,
        "first": FIRST,
        "last": (datetime.combine(day, FIRST) + timedelta(minutes=MINUTES * slots)).time(),
        "slot_minutes": MINUTES,
        "panels": tuple(
            PanelPlan(f"Panel {chr(65 + place)}", room=f"Room {place + 1}", staff_ids=sits[place], places=places)
            for place in range(panels)
        ),
    }
    return SessionPlan(**(given | changes))


def a_day(session: Session, campaign: Campaign, *, published: bool = True, **plan: Any) -> InterviewSession:
    """A day of the campaign at a venue of its own, published an hour before PLANNED_AT."""
    recruiter, venue = a_staff_member(session, Role.RECRUITER), plan.pop("venue", None) or a_venue(session)
    published_at = max(PLANNED_AT, campaign.closes_at + timedelta(hours=3)) - timedelta(hours=1)  # it ticks from there
    with clock.at(published_at):
        made = plan_session(session, recruiter, campaign.id, a_plan(venue, **plan))
        return publish(session, recruiter, made.id) if published else made


def slots_of(session: Session, day: InterviewSession) -> list[Slot]:
    """Every slot of the day, panel by panel, early ones first."""
    query = select(Slot).join(Panel).where(Panel.session_id == day.id).order_by(Panel.id, Slot.starts_at)
    return list(session.scalars(query))


def an_interview_stage(
    session: Session,
    app: Flask,
    *,
    applicants: int = 1,
    interviewers: int = 2,
    campaign: Campaign | None = None,
    **plan: Any,
) -> InterviewStage:
    """A campaign with people on its shortlist and a published day with free seats; `plan` is as for `a_plan`."""
    chosen = campaign or a_campaign(session)
    people = [a_shortlisted(session, app, chosen) for _ in range(applicants)]
    staff = [a_staff_member(session, Role.ASSESSOR) for _ in range(interviewers)]
    day = a_day(session, chosen, staff=staff, **plan)
    recruiter = a_staff_member(session, Role.RECRUITER)
    return InterviewStage(chosen, people, day, slots_of(session, day), recruiter, staff)


def a_day_with_somebody(
    session: Session, sent: Application, staff: list[StaffMember], whose: str, **venue: Any
) -> dict[str, str]:
    """A fitness day in the campaign of an application, at a place of its own district, with a seat for its person,
    whatever has become of it; the numbers of the day, its panel, the seat and the place."""
    place = a_venue(session, district_id=sent.campaign.districts[0].id, **({"name": f"Hall, {whose}"} | venue))
    day = a_day(session, sent.campaign, venue=place, kind=SessionKind.FITNESS, staff=staff, day=DAY_AFTER)
    with unit_of_work(session):
        invitation = Invitation(
            application_id=sent.id, kind=SessionKind.FITNESS, uid=f"{whose}@example.org", invited_at=PLANNED_AT,
            invited_by=day.created_by, answer_by=PLANNED_AT + timedelta(days=7),
        )  # fmt: skip
        session.add(invitation)
        session.flush()
        slot = slots_of(session, day)[0]
        booking = Booking(
            invitation_id=invitation.id, application_id=sent.id, slot_id=slot.id, seat=1, booked_at=PLANNED_AT
        )
        session.add(booking)
    return {"day": str(day.id), "panel": str(slot.panel_id), "seat": str(booking.id), "venue": str(place.id)}
