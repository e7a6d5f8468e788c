"""A campaign's invitations, for the people who run them: whom to invite, who asked for something, who has not answered,
who did not come. Only those the viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Campaign, District
from portal.domain.interviews.choosing import free_seats
from portal.domain.interviews.models import (
    Booking,
    InterviewSession,
    Invitation,
    InvitationEnd,
    Panel,
    SessionKind,
    Slot,
    Wish,
)
from portal.domain.interviews.waiting_list import place_of_wish
from portal.services.crypto import KeyRing

AnySelect = Select[*tuple[Any, ...]]
MOST = 300  # people of one kind on the page
INVITED = (State.SHORTLISTED, State.INTERVIEW)


@dataclass(frozen=True)
class Person:
    """One applicant with their newest invitation, none for somebody who has none."""

    id: int
    reference: str
    name: str
    district: str
    since: datetime
    answer_by: datetime | None
    ended_as: InvitationEnd | None
    starts_at: datetime | None
    asked_at: datetime | None
    attempt: int

    @property
    def late(self) -> bool:
        return self.answer_by is not None and self.answer_by <= clock.now()


@dataclass(frozen=True)
class Invitations:
    """`free` seats are those that can still be booked. `more`: there are more people than are shown."""

    to_invite: Sequence[Person]
    asked: Sequence[Person]
    unanswered: Sequence[Person]
    missed: Sequence[Person]
    booked: int
    free: int
    more: bool


def invitations(session: Session, viewer: StaffViewer, campaign_id: int) -> Invitations:
    """Those late first, then who has waited longest. Two statements."""
    rows = session.execute(_people(viewer, campaign_id).limit(MOST + 1)).all()
    people = [_person(row) for row in rows[:MOST]]
    live = [each for each in people if each.answer_by is not None and each.ended_as is None]
    waiting = [each for each in live if each.starts_at is None and each.asked_at is None]
    return Invitations(
        to_invite=[each for each in people if each.answer_by is None or each.ended_as is InvitationEnd.TAKEN_BACK],
        asked=sorted((each for each in live if each.asked_at), key=lambda each: each.asked_at or each.since),
        unanswered=sorted(waiting, key=lambda each: each.answer_by or each.since),
        missed=[each for each in people if each.ended_as in {InvitationEnd.NO_SHOW, InvitationEnd.CANCELLED}],
        booked=sum(each.starts_at is not None for each in live),
        free=session.scalar(_free(campaign_id)) or 0,
        more=len(rows) > MOST,
    )


def _people(viewer: StaffViewer, campaign_id: int) -> AnySelect:
    """Each with the newest of their invitations."""
    newest = (
        select(func.max(Invitation.attempt))
        .where(Invitation.application_id == Application.id, Invitation.kind == SessionKind.INTERVIEW)
        .correlate(Application)
        .scalar_subquery()
    )
    asked = (
        select(func.min(Wish.asked_at))
        .where(Wish.invitation_id == Invitation.id, Wish.sealed.is_not(None), Wish.ended_at.is_(None))
        .scalar_subquery()
    )
    of_them = and_(
        Invitation.application_id == Application.id,
        Invitation.kind == SessionKind.INTERVIEW,
        Invitation.attempt == newest,
    )
    query: AnySelect = (
        select(
            Application.id, Application.reference, Application.given_name, Application.family_name,
            func.coalesce(District.name, "").label("district"), Application.state_since, Invitation.answer_by,
            Invitation.ended_as, Invitation.attempt, Slot.starts_at, asked.label("asked_at"),
        )
        .outerjoin(District, District.id == Application.district_id)
        .outerjoin(Invitation, of_them)
        .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.ended_at.is_(None)))
        .outerjoin(Slot, Slot.id == Booking.slot_id)
        .where(Application.campaign_id == campaign_id, Application.state.in_(INVITED))
        .order_by(Application.state_since, Application.id)
    )  # fmt: skip
    return in_scope(query, viewer, Permission.INVITE)


def _person(row: Any) -> Person:
    return Person(
        id=row.id,
        reference=row.reference,
        name=f"{row.given_name} {row.family_name}".strip(),
        district=row.district,
        since=row.state_since,
        answer_by=row.answer_by,
        ended_as=row.ended_as,
        starts_at=row.starts_at,
        asked_at=row.asked_at,
        attempt=row.attempt or 0,
    )


def _free(campaign_id: int) -> Select[int]:
    return (
        select(func.sum(free_seats()))
        .select_from(Slot)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(InterviewSession, InterviewSession.id == Panel.session_id)
        .where(
            InterviewSession.campaign_id == campaign_id,
            InterviewSession.kind == SessionKind.INTERVIEW,
            InterviewSession.cancelled_at.is_(None),
            InterviewSession.published_at <= clock.now(),
            Slot.closed_at.is_(None),
            Slot.starts_at > clock.now(),
        )
    )


@dataclass(frozen=True)
class Course:
    """A campaign with how many wait for an invitation, have not answered in time, and asked for another time."""

    slug: str
    name: str
    to_invite: int
    late: int
    asked: int


def courses(session: Session, viewer: StaffViewer) -> list[Course]:
    """Every campaign with somebody shortlisted or invited, as far as the viewer reaches. One statement."""
    live = and_(
        Invitation.application_id == Application.id,
        Invitation.kind == SessionKind.INTERVIEW,
        Invitation.ended_at.is_(None),
    )
    booked = exists().where(Booking.invitation_id == Invitation.id, Booking.ended_at.is_(None))
    wished = exists().where(Wish.invitation_id == Invitation.id, Wish.sealed.is_not(None), Wish.ended_at.is_(None))
    query: AnySelect = (
        select(
            Campaign.slug,
            Campaign.name,
            func.sum(case((Application.state == State.SHORTLISTED, 1), else_=0)).label("to_invite"),
            func.sum(case((and_(Invitation.answer_by <= clock.now(), ~booked), 1), else_=0)).label("late"),
            func.sum(case((and_(Invitation.id.is_not(None), wished), 1), else_=0)).label("asked"),
        )
        .select_from(Application)
        .join(Campaign, Campaign.id == Application.campaign_id)
        .outerjoin(Invitation, live)
        .where(Application.state.in_(INVITED))
        .group_by(Campaign.id, Campaign.slug, Campaign.name)
        .order_by(Campaign.name, Campaign.id)
    )
    rows = session.execute(in_scope(query, viewer, Permission.INVITE))
    return [Course(row.slug, row.name, row.to_invite, row.late, row.asked) for row in rows]


def unanswered(viewer: StaffViewer) -> AnySelect:
    """For the work that waits: invitations past their day, and wishes in words; since when each waits."""
    query = (
        select(Invitation.answer_by.label("since"))
        .join(Application, Application.id == Invitation.application_id)
        .where(Invitation.ended_at.is_(None), Invitation.answer_by <= clock.now())
        .where(~exists().where(Booking.invitation_id == Invitation.id, Booking.ended_at.is_(None)))
        .order_by(Invitation.answer_by)
    )
    return in_scope(query, viewer, Permission.INVITE)


def asked(viewer: StaffViewer) -> AnySelect:
    """The same for those who asked for another time in words."""
    query = (
        select(Wish.asked_at.label("since"))
        .join(Invitation, Invitation.id == Wish.invitation_id)
        .join(Application, Application.id == Invitation.application_id)
        .where(Wish.sealed.is_not(None), Wish.ended_at.is_(None), Invitation.ended_at.is_(None))
        .order_by(Wish.asked_at)
    )
    return in_scope(query, viewer, Permission.INVITE)


@dataclass(frozen=True)
class Asked:
    """What somebody asked for, opened for the person who answers it."""

    id: int
    at: datetime
    words: str


def asked_in_words(session: Session, keys: KeyRing, invitation_id: int) -> list[Asked]:
    query = select(Wish).where(Wish.invitation_id == invitation_id, Wish.sealed.is_not(None), Wish.ended_at.is_(None))
    return [
        Asked(wish.id, wish.asked_at, keys.unseal(wish.sealed, **place_of_wish(wish.id)))
        for wish in session.scalars(query.order_by(Wish.id))
        if wish.sealed is not None
    ]


@dataclass(frozen=True)
class Past:
    """One seat held before, or an invitation that ended, newest first."""

    booking: Booking
    starts_at: datetime


def earlier_bookings(session: Session, application_id: int, kind: SessionKind) -> list[Past]:
    """Every seat they held and hold no more. One statement."""
    query = (
        select(Booking, Slot.starts_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .where(Booking.application_id == application_id, Booking.ended_at.is_not(None), Invitation.kind == kind)
        .order_by(Booking.id.desc())
    )
    return [Past(booking, starts_at) for booking, starts_at in session.execute(query)]
