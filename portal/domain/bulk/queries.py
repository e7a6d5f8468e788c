"""Reads of runs: one's own, how far each has come, and what became of each application."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.bulk import choosing
from portal.domain.bulk.acts import Registry
from portal.domain.bulk.models import ItemState, Run, RunItem
from portal.domain.paging import PAGE
from portal.domain.refusals import NotFound

A, I = choosing.A, RunItem.__table__.c  # noqa: E741
SHOWN = 20  # lines of one kind on a run's page


def own_run(session: Session, viewer: StaffViewer, run_id: int) -> Run:
    """A run the viewer began; raises NotFound for any other, whoever's."""
    query = select(Run).where(Run.id == run_id, Run.by_id == viewer.id)
    run = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if run is None:
        raise NotFound()
    return run


def run_of(session: Session, viewer: StaffViewer, token: str | None) -> Run | None:
    """The run the viewer began from the page with this token, if they have."""
    return session.scalars(select(Run).where(Run.token == token, Run.by_id == viewer.id)).one_or_none()


def own_runs(session: Session, viewer: StaffViewer, *, before: int | None = None) -> tuple[list[Run], int | None]:
    """A page of the runs the viewer began, newest first, and the number to go on from. One statement."""
    query = select(Run).where(Run.by_id == viewer.id).order_by(Run.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Run.id < before)
    rows = list(session.scalars(query.execution_options(populate_existing=True)))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


@dataclass(frozen=True)
class Standing:
    """How many lines of a run are where. `kept` were done and could not be undone; `reasons` says why some were left
    out, `lasting` why some were kept."""

    waiting: int = 0
    done: int = 0
    left_out: int = 0
    undone: int = 0
    kept: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    lasting: dict[str, int] = field(default_factory=dict)


def standing(session: Session, run: Run) -> Standing:
    """One statement."""
    query = select(I.state, I.why, func.count()).where(I.run_id == run.id).group_by(I.state, I.why)
    found = {(state, why): number for state, why, number in session.execute(query)}
    reasons = {why: number for (state, why), number in found.items() if state is ItemState.LEFT_OUT and why}
    lasting = {why: number for (state, why), number in found.items() if state is ItemState.DONE and why}
    return Standing(
        waiting=found.get((ItemState.WAITING, None), 0),
        done=found.get((ItemState.DONE, None), 0),
        left_out=sum(reasons.values()),
        undone=found.get((ItemState.UNDONE, None), 0),
        kept=sum(lasting.values()),
        reasons=dict(sorted(reasons.items(), key=lambda pair: -pair[1])),
        lasting=dict(sorted(lasting.items(), key=lambda pair: -pair[1])),
    )


def lines(
    session: Session, viewer: StaffViewer, run: Run, state: ItemState, *, why: bool, after: int = 0
) -> tuple[list[Row[Any]], int | None]:
    """Applications of a run in one state, with or without a reason, that the viewer may still see; and the number to
    go on from. One statement."""
    query = (
        select(A.id, A.reference, A.given_name, A.family_name, I.why)
        .select_from(Application)
        .join(RunItem, I.application_id == A.id)
        .where(I.run_id == run.id, I.state == state, I.application_id > after)
        .where(I.why.is_not(None) if why else I.why.is_(None))
        .order_by(A.id)
        .limit(SHOWN + 1)
    )
    rows: list[Any] = list(session.execute(in_scope(query, viewer, Permission.SEE_APPLICATIONS)))
    return rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else None


def undoable(session: Session, viewer: StaffViewer, registry: Registry, run: Run) -> tuple[int, dict[str, int]]:
    """How many of a run's acts the viewer could undo now, and the others by reason. One statement."""
    act = registry[run.act]
    if act.undo is None:
        return 0, {}
    why = choosing.lasting(act, viewer, run)
    query = (
        select(why.label("why"), func.count().label("number"))
        .select_from(Application)
        .join(RunItem, I.application_id == A.id)
        .where(I.run_id == run.id, I.state == ItemState.DONE, I.why.is_(None))
        .group_by(why)
    )
    found: dict[str | None, int] = {row.why: row.number for row in session.execute(query)}
    return found.pop(None, 0), {code: number for code, number in found.items() if code}
