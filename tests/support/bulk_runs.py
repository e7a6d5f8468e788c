"""Bulk runs for tests: many plain applications, and a run as the page begins it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.bulk.acting import Acting, acting
from portal.domain.bulk.models import ItemState, Run, RunItem
from portal.domain.bulk.previewing import preview
from portal.domain.bulk.running import begin, work_runs
from portal.domain.campaigns.models import District
from portal.domain.journeys.bulk_acts import ACTS
from portal.services import references
from tests.support.live import form_token
from tests.support.make_applications import while_open
from tests.support.make_campaigns import the_pilot

_tokens = count(1)


def many(session: Session, number: int, *, state: State = State.SUBMITTED, district: str | None = None) -> list[int]:
    """So many plain applications to the pilot, all in this state, by their numbers."""
    campaign = the_pilot(session)
    with unit_of_work(session):
        first = 1 + max(session.scalar(select(func.max(model.id))) or 0 for model in (Applicant, Application))
        place = session.scalar(select(District.id).where(District.slug == (district or "maidstone")))
        at, keys = while_open(campaign), range(first, first + number)
        people = [{"id": key, "email": f"many{key}@example.org", "created_at": at} for key in keys]
        alike: dict[str, Any] = {
            "campaign_id": campaign.id, "state": state, "created_at": at, "received_at": at, "state_since": at,
            "postcode": "ME14 1XX", "district_id": place, "matched_at": at,
        }  # fmt: skip
        rows = [
            alike | {
                "id": key, "applicant_id": key, "reference": references.new_reference("CPV"),
                "given_name": f"Given{key}", "family_name": f"Family{key}",
            }
            for key in keys
        ]  # fmt: skip
        session.execute(insert(Applicant), people)
        session.execute(insert(Application), rows)
        if session.get_bind().dialect.name == "postgresql":
            for table in ("applicant", "application"):
                session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {keys[-1]})"))
    return list(keys)


def as_viewer(session: Session, member: StaffMember) -> Acting:
    found = acting(session, member.id)
    assert found is not None
    return found


def begun(
    session: Session, member: StaffMember, act: str, ids: Sequence[int], /, token: str = "", **detail: Any
) -> Run:
    """A run over these applications, confirmed from its preview."""
    viewer, wanted = as_viewer(session, member), select(Application.id).where(Application.id.in_(ids))
    seen = preview(session, viewer, ACTS[act], wanted, detail).seal
    return begin(session, viewer, token or f"token {next(_tokens)}", ACTS[act], wanted, detail, seen=seen)


def worked(session: Session) -> int:
    """Everything that waits, done; how many turns there were."""
    turns = 0
    session.rollback()  # what the test has read so far is not looked at again
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


def previewed(browser: FlaskClient, act: str, references: Sequence[str], **fields: str) -> TestResponse:
    """The preview as the list's own form asks for it, then with what was filled in."""
    first = sent(browser, "/staff/applications/act", {"act": act, "chosen": list(references)})
    return sent(browser, "/staff/applications/act", fields_of(first.text) | fields) if fields else first


def confirmed(browser: FlaskClient, act: str, references: Sequence[str], **fields: str) -> int:
    """Begins a run as its page does; its number."""
    page = previewed(browser, act, references, **fields)
    answer = sent(browser, "/staff/runs", fields_of(page.text) | fields)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rpartition("/")[2])


def sent(browser: FlaskClient, address: str, fields: dict[str, Any]) -> TestResponse:
    with browser.application.app_context():
        token = form_token(browser.application)
    return browser.post(address, data={"csrf_token": token} | fields)


def fields_of(page: str) -> dict[str, Any]:
    """The hidden fields of the preview's form."""
    found: dict[str, Any] = {}
    for name in ("act", "token", "seal", "matching", "chosen", "version"):
        values = [html.unescape(value) for value in re.findall(rf'name="{name}"[^>]*? value="([^"]*)"', page)]
        if values:
            found[name] = values if name == "chosen" else values[0]
    return found
