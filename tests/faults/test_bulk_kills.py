"""`kill -9` of the real worker amid bulk acts on many thousands: everybody has had their turn once, nobody twice."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.bulk.models import ItemState, Run, RunItem, RunState
from portal.domain.bulk.running import undo_run
from portal.domain.casework.models import Decision
from portal.domain.correspondence.models import Message
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.messages.models import OutboxMail
from tests.support.bulk_runs import as_viewer, begun, many, reloaded
from tests.support.live import LiveWorker
from tests.support.make_applications import while_open
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member
from tests.support.programme import count
from tests.support.stage import put_clock

pytestmark = pytest.mark.faults
PATIENCE = 1_800.0  # seconds for the whole of it on a slow machine
LETTER = {"subject": "About {reference}", "body": "Dear {given_name}, thank you.", "template_version_id": None,
          "send_at": None, "hold_minutes": 600}  # fmt: skip


class SecondWorker(LiveWorker):
    """Another one beside the first, with its own log."""

    name = "second-worker"


@pytest.fixture
def recruiter(app: Flask, session: Session) -> StaffMember:
    put_clock(app, while_open(the_pilot(session)))
    return a_staff_member(session, Role.RECRUITER)


def turns_of(session: Session, run: Run) -> int:
    session.rollback()
    run = reloaded(session, run)
    return run.done + run.left_out


def killed_until_done(session: Session, workers: Sequence[LiveWorker], run: Run, kills: int, *, undoing: bool) -> int:
    """Lets the workers go on and kills them so many times on the way; how many kills fell amid the work.

    The last falls with a third or more still to do: several batches, which nobody gets through before it strikes.
    """
    with ExitStack() as stack:
        for worker in workers:
            stack.callback(worker.kill)  # one left over would find the next test's work
        return _killed(session, workers, run, kills, undoing=undoing)


def _killed(session: Session, workers: Sequence[LiveWorker], run: Run, kills: int, *, undoing: bool) -> int:
    chance, amid, until = random.Random(run.id), 0, time.monotonic() + PATIENCE
    for kill in range(kills):
        for worker in workers:
            worker.start()
        before, goal = turns_of(session, run), run.total * (kill + 1) // (kills + 2)
        moved = (lambda now, goal=run.total - goal: now <= goal) if undoing else (lambda now, goal=goal: now >= goal)
        while not moved(turns_of(session, run)) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.05))
        for worker in workers:
            worker.kill()
        amid += turns_of(session, run) != before and going(session, run)
    for worker in workers:
        worker.start()
    while going(session, run) and time.monotonic() < until:
        time.sleep(0.05)
    assert not going(session, run), "\n".join(worker.last_words() for worker in workers)
    return amid


def going(session: Session, run: Run) -> bool:
    return reloaded(session, run).ended_at is None


def how_often(session: Session, action: str) -> set[int]:
    """For each application that this was done to: how many times, by the trail."""
    session.rollback()
    rows = select(func.count()).where(AuditEvent.action == action).group_by(AuditEvent.application_id)
    return set(session.scalars(rows))


def number(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def check_once(session: Session, run: Run, action: str) -> None:
    """Every line ended, the counters say so, and the trail has one row for each application."""
    ended = reloaded(session, run)
    assert (ended.done, ended.left_out) == (ended.total, 0)
    found = dict(
        session.execute(
            select(RunItem.state, func.count()).where(RunItem.run_id == run.id).group_by(RunItem.state)
        ).all()
    )
    assert found == {ItemState.DONE: ended.total}
    assert how_often(session, action) == {1}


def test_killed_and_begun_again_everybody_is_decided_once(
    session: Session, settings: Settings, recruiter: StaffMember
) -> None:
    ids = many(session, count(200, 10_000))
    run = begun(session, recruiter, "decline", ids, reason="time", feedback="Thank you.")
    assert killed_until_done(session, [LiveWorker(settings)], run, 3, undoing=False), "no kill fell amid the work"
    check_once(session, run, "decision.made")
    assert number(session, Decision) == len(ids)
    undo_run(session, as_viewer(session, recruiter), ACTS, run.id)
    assert killed_until_done(session, [LiveWorker(settings)], run, 1, undoing=True)
    assert reloaded(session, run).state is RunState.UNDONE and how_often(session, "decision.undone") == {1}
    standing = select(func.count()).select_from(Decision).where(Decision.undone_at.is_(None))
    assert session.scalar(standing) == 0 and number(session, Decision) == len(ids)


def test_killed_and_begun_again_everybody_is_written_to_once(
    session: Session, settings: Settings, recruiter: StaffMember
) -> None:
    """Two workers at once, both killed. Half the letters are held, half leave: each has one message, and one mail."""
    ids = many(session, count(200, 10_000))
    half = len(ids) // 2
    held = begun(session, recruiter, "message", ids[:half], **LETTER)
    workers = [LiveWorker(settings), SecondWorker(settings)]
    assert killed_until_done(session, workers, held, 2, undoing=False)
    check_once(session, held, "message.held")
    leave = begun(session, recruiter, "message", ids[half:], **(LETTER | {"hold_minutes": 0}))
    assert killed_until_done(session, workers, leave, 2, undoing=False)
    check_once(session, leave, "message.written")
    assert number(session, Message) == len(ids) and number(session, OutboxMail) == len(ids) - half
    written = select(func.count(Message.application_id.distinct()))
    assert session.scalar(written) == len(ids)


def test_two_workers_released_at_once_tell_everybody_once(
    session: Session, settings: Settings, recruiter: StaffMember
) -> None:
    ids = many(session, count(200, 10_000))
    decided = begun(session, recruiter, "shortlist", ids)
    workers = [LiveWorker(settings), SecondWorker(settings)]
    killed_until_done(session, workers, decided, 0, undoing=False)
    release = begun(session, recruiter, "release", ids)
    assert killed_until_done(session, workers, release, 2, undoing=False)
    check_once(session, release, "decision.released")
    assert number(session, OutboxMail) == len(ids)
    told = select(func.count(OutboxMail.application_id.distinct())).where(OutboxMail.name == "outcome_shortlisted")
    assert session.scalar(told) == len(ids)
    moved = select(func.count()).select_from(Application).where(Application.state == "shortlisted")
    assert session.scalar(moved) == len(ids)
