"""An application's life from draft to release, tried at random by everybody in it: 2,000 runs of 50 steps in full."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.campaigns.questions import seed_questions
from portal.domain.shortlisting.assigning import add_assessor
from tests.domain.lives import ACTS, Life
from tests.support import programme
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member, an_applicant

SHARDS, RUNS, STEPS = 4, 500, 50
SURE = {"begin", "answer", "send", "deal", "score", "decide"}  # done in every sample


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_is_tried_everything_holds(app: Flask, session: Session, shard: int) -> None:
    seed_questions(session)
    recruiter = a_staff_member(session, Role.RECRUITER)
    readers = [a_staff_member(session, Role.ASSESSOR) for _ in range(3)]
    applicants = [an_applicant(session) for _ in range(3)]
    done: Counter[str] = Counter()
    for number in programme.rounds(8, RUNS, done, SURE):
        seed = 1_000_000 * shard + number
        campaign = a_campaign(session)
        at = campaign.closes_at - timedelta(days=4)
        with clock.at(at):
            for reader in readers:
                add_assessor(session, recruiter, campaign.id, reader.id)
        life = Life(app, session, Random(seed), campaign, applicants, recruiter, readers, at)
        for step in range(STEPS):
            try:
                life.step()
            except Exception as error:
                raise AssertionError(f"seed {seed}, step {step}: {error!r}") from error
        done.update(life.done)
    assert set(done) >= SURE
    if programme.full():  # each was done at least once, and some were refused
        assert {act.__name__ for act in ACTS} | {"send: CampaignClosed", "decide: NotEditable"} <= set(done)
