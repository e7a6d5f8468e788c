"""The times somebody may take: published, still to come, far enough off, and with nobody on the panel who knows them.

An applicant sees times, not panels: where two panels sit side by side, a time is free while one of them is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Answer, Application, Conflict
from portal.domain.campaigns.models import Question
from portal.domain.interviews.models import (
    Booking,
    InterviewSession,
    Invitation,
    Panel,
    PanelMember,
    Seat,
    SessionKind,
    Slot,
    Venue,
)
from portal.domain.interviews.rules import NUMBERS, Policy
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_values

S = InterviewSession


@dataclass(frozen=True)
class Time:
    """One time of one session. `slot_id` is the one to book: a free one if there is any."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    free: int


@dataclass(frozen=True)
class Sitting:
    """A session as an applicant sees it. `near`: in their own district, or online."""

    session_id: int
    day: date
    venue: Venue
    minutes: int
    what_to_bring: str
    near: bool
    times: tuple[Time, ...]

    @property
    def free(self) -> int:
        return sum(time.free for time in self.times)


def policy_now(session: Session) -> Policy:
    return Policy.of(setting_values(session, NUMBERS, clock.today()))


def knows_them() -> ColumnElement[bool]:
    """Whether somebody on the panel declared that they know the applicant, or is the applicant."""
    declared = exists().where(
        PanelMember.panel_id == Panel.id,
        Conflict.staff_id == PanelMember.staff_id,
        Conflict.application_id == Application.id,
    )
    themselves = exists().where(
        PanelMember.panel_id == Panel.id,
        StaffMember.id == PanelMember.staff_id,
        Applicant.email == StaffMember.email,
        func.coalesce(Applicant.merged_into_id, Applicant.id) == Application.applicant_id,
    )
    return or_(declared, themselves)


def free_seats() -> ColumnElement[int]:
    """How many seats of a slot nobody holds."""
    taken = select(func.count()).where(Booking.slot_id == Slot.id, Booking.ended_at.is_(None)).scalar_subquery()
    seats = select(func.count()).where(Seat.slot_id == Slot.id).scalar_subquery()
    return seats - taken


def may_take(application_id: int, kind: SessionKind, after: datetime) -> Select[Slot]:
    """The slots this application may take, full ones included, that begin later than `after`."""
    return (
        select(Slot)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(S, S.id == Panel.session_id)
        .join(Application, Application.campaign_id == S.campaign_id)
        .where(
            Application.id == application_id,
            S.kind == kind,
            S.published_at <= clock.now(),
            S.cancelled_at.is_(None),
            Slot.closed_at.is_(None),
            Slot.starts_at > after,
            ~knows_them(),
        )
    )


def sittings(session: Session, application_id: int, kind: SessionKind, after: datetime) -> list[Sitting]:
    """What is offered: sessions of their own district and online ones first, each in order of time. One statement."""
    near = or_(Venue.online, Venue.district_id.is_not_distinct_from(Application.district_id))
    query = (
        may_take(application_id, kind, after)
        .join(Venue, Venue.id == S.venue_id)
        .add_columns(S, Venue, free_seats().label("free"), case((near, 1), else_=0).label("near"))
        .order_by(case((near, 0), else_=1), S.starts_at, S.id, Slot.starts_at, free_seats().desc(), Slot.id)
    )
    found: dict[int, tuple[InterviewSession, Venue, bool, dict[datetime, Time]]] = {}
    for slot, sitting, venue, free, is_near in session.execute(query):
        times = found.setdefault(sitting.id, (sitting, venue, bool(is_near), {}))[3]
        first = times.get(slot.starts_at)
        times[slot.starts_at] = (
            Time(first.slot_id, first.starts_at, first.ends_at, first.free + free)
            if first
            else Time(slot.id, slot.starts_at, slot.ends_at, free)
        )
    return [
        Sitting(
            sitting.id, clock.london(sitting.starts_at).date(), venue, sitting.slot_minutes, sitting.what_to_bring,
            is_near, tuple(times.values()),
        )
        for sitting, venue, is_near, times in found.values()
    ]  # fmt: skip


def times_left(session: Session, application_id: int, kind: SessionKind, after: datetime) -> list[datetime]:
    """When the free ones begin, the soonest first, each once."""
    query = may_take(application_id, kind, after).where(free_seats() > 0)
    return sorted({slot.starts_at for slot in session.scalars(query)})


def asked_for_adjustments(session: Session, application_id: int) -> bool:
    """Whether they told us of something they need done differently; never what."""
    told = select(Answer.id).join(Question, Question.id == Answer.question_id)
    told = told.where(Answer.application_id == application_id, Question.key == "adjustments")
    return session.scalar(told.limit(1)) is not None


def takeable(session: Session, application_id: int, kind: SessionKind, slot_id: int) -> bool:
    """Whether there is a seat for them at this very slot now, without any notice."""
    query = may_take(application_id, kind, clock.now()).where(Slot.id == slot_id, free_seats() > 0)
    return bool(slot_id) and session.scalar(query) is not None


def beside(session: Session, slot_id: int) -> list[int]:
    """The slots of the same session at the same time, this one first."""
    here, mine, panel = aliased(Slot), aliased(Panel), aliased(Panel)
    query = (
        select(Slot.id)
        .join(panel, panel.id == Slot.panel_id)
        .join(mine, mine.session_id == panel.session_id)
        .join(here, here.panel_id == mine.id)
        .where(here.id == slot_id, Slot.starts_at == here.starts_at)
        .order_by(case((Slot.id == slot_id, 0), else_=1), Slot.id)
    )
    return list(session.scalars(query))


def live_invitation(session: Session, application_id: int, kind: SessionKind) -> Invitation | None:
    query = select(Invitation).filter_by(application_id=application_id, kind=kind, ended_at=None)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def live_booking(session: Session, invitation_id: int) -> Booking | None:
    query = select(Booking).filter_by(invitation_id=invitation_id, ended_at=None)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


@dataclass(frozen=True)
class Place:
    """A slot with where it is: what letters, calendars and pages say of a booking."""

    slot: Slot
    panel: Panel
    session: InterviewSession
    venue: Venue


def place_of(session: Session, slot_id: int) -> Place:
    """Raises NotFound for a slot that is not there."""
    found = places_of(session, [slot_id]).get(slot_id)
    if found is None:
        raise NotFound()
    return found


def places_of(session: Session, slot_ids: Sequence[int]) -> dict[int, Place]:
    """Where each of these slots is. One statement."""
    query = (
        select(Slot, Panel, S, Venue)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(S, S.id == Panel.session_id)
        .join(Venue, Venue.id == S.venue_id)
        .where(Slot.id.in_(slot_ids))
    )
    return {slot.id: Place(slot, panel, sitting, venue) for slot, panel, sitting, venue in session.execute(query)}
