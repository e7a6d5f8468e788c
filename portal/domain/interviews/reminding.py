"""Reminders of a booked time, and to choose one; and the second chance of who did not come.

Which reminder is due comes from the day and one `now`: a clock that jumps, or a worker that comes late, reminds of the
one it is in. Each is sent once for a booking, and once for a day to answer by. Nothing lapses here: an invitation that
stays without an answer becomes a person's work.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM
from portal.domain.interviews.choosing import live_booking, place_of
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.letters import about, day_words, where
from portal.domain.interviews.models import Attendance, Booking, Invitation, InvitationEnd, Slot
from portal.domain.interviews.rules import NoChanceLeft, NotInvitable, takes_part
from portal.domain.messages.actions import notify_once
from portal.domain.messages.models import Notice
from portal.domain.settings.queries import setting_values

REMINDER, UNANSWERED = "interview_reminder", "interview_unanswered"
LATE = timedelta(days=7)  # after the day to answer by: from then on a letter comes too late, and a person decides
NUMBERS = (
    "interview_reminder_first_days",
    "interview_reminder_second_days",
    "interview_reminder_morning_hour",
    "interview_answer_first_days",
    "interview_answer_last_days",
    "interview_second_chances",
    "interview_second_chance_hours",
)
Due = tuple[int, str]  # a row's id, and which reminder it is


def booked_window(starts_at: datetime, booked_at: datetime, now: datetime, numbers: dict[str, int]) -> str | None:
    """Which reminder of a booked time an instant lies in; none before the first, once it has begun, and where the time
    was booked after that reminder's hour: the letter of the booking says it all."""
    day, hour = clock.london(starts_at).date(), time(numbers["interview_reminder_morning_hour"])
    ahead = {
        "morning": 0,
        "second": numbers["interview_reminder_second_days"],
        "first": numbers["interview_reminder_first_days"],
    }
    if now >= starts_at:
        return None
    for window, days in ahead.items():
        opens = clock.from_london(datetime.combine(day - timedelta(days=days), hour))
        if opens <= now:
            return window if booked_at < opens else None
    return None


def answer_window(answer_by: datetime, invited_at: datetime, now: datetime, numbers: dict[str, int]) -> str | None:
    """Which reminder to choose a time an instant lies in, the last of them once the day has passed."""
    left = answer_by - now
    if left <= timedelta():
        return "late" if left > -LATE else None
    for window in ("last", "first"):
        lead = timedelta(days=numbers[f"interview_answer_{window}_days"])
        if left <= lead:
            return window if invited_at < answer_by - lead else None
    return None


def remind_due(session: Session, *, most: int) -> int:
    """Queues the reminders that are due, at most so many of each; returns how many. Idempotent."""
    numbers, now = setting_values(session, NUMBERS, clock.today()), clock.now()
    queued = sum(_remind_booked(session, *due) for due in _booked_due(session, numbers, now)[:most])
    queued += sum(_remind_unanswered(session, *due) for due in _unanswered_due(session, numbers, now)[:most])
    return queued + _second_chances(session, numbers, now, most)


def _booked_due(session: Session, numbers: dict[str, int], now: datetime) -> list[Due]:
    until = now + timedelta(days=numbers["interview_reminder_first_days"] + 1)
    query = (
        select(Booking.id, Slot.starts_at, Booking.booked_at)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Booking.ended_at.is_(None), Booking.attendance == Attendance.EXPECTED)
        .where(Slot.starts_at > now, Slot.starts_at <= until)
        .order_by(Slot.starts_at, Booking.id)
    )
    rows = [(key, booked_window(starts, booked, now, numbers)) for key, starts, booked in session.execute(query)]
    return _unsent(session, REMINDER, rows)


def _unanswered_due(session: Session, numbers: dict[str, int], now: datetime) -> list[Due]:
    until = now + timedelta(days=numbers["interview_answer_first_days"])
    query = (
        select(Invitation.id, Invitation.answer_by, Invitation.invited_at)
        .join(Application, Application.id == Invitation.application_id)
        .where(Invitation.ended_at.is_(None), Invitation.answer_by > now - LATE, Invitation.answer_by <= until)
        .where(or_(Application.paused_until.is_(None), Application.paused_until < clock.today()))
        .where(~exists().where(Booking.invitation_id == Invitation.id, Booking.ended_at.is_(None)))
        .order_by(Invitation.answer_by, Invitation.id)
    )
    rows = [
        (key, f"{answer_by.isoformat()} {window}" if window else None)
        for key, answer_by, invited_at in session.execute(query)
        for window in [answer_window(answer_by, invited_at, now, numbers)]
    ]
    return _unsent(session, UNANSWERED, rows)


def _unsent(session: Session, kind: str, rows: Sequence[tuple[int, str | None]]) -> list[Due]:
    """Those that no notice tells of yet. One statement."""
    subjects: Collection[str] = {str(key) for key, window in rows if window}
    known = select(Notice.subject, Notice.window).where(Notice.kind == kind, Notice.subject.in_(subjects))
    sent = {(subject, window) for subject, window in session.execute(known)}
    return [(key, window) for key, window in rows if window and (str(key), window) not in sent]


def _remind_booked(session: Session, booking_id: int, window: str) -> bool:
    with unit_of_work(session):
        booking = locked(session, Booking, booking_id)
        if booking is None or booking.ended_at is not None or booking.attendance is not Attendance.EXPECTED:
            return False
        invitation = session.get_one(Invitation, booking.invitation_id)
        application = session.get_one(Application, booking.application_id)
        place = place_of(session, booking.slot_id)
        return notify_once(
            session, REMINDER, to=application.applicant.email, subject=str(booking_id), window=window,
            application_id=application.id, **about(invitation, application), **where(place),
            when="today" if window == "morning" else f"on {day_words(place.slot.starts_at)}",
        )  # fmt: skip


def _remind_unanswered(session: Session, invitation_id: int, window: str) -> bool:
    with unit_of_work(session):
        invitation = locked(session, Invitation, invitation_id)
        if invitation is None or invitation.ended_at is not None or live_booking(session, invitation_id) is not None:
            return False
        application = session.get_one(Application, invitation.application_id, populate_existing=True)
        if not takes_part(invitation.kind, application.state):
            return False
        return notify_once(
            session, UNANSWERED, to=application.applicant.email, subject=str(invitation_id), window=window,
            application_id=application.id, **about(invitation, application),
            answer_by=day_words(invitation.answer_by), late=window.endswith("late"),
        )  # fmt: skip


def _second_chances(session: Session, numbers: dict[str, int], now: datetime, most: int) -> int:
    """Invites those again who did not come, once the hours for putting a wrong mark right are over."""
    later, missed = aliased(Invitation), aliased(Invitation)
    since = now - timedelta(hours=numbers["interview_second_chance_hours"])
    same = (later.application_id == Invitation.application_id, later.kind == Invitation.kind)
    times_missed = (
        select(func.count())
        .where(missed.application_id == Invitation.application_id, missed.kind == Invitation.kind)
        .where(missed.ended_as == InvitationEnd.NO_SHOW)
        .scalar_subquery()
    )
    query = (
        select(Invitation)
        .where(Invitation.ended_as == InvitationEnd.NO_SHOW, Invitation.ended_at <= since)
        .where(Invitation.ended_at > since - LATE)
        .where(~exists().where(*same, later.attempt > Invitation.attempt))
        .where(times_missed <= numbers["interview_second_chances"])
        .order_by(Invitation.id)
        .limit(most)
    )
    invited = 0
    for each in session.scalars(query).all():
        try:
            invite(session, SYSTEM, each.application_id, each.kind, behalf_of=each.invited_by)
            invited += 1
        except (NotInvitable, NoChanceLeft):  # decided, or gone, meanwhile
            continue
    return invited
