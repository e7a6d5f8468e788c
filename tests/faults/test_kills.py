"""`kill -9` of the whole server while people submit: what was acknowledged is there, nothing is half-stored."""

from __future__ import annotations

import random
import threading

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.config import Settings
from tests.support.crowd import together
from tests.support.live import LiveServer
from tests.support.make_applications import while_open
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import set_clock
from tests.support.programme import count
from tests.support.submissions import Prepared, check_file, check_whole, prepare, stored

pytestmark = pytest.mark.faults
AT_ONCE = 4
WITHIN = 0.06  # seconds after the first post in which the first kill falls: some before, some amid, some after


def killed_round(server: LiveServer, drafts: list[Prepared], after: float) -> tuple[set[int], set[int]]:
    """Posts these drafts at once and kills the server meanwhile: who was told yes, and who was told nothing."""
    killer = threading.Timer(after, server.kill)
    killer.start()
    replies = together(len(drafts), lambda number: drafts[number].submit())
    killer.join()
    told = {draft.id for draft, reply in zip(drafts, replies, strict=True) if draft.acknowledged(reply)}
    silent = {draft.id for draft, reply in zip(drafts, replies, strict=True) if reply.status == 0}
    assert told | silent == {draft.id for draft in drafts}, [reply.status for reply in replies]
    return told, silent


def test_nothing_acknowledged_is_lost(
    app: Flask, session: Session, settings: Settings, request: pytest.FixtureRequest
) -> None:
    """Drafts whose person was told nothing are posted again in the next round, as that person would."""
    campaign, rounds, chance = the_pilot(session), count(5, 100), random.Random(20180127)
    set_clock(settings, while_open(campaign))
    server = LiveServer(settings, workers=2, threads=4)
    request.addfinalizer(server.kill)  # one left over would write into the next test's database
    drafts = prepare(app, session, campaign, rounds * AT_ONCE, server.url)
    told: set[int] = set()
    cut_short, within = 0, WITHIN
    for _ in range(rounds):
        server.start()
        untold = [draft for draft in drafts if draft.id not in told]
        yes, silent = killed_round(server, untold[:AT_ONCE], chance.uniform(0, within))
        told |= yes
        cut_short += bool(silent)
        within *= 1 if silent else 0.5  # on a machine that was quicker the next one falls earlier
        assert told <= stored(session)
        check_whole(session)
    check_file(session)
    assert cut_short, "no kill fell amid a submission"
    with server:
        for draft in drafts:
            if draft.id not in told:
                assert draft.acknowledged(draft.submit())
    assert stored(session) == {draft.id for draft in drafts}
    check_whole(session)
