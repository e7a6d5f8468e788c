"""Bulk runs for tests: many plain applications, and a run as the page begins it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.bulk import choosing
from portal.domain.bulk.acting import Acting, acting
from portal.domain.bulk.models import ItemState, Run, RunItem
from portal.domain.bulk.previewing import preview
from portal.domain.bulk.running import begin, work_runs
from portal.domain.journeys.bulk_acts import ACTS
from tests.support.bulk import load_applications
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

_tokens = count(1)


def many(session: Session, number: int, *, state: State = State.SUBMITTED) -> list[int]:
    """So many applications to the pilot, all in this state, by their numbers."""
    the_pilot(session)
    load_applications(session, number, decider=a_staff_member(session, Role.MEDICAL).id)
    with unit_of_work(session):
        ids = list(session.scalars(select(Application.id).order_by(Application.id.desc()).limit(number)))
        moved = {"state": state, "received_at": Application.created_at, "withdrawn_reason": None}
        session.execute(update(Application).where(Application.id.in_(ids)).values(moved))
    return sorted(ids)


def as_viewer(session: Session, member: StaffMember) -> Acting:
    found = acting(session, member.id)
    assert found is not None
    return found


def begun(session: Session, member: StaffMember, act: str, ids: Sequence[int], /, token: str = "", **detail: Any) -> Run:
    """A run over these applications, confirmed from its preview."""
    viewer, wanted = as_viewer(session, member), select(Application.id).where(Application.id.in_(ids))
    seen = preview(session, viewer, ACTS[act], wanted, detail).seal
    return begin(session, viewer, token or f"token {next(_tokens)}", ACTS[act], wanted, detail, seen=seen)


def worked(session: Session) -> int:
    """Everything that waits, done; how many turns there were."""
    turns = 0
    while (more := work_runs(session, ACTS)) is not None:
        turns += more
    return turns


def states(session: Session, run: Run) -> dict[int, tuple[ItemState, str | None]]:
    session.rollback()
    rows = session.execute(select(RunItem.application_id, RunItem.state, RunItem.why).where(RunItem.run_id == run.id))
    return {row.application_id: (row.state, row.why) for row in rows}


def reloaded(session: Session, run: Run) -> Run:
    session.rollback()
    return session.get_one(Run, run.id, populate_existing=True)


__all__ = ["as_viewer", "begun", "choosing", "many", "reloaded", "states", "worked"]
