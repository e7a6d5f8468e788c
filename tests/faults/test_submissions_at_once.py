"""Everybody at the last minute: many submissions at one moment, to several processes, on both databases."""

from __future__ import annotations

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
from tests.support.submissions import check_file, check_whole, prepare, stored

pytestmark = pytest.mark.faults


def test_all_are_stored_once(app: Flask, session: Session, settings: Settings) -> None:
    """Each answer acknowledges, none is refused as locked, each has one receipt mail queued."""
    campaign = the_pilot(session)
    set_clock(settings, while_open(campaign))
    with LiveServer(settings, workers=3, threads=8) as server:
        drafts = prepare(app, session, campaign, count(40, 200), server.url)
        replies = together(len(drafts), lambda number: drafts[number].submit())
    assert [reply.status for draft, reply in zip(drafts, replies, strict=True) if not draft.acknowledged(reply)] == []
    assert stored(session) == {draft.id for draft in drafts}
    check_whole(session)
    check_file(session)


def test_one_draft_sent_twenty_times_is_one_application(app: Flask, session: Session, settings: Settings) -> None:
    """A double click, twenty-fold: each answer is the receipt, and there is one receipt mail."""
    campaign = the_pilot(session)
    set_clock(settings, while_open(campaign))
    with LiveServer(settings, workers=3, threads=8) as server:
        [draft] = prepare(app, session, campaign, 1, server.url)
        replies = together(20, lambda _: draft.submit())
        receipt = draft.browser.get(f"/applications/{draft.reference}/submitted")
    assert [reply.status for reply in replies if not draft.acknowledged(reply)] == []
    assert receipt.status == 200 and draft.reference in receipt.body
    assert stored(session) == {draft.id}
    check_whole(session)
