"""Bulk acts: begun once, done in small batches by the worker, stopped, undone.

A batch is one unit of work. It holds the run's row and its applications, does the act to each under a savepoint
of its own, and writes what became of each line with the acts themselves: killed anywhere and begun again,
every application has its turn exactly once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, Select, insert, literal, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import WORK, announce, hold, holding, locked, unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.bulk import choosing
from portal.domain.bulk.acting import Acting, acting
from portal.domain.bulk.acts import Act, Detail, LeftOut, Registry, Together
from portal.domain.bulk.models import ItemState, Run, RunItem, RunState
from portal.domain.refusals import Conflict, NotFound, Refusal

log = logging.getLogger(__name__)
AFTER_TROUBLE = timedelta(seconds=20)
BREATH = 0.12  # seconds between batches: SQLite's other writers look every tenth of one whether it is their turn
GOING_ON = (RunState.RUNNING, RunState.UNDOING)
TROUBLE = (OperationalError, InterfaceError)  # a lost connection, a deadlock: nobody's fault, and it passes
I = RunItem.__table__.c  # noqa: E741


class Changed(Conflict):
    title = "Look once more"
    message = "Since you looked, this has changed: here is whom it affects now."


class Nobody(Refusal):
    title = "Nobody is affected"
    message = "There is nobody this can be done to."


class Settled(Conflict):
    title = "This has ended"
    message = "The run ended while you had the page open."


class Starter(Actor, StaffViewer, Protocol):
    """A signed-in member of staff: acts, and sees."""


def begin(
    session: Session, viewer: Starter, token: str, act: Act, ids: Select[int], detail: Detail, *, seen: str
) -> Run:
    """Fixes the set in one statement and leaves the rest to the worker. The same token again is the same run.

    `seen` is the seal of the preview that was confirmed. Raises Changed where it would no longer be true, Nobody for
    an empty set, NotFound for somebody else's token.
    """
    with unit_of_work(session):
        hold(session, f"bulk run {token}")
        known = session.scalars(select(Run).where(Run.token == token)).one_or_none()
        if known is not None:
            if known.by_id != viewer.id:
                raise NotFound()
            return known
        run = Run(token=token, act=act.key, detail=dict(detail), by_id=viewer.id, total=0, created_at=clock.now())
        session.add(run)
        session.flush()
        lines = select(literal(run.id), choosing.A.id, literal(ItemState.WAITING.value)).where(
            choosing.affected(act, viewer, ids, detail)
        )
        session.execute(insert(RunItem).from_select(["run_id", "application_id", "state"], lines))
        numbers = session.execute(select(*choosing.numbers(I.application_id)).where(I.run_id == run.id)).one()
        if choosing.seal(act, detail, *numbers) != seen:
            raise Changed()
        if not numbers[0]:
            raise Nobody()
        run.total = numbers[0]
        record(session, viewer, "bulk.begun", subject=("bulk", run.id), act=act.key, count=run.total)
        announce(session, WORK)
        return run


def stop(session: Session, viewer: Starter, run_id: int) -> Run:
    """No further application has its turn; what was done stays done. Twice is once."""
    with unit_of_work(session):
        run = _own(session, viewer, run_id)
        if run.state in GOING_ON:
            _end(session, run, RunState.STOPPED)
            record(session, viewer, "bulk.stopped", subject=("bulk", run.id), act=run.act)
    return run


def undo_run(session: Session, viewer: Starter, registry: Registry, run_id: int) -> Run:
    """Leaves the taking back to the worker. Twice is once; raises Settled for an act that stays, or nothing done."""
    with unit_of_work(session):
        run = _own(session, viewer, run_id)
        if run.state in {RunState.UNDOING, RunState.UNDONE}:
            return run
        if registry[run.act].undo is None or not run.done:
            raise Settled("There is nothing in this run that can be undone.")
        run.state, run.ended_at, run.why, run.leased_until = RunState.UNDOING, None, None, None
        record(session, viewer, "bulk.undoing", subject=("bulk", run.id), act=run.act)
        announce(session, WORK)
    return run


def _own(session: Session, viewer: Starter, run_id: int) -> Run:
    run = locked(session, Run, run_id)
    if run is None or run.by_id != viewer.id:
        raise NotFound()
    return run


def _end(session: Session, run: Run, state: RunState, why: str | None = None) -> None:
    run.state, run.ended_at, run.why, run.leased_until = state, clock.now(), why, None


def work_runs(session: Session, registry: Registry) -> int | None:
    """One batch of the run that has come least far; returns how many applications had their turn, none for no work.

    Trouble with the database puts the run off a little; it holds up no other work.
    """
    run_id = _waiting(session)
    if run_id is None:
        return None
    try:
        with unit_of_work(session):
            run = _taken(session, run_id)
            turns = _batch(session, registry, run) if run is not None else None
    except TROUBLE as trouble:
        log.warning("a bulk run is put off", extra={"kind": type(trouble).__name__})
        with unit_of_work(session):
            later = clock.now() + AFTER_TROUBLE
            session.execute(update(Run).where(Run.id == run_id).values(leased_until=later))
        return None
    if turns and session.get_bind().dialect.name == "sqlite":
        time.sleep(BREATH)
    return turns


def _due() -> tuple[ColumnElement[bool], ...]:
    return Run.state.in_(GOING_ON), or_(Run.leased_until.is_(None), Run.leased_until <= clock.now())


def _waiting(session: Session) -> int | None:
    """The one that has come least far, so that a small run does not wait for a large one."""
    return session.scalar(select(Run.id).where(*_due()).order_by(Run.done + Run.left_out, Run.id).limit(1))


def _taken(session: Session, run_id: int) -> Run | None:
    """The run, held until commit; none while another worker holds it, or once it was stopped."""
    query = select(Run).where(Run.id == run_id, *_due())
    return session.scalars(holding(query, skip_locked=True)).one_or_none()


def _batch(session: Session, registry: Registry, run: Run) -> int:
    act, who = registry[run.act], acting(session, run.by_id)
    if who is None or not who.scope(act.permission):
        _end(session, run, RunState.STOPPED, "permission")
        record(session, SYSTEM, "bulk.stopped", subject=("bulk", run.id), act=run.act, reason="permission")
        return 0
    forward = run.state is RunState.RUNNING
    lines = _next_lines(session, run, ItemState.WAITING if forward else ItemState.DONE, act.batch + 1)
    here = lines[: act.batch]
    whys = _checked(session, act, who, run, [line.application_id for line in here])
    if forward and act.together is not None:
        whys |= _together(session, act.together, who, run, [key for key, why in whys.items() if why is None])
    turns = [_turn(session, act, who, run, line, whys.get(line.application_id, "gone")) for line in here]
    if turns:
        session.execute(update(RunItem), turns)
    _count(run, turns, forward=forward)
    if len(lines) <= act.batch:
        _end(session, run, RunState.FINISHED if forward else RunState.UNDONE)
        record(session, who, f"bulk.{run.state.value}", subject=("bulk", run.id), act=run.act, count=run.done)
    return len(turns)


def _next_lines(session: Session, run: Run, state: ItemState, most: int) -> list[Row[Any]]:
    query = select(I.application_id, I.before).where(I.run_id == run.id, I.state == state, I.why.is_(None))
    return list(session.execute(query.order_by(I.application_id).limit(most)))


def _checked(session: Session, act: Act, who: Acting, run: Run, ids: list[int]) -> dict[int, str | None]:
    """Why each of these has no turn, as things are now; those that can no longer be seen are missing.

    All are held first, in order: whoever holds one of them and wants another lock waits for none of ours.
    """
    session.execute(holding(select(choosing.A.id).where(choosing.A.id.in_(ids)).order_by(choosing.A.id)))
    if run.state is RunState.RUNNING:
        why = choosing.left_out(act, who, run.detail)
    else:
        why = choosing.lasting(act, who, run)
    query = select(choosing.A.id, why.label("why")).where(choosing.A.id.in_(ids))
    rows = session.execute(in_scope(query, who, Permission.SEE_APPLICATIONS))
    return {row.id: row.why for row in rows}


def _together(session: Session, do: Together, who: Acting, run: Run, ids: list[int]) -> dict[int, str | None]:
    """The act done to all of these in one go, or to none."""
    left: dict[int, str | None] = {}
    why = _why_not(session, lambda: left.update(do(session, who, ids, run)))
    return dict.fromkeys(ids, why) if why is not None else left


def _turn(session: Session, act: Act, who: Acting, run: Run, line: Row[Any], why: str | None) -> dict[str, Any]:
    """What becomes of one line."""
    forward, before = run.state is RunState.RUNNING, line.before

    def turn() -> None:
        nonlocal before
        if forward and act.do is not None:
            before = act.do(session, who, line.application_id, run)
        elif not forward and act.undo is not None:
            act.undo(session, who, line.application_id, run, before)

    if why is None:
        why = _why_not(session, turn)
    good, bad = (ItemState.DONE, ItemState.LEFT_OUT) if forward else (ItemState.UNDONE, ItemState.DONE)
    return {
        "run_id": run.id,
        "application_id": line.application_id,
        "state": good if why is None else bad,
        "why": why,
        "before": before,
    }


def _why_not(session: Session, turn: Callable[[], object]) -> str | None:
    """Why this came to nothing, as a code; none where it did. A savepoint of its own: a refusal undoes no other's."""
    try:
        with session.begin_nested():
            turn()
    except LeftOut as left:
        return left.why
    except Refusal:
        return "moved"
    except TROUBLE:
        raise
    except Exception as error:  # one that cannot be handled must not keep the others waiting
        log.error("a bulk act failed for one application", extra={"kind": type(error).__name__}, exc_info=error)
        return "failed"
    return None


def _count(run: Run, turns: list[dict[str, Any]], *, forward: bool) -> None:
    good = sum(turn["why"] is None for turn in turns)
    if forward:
        run.done, run.left_out = run.done + good, run.left_out + len(turns) - good
    else:
        run.done -= good
