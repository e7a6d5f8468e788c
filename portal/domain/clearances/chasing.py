"""Referees who have not answered: whom to write to again, or to ask for somebody else instead of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, Requirement
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.clearances.models import Referee
from portal.domain.clearances.references import REFERENCES, ReferenceState, state_of
from portal.domain.clearances.steps import DECIDED
from portal.domain.paging import Cursor

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One referee who is waited for."""

    referee_id: int
    version: int
    reference: str
    applicant: str
    referee: str
    state: ReferenceState
    asked_at: datetime
    due_at: datetime
    late: bool


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    after: Cursor | None


def page(session: Session, viewer: StaffViewer, after: Cursor | None) -> Page:
    """Those whose day was first, first: the late ones lead. One statement."""
    query: Any = (
        select(Referee, Application.reference, Application.given_name, Application.family_name)
        .join(Application, Application.id == Referee.application_id)
        .join(Requirement, Requirement.application_id == Application.id)
        .where(Requirement.kind == REFERENCES, Requirement.state.not_in(DECIDED), Application.state.not_in(ENDED))
        .where(Referee.replaced_at.is_(None), Referee.answered_at.is_(None), Referee.declined_at.is_(None))
        .where(Referee.due_at.is_not(None))
        .order_by(Referee.due_at, Referee.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        query = query.where(tuple_(Referee.due_at, Referee.id) > (after.at, after.id))
    rows = session.execute(in_scope(query, viewer, Permission.RUN_CHECKS)).all()
    now = clock.now()
    lines = [
        Line(
            row.id, row.version, reference, f"{given} {family}".strip() or reference, row.name, state_of(row),
            row.asked_at, row.due_at, row.due_at <= now,
        )
        for row, reference, given, family in rows[:PAGE]
    ]  # fmt: skip
    last = lines[-1] if len(rows) > PAGE else None
    return Page(lines, Cursor(last.due_at, last.referee_id) if last else None)
