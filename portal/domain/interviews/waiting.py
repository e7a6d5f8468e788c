"""What interviews leave to do: sheets to write, panels on which somebody knows the applicant, results to decide on.

Each query gives since when a piece of work waits, and 1 where it is one's own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, not_, or_, select
from sqlalchemy.orm import aliased

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Conflict, State
from portal.domain.applications.queries import StaffViewer, in_scope, kept_from
from portal.domain.casework.models import Decision
from portal.domain.interviews.models import Attendance, Booking, InterviewSession, Panel, PanelMember, Sheet, Slot
from portal.domain.interviews.sittings import interviews


def _live(since: Any) -> Select[Any]:
    return (
        select(since.label("since"), literal(1).label("own"))
        .select_from(Booking)
        .join(Application, Application.id == Booking.application_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(InterviewSession, InterviewSession.id == Panel.session_id)
        .where(*interviews(), Application.state == State.INTERVIEW, Booking.attendance != Attendance.NO_SHOW)
    )


def _agreed() -> ColumnElement[bool]:
    return exists().where(
        Sheet.booking_id == Booking.id, Sheet.staff_id.is_(None), Sheet.completed_at.is_not(None)
    )  # fmt: skip


def _incomplete_of_somebody() -> ColumnElement[bool]:
    member, sheet = aliased(PanelMember), aliased(Sheet)
    knows = exists().where(Conflict.staff_id == member.staff_id, Conflict.application_id == Booking.application_id)
    knows = knows.correlate(member, Booking)
    wrote = exists().where(
        sheet.booking_id == Booking.id, sheet.staff_id == member.staff_id, sheet.completed_at.is_not(None)
    )
    wrote = wrote.correlate(member, Booking)
    return exists().where(member.panel_id == Slot.panel_id, ~knows, ~wrote).correlate(Slot, Booking)


def sheets_to_write(viewer: StaffViewer) -> Select[Any]:
    """Interviews of one's own panels that have begun: one's own sheet is missing, or all are in and none is agreed."""
    mine = exists().where(
        Sheet.booking_id == Booking.id, Sheet.staff_id == viewer.id, Sheet.completed_at.is_not(None)
    )  # fmt: skip
    query = _live(Slot.starts_at).join(
        PanelMember, and_(PanelMember.panel_id == Panel.id, PanelMember.staff_id == viewer.id)
    )
    return query.where(
        Slot.starts_at <= clock.now(), not_(kept_from(viewer.id)), ~_agreed(), or_(~mine, ~_incomplete_of_somebody())
    ).order_by(Slot.starts_at)


def panels_short(viewer: StaffViewer) -> Select[Any]:
    """Interviews to come, or without an agreed sheet, of which somebody on the panel knows the applicant."""
    knows = exists().where(
        PanelMember.panel_id == Panel.id,
        Conflict.staff_id == PanelMember.staff_id,
        Conflict.application_id == Booking.application_id,
    )
    query = _live(Slot.starts_at).where(knows, ~_agreed()).order_by(Slot.starts_at)
    return in_scope(query, viewer, Permission.PLAN_INTERVIEWS)


def to_decide(viewer: StaffViewer) -> Select[Any]:
    """Interviews whose panel has agreed and on which nobody has decided."""
    sheet = aliased(Sheet)
    decided = exists().where(
        Decision.application_id == Booking.application_id, Decision.undone_at.is_(None), Decision.released_at.is_(None)
    )
    query = _live(sheet.completed_at).join(sheet, and_(sheet.booking_id == Booking.id, sheet.staff_id.is_(None)))
    query = query.where(sheet.completed_at.is_not(None), ~decided).order_by(sheet.completed_at)
    return in_scope(query, viewer, Permission.MOVE_APPLICATIONS)
