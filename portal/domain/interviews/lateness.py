"""A panel that runs late writes to those who are still to come, and again when they need not wait so long after all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.interviews.choosing import Place
from portal.domain.interviews.letters import about, time_words, where
from portal.domain.interviews.models import Attendance, Booking, InterviewSession, Invitation, Panel, Slot
from portal.domain.messages.actions import drop_waiting, notify_once
from portal.domain.messages.models import Notice

LETTER = "interview_late"


def tell(session: Session, panel: Panel, day: InterviewSession, minutes: int, *, everybody: bool) -> int:
    """Writes to those of this panel who have not arrived and whose turn is still to come; returns to how many. In the
    caller's unit of work, with the panel held.

    Nobody is told twice what they were told last. Whoever was told a later time is always told of an earlier one, else
    they would come too late; the rest only if `everybody` is to hear.
    """
    now, told = clock.now(), 0
    coming = session.execute(_coming(panel.id)).all()
    said = _said(session, [str(booking.id) for booking, *_rest in coming])
    for booking, slot, invitation, application in coming:
        before = said[str(booking.id)]
        last = before[-1] if before else 0
        turn = slot.starts_at + timedelta(minutes=max(minutes, last))
        if turn <= now or minutes == last or not (everybody or minutes < last):
            continue
        place = Place(slot, panel, day, day.venue)
        drop_waiting(session, application.id, [LETTER])  # one that has not left yet would take this one back
        told += notify_once(
            session, LETTER, to=application.applicant.email, subject=str(booking.id),
            window=f"{len(before) + 1}:{minutes}", application_id=application.id,
            **about(invitation, application), **_likely(place, minutes, now),
        )  # fmt: skip
    return told


def _coming(panel_id: int) -> Any:
    """Who has not arrived yet, by time."""
    return (
        select(Booking, Slot, Invitation, Application)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .join(Application, Application.id == Booking.application_id)
        .where(Slot.panel_id == panel_id, Booking.ended_at.is_(None), Booking.attendance == Attendance.EXPECTED)
        .order_by(Slot.starts_at, Booking.seat)
        .options(joinedload(Application.applicant), joinedload(Application.campaign))
    )


def _said(session: Session, subjects: Collection[str]) -> defaultdict[str, list[int]]:
    """How many minutes each of them was told, in order."""
    query = select(Notice.subject, Notice.window).where(Notice.kind == LETTER, Notice.subject.in_(subjects))
    said: defaultdict[str, list[int]] = defaultdict(list)
    for subject, window in session.execute(query.order_by(Notice.id)):
        said[subject].append(int(window.partition(":")[2]))
    return said


def _likely(place: Place, minutes: int, now: datetime) -> dict[str, Any]:
    """When and where, in words: `time` is when it will likely begin, `due` when it was to. `soon`: that has passed."""
    likely = place.slot.starts_at + timedelta(minutes=minutes)
    return where(place) | {
        "time": time_words(likely),
        "due": time_words(place.slot.starts_at),
        "late": minutes,
        "soon": likely <= now,
    }
