"""The closing instant, to the microsecond and under load: page, letter and row tell the same story.

The pilot closes at the end of 26 January 2018, 2018-01-27T00:00Z; a summer campaign at the end of
31 July, 2018-07-31T23:00Z, when London is an hour ahead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.domain.applications.models import Application, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.actions import deliver_due
from portal.domain.messages.models import OutboxMail
from portal.web.setup import outside_of
from tests.support.crowd import Reply
from tests.support.live import LiveServer
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import a_july_campaign, the_pilot
from tests.support.make_documents import set_clock
from tests.support.people import browser_of
from tests.support.programme import count
from tests.support.submissions import Prepared, check_whole, prepare, stored

pytestmark = pytest.mark.faults
SECOND, INSTANT = timedelta(seconds=1), timedelta(microseconds=1)


@dataclass(frozen=True)
class Closing:
    """A campaign, its closing instant, and how its last second is told."""

    make: Callable[[Session], Campaign]
    at: datetime
    page: str
    letter: str


CLOSINGS = [
    Closing(the_pilot, datetime(2018, 1, 27, tzinfo=UTC), "26 January 2018", "Friday 26 January 2018 at 23:59:59"),
    Closing(a_july_campaign, datetime(2018, 7, 31, 23, tzinfo=UTC), "31 July 2018", "Tuesday 31 July 2018 at 23:59:59"),
]
closings = pytest.mark.parametrize("closing", CLOSINGS, ids=["january", "july"])


@closings
@pytest.mark.parametrize("before", [SECOND, INSTANT], ids=["a second before", "an instant before"])
def test_before_the_closing_instant_it_is_taken(
    app: Flask, session: Session, closing: Closing, before: timedelta
) -> None:
    """Row, receipt page and letter give one time, in London's words."""
    campaign = closing.make(session)
    assert campaign.closes_at == closing.at
    draft = a_draft(session, app, campaign)
    with time_machine.travel(closing.at - before, tick=False):
        browser = browser_of(app, draft.applicant)
        page = browser.get(f"/applications/{draft.reference}/check-answers").text
        reply = browser.post(f"/applications/{draft.reference}/submit", data=browser.tokens(page))
        assert (reply.status_code, reply.location) == (303, f"/applications/{draft.reference}/submitted")
        receipt = browser.get(reply.location).text
        deliver_due(session, outside_of(app).post, outside_of(app).letters)
    row = session.get_one(Application, draft.id, populate_existing=True)
    assert (row.state, row.received_at) == (State.SUBMITTED, closing.at - before)
    assert draft.reference in receipt and f"{closing.page}, 11:59pm" in receipt
    letter = session.scalars(select(OutboxMail).filter_by(application_id=draft.id)).one()
    assert letter.text is not None and draft.reference in letter.text and closing.letter in letter.text
    check_whole(session)


@closings
@pytest.mark.parametrize("late", [timedelta(), SECOND], ids=["at the instant", "a second after"])
def test_from_the_closing_instant_on_it_is_refused(
    app: Flask, session: Session, closing: Closing, late: timedelta
) -> None:
    """The page says so, nothing is received, nothing is lost, and no letter says otherwise."""
    draft = a_draft(session, app, closing.make(session))
    with time_machine.travel(closing.at - timedelta(minutes=1), tick=False):
        browser = browser_of(app, draft.applicant)
        page = browser.get(f"/applications/{draft.reference}/check-answers").text
    with time_machine.travel(closing.at + late, tick=False):
        reply = browser.post(f"/applications/{draft.reference}/submit", data=browser.tokens(page))
        receipt = browser.get(f"/applications/{draft.reference}/submitted")
    assert reply.status_code == 422
    assert closing.page in reply.text
    assert receipt.status_code == 303
    row = session.get_one(Application, draft.id, populate_existing=True)
    assert (row.state, row.received_at, row.given_name) == (State.DRAFT, None, "Sam")
    assert session.scalars(select(OutboxMail)).all() == []
    assert session.scalars(select(AuditEvent).filter_by(action="application.submitted")).all() == []


@closings
def test_posts_on_both_sides_of_the_instant_agree_with_their_rows(
    app: Flask, session: Session, settings: Settings, closing: Closing
) -> None:
    """Spread from a second before to a second after, at a live server whose clock strikes amid them."""
    campaign, many = closing.make(session), count(40, 500)
    with LiveServer(settings, workers=2, threads=4) as server:
        set_clock(settings, campaign.closes_at - timedelta(hours=1))
        drafts = prepare(app, session, campaign, many, server.url)
        assert drafts[0].browser.get(f"/applications/{drafts[0].reference}/check-answers").status == 200
        replies = _spread(settings, closing.at, drafts)
    taken = {draft.id for draft, reply in zip(drafts, replies, strict=True) if draft.acknowledged(reply)}
    refused = [reply for draft, reply in zip(drafts, replies, strict=True) if draft.id not in taken]
    assert {reply.status for reply in refused} == {422}
    assert all(closing.page in reply.body for reply in refused)
    assert taken == stored(session)
    assert 0 < len(taken) < many
    received = session.scalars(select(Application.received_at).where(Application.received_at.is_not(None)))
    assert max(at for at in received if at) < closing.at
    check_whole(session)


def _spread(settings: Settings, instant: datetime, drafts: list[Prepared]) -> list[Reply]:
    """Each draft is posted at its own moment within a second of the instant."""
    lead = 2 + len(drafts) / 200  # seconds for the threads to get ready
    set_clock(settings, instant - timedelta(seconds=lead + 1))
    begin = time.monotonic() + lead
    replies: dict[int, Reply] = {}

    def post(number: int) -> None:
        if number:  # the first goes at once: however slow the machine, one is in time
            time.sleep(max(0.0, begin + 2 * number / len(drafts) - time.monotonic()))
        replies[number] = drafts[number].submit()

    threads = [threading.Thread(target=post, args=(number,)) for number in range(len(drafts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [replies[number] for number in range(len(drafts))]
